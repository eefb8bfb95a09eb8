"""What HLR, MSC and SC may do instead of delivering (TS 29.002 §12.1, §12.3, §23.3; TS 23.040 §3.3.2)."""

from dataclasses import replace

from ipsmgw.identity import Imsi, Msisdn, NodeNumber
from lab.carrier import Carrier
from lab.elements.domain import Domain
from lab.elements.message_waiting import HlrSubscriber
from lab.elements.sc_ledger import MtMessage, MtState
from lab.expectation import expect
from lab.plan import Gmsc, Plan
from lab.scenario import scenario
from lab.scenarios.domains import everywhere, patience, there, ways
from lab.steps import attached, delivered, finished, registered
from mapstack.map import CallBarringCause

__all__ = [
    "barred",
    "illegal_subscriber",
    "informed",
    "no_flags_wanted",
    "not_provisioned",
    "roaming_refused",
    "unidentified_subscriber",
    "waiting_list_full",
    "withdrawn",
    "without_priority",
]

_IMS, _PS, _CS = Domain.IMS, Domain.PS, Domain.CS
_ROUTING = "TS 29.002 §12.1, TS 23.040 §3.3.2"
_ELSE = NodeNumber("15550000098")
_SECOND = Msisdn("15551007777")


def _in_cs(plan: Plan) -> Plan:
    return replace(plan, legs=("msc",), gmsc=Gmsc(ip_messaging=True))


def _unimportant(plan: Plan) -> Plan:
    return replace(everywhere(plan), gmsc=Gmsc(ip_messaging=True, gprs=True, priority=False))


async def _given_up(carrier: Carrier, to: Msisdn, why: str) -> None:
    message = carrier.smsc.submit("will you take this?", to)
    await delivered(carrier, message)
    expect(message.state is MtState.FAILED, f"the SC has given it up: {why}")
    expect(message.outcome == why, f"because of {why}")
    expect(len(message.attempts) == 1, "without another attempt")
    expect(not message.attempts[0].forwards, "and nobody was asked to deliver it")


async def _waits(carrier: Carrier, message: MtMessage) -> None:
    within = patience(carrier)
    await carrier.until(lambda: message.state is MtState.WAITING, "the SC waits", within=within)


@scenario(clause=_ROUTING, what="callBarred, by himself and by his operator")
async def barred(carrier: Carrier) -> None:
    """sendRoutingInfoForSM: barringServiceActive, operatorBarring; then neither, and it is delivered."""
    (bob,) = await registered(carrier, "bob")
    record = carrier.hlr.subscriber(bob.msisdn)
    for cause in (CallBarringCause.BARRING_SERVICE_ACTIVE, CallBarringCause.OPERATOR_BARRING):
        record.barred = cause
        await _given_up(carrier, bob.msisdn, f"CALL_BARRED {cause.name}")
    record.barred = None
    message = carrier.smsc.submit("and now?", bob.msisdn)
    await delivered(carrier, message)
    expect([got.text for got in bob.received] == ["and now?"], "he gets what comes later")


@scenario(clause=_ROUTING, what="teleserviceNotProvisioned, facilityNotSupported")
async def not_provisioned(carrier: Carrier) -> None:
    """Without teleservice 21, and where the network cannot do it: both are permanent."""
    (bob,) = await registered(carrier, "bob")
    record = carrier.hlr.subscriber(bob.msisdn)
    record.teleservice = False
    await _given_up(carrier, bob.msisdn, "TELESERVICE_NOT_PROVISIONED")
    record.supported = False
    await _given_up(carrier, bob.msisdn, "FACILITY_NOT_SUPPORTED")
    expect(not bob.received, "bob has got nothing")


@scenario(clause="TS 29.002 §12.3, TS 23.040 §3.2.3", what="messageWaitingListFull: the schedule delivers")
async def waiting_list_full(carrier: Carrier) -> None:
    """The report is refused, so there is no alert; the SC tries again by itself, and has nothing to clear."""
    (bob,) = await registered(carrier, "bob")
    record = carrier.hlr.subscriber(bob.msisdn)
    carrier.hlr_data.list_limit = 1
    record.waiting.append(_ELSE)
    bob.mute()
    message = carrier.smsc.submit("no room on the list", bob.msisdn)
    await _waits(carrier, message)
    await carrier.until(lambda: not message.reported, "the HLR has refused the report")
    expect(record.waiting == [_ELSE] and not record.unri, "the HLR has noted nothing")
    bob.unmute()
    within = carrier.plan.timers.sc_retries[0] + patience(carrier)
    await delivered(carrier, message, within=within)
    expect([got.text for got in bob.received] == ["no room on the list"], "bob has it once")
    record.waiting.clear()


