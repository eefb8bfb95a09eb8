"""A phone that did not answer is there again: the HLR hears of it, and alerts who has something for it."""

from dataclasses import replace

from ipsmgw.identity import NodeNumber
from lab.carrier import Carrier
from lab.elements.phone import Phone
from lab.elements.sc_ledger import MtMessage, MtState
from lab.expectation import expect
from lab.plan import Plan
from lab.scenario import scenario
from lab.scenarios.mixed import crowd, play
from lab.steps import delivered, expect_own, finished, patient, registered, told, until_own
from mapstack.map import AlertReason

__all__ = [
    "access_lost",
    "alert_repeated",
    "alerted_by_registration",
    "alerted_centres",
    "alerted_of_a_word",
    "alerted_of_presence",
    "alerting_mixed",
    "gateway_restart_unreachable",
    "presence_refused",
    "presence_told_again",
]

_CLAUSE = "TS 23.204 §6.5b, TS 29.002 §12.4, §23.6"
_WORDS = ("anybody there?", "hello?", "well?")


def _final(plan: Plan) -> Plan:
    return replace(patient(plan), procedures="ts-23.204")


def _final_without(plan: Plan) -> Plan:
    return replace(_final(plan), ready_for_sm=False)


def _sensitive(plan: Plan) -> Plan:
    return replace(plan, unanswered=2)


@scenario(
    clause="TR 23.804 §8.6 step 3", what="a refresh is told to the HLR anew, which alerts", plan=patient
)
async def alerted_by_registration(carrier: Carrier) -> None:
    """The study's way: anyTimeModification, though the HLR has had it; alertServiceCentre; the queue."""
    bob, messages = await _unreachable(carrier)
    await _refreshed(carrier, bob)
    await _all_delivered(carrier, bob, messages)
    expect(not carrier.hlr_data.ready, "the HLR has heard no readyForSM")


@scenario(clause=_CLAUSE, what="a refresh: readyForSM(msPresent), alert, delivery", plan=_final)
async def alerted_of_presence(carrier: Carrier) -> None:
    """REGISTER, readyForSM with additionalAlertReasonIndicator, alertServiceCentre, the queue."""
    bob, messages = await _unreachable(carrier)
    await _refreshed(carrier, bob)
    await _all_delivered(carrier, bob, messages)
    _heard_present(carrier, 1)


@scenario(clause=_CLAUSE, what="a word of the phone's is enough: MO, readyForSM, alert", plan=_final)
async def alerted_of_a_word(carrier: Carrier) -> None:
    """MESSAGE(RP-DATA) of a phone that was silent: readyForSM beside its mo-ForwardSM."""
    bob, messages = await _unreachable(carrier)
    bob.unmute()
    sent = bob.send("here I am", to=carrier.plan.subscriber("alice").msisdn)
    await finished(carrier, sent)
    await _all_delivered(carrier, bob, messages)
    _heard_present(carrier, 1)


@scenario(clause=_CLAUSE, what="a silent HLR is told again", plan=_final)
async def presence_told_again(carrier: Carrier) -> None:
    """readyForSM is not answered; it is repeated, until it is."""
    bob, messages = await _unreachable(carrier)
    carrier.hlr.mute()
    await _refreshed(carrier, bob)
    timers = carrier.plan.timers
    await carrier.pause(timers.hlr_answer + 0.2)
    expect_own(
        carrier, lambda: carrier.gateway.status()["unreachable"] == 1, "the gateway has not forgotten it"
    )
    carrier.hlr.unmute()
    await carrier.until(
        lambda: bool(carrier.hlr_data.ready), "the HLR is told again", within=timers.hlr_retry + timers.settle
    )
    await _all_delivered(
        carrier, bob, messages, attempts=None
    )  # the SC may have asked a silent HLR meanwhile
    _heard_present(carrier, 1)


@scenario(clause=_CLAUSE, what="the HLR has no readyForSM: the registration again", plan=_final_without)
async def presence_refused(carrier: Carrier) -> None:
    """facilityNotSupported, once; anyTimeModification instead makes the HLR alert."""
    bob, messages = await _unreachable(carrier)
    await _refreshed(carrier, bob)
    await until_own(carrier, lambda: carrier.gateway.status()["unreachable"] == 0, "the HLR has refused it")
    await _all_delivered(carrier, bob, messages)
    expect(not carrier.hlr_data.ready, "the HLR has taken no readyForSM")


@scenario(
    clause=_CLAUSE + ", DESIGN §5", what="the gateway crashes in between", plan=_final, needs=("ipsmgw",)
)
async def gateway_restart_unreachable(carrier: Carrier) -> None:
    """UNRI survives: after the crash a registration still makes the gateway tell the HLR."""
    bob, messages = await _unreachable(carrier)
    await carrier.restart("ipsmgw", after=1.0)
    expect_own(carrier, lambda: carrier.gateway.status()["unreachable"] == 1, "the flag is still there")
    await carrier.until(carrier.linked, "all is linked again", within=carrier.plan.timers.start)
    await _refreshed(carrier, bob)
    await _all_delivered(carrier, bob, messages)
    _heard_present(carrier, 1)


