"""A secured service of several servers, and a gateway that is a CoAP client in it (TS 33.501 Annex Y)."""

from dataclasses import replace
from functools import partial

from ipsmgw.identity import Msisdn
from lab.carrier import Carrier
from lab.elements.phone import Phone
from lab.expectation import expect
from lab.gateway_status import msgin5g_alarms
from lab.msgin5g.plan import Msgin5gPlan, OwnGateway, UePlan
from lab.msgin5g.security import Pretence, Security
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.steps import FAILURE, SUCCESS, answered, server, ue, until, with_msgin5g
from lab.msgin5g.ue import Msgin5gUe
from lab.plan import Plan
from lab.scenario import scenario
from lab.scenarios.msgin5g_phones import joined
from lab.scenarios.msgin5g_security import CERTIFICATES, TOKENS
from lab.steps import finished, registered
from msgin5g_bridge import apis
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.model import MessageId
from msgin5g_bridge.msgdelivery import UEMessageDelivery
from msgin5g_bridge.names import FailureCause
from sipbridge.rp import RpAck, RpError

__all__ = ["msgin5g_secured_servers", "msgin5g_wrong_key", "msgin5g_wrong_server"]

_SOUTH = Msgin5gPlan(
    name="south",
    domain="msgin5g.south.example",
    ues=(UePlan(name="kettle"),),
    application_servers=("clerk",),
)
_WRONG_SERVERS = {**TOKENS, **CERTIFICATES}
_HASTY = ServerSettings(report=2.0)


def _other(name: str) -> Msgin5gPlan:
    """A server with one UE, which has done nothing wrong."""
    ues = (UePlan(name=f"of-{name}"),)
    return Msgin5gPlan(name=name, domain=f"{name}.example", ues=ues, application_servers=(), server=_HASTY)


_PRETENDERS = Msgin5gPlan(
    ues=(UePlan(name="meter"),),
    application_servers=("spy",),
    server=_HASTY,
    security=Security(pretenders={name: wrong for name, (wrong, _) in _WRONG_SERVERS.items()}),
    others=(*map(_other, _WRONG_SERVERS), _SOUTH),
)


def _keys(plan: Plan) -> dict[str, str]:
    """User parts of the Service IDs that the IMSIs of phones get, by the names of these."""
    return {phone.name: f"ue-{phone.imsi}" for phone in plan.subscribers}


def _two(plan: Plan) -> Plan:
    return _by_clients(plan, Security(), (_SOUTH,))


def _by_clients(plan: Plan, security: Security, others: tuple[Msgin5gPlan, ...] = ()) -> Plan:
    """The gateway has a key for each phone."""
    keys = tuple(_keys(plan).values())
    service = Msgin5gPlan(
        own_gateway=True,
        own_as=OwnGateway.CLIENTS,
        own_keys=keys,
        ues=tuple(UePlan(name=name) for name in ("meter", "lamp", "spare")),
        security=security,
        others=others,
    )
    return replace(plan, msgin5g=service)


def _wrong_keys(plan: Plan) -> Plan:
    """That of bob is a guess; in the place of alice's there is that of a UE."""
    keys = _keys(plan)
    pretenders = {keys["bob"]: Pretence(guessed=True), keys["alice"]: Pretence(key_of="spare")}
    return _by_clients(plan, Security(pretenders={**pretenders, "meter": Pretence(guessed=True)}))


@scenario(
    clause="TS 33.501 Y.2, Y.5; TS 23.554 §8.7.5; RFC 8613",
    what="keys, certificates and tokens all the way from a phone to another operator",
    plan=_two,
)
async def msgin5g_secured_servers(carrier: Carrier) -> None:
    """UE and AS of the other operator write to a phone, and it replies: OSCORE, TLS, TLS, OSCORE."""
    kettle, clerk = await ue(carrier, "kettle"), await server(carrier, "clerk")
    alice, who = await joined(carrier)
    data = carrier.msgin5g.data
    expect(data.registered[who].identity == who.addr, "the server knows alice by her own key")
    await answered(carrier, *kettle.send(who, "It boils", report=True))
    await until(carrier, lambda: list(alice.ledger.inbox) == ["It boils"], "alice reads it")
    await until(carrier, lambda: len(kettle.ledger.reports) == 1, "kettle is told")
    expect(kettle.ledger.reports[0].deliv_st == SUCCESS, "that she has it")
    await answered(carrier, clerk.send(who, "Your bill", report=True))
    await until(carrier, lambda: len(alice.ledger.inbox) == 2, "she has that of the AS")
    await until(
        carrier, lambda: [each.deliv_st for each in clerk.ledger.reports] == [SUCCESS], "which is told"
    )

    reply = alice.send("Switch it off", to=Msisdn.parse(alice.received[0].sender))
    await finished(carrier, reply)
    expect(isinstance(reply.report, RpAck), "her reply has its RP-ACK")
    await until(carrier, lambda: kettle.ledger.texts == ["Switch it off"], "kettle has it")
    expect(kettle.ledger.inbox[0].message.ori_addr == who, "from her")
    if carrier.own():
        expect(not msgin5g_alarms(carrier.gateway), "and the gateway has nothing to complain of")


