"""SS7 misbehaves by rules: errors by turn, UDTS, aborts, answers late, twice, for nobody (lab.meddling)."""

from dataclasses import replace

from lab.carrier import Carrier
from lab.elements.phone import Phone
from lab.elements.phone_ledger import Sent
from lab.elements.sc_ledger import MtState
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import LINKS, scenario
from lab.steps import delivered, deregistered, finished, hlr_dialogues, registered, settled, told
from sipbridge.rp import RpAck, RpError

__all__ = [
    "faults_abort_in_the_middle",
    "faults_absent_then_ready",
    "faults_as_pending",
    "faults_destination_unavailable",
    "faults_mo_aborted",
    "faults_mo_late",
    "faults_mo_refused_by_rate",
    "faults_mo_returned",
    "faults_mo_twice_and_for_nobody",
    "faults_slow_hlr",
]

_NETWORK_OUT_OF_ORDER = 38


def _retries(plan: Plan) -> Plan:
    """Two retries of the SC's own, and then a wait that is longer than the story."""
    first = plan.timers.sc_retries[0]
    return replace(plan, timers=replace(plan.timers, sc_retries=(first, first, 40 * first, 60 * first)))


def _as_sgsn(plan: Plan) -> Plan:
    return replace(plan, registration="updateGprsLocation", service_info="imsi={imsi}")


@scenario(
    clause="TS 23.040 §3.2.7, TS 29.002 §23.5, §23.6",
    what="three times absent, then ready, then the alert",
    plan=_retries,
)
async def faults_absent_then_ready(carrier: Carrier) -> None:
    """absentSubscriberSM three times in the gateway's name; the HLR waits with the SC, and alerts it."""
    (bob,) = await registered(carrier, "bob")
    record = carrier.hlr.subscriber(bob.msisdn)
    absent = carrier.fault("smsc->ipsmgw mt-ForwardSM 3 x error absentSubscriberSM 6, then ok")
    message = carrier.smsc.submit("are you there?", bob.msisdn)
    timers = carrier.plan.timers
    await carrier.until(
        lambda: absent.strikes == 3 and message.state is MtState.WAITING,
        "the SC has tried three times",
        within=3 * timers.sc_retries[0] + timers.settle,
    )
    expect(message.outcome == "ABSENT_SUBSCRIBER_SM 6", "each time he is absent, IMSI detached")
    await carrier.until(lambda: record.waiting == [carrier.plan.sc_number], "the HLR notes the SC in its MWD")
    expect(not bob.received, "nothing has come to bob")

    await deregistered(carrier, bob)
    await registered(carrier, "bob")
    await delivered(carrier, message)
    expect(message.state is MtState.DELIVERED and len(message.attempts) == 4, "the fourth attempt delivers")
    expect(bool(carrier.sc_data.alerts), "which the alert has caused")
    expect([got.text for got in bob.received] == ["are you there?"], "bob got it once")


@scenario(clause="Q.714 §4.2, TS 24.011 §8.2.5.4", what="mo-ForwardSM comes back as UDTS: RP-ERROR 38")
async def faults_mo_returned(carrier: Carrier) -> None:
    """No translation, and a subsystem that fails; the third goes through."""
    alice, bob = await registered(carrier, "alice", "bob")
    carrier.fault("smsc mo-ForwardSM 1 x udts noTranslationForAddress, 1 x udts subsystemFailure")
    for words in ("not there", "nor now"):
        await _refused(carrier, alice, bob, words)
    await _accepted(carrier, alice, bob, "but now")


@scenario(
    clause="Q.774 §3.3.3, §3.2.2, TS 29.002 §7.3.1",
    what="mo-ForwardSM aborted, rejected: RP-ERROR, once each",
)
async def faults_mo_aborted(carrier: Carrier) -> None:
    """P-Abort, U-Abort, Reject: each ends the dialogue, and alice is told; the fourth goes through."""
    alice, bob = await registered(carrier, "alice", "bob")
    aborted = carrier.fault(
        "smsc mo-ForwardSM 1 x abort, 1 x u-abort associatedProcedureFailure, 1 x reject resourceLimitation"
    )
    for words in ("one", "two", "three"):
        await _refused(carrier, alice, bob, words)
    expect(aborted.strikes == 3, "each of the three has struck")
    await _accepted(carrier, alice, bob, "four")


