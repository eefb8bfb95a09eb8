"""The same phones over CS and PS, and what the SMS-GMSC does when one says no (TR 23.804 §8.4 to §8.6)."""

from dataclasses import replace

from ipsmgw.identity import NodeNumber
from lab.carrier import Carrier
from lab.elements.domain import Domain, Service
from lab.elements.extensions import ScType
from lab.elements.phone import Phone
from lab.elements.phone_reception import Mode
from lab.elements.sc_ledger import MtMessage, MtState
from lab.expectation import expect
from lab.plan import Gmsc, Plan
from lab.scenario import scenario
from lab.scenarios.mixed import crowd, play
from lab.steps import attached, delivered, finished, registered, settled
from sipbridge.rp import RpAck

__all__ = [
    "all_absent",
    "domains_mixed",
    "everywhere",
    "fall_back_to_cs",
    "fall_back_to_ps",
    "gprs_only",
    "left_for_cs",
    "memory_full_once",
    "mo_over_cs",
    "mo_over_ps",
    "one_address",
    "patience",
    "present_in_cs",
    "room_after_ims",
    "room_after_ps",
    "room_in_ps",
    "there",
    "two_addresses",
    "ways",
]

_FALL_BACK = "TR 23.804 §8.5 step 7, TS 23.040 §3.2.8"
_SPOOFED = "TR 23.804 §8.4 step 3, §5.1.2"
_IMS, _PS, _CS = Domain.IMS, Domain.PS, Domain.CS


def everywhere(plan: Plan) -> Plan:
    """MSC and SGSN, and an SMS-GMSC that takes three addresses."""
    return replace(plan, legs=("msc", "sgsn"), gmsc=Gmsc(ip_messaging=True, gprs=True))


def _one(plan: Plan) -> Plan:
    return replace(everywhere(plan), gmsc=Gmsc())


def _two(plan: Plan) -> Plan:
    return replace(everywhere(plan), gmsc=Gmsc(gprs=True))


def _voice_mail(plan: Plan) -> Plan:
    gmsc = Gmsc(ip_messaging=True, gprs=True, sc_type=ScType.VOICE_MAIL)
    return replace(everywhere(plan), gmsc=gmsc)


def _not_over_ip(plan: Plan) -> Plan:
    return _chosen(plan, over_ip=False, service=Service.CS_PREFERRED)


def _over_ps(plan: Plan) -> Plan:
    return _chosen(plan, over_ip=True, service=Service.PS_PREFERRED)


def _chosen(plan: Plan, *, over_ip: bool, service: Service) -> Plan:
    alice, *others = plan.subscribers
    chosen = replace(alice, over_ip=over_ip, service=service)
    return replace(everywhere(plan), subscribers=(chosen, *others))


def ways(carrier: Carrier, message: MtMessage) -> list[Domain]:
    """Whither the attempts went, one after the other."""
    numbers = {
        carrier.plan.gateway_number: _IMS,
        carrier.plan.sgsn_number: _PS,
        carrier.plan.msc_number: _CS,
    }
    return [numbers[NodeNumber(each.node)] for attempt in message.attempts for each in attempt.forwards]


async def there(carrier: Carrier) -> Phone:
    """Bob in all three domains."""
    (bob,) = await registered(carrier, "bob")
    return await attached(carrier, bob.subscriber.name)


async def _without_room(carrier: Carrier, phone: Phone) -> MtMessage:
    """The phone has refused a message, and the HLR knows why."""
    phone.behave(Mode.MEMORY_FULL)
    message = carrier.smsc.submit("one more", phone.msisdn)
    record = carrier.hlr.subscriber(phone.msisdn)
    await carrier.until(lambda: record.mcef, "the HLR notes that the phone's memory is full")
    return message


async def _kept_after_alert(carrier: Carrier, phone: Phone, message: MtMessage, domain: Domain) -> None:
    """The HLR has heard of the room, and what waited has come once, in this domain."""
    await delivered(carrier, message)
    record = carrier.hlr.subscriber(phone.msisdn)
    expect(len(message.attempts) == 2, "with the attempt that the alert caused")
    await carrier.until(lambda: not record.mcef and not record.waiting, "the HLR has heard of the room")
    kept = [(got.text, got.domain) for got in phone.received if got.answer == "ack"]
    expect(kept == [("one more", domain)], "the phone has it once, over the domain that it is in")


def patience(carrier: Carrier) -> float:
    """How long an attempt may take that fails in all domains."""
    timers = carrier.plan.timers
    return 64 * timers.t1 + 2 * 3 * timers.tc1 + timers.settle


