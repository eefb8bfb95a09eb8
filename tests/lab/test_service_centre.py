"""The SC's machine: every (state, input) pair; schedule, validity, alerts, restarts (TS 23.040 §3.2)."""

import pytest

from ipsmgw.identity import Msisdn
from lab.elements.agenda import Agenda
from lab.elements.delivery_outcome import of_delivery_error, of_routing_error
from lab.elements.sc_ledger import Attempt, MtMessage, MtState, Outcome, ScData, Verdict
from lab.elements.service_centre import TRANSITIONS, Full, MtInput, ServiceCentre
from mapstack.map import (
    AbsentSubscriberSmParam,
    ErrorCode,
    MapError,
    SmDeliveryFailureCause,
    SmDeliveryOutcome,
    SmEnumeratedDeliveryFailureCause,
)

BOB, ALICE = Msisdn("15551001002"), Msisdn("15551001001")
DELIVERED = Outcome(Verdict.DELIVERED, "delivered")
TEMPORARY = Outcome(Verdict.TEMPORARY, "absent")
PERMANENT = Outcome(Verdict.PERMANENT, "unknown")


class Bench:
    """A service centre whose attempts are ended by hand."""

    def __init__(self, data: ScData | None = None) -> None:
        self.data = data or ScData()
        self.agenda = Agenda()
        self.tried: list[MtMessage] = []
        self.centre = ServiceCentre(self.data, self.agenda, (60.0, 300.0), self._deliver)

    def _deliver(self, message: MtMessage, attempt: Attempt, now: float) -> None:
        assert message.attempts[-1] is attempt
        self.tried.append(message)

    def accept(self, now: float = 0.0, to: Msisdn = BOB, validity: float = 1000.0) -> MtMessage:
        return self.centre.accept(to, b"tpdu", now, validity)


def test_messages_for_one_subscriber_go_one_by_one_in_order() -> None:
    bench = Bench()
    first, second, other = bench.accept(), bench.accept(), bench.accept(to=ALICE)
    bench.agenda.expire(0.0)
    assert bench.tried == [first, other]
    bench.centre.ended(first, DELIVERED, 1.0)
    assert bench.tried == [first, other, second]
    assert (first.state, second.state) == (MtState.DELIVERED, MtState.ATTEMPTING)


def test_a_temporary_failure_is_tried_again_by_the_schedule_until_the_message_is_no_longer_valid() -> None:
    bench = Bench()
    message = bench.accept(validity=400.0)
    bench.agenda.expire(0.0)
    bench.centre.ended(message, TEMPORARY, 10.0)
    bench.agenda.expire(69.0)
    assert len(bench.tried) == 1
    bench.agenda.expire(70.0)
    assert len(bench.tried) == 2
    bench.centre.ended(message, TEMPORARY, 80.0)
    bench.agenda.expire(379.0)
    assert len(bench.tried) == 2
    bench.agenda.expire(380.0)
    bench.centre.ended(message, TEMPORARY, 390.0)
    bench.agenda.expire(400.0)
    assert message.state is MtState.EXPIRED
    assert bench.data.held == 0
    assert bench.agenda.deadline() is None


def test_an_attempt_that_outlives_the_validity_decides_the_end() -> None:
    bench = Bench()
    message = bench.accept(validity=5.0)
    bench.agenda.expire(0.0)
    bench.agenda.expire(6.0)
    assert not message.state.final
    bench.centre.ended(message, TEMPORARY, 7.0)
    assert message.state is MtState.EXPIRED


def test_an_alert_brings_the_next_attempt_forward() -> None:
    bench = Bench()
    message = bench.accept()
    bench.agenda.expire(0.0)
    bench.centre.alerted(BOB, 1.0)
    bench.centre.ended(message, TEMPORARY, 2.0)
    bench.centre.alerted(BOB, 3.0)
    assert len(bench.tried) == 2
    bench.agenda.expire(100.0)
    assert len(bench.tried) == 2
    bench.centre.alerted(ALICE, 4.0)


def test_a_permanent_failure_ends_it() -> None:
    bench = Bench()
    message = bench.accept()
    bench.agenda.expire(0.0)
    bench.centre.ended(message, PERMANENT, 1.0)
    assert message.state is MtState.FAILED
    assert message.outcome == "unknown"
    assert bench.data.queues == {}