@scenario(
    clause="TS 29.002 §12.3, §12.6, TS 23.040 §3.2.7",
    what="a second number: storedMSISDN, informServiceCentre",
    plan=_in_cs,
)
async def informed(carrier: Carrier) -> None:
    """The SC asks for another number than the HLR alerts by; it is told, and knows what an alert means."""
    await registered(carrier, "alice")
    bob = await attached(carrier, "bob")
    record = carrier.hlr.subscriber(bob.msisdn)
    carrier.hlr_data.by_msisdn[_SECOND] = record
    bob.mute()
    message = carrier.smsc.submit("by your other number", _SECOND)
    await _waits(carrier, message)
    await carrier.until(lambda: bool(carrier.sc_data.aliases), "the report was answered with storedMSISDN")
    expect(carrier.sc_data.aliases == {bob.msisdn: _SECOND}, "so the SC knows whom an alert means")
    carrier.sc_data.aliases.clear()
    other = carrier.smsc.submit("by the one you know", bob.msisdn)
    await _waits(carrier, other)
    again = carrier.smsc.submit("once more", _SECOND)
    within = carrier.plan.timers.sc_retries[0] + patience(carrier)
    await carrier.until(lambda: len(message.attempts) == 2, "the SC asks again", within=within)
    await carrier.until(lambda: bool(carrier.sc_data.aliases), "and informServiceCentre says it, too")
    bob.unmute()
    await attached(carrier, "bob")
    for each in (message, other, again):
        await delivered(carrier, each, within=within)
    expect(len(bob.ledger.inbox) == 3, "the alert has brought what waited under both numbers")
    await carrier.until(lambda: not record.mnrf, "the HLR has cleared its flag")


@scenario(clause="TR 23.804 §8.5 step 8", what="an SC that wants no flags", plan=everywhere)
async def no_flags_wanted(carrier: Carrier) -> None:
    """All attempts fail, and nothing is reported: the SC decides."""
    bob = await there(carrier)
    bob.mute()
    message = carrier.smsc.submit("never mind", bob.msisdn, alert=False)
    await _waits(carrier, message)
    expect(ways(carrier, message) == [_IMS, _PS, _CS], "all three were tried")
    record = carrier.hlr.subscriber(bob.msisdn)
    await carrier.pause(1.0)
    expect(not record.waiting and not _flags(record), "the HLR has heard of nothing")
    bob.unmute()
    await delivered(carrier, message, within=carrier.plan.timers.sc_retries[0] + patience(carrier))
    expect(len(bob.received) == 1, "the schedule brings it")


@scenario(
    clause="TS 29.002 §12.1, §23.3.2", what="without priority nobody absent is tried", plan=_unimportant
)
async def without_priority(carrier: Carrier) -> None:
    """sm-RP-PRI FALSE: first the IMS is left out, then the HLR says absentSubscriberSM with both reasons."""
    bob = await there(carrier)
    bob.mute(_IMS)
    first = carrier.smsc.submit("the long way", bob.msisdn)
    await delivered(carrier, first, within=patience(carrier))
    record = carrier.hlr.subscriber(bob.msisdn)
    await carrier.until(lambda: record.unri, "the HLR knows that bob is not reachable over IMS")
    second = carrier.smsc.submit("the short way", bob.msisdn)
    await delivered(carrier, second)
    expect(ways(carrier, second) == [_PS], "the gateway was not asked again")
    bob.mute()
    third = carrier.smsc.submit("no way", bob.msisdn)
    await _waits(carrier, third)
    await carrier.until(lambda: record.mnrf and record.mnrg, "the HLR has both flags")
    fourth = carrier.smsc.submit("none at all", carrier.plan.subscriber("bob").msisdn)
    within = carrier.plan.timers.sc_retries[0] + patience(carrier)
    await carrier.until(lambda: len(third.attempts) == 2, "the SC asks again", within=within)
    await _waits(carrier, third)
    expect(third.outcome == "ABSENT_SUBSCRIBER_SM 0", "the HLR says that he is absent")
    expect(not third.attempts[1].forwards, "and nobody is asked to deliver it")
    bob.unmute()
    await attached(carrier, "bob")
    for each in (third, fourth):
        await delivered(carrier, each, within=within)
    expect(len(bob.ledger.inbox) == 4, "the alert has brought the others")