@scenario(clause=_FALL_BACK, what="no answer over IMS, delivered over PS", plan=everywhere)
async def fall_back_to_ps(carrier: Carrier) -> None:
    """absentSubscriberSM of the gateway, mt-ForwardSM to the SGSN, CP-DATA(RP-DATA), RP-ACK, result."""
    bob = await there(carrier)
    record = carrier.hlr.subscriber(bob.msisdn)
    bob.mute(_IMS)
    message = carrier.smsc.submit("by another way", bob.msisdn)
    await delivered(carrier, message, within=patience(carrier))
    expect(message.state is MtState.DELIVERED, "the SC knows that bob has it")
    expect(ways(carrier, message) == [_IMS, _PS], "the second address was the SGSN's")
    expect([(got.text, got.domain) for got in bob.received] == [("by another way", _PS)], "bob has it once")
    await carrier.until(lambda: record.unri, "the HLR is told that bob is not reachable over IMS")
    expect(not record.waiting and not record.mnrg, "and that nobody waits for him")
    await settled(carrier)


@scenario(clause=_FALL_BACK, what="no answer over IMS, detached from PS, delivered over CS", plan=everywhere)
async def fall_back_to_cs(carrier: Carrier) -> None:
    """The gateway and the SGSN say absentSubscriberSM, the MSC delivers; each outcome is reported."""
    bob = await there(carrier)
    record = carrier.hlr.subscriber(bob.msisdn)
    bob.mute(_IMS)
    bob.detach(_PS)
    message = carrier.smsc.submit("by the last way", bob.msisdn)
    await delivered(carrier, message, within=patience(carrier))
    expect(message.state is MtState.DELIVERED, "the SC knows that bob has it")
    expect(ways(carrier, message) == [_IMS, _PS, _CS], "all three were tried, in this order")
    expect([(got.text, got.domain) for got in bob.received] == [("by the last way", _CS)], "bob has it once")
    await carrier.until(lambda: record.unri and record.mnrg, "the HLR knows where bob is not reachable")
    expect(record.absent == {_IMS: 12, _PS: 6}, "and why: no response via IP-SM-GW, GPRS detached")
    expect(not record.mnrf, "but that he is in CS")
    await settled(carrier)


@scenario(clause=_SPOOFED, what="one address: the gateway's in the place of the MSC's", plan=_one)
async def one_address(carrier: Carrier) -> None:
    """An SMS-GMSC that supports neither IP messaging nor GPRS: it cannot fall back, and does not know why."""
    bob = await there(carrier)
    first = carrier.smsc.submit("you are an MSC to me", bob.msisdn)
    await delivered(carrier, first)
    expect(ways(carrier, first) == [_IMS], "it was the gateway")
    bob.mute(_IMS)
    second = carrier.smsc.submit("are you there?", bob.msisdn)
    await carrier.until(lambda: second.state is MtState.WAITING, "the SC waits", within=patience(carrier))
    expect(ways(carrier, second) == [_IMS], "nothing else was tried")
    record = carrier.hlr.subscriber(bob.msisdn)
    await carrier.until(lambda: record.unri, "the HLR knows that the report is about the gateway")
    expect(not record.mnrf, "and not about the MSC that it pretended to be")


@scenario(clause=_SPOOFED, what="two addresses, one of them the gateway's", plan=_two)
async def two_addresses(carrier: Carrier) -> None:
    """gprsSupportIndicator: the gateway in the place of the MSC, and the SGSN; it falls back to that."""
    bob = await there(carrier)
    bob.mute(_IMS)
    message = carrier.smsc.submit("one of two", bob.msisdn)
    await delivered(carrier, message, within=patience(carrier))
    expect(ways(carrier, message) == [_IMS, _PS], "the gateway, then the SGSN")
    expect([got.domain for got in bob.received] == [_PS], "bob has it over PS")
    record = carrier.hlr.subscriber(bob.msisdn)
    await carrier.until(lambda: record.unri, "the HLR knows that bob is not reachable over IMS")
    expect(not record.mnrf and not record.mnrg, "and nothing else")


@scenario(clause="TS 29.002 §12.1, TS 23.040 §3.2.8", what="a subscriber in PS alone", plan=_two)
async def gprs_only(carrier: Carrier) -> None:
    """networkNode-Number with gprsNodeIndicator: the SGSN's, as the only one there is."""
    await registered(carrier, "alice")
    bob = await attached(carrier, "bob", _PS)
    message = carrier.smsc.submit("GPRS and nothing else", bob.msisdn)
    await delivered(carrier, message)
    expect(ways(carrier, message) == [_PS], "it went to the SGSN")
    expect([got.text for got in bob.received] == ["GPRS and nothing else"], "bob has it once")


