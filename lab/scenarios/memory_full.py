"""A phone has no room for another short message, and then it has: RP-SMMA, and what the HLR makes of it."""

from dataclasses import replace

from ipsmgw.identity import Imsi
from lab.carrier import Carrier
from lab.elements.phone import Phone
from lab.elements.phone_ledger import Smma
from lab.elements.phone_reception import Mode
from lab.elements.sc_ledger import MtMessage, MtState
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.steps import delivered, patient, registered, told
from mapstack.map import AlertReason
from sipbridge.rp import RpAck, RpCause, RpError

__all__ = [
    "memory_available",
    "memory_available_direct",
    "memory_available_hlr_silent",
    "memory_available_refused",
    "memory_available_repeated",
    "memory_available_unknown",
    "memory_full",
]

_CLAUSE = "TS 24.341 §5.3.2.5, TS 23.204 §6.6, TS 29.002 §12.4, §23.6"
_WORDS = ("one more", "and another", "and the last")


def _without_ready_for_sm(plan: Plan) -> Plan:
    return replace(plan, ready_for_sm=False)


def _direct(plan: Plan) -> Plan:
    return replace(patient(plan), direct=True)


@scenario(
    clause="TS 23.040 §3.3.2, TS 29.002 §23.3.7, §23.5",
    what="RP-ERROR 22, reported to the HLR, tried again",
    plan=_without_ready_for_sm,
)
async def memory_full(carrier: Carrier) -> None:
    """RP-ERROR 22 becomes memoryCapacityExceeded; the HLR notes it, and the SC's schedule delivers later."""
    (bob,) = await registered(carrier, "bob")
    (message,) = await _full(carrier, bob, _WORDS[0])
    expect(message.outcome == "SM_DELIVERY_FAILURE MEMORY_CAPACITY_EXCEEDED", "the SC was told why")

    bob.behave(Mode.OBEDIENT)
    await _by_schedule(carrier, message)
    expect(list(bob.ledger.inbox) == ["one more"], "bob has it once")
    record = carrier.hlr.subscriber(bob.msisdn)
    await carrier.until(lambda: not record.mcef and not record.waiting, "the HLR has cleared its flags")


@scenario(
    clause=_CLAUSE,
    what="RP-SMMA, readyForSM, RP-ACK; alerted, and all that waited delivered once",
    plan=patient,
)
async def memory_available(carrier: Carrier) -> None:
    """MESSAGE(RP-SMMA), 202, readyForSM, result, MESSAGE(RP-ACK), 200; alertServiceCentre, the queue."""
    await _delivered_once(carrier)


@scenario(clause=_CLAUSE + ", TR 23.804 §8.6", what="the same of a phone that registers here", plan=_direct)
async def memory_available_direct(carrier: Carrier) -> None:
    """RP-SMMA to the gateway itself, over the flow that the phone has registered."""
    await _delivered_once(carrier)


@scenario(clause=_CLAUSE, what="the HLR has no readyForSM: RP-ERROR 69", plan=_without_ready_for_sm)
async def memory_available_refused(carrier: Carrier) -> None:
    """facilityNotSupported: the phone does not try again, and the SC's schedule delivers."""
    (bob,) = await registered(carrier, "bob")
    (message,) = await _full(carrier, bob, _WORDS[0])
    smma = await _room(carrier, bob)
    report = smma.reports[0].rpdu
    expect(isinstance(report, RpError) and report.cause == 69, "the report is RP-ERROR 69")
    await _by_schedule(carrier, message)
    expect(len(bob.ledger.smma) == 1, "bob has not said it again")


@scenario(clause=_CLAUSE, what="the HLR does not know him: RP-ERROR 30")
async def memory_available_unknown(carrier: Carrier) -> None:
    """unknownSubscriber: nothing is gained by trying again."""
    (bob,) = await registered(carrier, "bob")
    await told(carrier)
    (message,) = await _full(carrier, bob, _WORDS[0])
    record = carrier.hlr_data.by_imsi.pop(Imsi(bob.subscriber.imsi))
    smma = await _room(carrier, bob)
    report = smma.reports[0].rpdu
    expect(isinstance(report, RpError) and report.cause == RpCause.UNKNOWN_SUBSCRIBER, "RP-ERROR 30")
    expect(record.mcef, "the HLR's flag stays")
    await _by_schedule(carrier, message)
    expect(len(bob.ledger.smma) == 1, "bob has not said it again")