@scenario(
    clause="TS 24.341 §5.3.3.4.2, Q.774 §3.2.2", what="the SC's answer is late: one RP-ERROR, no RP-ACK"
)
async def faults_mo_late(carrier: Carrier) -> None:
    """The invoke timer ends the dialogue; the result that comes after it meets nobody."""
    alice, bob = await registered(carrier, "alice", "bob")
    timers = carrier.plan.timers
    late = timers.mo_answer + 0.4 * (timers.tr1m - timers.mo_answer) + 1.0
    carrier.fault(f"smsc->ipsmgw answer-to mo-ForwardSM 1 x late {late:g} s")
    sent = alice.send("how long?", to=bob.msisdn)
    await carrier.until(lambda: sent.state.final, "alice has a report", within=late + timers.settle)
    expect(isinstance(sent.report, RpError), "it is an RP-ERROR")
    await carrier.until(
        lambda: any("late" in pdu.fate for pdu in carrier.pdus),
        "the result comes",
        within=late + timers.settle,
    )
    await _accepted(carrier, alice, bob, "and now?")
    expect(len(sent.reports) == 1, "there is one report")


@scenario(clause="Q.774 §3.2.2, §3.3.4", what="a result twice: one report; a result for nobody: the timer")
async def faults_mo_twice_and_for_nobody(carrier: Carrier) -> None:
    """The second End meets no transaction; an End for another transaction leaves this one open."""
    alice, bob = await registered(carrier, "alice", "bob")
    carrier.fault("smsc->ipsmgw answer-to mo-ForwardSM 1 x twice, 1 x wrong-tid, then ok")
    sent = await _accepted(carrier, alice, bob, "once is enough")
    nobody = alice.send("whose is it?", to=bob.msisdn)
    timers = carrier.plan.timers
    await carrier.until(lambda: nobody.state.final, "it has ended", within=timers.tr1m + timers.settle)
    expect(isinstance(nobody.report, RpError), "the second is refused when its timer is over")
    await _accepted(carrier, alice, bob, "and again")
    expect([len(each.reports) for each in (sent, nobody)] == [1, 1], "each has one report")


@scenario(clause="TS 29.002 §17.6.6, TS 23.040 §11", what="errors by percentage: each report tells its own")
async def faults_mo_refused_by_rate(carrier: Carrier) -> None:
    """A third systemFailure, a third sc-Congestion: what alice is told is what the SC was made to say."""
    alice, bob = await registered(carrier, "alice", "bob")
    refused = carrier.fault(
        "smsc mo-ForwardSM 33% error systemFailure, 33% error sm-DeliveryFailure scCongestion"
    )
    sent = [alice.send(f"number {number}", to=bob.msisdn) for number in range(12)]
    await carrier.until(lambda: all(each.state.final for each in sent), "all have ended", within=60.0)
    causes = [int(each.report.cause) for each in sent if isinstance(each.report, RpError)]
    expect(len(causes) == refused.strikes, "as many are refused as the rule has struck")
    expect(set(causes) <= {_NETWORK_OUT_OF_ORDER, 42}, "network out of order, or congestion")
    taken = sum(isinstance(each.report, RpAck) for each in sent)
    expect(len(carrier.smsc.mo) == taken, "the SC has what has an RP-ACK, and nothing else")


@scenario(clause="TS 29.002 §17.1.2, TS 23.204 §6.1", what="the HLR is slower than its timer: told again")
async def faults_slow_hlr(carrier: Carrier) -> None:
    """The result of anyTimeModification comes when nobody waits for it; the next one is in time."""
    timers, alice = carrier.plan.timers, carrier.phone("alice")
    slow = carrier.fault(f"hlr->ipsmgw answer-to anyTimeModification 1 x late {timers.hlr_answer + 0.5:g} s")
    alice.register()
    within = timers.hlr_answer + timers.hlr_retry + 2 * timers.settle
    await carrier.until(lambda: hlr_dialogues(carrier) == 2, "the HLR is told again", within)
    await carrier.until(lambda: hlr_dialogues(carrier) == 2 and slow.seen >= 2, "and answers", within)
    expect(slow.strikes == 1, "after one answer that was late")
    number = carrier.plan.gateway_number
    expect(carrier.hlr.subscriber(alice.msisdn).ip_sm_gw == number, "the HLR has the gateway's number")