@scenario(
    clause="TR 23.804 §8.5 step 8, §8.6, TS 29.002 §23.5, §23.6",
    what="absent in all domains, flags, an alert",
    plan=_voice_mail,
)
async def all_absent(carrier: Carrier) -> None:
    """Three absences in one report, with the type of the SC; an attach to PS alerts, and PS delivers."""
    bob = await there(carrier)
    record = carrier.hlr.subscriber(bob.msisdn)
    bob.mute()
    message = carrier.smsc.submit("anybody anywhere?", bob.msisdn)
    await carrier.until(lambda: bool(record.waiting), "the HLR notes the SC", within=patience(carrier))
    expect(ways(carrier, message) == [_IMS, _PS, _CS], "all three were tried")
    expect(record.absent == {_IMS: 12, _PS: 5, _CS: 0}, "no response via any of them")
    expect(record.unri and record.mnrg and record.mnrf, "all flags are set")
    expect(record.sc_types == {carrier.plan.sc_number: ScType.VOICE_MAIL}, "the HLR knows what the SC is")

    bob.unmute(_PS)
    await attached(carrier, "bob", _PS)
    await delivered(carrier, message, within=patience(carrier))
    expect(message.state is MtState.DELIVERED, "the alert has brought it")
    expect([got.domain for got in bob.received] == [_PS], "bob has it once, over PS")
    expect(len(message.attempts) == 2, "with the attempt that the alert caused")
    await carrier.until(lambda: not record.waiting and not record.mnrg, "nobody waits any more")


@scenario(
    clause="TS 29.002 §23.3.7, TS 23.040 §3.2.8", what="no room: no other domain is tried", plan=everywhere
)
async def memory_full_once(carrier: Carrier) -> None:
    """RP-ERROR 22 over IMS ends the attempt; with room again bob gets it over IMS."""
    bob = await there(carrier)
    record = carrier.hlr.subscriber(bob.msisdn)
    bob.behave(Mode.MEMORY_FULL)
    message = carrier.smsc.submit("one more", bob.msisdn)
    await carrier.until(lambda: record.mcef, "the HLR notes that bob's memory is full")
    expect(ways(carrier, message) == [_IMS], "neither SGSN nor MSC was asked")
    bob.behave(Mode.OBEDIENT)
    timers = carrier.plan.timers
    await delivered(carrier, message, within=timers.sc_retries[0] + timers.settle)
    expect([got.text for got in bob.received if got.answer == "ack"] == ["one more"], "bob has it once")
    await carrier.until(lambda: not record.mcef and not record.waiting, "the success clears the flag")


@scenario(
    clause="TS 24.011 §6.3.3, TS 29.002 §12.4, §23.6", what="room again, said over PS: alert", plan=everywhere
)
async def room_in_ps(carrier: Carrier) -> None:
    """RP-ERROR 22; later RP-SMMA, readyForSM with alertReasonIndicator, RP-ACK, alertServiceCentre."""
    await registered(carrier, "alice")
    bob = await attached(carrier, "bob", _PS)
    message = await _without_room(carrier, bob)
    bob.behave(Mode.OBEDIENT)
    await _kept_after_alert(carrier, bob, message, _PS)


@scenario(
    clause="TS 24.011 §6.3.3, TS 29.002 §12.4, §23.6",
    what="no room over IMS, room again in CS: alert",
    plan=everywhere,
)
async def room_after_ims(carrier: Carrier) -> None:
    """RP-ERROR 22 over IMS; de-registered, RP-SMMA over CS, readyForSM of the MSC, alertServiceCentre."""
    await registered(carrier, "alice", "bob")
    bob = await attached(carrier, "bob", _CS)
    message = await _without_room(carrier, bob)
    bob.deregister()
    await carrier.until(lambda: not bob.registered, "bob has left the IMS")
    bob.behave(Mode.OBEDIENT)
    await _kept_after_alert(carrier, bob, message, _CS)
    expect(not bob.ledger.smma, "the IMS, which he has left, hears nothing of it")


@scenario(
    clause="TS 24.341 §5.3.2.5, TS 29.002 §12.4, §23.6",
    what="no room over PS, room again in IMS: alert",
    plan=everywhere,
)
async def room_after_ps(carrier: Carrier) -> None:
    """RP-ERROR 22 over PS; registered and detached, RP-SMMA over IMS, readyForSM of the gateway."""
    await registered(carrier, "alice")
    bob = await attached(carrier, "bob", _PS)
    message = await _without_room(carrier, bob)
    await registered(carrier, "bob")
    bob.detach(_PS)
    await carrier.until(lambda: not bob.attached(_PS), "bob has left PS")
    bob.behave(Mode.OBEDIENT)
    await _kept_after_alert(carrier, bob, message, _IMS)


