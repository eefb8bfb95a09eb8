"""What the gateway has to hold before it registers a phone (MSGin5G-2, -1), and how the phone hears of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from lab.carrier import Carrier
from lab.elements.phone import Phone
from lab.elements.phone_reception import Mode
from lab.expectation import expect
from lab.gateway_status import msgin5g_alarms
from lab.msgin5g.plan import Msgin5gPlan, OwnGateway
from lab.msgin5g.records import address
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.steps import SUCCESS, answered, server, until
from lab.plan import Plan
from lab.scenario import scenario
from lab.scenarios.msgin5g_phones import joined
from lab.steps import deregistered, registered, settled
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.msgdelivery import DeliveryStatus

__all__ = [
    "msgin5g_phone_given_credential",
    "msgin5g_phone_lacks_credential",
    "msgin5g_phone_lacks_key",
    "msgin5g_phone_lacks_service_id",
    "msgin5g_phone_welcome_crash",
    "msgin5g_phone_welcomed",
    "msgin5g_phone_wrong_credential",
]

_HELLO = "Welcome to MSGin5G"
_GIVES = ServerSettings(credential_key=b"of the lab")
_LACKING = Msgin5gPlan(own_gateway=True, own_credential="", own_credentials={"bob": "his own"})
_GIVEN = Msgin5gPlan(own_gateway=True, own_credential="", server=_GIVES)
_NAMELESS = Msgin5gPlan(own_gateway=True, own_as=OwnGateway.CLIENTS, own_provisions=False)
_WELCOME = Msgin5gPlan(own_gateway=True, welcome=_HELLO)
_WRONG = replace(_GIVEN, own_credentials={"alice": "a guess"}, welcome=_HELLO)
_ASKED = (b"msgs-ueregistration", b'"REG"', b"BULKREG")
"""What a registration request has in it, over REST and over CoAP."""


def _with(service: Msgin5gPlan) -> Callable[[Plan], Plan]:
    return lambda plan: replace(plan, msgin5g=service)


def _with_keys(plan: Plan) -> Plan:
    """The server has a key for each phone, and the gateway has not that of alice."""
    names = {phone.name: f"ue-{phone.imsi}" for phone in plan.subscribers}
    service = Msgin5gPlan(
        own_gateway=True,
        own_as=OwnGateway.CLIENTS,
        ues=(),
        own_keys=tuple(names.values()),
        own_lacks=(names["alice"],),
        server=ServerSettings(authenticated=True),
    )
    return replace(plan, msgin5g=service)


async def _provisioned(carrier: Carrier, name: str) -> tuple[Phone, Address]:
    """A phone that is registered in the IMS, and has its Service ID."""
    (phone,) = await registered(carrier, name)
    ids, key = carrier.msgin5g.data.private_ids, (AddressType.UE, str(phone.subscriber.imsi))
    await until(carrier, lambda: key in ids, f"{name} has a Service ID")
    return phone, address(AddressType.UE, ids[key])


async def _alarm(carrier: Carrier, phone: Phone, text: str) -> None:
    name, imsi = phone.subscriber.name, str(phone.subscriber.imsi)
    await until(carrier, lambda: imsi in msgin5g_alarms(carrier.gateway), f"there is an alarm of {name}")
    expect(msgin5g_alarms(carrier.gateway) == {imsi: text}, f"it is of {name} alone, and says: {text}")


async def _next_life(carrier: Carrier, change: Callable[[Msgin5gPlan], Msgin5gPlan]) -> None:
    """The gateway is restarted with another configuration."""
    service = carrier.plan.msgin5g
    assert service is not None
    carrier.describe(replace(carrier.plan, msgin5g=change(service)))
    await _restarted(carrier)


async def _restarted(carrier: Carrier) -> None:
    await carrier.restart("ipsmgw", after=1.0)
    await carrier.until(
        carrier.linked, "the gateway's associations are active again", within=carrier.plan.timers.start
    )


def _credentials(own: Mapping[str, str]) -> Callable[[Msgin5gPlan], Msgin5gPlan]:
    return lambda service: replace(service, own_credentials=own)


def _registrations(carrier: Carrier, who: Address) -> int:
    """Requests that the server was sent for this UE Service ID."""
    sent = (each.data for each in carrier.pdus if each.target == carrier.msgin5g.plan.name)
    return sum(who.addr.encode() in data and any(word in data for word in _ASKED) for data in sent)


async def _lacks(carrier: Carrier, item: str, change: Callable[[Msgin5gPlan], Msgin5gPlan]) -> None:
    """Nothing is asked for alice, and an operator hears why; then the item is there."""
    reader = await server(carrier)
    _, other = await joined(carrier, "bob")
    alice, who = await _provisioned(carrier, "alice")
    await _alarm(carrier, alice, f"no registration: {item.format(who.addr)} is not set")
    call = reader.send(who, "Are you there?", report=True, keep=True)
    await answered(carrier, call)
    kept = call.ack is not None and call.ack.status == DeliveryStatus.DELY_STORED
    expect(kept, "the server keeps what is for her")
    await carrier.pause(2 * carrier.plan.timers.hlr_retry)
    expect(_registrations(carrier, other) > 0, "the server was asked to register bob")
    expect(_registrations(carrier, who) == 0, "it was never asked to register alice")
    expect(not alice.ledger.inbox, "she has nothing")

    await _next_life(carrier, change)
    await until(carrier, lambda: who in carrier.msgin5g.data.registered, "with it alice is registered")
    await until(
        carrier, lambda: list(alice.ledger.inbox) == ["Are you there?"], "and has what was kept, once"
    )
    id_ = call.ack.msg_id if call.ack else ""
    await until(carrier, lambda: reader.ledger.report_of(id_) == [SUCCESS], "the AS is told, once")
    expect(not msgin5g_alarms(carrier.gateway), "there is no alarm any more")


@scenario(
    clause="TS 23.554 §8.2.3, pre-condition 2",
    what="a phone without a credential is not registered, and that is an alarm",
    plan=_with(_LACKING),
    needs=("ipsmgw",),
)
async def msgin5g_phone_lacks_credential(carrier: Carrier) -> None:
    """No request, an alarm that names the item and the phone; registered when the configuration has it."""
    own = {"bob": "his own", "alice": "hers"}
    await _lacks(carrier, "msgin5g.credential", _credentials(own))


@scenario(
    clause="TS 23.554 §8.2.3, pre-condition 2; TS 33.501 Y.2; RFC 8613",
    what="a phone without an OSCORE key is not registered, and that is an alarm",
    plan=_with_keys,
    needs=("ipsmgw",),
)
async def msgin5g_phone_lacks_key(carrier: Carrier) -> None:
    """The same over CoAP, where a key is what the server knows a phone by."""
    await _lacks(carrier, "msgin5g.coap.key for {}", lambda service: replace(service, own_lacks=()))


@scenario(
    clause="TS 23.554 §8.2.3, pre-condition 1; TR 23.700-24",
    what="a phone for which no Service ID is to be had, and that is an alarm",
    plan=_with(_NAMELESS),
    needs=("ipsmgw",),
)
async def msgin5g_phone_lacks_service_id(carrier: Carrier) -> None:
    """Nobody is asked for one while the configuration does not say whom; then alice is registered."""
    (alice,) = await registered(carrier, "alice")
    await _alarm(carrier, alice, "no provisioning: msgin5g.provisioning is not set")
    await carrier.pause(2 * carrier.plan.timers.hlr_retry)
    m5s = carrier.msgin5g.plan.name
    asked = [each for each in carrier.pdus if (each.source, each.target) == ("ipsmgw", m5s)]
    expect(not asked, "the server was asked for nothing")
    await _next_life(carrier, lambda service: replace(service, own_provisions=True))
    _, who = await joined(carrier)
    reader = await server(carrier)
    await answered(carrier, reader.send(who, "hello"))
    await until(carrier, lambda: list(alice.ledger.inbox) == ["hello"], "she is reached")
    expect(not msgin5g_alarms(carrier.gateway), "there is no alarm any more")


@scenario(
    clause="TS 23.554 §8.2.3, pre-condition 2; TR 23.700-24",
    what="a credential that comes with the Service ID",
    plan=_with(_GIVEN),
    needs=("ipsmgw",),
)
async def msgin5g_phone_given_credential(carrier: Carrier) -> None:
    """The configuration has none, so what the provisioning has given is shown; also after a crash."""
    alice, who = await joined(carrier)
    given = carrier.msgin5g.data.subscriptions[who.addr].cred
    expect(
        bool(given) and not msgin5g_alarms(carrier.gateway), "she has a credential, and nothing is missing"
    )
    await _restarted(carrier)
    reader = await server(carrier)
    await until(carrier, lambda: _registrations(carrier, who) == 2, "the next life registers her again")
    sent = [each.data for each in carrier.pdus if given.encode() in each.data and _ASKED[0] in each.data]
    expect(len(sent) == 2, "with what she was given")
    await answered(carrier, reader.send(who, "hello"))
    await until(carrier, lambda: list(alice.ledger.inbox) == ["hello"], "she is reached")


@scenario(clause="TS 23.554 §8.2.3", what="a phone is told that it is in the service", plan=_with(_WELCOME))
async def msgin5g_phone_welcomed(carrier: Carrier) -> None:
    """By one short message after its first registration, and by none after the next."""
    alice, who = await joined(carrier)
    await until(carrier, lambda: list(alice.ledger.inbox) == [_HELLO], "alice is told")
    await deregistered(carrier, alice)
    await until(carrier, lambda: who not in carrier.msgin5g.data.registered, "alice has left the service")
    await joined(carrier)
    await _not_told_again(carrier, alice, who)


@scenario(
    clause="TS 23.554 §8.2.3; DESIGN §5",
    what="a crash of the gateway before a phone was told that it is in the service",
    plan=_with(_WELCOME),
    needs=("ipsmgw",),
)
async def msgin5g_phone_welcome_crash(carrier: Carrier) -> None:
    """A phone without room is told by the next life, once; the life after it does not tell it again."""
    carrier.phone("alice").behave(Mode.MEMORY_FULL)
    alice, who = await joined(carrier)
    await until(carrier, lambda: bool(alice.received), "alice has no room for it")
    await carrier.crash("ipsmgw")
    alice.behave(Mode.OBEDIENT)
    await carrier.revive("ipsmgw")
    await carrier.until(
        lambda: list(alice.ledger.inbox) == [_HELLO],
        "she is told by the next life",
        within=2 * carrier.plan.timers.hlr_retry + 10,
    )
    await settled(carrier)
    await _restarted(carrier)
    await until(carrier, lambda: who in carrier.msgin5g.data.registered, "alice is still in the service")
    await _not_told_again(carrier, alice, who)


@scenario(
    clause="TS 23.554 §8.2.3",
    what="a phone whose registration is refused is told nothing",
    plan=_with(_WRONG),
    needs=("ipsmgw",),
)
async def msgin5g_phone_wrong_credential(carrier: Carrier) -> None:
    """The operator hears of it; with the right credential the phone is registered, and told so."""
    alice, who = await _provisioned(carrier, "alice")
    await _alarm(carrier, alice, "registration: 403 WRONG_CREDENTIAL")
    await carrier.pause(2 * carrier.plan.timers.hlr_retry)
    expect(_registrations(carrier, who) > 1, "it is tried again, for somebody may have put it right")
    expect(who not in carrier.msgin5g.data.registered, "in vain")
    expect(not alice.received, "alice is told nothing")
    await _next_life(carrier, _credentials({}))
    await until(carrier, lambda: list(alice.ledger.inbox) == [_HELLO], "then she is told that she is in")
    expect(not msgin5g_alarms(carrier.gateway), "there is no alarm any more")


async def _not_told_again(carrier: Carrier, alice: Phone, who: Address) -> None:
    """She is reached; and what she is told of the service has come once."""
    reader = await server(carrier)
    await answered(carrier, reader.send(who, "hello"))
    await until(carrier, lambda: "hello" in alice.ledger.inbox, "she is reached")
    expect(list(alice.ledger.inbox) == [_HELLO, "hello"], "she is not told again")
