"""A secured service: certificates, access tokens and keys, also as they should not be (TS 33.501 Annex Y)."""

from dataclasses import replace

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.plan import GatewayPlan, Msgin5gPlan, UePlan
from lab.msgin5g.records import address
from lab.msgin5g.rest_node import Call
from lab.msgin5g.security import Pretence, Security
from lab.msgin5g.steps import SUCCESS, answered, server, ue, until, with_msgin5g
from lab.plan import Plan
from lab.scenario import scenario
from lab.steps import registered
from msgin5g_bridge import apis
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.message import MessageResponse
from msgin5g_bridge.provisioning import ProvisioningResponse

__all__ = [
    "CERTIFICATES",
    "TOKENS",
    "msgin5g_secured",
    "msgin5g_secured_by_certificates",
    "msgin5g_secured_phone",
    "msgin5g_secured_provisioning",
    "msgin5g_wrong_certificate",
    "msgin5g_wrong_gateway",
    "msgin5g_wrong_token",
]

_SAFE = Msgin5gPlan(
    application_servers=("reader", "writer"),
    gateways=(GatewayPlan(name="l3g", phones=("phone",)), GatewayPlan(name="other")),
    security=Security(),
)
_BY_CERTIFICATE = replace(_SAFE, security=Security(tokens=False))
_NEW = Msgin5gPlan(
    ues=(UePlan(name="kettle"), UePlan(name="toaster")),
    application_servers=("weather", "spy"),
    unprovisioned=("kettle", "toaster", "weather", "spy"),
    function_node="provisioning",
    security=Security(algorithm="ES256", pretenders={"spy": Pretence(plain=True)}),
)
TOKENS: dict[str, tuple[Pretence, int | None]] = {
    "none": (Pretence(token="none"), 401),
    "expired": (Pretence(token="expired"), 401),
    "forged": (Pretence(token="forged"), 401),
    "elsewhere": (Pretence(token="elsewhere"), 401),
    "foreign-api": (Pretence(token="another API"), 403),
    "wrong-secret": (Pretence(secret="guessed"), None),
}
CERTIFICATES: dict[str, tuple[Pretence, int | None]] = {
    "plain": (Pretence(plain=True), 403),
    "bare": (Pretence(certificate="none"), None),
    "foreign": (Pretence(certificate="foreign"), None),
}


def _pretenders(cases: dict[str, tuple[Pretence, int | None]]) -> Msgin5gPlan:
    pretenders = {name: pretence for name, (pretence, _) in cases.items()}
    return Msgin5gPlan(
        application_servers=("reader", *cases), security=Security(pretenders=pretenders), ues=()
    )


async def _refused(carrier: Carrier, cases: dict[str, tuple[Pretence, int | None]]) -> None:
    """Each pretender gets his refusal, or no answer at all, and nothing of his is accepted."""
    await server(carrier)
    calls = {name: _asks_in_vain(carrier, name) for name in cases}
    await answered(carrier, *calls.values())
    for name, (_, status) in cases.items():
        said = "no answer" if status is None else str(status)
        expect(calls[name].status == status, f"{name} gets {said}")
    present = carrier.msgin5g.data.registered
    expect([each.addr for each in present] == [carrier.msgin5g.plan.svc_id("reader")], "nobody else got in")


def _asks_in_vain(carrier: Carrier, name: str) -> Call:
    element, plain = carrier.msgin5g.application_servers[name], carrier.msgin5g.plan.http
    security = carrier.msgin5g.plan.security
    if security is not None and security.pretence(name).plain:
        root = "http://{}:{}".format(*plain(carrier.plan.network, carrier.msgin5g.plan.name))
        return element.call(apis.AS_REGISTER, element.registration(), root)
    return element.register()


@scenario(
    clause="TS 33.501 Y.2, Y.5; TS 33.501 §13",
    what="TLS, access tokens and keys everywhere",
    plan=with_msgin5g(_SAFE),
)
async def msgin5g_secured(carrier: Carrier) -> None:
    """A UE, an AS and a phone of a gateway write to each other, each as whom it has proved to be."""
    meter, reader, plan = await ue(carrier, "meter"), await server(carrier), carrier.msgin5g.plan
    l3g = carrier.msgin5g.gateways["l3g"]
    joined = l3g.register(plan.svc_id("phone"))
    await answered(carrier, joined)
    expect(joined.status == 201, "the gateway registers its phone")
    call = reader.send(meter.address, "sealed", report=True)
    await answered(carrier, call, *meter.send(plan.address("phone"), "for the phone"))
    await answered(carrier, l3g.send(plan.svc_id("phone"), reader.address, "for the reader"))
    await until(carrier, lambda: meter.ledger.texts == ["sealed"], "the UE has its message")
    await until(carrier, lambda: l3g.ledger.texts == ["for the phone"], "the gateway has its own")
    await until(carrier, lambda: reader.ledger.texts == ["for the reader"], "so has the AS")
    await until(
        carrier, lambda: [each.deliv_st for each in reader.ledger.reports] == [SUCCESS], "and its report"
    )


@scenario(
    clause="TS 33.501 Y.5, §13.3.2", what="certificates without tokens", plan=with_msgin5g(_BY_CERTIFICATE)
)
async def msgin5g_secured_by_certificates(carrier: Carrier) -> None:
    """Then the certificate says who calls: an AS registers itself, and nobody else."""
    reader = await server(carrier)
    writer = carrier.msgin5g.application_servers["writer"]
    forged = writer.call(apis.AS_REGISTER, reader.registration())
    await answered(carrier, forged)
    expect((forged.status, forged.cause) == (403, "NOT_AUTHORIZED"), "writer is not reader")
    await answered(carrier, reader.send(reader.address, "to myself"))
    await until(carrier, lambda: reader.ledger.texts == ["to myself"], "the server may call it")