@scenario(
    clause="TS 33.501 Y.5, §13.1, §13.4.1; TS 23.554 §8.7.5",
    what="servers that are not in order, and an AS that calls itself one",
    plan=with_msgin5g(_PRETENDERS),
)
async def msgin5g_wrong_server(carrier: Carrier) -> None:
    """What they bring is refused, or they get no connection; their own UEs are told that it has failed."""
    meter, kettle, spy = await ue(carrier, "meter"), await ue(carrier, "kettle"), await server(carrier, "spy")
    refused = spy.call(apis.DELIVER_UE_MESSAGE, _message(kettle.address, meter.address))
    await answered(carrier, refused)
    expect((refused.status, refused.cause) == (403, "NOT_REGISTERED"), "an AS does not speak for UEs")
    for name, (wrong, status) in _WRONG_SERVERS.items():
        sender = await ue(carrier, f"of-{name}")
        await answered(carrier, *sender.send(meter.address, f"from {name}", report=True))
        await until(carrier, partial(_told, sender), f"the UE of {name} is told")
        report = sender.ledger.reports[0]
        said = str(status) if status is not None and not wrong.plain else FailureCause.TIMEOUT
        expect((report.deliv_st, report.failure_cause) == (FAILURE, said), f"that it has failed: {said}")
    for name in ("plain", "bare", "foreign"):
        await answered(carrier, *meter.send(carrier.msgin5g.plan.address(f"of-{name}"), "?", report=True))
    await until(carrier, lambda: len(meter.ledger.reports) == 3, "nor is a server asked that nobody believes")
    causes = {report.failure_cause for report in meter.ledger.reports}
    expect(causes == {FailureCause.TIMEOUT}, "it might as well not be there")
    await answered(carrier, *kettle.send(meter.address, "boil"))
    await until(carrier, lambda: meter.ledger.texts == ["boil"], "meter has that of the honest one, alone")


def _told(sender: Msgin5gUe) -> bool:
    return len(sender.ledger.reports) == 1


def _message(sender: Address, to: Address) -> UEMessageDelivery:
    return UEMessageDelivery(
        ori_addr=sender, dest_addr=to, msg_id=MessageId("m1"), payload="boo", sto_and_fw_ind=False
    )


@scenario(
    clause="TS 33.501 Y.2; RFC 8613 §8.2",
    what="phones and a UE with keys that are not theirs",
    plan=_wrong_keys,
    needs=("ipsmgw",),
)
async def msgin5g_wrong_key(carrier: Carrier) -> None:
    """Whose key nobody shares is nobody; who has that of another may not speak for himself."""
    meter, lamp = await ue(carrier, "meter", registered=False), await ue(carrier, "lamp")
    asked = meter.register()
    await answered(carrier, asked)
    expect(not meter.registered, "a UE that guesses its key does not get in")
    alice, bob = await registered(carrier, "alice", "bob")
    expect((await _stays_out(carrier, alice)).startswith("registration: 403"), "she speaks for another")
    await _stays_out(carrier, bob)
    everybody = set(carrier.msgin5g.data.registered)
    expect(everybody == {lamp.address}, "the server knows the honest UE, and nobody else")


async def _stays_out(carrier: Carrier, phone: Phone) -> str:
    """It is provisioned, which takes no key; but it is not registered, and can write to nobody. The alarm."""
    name, imsi, data = phone.subscriber.name, str(phone.subscriber.imsi), carrier.msgin5g.data
    await until(
        carrier,
        lambda: (AddressType.UE, imsi) in data.private_ids,
        f"{name} has a Service ID",
    )
    await until(carrier, lambda: imsi in msgin5g_alarms(carrier.gateway), f"{name} is an alarm")
    alarm = msgin5g_alarms(carrier.gateway)[imsi]
    sent = phone.send("?", to=Msisdn(carrier.msgin5g.plan.numbers[-1]))
    await finished(carrier, sent)
    expect(isinstance(sent.report, RpError), f"{name} is refused: {sent.report}")
    return alarm