def test_after_a_restart_everything_that_is_held_is_tried_again() -> None:
    before = Bench()
    attempted, waiting = before.accept(), before.accept(to=ALICE)
    behind = before.accept()
    before.agenda.expire(0.0)
    before.centre.ended(waiting, TEMPORARY, 1.0)
    after = Bench(before.data)
    after.centre.resume(5.0)
    assert after.tried == [attempted, waiting]
    after.centre.ended(attempted, DELIVERED, 6.0)
    assert after.tried[-1] is behind


def test_the_sc_is_bounded() -> None:
    bench = Bench()
    bench.data.limit = 1
    bench.accept()
    with pytest.raises(Full):
        bench.accept()


@pytest.mark.parametrize("state", MtState)
@pytest.mark.parametrize("event", MtInput)
def test_every_pair_of_the_table_leads_where_the_specification_says(state: MtState, event: MtInput) -> None:
    """What is absent is illegal: a final state hears nothing, and only an attempt can end."""
    if (state, event) not in TRANSITIONS:
        ends = event in (MtInput.DELIVERED, MtInput.TEMPORARY, MtInput.PERMANENT)
        assert (
            state.final
            or (ends and state is not MtState.ATTEMPTING)
            or (event is MtInput.TURN and state is not MtState.QUEUED)
            or (event is MtInput.RETRY and state is not MtState.WAITING)
            or (event is MtInput.DELETE and state is MtState.ATTEMPTING)
        )
        return
    after, _ = TRANSITIONS[state, event]
    assert not state.final
    assert after.final == (
        event in (MtInput.DELIVERED, MtInput.PERMANENT, MtInput.DELETE)
        or (event is MtInput.EXPIRY and state is not MtState.ATTEMPTING)
    )


def failure(cause: SmEnumeratedDeliveryFailureCause) -> MapError:
    parameter = SmDeliveryFailureCause(sm_enumerated_delivery_failure_cause=cause)
    return MapError(ErrorCode.SM_DELIVERY_FAILURE, parameter)


@pytest.mark.parametrize(
    ("error", "verdict", "report", "diagnostic"),
    [
        (
            MapError(
                ErrorCode.ABSENT_SUBSCRIBER_SM, AbsentSubscriberSmParam(absent_subscriber_diagnostic_sm=12)
            ),
            Verdict.TEMPORARY,
            SmDeliveryOutcome.ABSENT_SUBSCRIBER,
            12,
        ),
        (
            MapError(ErrorCode.ABSENT_SUBSCRIBER_SM),
            Verdict.TEMPORARY,
            SmDeliveryOutcome.ABSENT_SUBSCRIBER,
            None,
        ),
        (
            MapError(ErrorCode.UNIDENTIFIED_SUBSCRIBER),
            Verdict.TEMPORARY,
            SmDeliveryOutcome.ABSENT_SUBSCRIBER,
            9,
        ),
        (
            failure(SmEnumeratedDeliveryFailureCause.MEMORY_CAPACITY_EXCEEDED),
            Verdict.TEMPORARY,
            SmDeliveryOutcome.MEMORY_CAPACITY_EXCEEDED,
            None,
        ),
        (failure(SmEnumeratedDeliveryFailureCause.EQUIPMENT_PROTOCOL_ERROR), Verdict.PERMANENT, None, None),
        (MapError(ErrorCode.SYSTEM_FAILURE), Verdict.TEMPORARY, None, None),
        (MapError(ErrorCode.ILLEGAL_SUBSCRIBER), Verdict.PERMANENT, None, None),
        (MapError(99), Verdict.TEMPORARY, None, None),
    ],
)
def test_what_a_refused_delivery_means(
    error: MapError, verdict: Verdict, report: SmDeliveryOutcome | None, diagnostic: int | None
) -> None:
    outcome = of_delivery_error(error)
    assert (outcome.verdict, outcome.report, outcome.diagnostic) == (verdict, report, diagnostic)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (ErrorCode.UNKNOWN_SUBSCRIBER, Verdict.PERMANENT),
        (ErrorCode.CALL_BARRED, Verdict.PERMANENT),
        (ErrorCode.TELESERVICE_NOT_PROVISIONED, Verdict.PERMANENT),
        (ErrorCode.ABSENT_SUBSCRIBER_SM, Verdict.TEMPORARY),
        (ErrorCode.SYSTEM_FAILURE, Verdict.TEMPORARY),
    ],
)
def test_what_a_refused_question_to_the_hlr_means(code: ErrorCode, verdict: Verdict) -> None:
    outcome = of_routing_error(MapError(code))
    assert outcome.verdict is verdict
    assert outcome.report is None  # the HLR knows it already