@scenario(
    clause="Q.774 §3.2.2, TS 29.002 §8.1.7",
    what="an Abort in the middle of updateGprsLocation",
    plan=_as_sgsn,
)
async def faults_abort_in_the_middle(carrier: Carrier) -> None:
    """insertSubscriberData becomes an Abort for both ends; the gateway registers at the HLR again."""
    timers, alice = carrier.plan.timers, carrier.phone("alice")
    aborted = carrier.fault("hlr->ipsmgw insertSubscriberData 1 x abort, then ok")
    alice.register()
    record, number = carrier.hlr.subscriber(alice.msisdn), carrier.plan.gateway_number
    await carrier.until(lambda: aborted.strikes == 1, "the dialogue is aborted")
    within = timers.hlr_retry + timers.settle
    await carrier.until(lambda: hlr_dialogues(carrier) == 2, "the gateway tries again", within)
    await told(carrier)
    expect(record.ip_sm_gw == number or record.sgsn == number, "the HLR knows who serves her")


@scenario(
    clause="RFC 4666 §4.3.2, §4.3.4.4", what="AS pending: what waits for the gateway comes when it is active"
)
async def faults_as_pending(carrier: Carrier) -> None:
    """The ASP goes inactive, mt-ForwardSM is queued, and leaves with the next ASPAC."""
    (bob,) = await registered(carrier, "bob")
    await told(carrier)
    carrier.fault("smsc->ipsmgw as-pending 500 ms")
    message = carrier.smsc.submit("wait for it", bob.msisdn)
    await delivered(carrier, message)
    expect(
        message.state is MtState.DELIVERED and len(message.attempts) == 1, "delivered at the first attempt"
    )
    await carrier.until(carrier.linked, "the ASP is active again")
    expect([got.text for got in bob.received] == ["wait for it"], "bob got it once")


@scenario(
    clause="RFC 4666 §3.4.1, §4.5.1",
    what="DUNA and DAVA of the HLR: told when it can be reached again",
    needs=(LINKS,),
)
async def faults_destination_unavailable(carrier: Carrier) -> None:
    """Alice registers while the HLR cannot be reached; the gateway tells it when it can."""
    await registered(carrier, "bob")
    await told(carrier)
    alice = carrier.phone("alice")
    record, timers = carrier.hlr.subscriber(alice.msisdn), carrier.plan.timers
    carrier.fault("hlr->ipsmgw duna hlr")
    await carrier.until(lambda: any("forged" in pdu.fate for pdu in carrier.pdus), "the gateway is told")
    alice.register()
    await carrier.until(lambda: alice.registered, "alice is registered at the S-CSCF")
    await carrier.pause(0.2)
    expect(record.ip_sm_gw is None, "the HLR has not heard of it")
    carrier.fault("hlr->ipsmgw dava hlr")
    within = timers.hlr_answer + timers.hlr_retry + timers.settle
    number = carrier.plan.gateway_number
    await carrier.until(lambda: record.ip_sm_gw == number, "the HLR has the gateway's number", within)


async def _refused(carrier: Carrier, alice: Phone, bob: Phone, words: str) -> None:
    sent = alice.send(words, to=bob.msisdn)
    await finished(carrier, sent)
    report = sent.report
    told_her = isinstance(report, RpError) and report.cause == _NETWORK_OUT_OF_ORDER
    expect(told_her, f"{words!r} has RP-ERROR 38, network out of order")
    await settled(carrier)
    expect(len(sent.reports) == 1 and not bob.received, "one, and nothing goes to bob")


async def _accepted(carrier: Carrier, alice: Phone, bob: Phone, words: str) -> Sent:
    sent = alice.send(words, to=bob.msisdn)
    await finished(carrier, sent)
    expect(isinstance(sent.report, RpAck), f"{words!r} has its RP-ACK")
    await carrier.until(lambda: words in bob.ledger.inbox, f"bob has {words!r}")
    return sent