@scenario(clause=_CLAUSE + ", TS 24.011 §10", what="a silent HLR: RP-ERROR 38, and RP-SMMA again")
async def memory_available_hlr_silent(carrier: Carrier) -> None:
    """The HLR does not answer; the phone says it again after TRAM, and is heard."""
    (bob,) = await registered(carrier, "bob")
    await told(carrier)
    (message,) = await _full(carrier, bob, _WORDS[0])
    carrier.hlr.mute()
    timers = carrier.plan.timers
    first = await _room(carrier, bob, within=timers.hlr_answer + timers.settle)
    report = first.reports[0].rpdu
    expect(isinstance(report, RpError) and report.cause == RpCause.NETWORK_OUT_OF_ORDER, "RP-ERROR 38")
    carrier.hlr.unmute()
    await carrier.until(
        lambda: len(bob.ledger.smma) == 2 and bool(bob.ledger.smma[1].reports),
        "bob says it again, and has a report",
        within=timers.tram + timers.settle,
    )
    expect(isinstance(bob.ledger.smma[1].reports[0].rpdu, RpAck), "which is RP-ACK")
    expect(first.call_id != bob.ledger.smma[1].call_id, "in a call of its own")
    await delivered(carrier, message)
    expect(list(bob.ledger.inbox) == [_WORDS[0]], "he has it once")


@scenario(clause=_CLAUSE + ", TS 24.011 §10", what="no report reaches the phone: RP-SMMA again")
async def memory_available_repeated(carrier: Carrier) -> None:
    """The RP-ACK is lost: after TR1M and TRAM the phone says it again, and nothing comes twice."""
    (bob,) = await registered(carrier, "bob")
    await told(carrier)
    (message,) = await _full(carrier, bob, _WORDS[0])
    carrier.fault("hlr readyForSM 1 x late 0.5s")  # so that the report does not come at once
    bob.behave(Mode.OBEDIENT)
    first, timers = bob.ledger.smma[-1], carrier.plan.timers
    await carrier.until(lambda: first.status == 202, "RP-SMMA was answered 202")
    bob.mute()
    await carrier.pause(64 * timers.t1 + 1.0)
    bob.unmute()
    await carrier.until(
        lambda: bool(bob.ledger.smma[-1].reports), "bob says it again", within=2 * (timers.tr1m + timers.tram)
    )
    expect(not first.reports, "the first report is lost")
    expect(isinstance(bob.ledger.smma[-1].reports[0].rpdu, RpAck), "the last one is RP-ACK")
    await delivered(carrier, message)
    expect(list(bob.ledger.inbox) == [_WORDS[0]], "he has it once")


async def _delivered_once(carrier: Carrier) -> None:
    (bob,) = await registered(carrier, "bob")
    await told(carrier)
    record = carrier.hlr.subscriber(bob.msisdn)
    messages = await _full(carrier, bob, *_WORDS)
    expect(
        bob.ledger.told_full == carrier.plan.gateway_uri, "bob remembers who has heard that he has no room"
    )
    smma = await _room(carrier, bob)
    expect((smma.status, smma.to) == (202, carrier.plan.gateway_uri), "RP-SMMA was answered 202")
    expect(isinstance(smma.reports[0].rpdu, RpAck), "the report is RP-ACK")
    reasons = [ready.reason for ready in carrier.hlr_data.ready]
    expect(reasons == [AlertReason.MEMORY_AVAILABLE], "the HLR has heard it once")
    for message in messages:
        await delivered(carrier, message)
    expect(list(bob.ledger.inbox) == list(_WORDS), "bob has all of them, once and in order")
    expect([len(message.attempts) for message in messages] == [2, 1, 1], "without a retry of the SC's own")
    expect(len(carrier.sc_data.alerts) == 1, "it was alerted once")
    await carrier.until(lambda: not record.mcef and not record.waiting, "the HLR has cleared its flags")
    expect(len(bob.ledger.smma) == len(smma.reports) == 1, "and bob has said it once")


async def _full(carrier: Carrier, phone: Phone, *words: str) -> list[MtMessage]:
    """The phone has refused the first of these, the HLR knows, and the SC waits with all of them."""
    record = carrier.hlr.subscriber(phone.msisdn)
    phone.behave(Mode.MEMORY_FULL)
    messages = [carrier.smsc.submit(each, phone.msisdn) for each in words]
    await carrier.until(lambda: record.mcef, "the HLR notes that bob's memory is full")
    await carrier.until(lambda: messages[0].state is MtState.WAITING, "the SC waits")
    expect(record.waiting == [carrier.plan.sc_number], "the SC is in the MWD")
    expect(not phone.ledger.inbox, "bob has not kept it")
    return messages


async def _room(carrier: Carrier, phone: Phone, within: float | None = None) -> Smma:
    """The phone has room again, says so, and has a report."""
    phone.behave(Mode.OBEDIENT)
    smma = phone.ledger.smma[-1]
    await carrier.until(lambda: bool(smma.reports), "RP-SMMA has its report", within)
    return smma


async def _by_schedule(carrier: Carrier, message: MtMessage) -> None:
    timers = carrier.plan.timers
    await delivered(carrier, message, within=timers.sc_retries[0] + timers.settle)
    expect(message.state is MtState.DELIVERED, "the SC's next attempt delivers it")
    expect(not carrier.sc_data.alerts, "nobody has alerted it")
