"""No IMS core: phones register with the gateway itself, and send and receive (TR 23.804 §8.1 to §8.4)."""

from dataclasses import replace

from ipsmgw.sms import Direction, Submit, decode, text
from lab.carrier import Carrier
from lab.elements.phone_registration import RegistrationState
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.scenarios.mixed import crowd, play
from lab.steps import delivered, deregistered, expect_own, finished, registered, settled, until_own
from sipbridge.rp import RpAck

__all__ = [
    "direct_deregister",
    "direct_expiry",
    "direct_guard",
    "direct_long_text",
    "direct_mixed",
    "direct_mo",
    "direct_mt",
    "direct_number",
    "direct_register",
    "direct_restart",
]

_REGISTRATION = "TR 23.804 §8.1, RFC 3310, TS 33.203"
_SHORT, _GUARD = 4, 3.0
_TEXT = "Nobody between us but the gateway, and still each part arrives in its place; so be it. " * 3


def direct(plan: Plan) -> Plan:
    """Phones register with the gateway."""
    return replace(plan, direct=True)


def _as_an_sgsn(plan: Plan) -> Plan:
    return replace(direct(plan), registration="updateGprsLocation")


def _all_algorithms(plan: Plan) -> Plan:
    return replace(direct(plan), algorithms=("AKAv2-SHA-256", "AKAv2-MD5", "AKAv1-MD5"))


def _guarded(plan: Plan) -> Plan:
    return replace(direct(plan), guard=_GUARD)


def _crowd(plan: Plan) -> Plan:
    return direct(crowd(plan))


@scenario(clause=_REGISTRATION, what="digest AKA, and the HLR hears of it", plan=_all_algorithms)
async def direct_register(carrier: Carrier) -> None:
    """REGISTER, sendAuthenticationInfo, 401, REGISTER, 200, anyTimeModification; a refresh is no news."""
    (alice,) = await registered(carrier, "alice")
    expect("algorithm=AKAv2-SHA-256" in alice.authentication.last, "she took the first algorithm")
    expect_own(carrier, lambda: carrier.gateway.status()["bindings"] == 1, "the gateway has one binding")
    answers = [
        pdu.data for pdu in carrier.pdus if pdu.data.startswith(b"SIP/2.0 200") and b"REGISTER" in pdu.data
    ]
    expect(b"rspauth=" in answers[-1], "the 200 proves that the gateway knows the key")
    tel = alice.msisdn.tel.encode()
    expect(b"P-Associated-URI: <sip:" in answers[-1] and tel in answers[-1], "and tells her number")

    await carrier.pause(0.5)  # the answer of the HLR may still be under way
    told = sum(b"\x02\x01\x41" in pdu.data for pdu in carrier.pdus if pdu.protocol == "m3ua")
    alice.register()
    await carrier.until(lambda: alice.registered, "alice has refreshed her registration")
    await carrier.pause(1.0)
    again = sum(b"\x02\x01\x41" in pdu.data for pdu in carrier.pdus if pdu.protocol == "m3ua")
    expect(told == again, "the refresh is no news for the HLR")
    expect_own(carrier, lambda: carrier.gateway.status()["bindings"] == 1, "it is still the same binding")


@scenario(clause="TR 23.804 §8.1 steps 3 to 6", what="the HLR tells the MSISDN", plan=_as_an_sgsn)
async def direct_number(carrier: Carrier) -> None:
    """updateGprsLocation, insertSubscriberData, and only then the 200 with her number in it."""
    (alice,) = await registered(carrier, "alice")
    granted = [
        pdu.data
        for pdu in carrier.pdus
        if pdu.data.startswith(b"SIP/2.0 200") and b" REGISTER\r\n" in pdu.data
    ]
    expect(all(alice.msisdn.tel.encode() in data for data in granted), "each 200 tells her number")
    sent = alice.send("by my number", to=carrier.plan.subscriber("bob").msisdn)
    await finished(carrier, sent)
    expect(carrier.smsc.mo[0].oa == alice.msisdn, "the SC got her message under it")
    await settled(carrier)


@scenario(clause="TR 23.804 §8.3", what="MO of a phone that registered here", plan=direct)
async def direct_mo(carrier: Carrier) -> None:
    """MESSAGE(RP-DATA) from the phone itself, 202, mo-ForwardSM, result, MESSAGE(RP-ACK) to the phone."""
    (alice,) = await registered(carrier, "alice")
    sent = alice.send("straight on", to=carrier.plan.subscriber("bob").msisdn)
    await finished(carrier, sent)
    expect(sent.status == 202, "the MESSAGE was answered 202 Accepted")
    expect(len(sent.reports) == 1 and isinstance(sent.report, RpAck), "there is one report, an RP-ACK")
    expect(len(carrier.smsc.mo) == 1, "the SC got it once")
    got = carrier.smsc.mo[0]
    expect(got.oa == alice.msisdn and got.imsi == alice.subscriber.imsi, "under her MSISDN and IMSI")
    submit = decode(got.tpdu, direction=Direction.FROM_UE)
    expect(isinstance(submit, Submit) and text(submit) == "straight on", "with her words")
    expect(not any("scscf" in (pdu.source, pdu.target) for pdu in carrier.pdus), "no S-CSCF had part in it")
    await settled(carrier)