@scenario(clause="TS 29.002 §12.2, §25.5.3, TS 23.040 §3.3.2", what="the MSC lets him not in", plan=_in_cs)
async def illegal_subscriber(carrier: Carrier) -> None:
    """illegalSubscriber is permanent, and no absence."""
    await registered(carrier, "alice")
    bob = await attached(carrier, "bob")
    carrier.visitors["msc"][Imsi(bob.subscriber.imsi)].illegal = True
    message = carrier.smsc.submit("are you who you are?", bob.msisdn)
    await delivered(carrier, message)
    expect(message.state is MtState.FAILED, "the SC has given it up")
    expect(message.outcome == "ILLEGAL_SUBSCRIBER", "because the MSC would not serve him")
    expect(not carrier.hlr.subscriber(bob.msisdn).waiting, "and the HLR notes nobody")


@scenario(clause="TS 29.002 §12.2, §23.3.7, TS 23.040 §3.3.2", what="the MSC has lost his data", plan=_in_cs)
async def unidentified_subscriber(carrier: Carrier) -> None:
    """unidentifiedSubscriber counts as absence, diagnostic 9; he updates his location, and gets it."""
    await registered(carrier, "alice")
    bob = await attached(carrier, "bob")
    carrier.visitors["msc"].clear()
    message = carrier.smsc.submit("lost and found", bob.msisdn)
    await _waits(carrier, message)
    record = carrier.hlr.subscriber(bob.msisdn)
    await carrier.until(lambda: record.mnrf, "the HLR notes that the MSC does not know him")
    expect(record.absent == {_CS: 9}, "and why")
    await attached(carrier, "bob")
    await delivered(carrier, message)
    expect([got.text for got in bob.received] == ["lost and found"], "bob has it once")


@scenario(
    clause="TS 29.002 §8.1.2, §8.1.7, TS 24.008 §4.4.4.7", what="no roaming in CS and PS", plan=everywhere
)
async def roaming_refused(carrier: Carrier) -> None:
    """updateLocation and updateGprsLocation: roamingNotAllowed; the phone hears why, and stays in the IMS."""
    (bob,) = await registered(carrier, "bob")
    record = carrier.hlr.subscriber(bob.msisdn)
    record.roaming_allowed = False
    bob.attach()
    await carrier.until(lambda: bob.refused == {_CS: 11, _PS: 11}, "both have refused him: PLMN not allowed")
    expect(record.msc is None and record.sgsn is None, "the HLR has neither")
    message = carrier.smsc.submit("over IP then", bob.msisdn)
    await delivered(carrier, message)
    expect(ways(carrier, message) == [_IMS], "there is one way left")


@scenario(
    clause="TS 29.002 §8.1.3, §8.8.1", what="cancelLocation in CS and PS, and a new number", plan=everywhere
)
async def withdrawn(carrier: Carrier) -> None:
    """insertSubscriberData: alice sends under her new number; cancelLocation: nobody serves bob any more."""
    old, new = _SECOND, carrier.plan.subscriber("alice").msisdn
    carrier.hlr.renumber(new, old)
    carrier.phone("bob").register()
    alice, bob = await attached(carrier, "alice", _CS), await attached(carrier, "bob")
    carrier.hlr.renumber(old, new)
    carrier.hlr.withdraw(bob.msisdn)
    await carrier.until(lambda: carrier.hlr.open_work == 0, "all nodes have answered")
    sent = alice.send("my new number", to=bob.msisdn)
    await finished(carrier, sent)
    expect([got.oa for got in carrier.smsc.mo] == [new], "the MSC has told the SC her new number")
    imsi = Imsi(bob.subscriber.imsi)
    expect(all(leg.visitor(imsi) is None for leg in carrier.legs.values()), "neither MSC nor SGSN knows bob")
    (message,) = carrier.smsc.mt
    await _waits(carrier, message)
    expect(not message.attempts[0].forwards, "and nothing is sent to them")


def _flags(record: HlrSubscriber) -> bool:
    return record.unri or record.mnrf or record.mnrg or record.mcef
