"""Who may be an MSGin5G UE: registration by itself and by a gateway, in bulk, with keys and credentials."""

from dataclasses import replace

from lab.carrier import Carrier
from lab.expectation import expect
from lab.msgin5g.plan import GatewayPlan, Msgin5gPlan, UePlan
from lab.msgin5g.records import Subscription
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.steps import answered, gateway, server, ue, until, with_msgin5g
from lab.scenario import scenario
from msgin5g_bridge.provisioning import ProvisioningResponse
from msgin5g_bridge.registration import RegistrationResult
from msgin5g_bridge.ueregistration import BulkUeRegistrationAck

__all__ = [
    "msgin5g_bulk_phones",
    "msgin5g_credential",
    "msgin5g_keys",
    "msgin5g_phones",
    "msgin5g_provisioning",
    "msgin5g_register",
    "msgin5g_registration_ends",
]

_MANY = 1000
_PHONES = tuple(f"p{number}" for number in range(_MANY))
_PLAIN = Msgin5gPlan()
_KEYS = Msgin5gPlan(
    ues=(UePlan(name="meter", keyed=True), UePlan(name="lamp")), server=ServerSettings(authenticated=True)
)
_SHORT = Msgin5gPlan(server=ServerSettings(registration_lifetime=2.0))
_ONE_PHONE = Msgin5gPlan(gateways=(GatewayPlan(name="l3g", phones=("phone",)), GatewayPlan(name="other")))
_BULK = Msgin5gPlan(gateways=(GatewayPlan(name="l3g", phones=_PHONES),))


@scenario(
    clause="TS 23.554 §8.2.1, §8.2.2; TS 24.538",
    what="REG, again, and DEREG",
    plan=with_msgin5g(_PLAIN),
)
async def msgin5g_register(carrier: Carrier) -> None:
    """A second registration refreshes the first; after de-registration nothing is delivered."""
    reader, meter = await server(carrier), await ue(carrier, "meter", registered=False)
    first, second = meter.register(), meter.register()
    await answered(carrier, first, second)
    expect({first.code, second.code} == {201, 204}, "2.01 to the first, 2.04 to the second")
    await answered(carrier, reader.send(meter.address, "hello"))
    await until(carrier, lambda: meter.ledger.texts == ["hello"], "meter is reached")
    left = meter.deregister()
    await answered(carrier, left)
    expect(left.code == 202, "2.02 to the end of it")
    call = reader.send(meter.address, "still there?")
    await answered(carrier, call)
    expect(call.ack is not None and call.ack.failure_cause == "RECIPIENT_NOT_REGISTERED", "nobody is there")
    expect(meter.ledger.texts == ["hello"], "meter hears no more")


@scenario(clause="TS 23.554 §8.2.1", what="a registration that is not refreshed", plan=with_msgin5g(_SHORT))
async def msgin5g_registration_ends(carrier: Carrier) -> None:
    """It runs out, and the UE is gone until it registers again."""
    meter = await ue(carrier, "meter")
    registered = carrier.msgin5g.data.registered
    await until(carrier, lambda: meter.address not in registered, "the server has forgotten meter")
    (refused,) = meter.send(meter.address, "?")
    await answered(carrier, refused)
    expect((refused.code, refused.cause) == (403, "NOT_REGISTERED"), "it may not send any more")
    await ue(carrier, "meter")


@scenario(
    clause="TS 33.501 Y.2; RFC 8613",
    what="a registration needs client-server security",
    plan=with_msgin5g(_KEYS),
)
async def msgin5g_keys(carrier: Carrier) -> None:
    """With the key that was provisioned for it a UE is who it says, both ways; without one it gets 4.01."""
    meter, reader = await ue(carrier, "meter"), await server(carrier)
    lamp = await ue(carrier, "lamp", registered=False)
    refused = lamp.register()
    await answered(carrier, refused)
    expect((refused.code, refused.cause) == (401, "NOT_AUTHENTICATED"), "4.01 without a key")
    forged = lamp.ask(meter.client.registration())
    await answered(carrier, forged)
    expect(forged.code == 401, "nor does it get in as somebody else")
    await answered(carrier, reader.send(meter.address, "sealed"))
    await until(carrier, lambda: meter.ledger.texts == ["sealed"], "who has a key is reached with it")