@scenario(clause="TR 23.804 §8.4", what="MT to a phone that registered here", plan=direct)
async def direct_mt(carrier: Carrier) -> None:
    """mt-ForwardSM, MESSAGE(RP-DATA) to the contact, 200, MESSAGE(RP-ACK), 202, result."""
    (bob,) = await registered(carrier, "bob")
    message = carrier.smsc.submit("hello bob", bob.msisdn)
    await delivered(carrier, message)
    expect(message.state is MtState.DELIVERED, "the SC knows that it was delivered")
    expect([got.text for got in bob.received] == ["hello bob"], "bob got it once")
    await carrier.until(lambda: bob.received[0].reported == 202, "his report was answered 202 Accepted")
    await settled(carrier)


@scenario(clause="TR 23.804 §8.3, §8.4", what="several short messages between two such phones", plan=direct)
async def direct_long_text(carrier: Carrier) -> None:
    """Each part with its submit report; bob's phone puts them together."""
    alice, bob = await registered(carrier, "alice", "bob")
    parts = alice.send_long(_TEXT, to=bob.msisdn)
    for sent in parts:
        await finished(carrier, sent)
    await carrier.until(lambda: list(bob.ledger.inbox) == [_TEXT], "bob reads what alice wrote")


@scenario(clause="TR 23.804 §8.2.1", what="the phone leaves", plan=direct)
async def direct_deregister(carrier: Carrier) -> None:
    """REGISTER with Expires 0, challenged as well; the HLR hears that she is gone."""
    (alice,) = await registered(carrier, "alice")
    await deregistered(carrier, alice)
    await until_own(carrier, lambda: carrier.gateway.status()["bindings"] == 0, "the binding is forgotten")
    expect(alice.registration is RegistrationState.OFF, "she is off")


@scenario(clause="TR 23.804 §8.1, RFC 3261 §10.3", what="a registration runs out", plan=direct)
async def direct_expiry(carrier: Carrier) -> None:
    """A phone that is out of coverage refreshes nothing: the HLR hears it from the gateway's timer."""
    carrier.phone("alice").hurry(_SHORT)
    (alice,) = await registered(carrier, "alice")
    record, begun = carrier.hlr.subscriber(alice.msisdn), carrier.now
    alice.mute()
    within = _SHORT + carrier.plan.timers.settle
    await carrier.until(lambda: record.ip_sm_gw is None, "the HLR has no gateway for her", within)
    expect(carrier.now - begun >= _SHORT / 2, "not before the registration has run out")
    await until_own(carrier, lambda: carrier.gateway.status()["bindings"] == 0, "the binding is forgotten")


@scenario(
    clause="TR 23.804 §8.2.2, RFC 3680", what="the guard timer ends it, and NOTIFY tells", plan=_guarded
)
async def direct_guard(carrier: Carrier) -> None:
    """Nothing was heard of her for long: the HLR is told, she is told, and registers again at once."""
    (alice,) = await registered(carrier, "alice")
    record = carrier.hlr.subscriber(alice.msisdn)
    within = 2 * carrier.plan.guard + carrier.plan.timers.settle
    await carrier.until(lambda: "deactivated" in alice.told, "a NOTIFY has told her", within)
    await registered(carrier, "alice")
    alice.mute()
    await carrier.until(lambda: record.ip_sm_gw is None, "silent, she is de-registered for good", within)
    await until_own(carrier, lambda: carrier.gateway.status()["bindings"] == 0, "the binding is forgotten")


@scenario(
    clause="DESIGN §5, TR 23.804 §8.1 step 6",
    what="contacts outlive the gateway",
    plan=direct,
    needs=("ipsmgw",),
)
async def direct_restart(carrier: Carrier) -> None:
    """MT, crash, MT: bob has not registered again in between."""
    (bob,) = await registered(carrier, "bob")
    first = carrier.smsc.submit("before", bob.msisdn)
    await delivered(carrier, first)
    await settled(carrier)
    await carrier.restart("ipsmgw", after=1.0)
    expect_own(carrier, lambda: carrier.gateway.status()["bindings"] == 1, "the binding is still there")
    await carrier.until(carrier.linked, "the associations are active again", carrier.plan.timers.start)
    second = carrier.smsc.submit("after", bob.msisdn)
    await carrier.until(lambda: list(bob.ledger.inbox) == ["before", "after"], "bob has both messages")
    bob.register()  # over a new connection he has to say again who he is
    await carrier.until(lambda: bob.registered, "bob is registered anew")
    await delivered(carrier, second, carrier.plan.timers.mt_report + 64 * carrier.plan.timers.t1)


@scenario(
    clause="DESIGN §10",
    what="all of it at random, without an IMS core; what happens by itself depends on --faults",
    plan=_crowd,
    robust=True,
)
async def direct_mixed(carrier: Carrier) -> None:
    """Whatever has happened, in the end every message has come to its end."""
    await play(carrier)