@scenario(clause="TS 29.002 §12.4, §25.10.3, §23.6", what="a word over CS is enough: alert", plan=everywhere)
async def present_in_cs(carrier: Carrier) -> None:
    """No paging response; MNRF in HLR and VLR; his MO makes the MSC say readyForSM(msPresent)."""
    await registered(carrier, "alice")
    bob = await attached(carrier, "bob", _CS)
    record = carrier.hlr.subscriber(bob.msisdn)
    bob.mute()
    message = carrier.smsc.submit("anybody there?", bob.msisdn)
    await carrier.until(lambda: record.mnrf, "the HLR notes that bob is absent", within=patience(carrier))
    bob.unmute()
    sent = bob.send("here I am", to=carrier.plan.subscriber("alice").msisdn)
    await finished(carrier, sent)
    await delivered(carrier, message)
    expect(len(message.attempts) == 2, "with the attempt that the alert caused")
    expect([got.text for got in bob.received] == ["anybody there?"], "bob has it once")
    await carrier.until(lambda: not record.mnrf and not record.waiting, "the HLR has nothing left to say")


@scenario(
    clause="TS 24.341 §5.3.1, TS 23.221 §7.2c", what="the operator wants no MO over IP", plan=_not_over_ip
)
async def mo_over_cs(carrier: Carrier) -> None:
    """SMS_Over_IP_Networks_Indication 0: CP-DATA(RP-DATA), mo-ForwardSM of the MSC, RP-ACK; back over IMS."""
    await registered(carrier, "alice", "bob")
    alice, bob = await attached(carrier, "alice", _CS), carrier.phone("bob")
    sent = alice.send("round about", to=bob.msisdn)
    await finished(carrier, sent)
    expect(sent.domain is _CS, "her phone took CS, although it is registered")
    expect(isinstance(sent.report, RpAck) and len(sent.reports) == 1, "there is one report, an RP-ACK")
    expect(len(carrier.smsc.mo) == 1, "the SC got it once")
    (got,) = carrier.smsc.mo
    expect((got.oa, got.imsi) == (alice.msisdn, alice.subscriber.imsi), "under her MSISDN, from the VLR")
    (message,) = carrier.smsc.mt
    await delivered(carrier, message)
    expect([each.domain for each in bob.received] == [_IMS], "bob has it over IMS")
    await settled(carrier)


@scenario(clause="TS 27.007 §10.1.21, TS 24.341 §5.3.1", what="not registered: MO over PS", plan=_over_ps)
async def mo_over_ps(carrier: Carrier) -> None:
    """Packet domain preferred: the SGSN hands it to the SC; once registered, the next one goes over IMS."""
    await registered(carrier, "bob")
    alice, bob = await attached(carrier, "alice"), carrier.phone("bob")
    first = alice.send("by packet", to=bob.msisdn)
    await finished(carrier, first)
    expect(first.domain is _PS, "her phone took PS")
    await registered(carrier, "alice")
    second = alice.send("by IP", to=bob.msisdn)
    await finished(carrier, second)
    expect(second.domain is _IMS, "and now IMS")
    await carrier.until(lambda: list(bob.ledger.inbox) == ["by packet", "by IP"], "bob reads both")
    await settled(carrier)


@scenario(
    clause="TR 23.804 §8.4 step 3, §8.8, TS 23.221 §7.2c", what="out of the IMS, in CS", plan=everywhere
)
async def left_for_cs(carrier: Carrier) -> None:
    """De-registered: the HLR has no gateway for bob any more, and his messages go to the MSC."""
    bob = await there(carrier)
    bob.detach(_PS)
    first = carrier.smsc.submit("over IMS", bob.msisdn)
    await delivered(carrier, first)
    bob.deregister()
    record = carrier.hlr.subscriber(bob.msisdn)
    await carrier.until(lambda: record.ip_sm_gw is None, "the HLR has no gateway for bob")
    second = carrier.smsc.submit("over CS", bob.msisdn)
    await delivered(carrier, second)
    expect([(got.text, got.domain) for got in bob.received] == [("over IMS", _IMS), ("over CS", _CS)],
           "each came by its way")  # fmt: skip
    sent = bob.send("and back", to=carrier.plan.subscriber("alice").msisdn)
    await finished(carrier, sent)
    expect(sent.domain is _CS and isinstance(sent.report, RpAck), "what he sends goes by CS as well")
    await settled(carrier)


def _crowd(plan: Plan) -> Plan:
    """Some choose CS, some PS, some the IMS."""
    plan = crowd(everywhere(plan))
    first, second, *others = plan.subscribers
    chosen = (replace(first, service=Service.PS_PREFERRED), replace(second, over_ip=False), *others)
    return replace(plan, subscribers=chosen)


@scenario(
    clause="DESIGN §10",
    what="all of it at random, in all domains; what happens by itself depends on --faults",
    plan=_crowd,
    robust=True,
)
async def domains_mixed(carrier: Carrier) -> None:
    """Whatever has happened, in the end every message has come to its end."""
    await play(carrier)
