"""The IMS misbehaves by rules: a battery, an S-CSCF that dies, answers of the core, tags, lost reports."""

from collections import Counter
from dataclasses import replace

from ipsmgw.sms import Deliver, Direction, decode
from lab.carrier import Carrier
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.steps import delivered, finished, registered, settled
from sipbridge.rp import RpAck

__all__ = [
    "faults_battery",
    "faults_clock_of_the_sc",
    "faults_core_refuses",
    "faults_garbled",
    "faults_memory_full",
    "faults_report_lost",
    "faults_report_refused",
    "faults_scscf_dies",
    "faults_tag_in_to",
]

_HOUR = 3600.0


def _soon_again(plan: Plan) -> Plan:
    """Retries of the SC that come before its validity ends, and not before the phone is there again."""
    retries = tuple(max(each, 8.0) for each in plan.timers.sc_retries)
    return replace(plan, timers=replace(plan.timers, sc_retries=retries))


@scenario(
    clause="TS 24.341 §5.3.2.4, TS 23.204 §6.4",
    what="the battery is pulled after 200, before the report",
    plan=_soon_again,
)
async def faults_battery(carrier: Carrier) -> None:
    """No report: absentSubscriberSM. When the phone is on again it registers, and the message comes anew."""
    (bob,) = await registered(carrier, "bob")
    timers = carrier.plan.timers
    pulled = carrier.fault("bob RP-DATA 1 x battery 1 s")
    message = carrier.smsc.submit("do not leave me", bob.msisdn)
    await carrier.until(
        lambda: bool(message.attempts and message.attempts[0].outcome),
        "the first attempt has ended",
        within=timers.mt_report + 64 * timers.t1 + timers.settle,
    )
    expect(pulled.strikes == 1, "the battery was pulled once")
    first = message.attempts[0].outcome
    expect(first is not None and first.text.startswith("ABSENT_SUBSCRIBER_SM"), "he was absent")
    await delivered(carrier, message, within=timers.sc_retries[0] + 64 * timers.t1 + timers.settle)
    expect(message.state is MtState.DELIVERED, "the message is delivered in the end")
    expect(carrier.phone("bob").registered, "to the phone that has registered anew")


@scenario(clause="RFC 3261 §17.1.2, TS 24.229 §5.4.3.2", what="the S-CSCF dies with the MESSAGE in its hands")
async def faults_scscf_dies(carrier: Carrier) -> None:
    """The phone repeats its MESSAGE until an S-CSCF is there; the SC has it once."""
    alice, bob = await registered(carrier, "alice", "bob")
    outage = 8 * carrier.plan.timers.t1
    died = carrier.fault(f"alice->scscf MESSAGE 1 x restart {outage:g} s")
    sent = alice.send("is anybody there?", to=bob.msisdn)
    await carrier.until(
        lambda: sent.state.final,
        "the MO has ended",
        within=64 * carrier.plan.timers.t1 + carrier.plan.timers.settle,
    )
    expect(died.strikes == 1, "the S-CSCF has died once")
    expect(isinstance(sent.report, RpAck), "alice has her RP-ACK")
    await carrier.until(lambda: list(bob.ledger.inbox) == ["is anybody there?"], "bob has the message, once")
    expect(len(carrier.smsc.mo) == 1, "the SC got it once")


@scenario(
    clause="TS 24.341 §5.3.3.4.3, TS 23.040 §11", what="the core refuses an MT: 503, 480; the third is taken"
)
async def faults_core_refuses(carrier: Carrier) -> None:
    """Each refusal is an answer to the SC, which tries again."""
    (bob,) = await registered(carrier, "bob")
    timers = carrier.plan.timers
    refused = carrier.fault("ipsmgw->scscf RP-DATA 1 x sip 503 Retry-After:1, 1 x sip 480, then ok")
    message = carrier.smsc.submit("third time lucky", bob.msisdn)
    await delivered(carrier, message, within=sum(timers.sc_retries[:2]) + 2 * timers.settle)
    expect(refused.strikes == 2, "the core has refused twice")
    expect(message.state is MtState.DELIVERED and len(message.attempts) == 3, "the third attempt delivers")
    expect([got.text for got in bob.received] == ["third time lucky"], "bob got it once")


@scenario(clause="RFC 3261 §17.1.2.2, TS 24.341 §5.3.2.4", what="a delivery report is lost: it is repeated")
async def faults_report_lost(carrier: Carrier) -> None:
    """The S-CSCF repeats the MESSAGE with the RP-ACK, and the SC has its result."""
    (bob,) = await registered(carrier, "bob")
    lost = carrier.fault("scscf->ipsmgw RP-ACK 2 x silence")
    message = carrier.smsc.submit("say yes", bob.msisdn)
    await delivered(carrier, message)
    expect(lost.strikes == 2, "it was lost twice")
    expect(
        message.state is MtState.DELIVERED and len(message.attempts) == 1, "delivered at the first attempt"
    )
    expect(len(bob.received) == 1, "bob got it once")