@scenario(clause="TS 23.554 §8.2.1 (Rel-17)", what="UE credential information", plan=with_msgin5g(_PLAIN))
async def msgin5g_credential(carrier: Carrier) -> None:
    """A registration has to show what was provisioned."""
    meter = await ue(carrier, "meter", registered=False)
    subscriptions = carrier.msgin5g.data.subscriptions
    subscriptions[meter.address.addr] = Subscription(meter.address, "meter", "s3cret")
    for cred, code in (("", 403), ("guess", 403), ("s3cret", 201)):
        meter.client.settings = replace(meter.client.settings, cred=cred)
        asked = meter.register()
        await answered(carrier, asked)
        expect(asked.code == code, f"the credential {cred!r} gets {code // 100}.{code % 100:02}")


@scenario(
    clause="TR 23.700-24; TS 23.554 §8.1", what="Service IDs for Private IDs", plan=with_msgin5g(_ONE_PHONE)
)
async def msgin5g_provisioning(carrier: Carrier) -> None:
    """A gateway provisions a phone that is new, once and again, and only then registers it."""
    l3g = await gateway(carrier, "l3g")
    early = l3g.register("ue-15551001001@msgin5g.lab.example")
    first, second, other = (l3g.provision(each) for each in ("15551001001", "15551001001", "15551001002"))
    await answered(carrier, early, first, second, other)
    expect((early.status, early.cause) == (403, "NOT_PROVISIONED"), "not before it is provisioned")
    ids = [
        each.answer.svc_id for each in (first, second, other) if isinstance(each.answer, ProvisioningResponse)
    ]
    expect(len(ids) == 3, "each is answered")
    expect(ids[0] == ids[1] != ids[2], "the same Private ID gets the same Service ID, another another")
    answer = first.answer
    expect(
        isinstance(answer, ProvisioningResponse) and bool(answer.svc_info and answer.svc_info.seg_size),
        "the answer says the segment size",
    )
    call = l3g.register(ids[0])
    await answered(carrier, call)
    expect(call.status == 201, "then it is registered")


@scenario(
    clause="TS 23.554 §8.2.3, §8.2.4", what="a phone by its gateway, and away", plan=with_msgin5g(_ONE_PHONE)
)
async def msgin5g_phones(carrier: Carrier) -> None:
    """A phone is reached by its gateway; another gateway may not take it, or speak for it."""
    l3g, other = carrier.msgin5g.gateways["l3g"], carrier.msgin5g.gateways["other"]
    meter, plan = await ue(carrier, "meter"), carrier.msgin5g.plan
    call = l3g.register(plan.svc_id("phone"))
    await answered(carrier, call)
    expect(call.status == 201 and bool(call.location), "201, with the resource")
    taken = other.register(plan.svc_id("phone"))
    await answered(carrier, taken)
    expect((taken.status, taken.cause) == (403, "NOT_AUTHORIZED"), "another gateway may not")
    await answered(carrier, *meter.send(plan.address("phone"), "hello"))
    await until(carrier, lambda: l3g.ledger.texts == ["hello"], "the phone's gateway has the message")
    gone = l3g.deregister(call)
    await answered(carrier, gone)
    expect(gone.status == 204, "204 to the end of it")
    (failed,) = meter.send(plan.address("phone"), "still there?")
    await answered(carrier, failed)
    expect(l3g.ledger.texts == ["hello"], "then it is not reached any more")


@scenario(
    clause="TS 23.554 §8.2.7; TS 33.501 Y.6",
    what="a thousand phones in one request",
    plan=with_msgin5g(_BULK),
)
async def msgin5g_bulk_phones(carrier: Carrier) -> None:
    """Each has its own result, so one that is not provisioned hurts no other."""
    l3g, plan = await gateway(carrier, "l3g"), carrier.msgin5g.plan
    ids = [plan.svc_id(phone) for phone in (*_PHONES[:500], "nobody", *_PHONES[500:-1])]
    call = l3g.register_all(ids)
    await answered(carrier, call)
    results = call.answer.list if isinstance(call.answer, BulkUeRegistrationAck) else ()
    expect(len(results) == len(ids), "there is a result for each")
    failed = [each.ue_svc_id for each in results if each.result != RegistrationResult.SUCCESS]
    expect(failed == [plan.svc_id("nobody")], "all but the unknown one are registered")
    meter = await ue(carrier, "meter")
    await answered(carrier, *meter.send(plan.address("p7"), "hello"))
    await until(carrier, lambda: l3g.ledger.texts == ["hello"], "one of them is reached")
    gone = l3g.deregister_all([each for each in ids if each not in failed])
    await answered(carrier, gone)
    expect(len(carrier.msgin5g.data.registered) == 1, "and then they are all gone")