@scenario(
    clause="TS 33.501 §13.4.1; RFC 6750 §3.1",
    what="access tokens that are worth nothing",
    plan=with_msgin5g(_pretenders(TOKENS)),
)
async def msgin5g_wrong_token(carrier: Carrier) -> None:
    """None, run out, of another key, for others: 401; for another API: 403; a wrong secret gets none."""
    await _refused(carrier, TOKENS)


@scenario(
    clause="TS 33.501 §13.1; RFC 8446 §4.4.2",
    what="no TLS, no certificate, one of a stranger",
    plan=with_msgin5g(_pretenders(CERTIFICATES)),
)
async def msgin5g_wrong_certificate(carrier: Carrier) -> None:
    """Without TLS there is a 403; without a certificate that is believed there is no connection."""
    await _refused(carrier, CERTIFICATES)


@scenario(clause="TS 33.501 Y.5", what="a gateway and the phone of another", plan=with_msgin5g(_SAFE))
async def msgin5g_wrong_gateway(carrier: Carrier) -> None:
    """It may neither call itself another gateway, nor take, remove or speak for another's phone."""
    plan, gateways = carrier.msgin5g.plan, carrier.msgin5g.gateways
    l3g, other, phone = gateways["l3g"], gateways["other"], carrier.msgin5g.plan.svc_id("phone")
    joined = l3g.register(phone)
    await answered(carrier, joined)
    as_another = other.call(apis.UE_REGISTER, l3g.registration(phone))
    attempts = {
        "call itself another gateway": (as_another, 401),
        "take its phone": (other.register(phone), 403),
        "remove it": (other.deregister(joined), 403),
        "speak for it": (other.send(phone, plan.address("meter"), "boo"), 403),
    }
    await answered(carrier, *(call for call, _ in attempts.values()))
    for what, (call, status) in attempts.items():
        expect(call.status == status, f"it may not {what}: {status}")
    owner = carrier.msgin5g.data.registered[plan.address("phone")].owner
    expect(owner == plan.svc_id("l3g"), "the phone is where it was")


@scenario(
    clause="TR 23.700-24 (MSGin5G Provisioning, preconditions); TS 33.501 Y.2",
    what="a secured connection before provisioning",
    plan=with_msgin5g(_NEW),
)
async def msgin5g_secured_provisioning(carrier: Carrier) -> None:
    """Plain requests are refused over HTTP and CoAP; who has proved his Private ID gets his own only."""
    side = carrier.msgin5g
    kettle, weather, spy = (
        side.ues["kettle"],
        side.application_servers["weather"],
        side.application_servers["spy"],
    )
    plain = f"http://{side.settings.function_host}:8080"
    refused = spy.call(apis.PROVISION_AS, spy.provisioning(), plain)
    other = weather.call(apis.PROVISION_AS, spy.provisioning(), weather.function_root)
    await answered(carrier, refused, other)
    expect(refused.status == 403, "without TLS: 403")
    expect((other.status, other.cause) == (403, "NOT_AUTHORIZED"), "with it only for oneself")
    thief = kettle.ask(side.ues["toaster"].client.provisioning(side.settings.function_id), kettle.function)
    await answered(carrier, thief)
    expect((thief.code, thief.cause) == (403, "NOT_AUTHORIZED"), "nor does a UE get another's")
    expect(not side.data.subscriptions, "nobody was given anything")
    asked, by_http, call = kettle.provision(), side.ues["toaster"].provision_by_http(), weather.provision()
    await answered(carrier, asked, by_http, call)
    expect(isinstance(asked.body, MessageResponse), "a UE is provisioned with its key")
    expect(isinstance(by_http.body, ProvisioningResponse), "another by its certificate")
    expect(isinstance(call.answer, ProvisioningResponse), "so is an AS")
    registration, joined = kettle.register(), weather.register()
    await answered(carrier, registration, joined)
    expect((registration.code, joined.status) == (201, 201), "and both register")
    await answered(carrier, weather.send(kettle.address, "Storm at noon"))
    await until(carrier, lambda: kettle.ledger.texts == ["Storm at noon"], "kettle has the message")


def _phones(plan: Plan) -> Plan:
    return replace(plan, msgin5g=Msgin5gPlan(own_gateway=True, security=Security()))


@scenario(
    clause="TS 33.501 Y.5; TS 29.538",
    what="the gateway with TLS and access tokens",
    plan=_phones,
)
async def msgin5g_secured_phone(carrier: Carrier) -> None:
    """It provisions and registers its phone with them, and takes what the server brings with its own."""
    reader = await server(carrier)
    (alice,) = await registered(carrier, "alice")
    data, key = carrier.msgin5g.data, (AddressType.UE, str(alice.subscriber.imsi))
    await until(carrier, lambda: key in data.private_ids, "alice has a Service ID")
    who = address(AddressType.UE, data.private_ids[key])
    await until(carrier, lambda: who in data.registered, "alice is registered at the MSGin5G Server")
    expect(data.registered[who].identity == carrier.msgin5g.plan.svc_id("ipsmgw"), "by whom the token says")
    await answered(carrier, reader.send(who, "sealed", report=True))
    await until(carrier, lambda: list(alice.ledger.inbox) == ["sealed"], "alice reads it")
    await until(
        carrier, lambda: [each.deliv_st for each in reader.ledger.reports] == [SUCCESS], "the AS is told"
    )