@scenario(clause="TS 23.040 §3.2.7, TS 29.002 §23.6", what="every SC of the list is alerted", plan=_final)
async def alerted_centres(carrier: Carrier) -> None:
    """Two service centres have asked for him: each hears of it once."""
    other = NodeNumber(carrier.plan.sc_number + "5")
    bob, messages = await _unreachable(carrier)
    carrier.hlr.subscriber(bob.msisdn).waiting.append(other)
    await _refreshed(carrier, bob)
    await _all_delivered(carrier, bob, messages)
    alerts = carrier.sc_data.alerts
    await carrier.until(lambda: len(alerts) >= 2, "the other SC is alerted too")
    alerted = sorted(alert.centre for alert in alerts)  # they may go two ways, and pass each other
    expect(alerted == [carrier.plan.sc_number, other], "each is alerted once")


@scenario(clause="TS 29.002 §12.5, §23.6", what="an alert that is not answered is repeated", plan=_final)
async def alert_repeated(carrier: Carrier) -> None:
    """alertServiceCentre gets no answer, and comes again; what waited is delivered once."""
    bob, messages = await _unreachable(carrier)
    timers = carrier.plan.timers
    carrier.smsc.ignore_alerts(True)
    await _refreshed(carrier, bob)
    await carrier.until(lambda: len(carrier.sc_data.alerts) == 1, "the SC has ignored one")
    record = carrier.hlr.subscriber(bob.msisdn)
    expect(record.waiting == [carrier.plan.sc_number], "it stays in the MWD")
    carrier.smsc.ignore_alerts(False)
    await carrier.until(
        lambda: len(carrier.sc_data.alerts) == 2,
        "the HLR alerts it again",
        within=timers.map_answer + timers.alert_retry + timers.settle,
    )
    await _all_delivered(carrier, bob, messages, alerted=2)


@scenario(
    clause="TR 23.804 §4, §8.2.2", what="several messages without an answer: access lost", plan=_sensitive
)
async def access_lost(carrier: Carrier) -> None:
    """The registration ends, and the HLR hears so; the phone's next refresh begins a new one."""
    bob, messages = await _unreachable(carrier)
    record = carrier.hlr.subscriber(bob.msisdn)
    within = carrier.plan.timers.sc_retries[0] + 64 * carrier.plan.timers.t1 + carrier.plan.timers.settle
    await carrier.until(lambda: record.ip_sm_gw is None, "the HLR has no gateway for bob any more", within)
    await until_own(
        carrier, lambda: carrier.gateway.status()["bindings"] == 0, "nor has the gateway a binding"
    )
    await carrier.until(lambda: messages[0].state is MtState.WAITING, "the SC waits again")
    expect(len(messages[0].attempts) == 2, "after the second message without an answer")
    await _refreshed(carrier, bob)
    await _all_delivered(carrier, bob, messages, attempts=3)


@scenario(
    clause="DESIGN §10",
    what="all of it at random, where readyForSM tells who is there again",
    plan=lambda plan: replace(crowd(plan), procedures="ts-23.204", unanswered=3),
    robust=True,
)
async def alerting_mixed(carrier: Carrier) -> None:
    """Whatever has happened, in the end every message has come to its end."""
    await play(carrier)


async def _unreachable(carrier: Carrier) -> tuple[Phone, list[MtMessage]]:
    """Bob is registered and does not answer; three messages wait for him, and gateway and HLR know it."""
    (bob,) = await registered(carrier, "bob")
    await told(carrier)
    record, timers = carrier.hlr.subscriber(bob.msisdn), carrier.plan.timers
    bob.mute()
    messages = [carrier.smsc.submit(words, bob.msisdn) for words in _WORDS]
    await carrier.until(
        lambda: messages[0].state is MtState.WAITING, "the SC waits", 64 * timers.t1 + timers.settle
    )
    expect(messages[0].outcome == "ABSENT_SUBSCRIBER_SM 12", "he does not answer over IMS")
    await carrier.until(lambda: record.unri, "the HLR notes that he is not reachable")
    expect_own(carrier, lambda: carrier.gateway.status()["unreachable"] == 1, "and so does the gateway")
    return bob, messages


async def _refreshed(carrier: Carrier, phone: Phone) -> None:
    """He is in coverage again, and refreshes his registration."""
    phone.unmute()
    phone.register()
    await carrier.until(lambda: phone.registered, "bob is registered anew")


async def _all_delivered(
    carrier: Carrier, phone: Phone, messages: list[MtMessage], *, alerted: int = 1, attempts: int | None = 2
) -> None:
    for message in messages:
        await delivered(carrier, message)
    expect(_read(phone) == list(_WORDS), "bob has all of them, in order")
    made = [len(message.attempts) for message in messages]
    expect(attempts is None or made == [attempts, 1, 1], "without a retry of the SC's own")
    centres = [alert.centre for alert in carrier.sc_data.alerts]
    expect(centres.count(carrier.plan.sc_number) == alerted, "by the alert")
    record = carrier.hlr.subscriber(phone.msisdn)
    await carrier.until(lambda: not record.unri and not record.waiting, "the HLR has cleared its flags")
    await until_own(carrier, lambda: carrier.gateway.status()["unreachable"] == 0, "and the gateway its own")


def _read(phone: Phone) -> list[str]:
    """Each once: where the gateway gives up before the S-CSCF does, what was sent first may reach him as well
    (law 4 tells that from a message that was sent twice).
    """
    return list(dict.fromkeys(phone.ledger.inbox))


def _heard_present(carrier: Carrier, times: int) -> None:
    reasons = [ready.reason for ready in carrier.hlr_data.ready]
    expect(reasons == [AlertReason.MS_PRESENT] * times, "the HLR has heard that he is present")