@scenario(
    clause="TS 24.341 §5.3.2.4, RFC 3261 §21.5.4",
    what="a delivery report is answered 503: the phone tries again",
)
async def faults_report_refused(carrier: Carrier) -> None:
    """In a MESSAGE of its own, after a pause; the gateway takes that."""
    (bob,) = await registered(carrier, "bob")
    carrier.fault("scscf->ipsmgw RP-ACK 1 x sip 503, then ok")
    message = carrier.smsc.submit("say it again", bob.msisdn)
    await delivered(carrier, message)
    expect(
        message.state is MtState.DELIVERED and len(message.attempts) == 1, "delivered at the first attempt"
    )
    expect([got.report_attempts for got in bob.received] <= [2], "with the second report at the latest")


@scenario(
    clause="RFC 3261 §12.2.2, §8.2.2", what="a new MESSAGE with a tag in its To: no dialog, and no harm"
)
async def faults_tag_in_to(carrier: Carrier) -> None:
    """What is answered to it is final, and alice's next message goes through."""
    alice, bob = await registered(carrier, "alice", "bob")
    carrier.fault("scscf->ipsmgw RP-DATA 1 x to-tag")
    sent = alice.send("whose dialog?", to=bob.msisdn)
    await finished(carrier, sent)
    expect(sent.status in (202, 481), "it is taken, or there is no such dialog")
    expect(bool(sent.reports) == (sent.status == 202), "what was taken has a report")
    await settled(carrier)
    again = alice.send("nobody's", to=bob.msisdn)
    await finished(carrier, again)
    expect(isinstance(again.report, RpAck), "the next one has its RP-ACK")


@scenario(
    clause="RFC 3261 §16.3, §17.1.2.2, Q.714 §4.2",
    what="octets that mean nothing, on every leg: repeated, or told",
)
async def faults_garbled(carrier: Carrier) -> None:
    """MESSAGE, mo-ForwardSM and mt-ForwardSM are garbled once each; what is said in the end is true."""
    alice, bob = await registered(carrier, "alice", "bob")
    rules = [
        carrier.fault("scscf->ipsmgw MESSAGE 1 x garbage"),
        carrier.fault("ipsmgw->smsc mo-ForwardSM 1 x garbage"),
    ]
    timers = carrier.plan.timers
    sent = alice.send("can you read me?", to=bob.msisdn)
    await carrier.until(lambda: sent.state.final, "the MO has ended", within=timers.tr1m + timers.settle)
    expect(all(rule.strikes == 1 for rule in rules), "both legs were garbled")
    expect(
        sent.report is not None and not isinstance(sent.report, RpAck), "alice is told that it has not gone"
    )
    expect(not carrier.smsc.mo and not bob.received, "and it has not")


@scenario(clause="TS 23.040 §9.2.3.22, TS 24.341 §5.3.2.2", what="bob's memory is full for a time, by a rule")
async def faults_memory_full(carrier: Carrier) -> None:
    """RP-ERROR 22, memoryCapacityExceeded; with room comes RP-SMMA, the alert, and the message."""
    (bob,) = await registered(carrier, "bob")
    full = carrier.fault("bob RP-DATA 1 x memory-full 2 s")
    message = carrier.smsc.submit("make room", bob.msisdn)
    await carrier.until(lambda: message.state is MtState.WAITING, "the SC waits")
    expect(full.strikes == 1 and "MEMORY_CAPACITY_EXCEEDED" in message.outcome, "his memory is full")
    timers = carrier.plan.timers
    await delivered(carrier, message, within=timers.sc_retries[0] + timers.tram + 2 * timers.settle)
    expect(message.state is MtState.DELIVERED, "it is delivered in the end")
    expect(Counter(got.answer for got in bob.received)["ack"] == 1, "and taken once")


@scenario(clause="TS 23.040 §9.2.3.11", what="the SC's clock is an hour ahead: its time stamps say so")
async def faults_clock_of_the_sc(carrier: Carrier) -> None:
    """TP-SCTS is as wrong as the clock, and everything else goes on."""
    (bob,) = await registered(carrier, "bob")
    carrier.fault("smsc clock +1 h")
    await carrier.pause(0.5)  # for what had a timer by the clock that it was, that timer is over
    await carrier.until(carrier.linked, "all associations are active", within=carrier.plan.timers.start)
    message = carrier.smsc.submit("what time is it?", bob.msisdn)
    await delivered(carrier, message)
    tpdu = decode(bob.received[0].tpdu, direction=Direction.TO_UE)
    stamped = tpdu.tp_scts.when if isinstance(tpdu, Deliver) else None
    expect(stamped is not None, "bob has an SMS-DELIVER with a time stamp")
    ahead = 0.0 if stamped is None else stamped.timestamp() - carrier.now
    expect(_HOUR - 60 < ahead <= _HOUR + 1, "which was stamped an hour ahead")
