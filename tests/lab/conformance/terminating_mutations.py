"""A gateway that goes wrong about what phones get, and what the SMS-GMSC hears of it."""

from ipsmgw.cause import Cause
from ipsmgw.gateway.inflight import Deliveries, Delivery
from ipsmgw.gateway.terminating import Terminating
from ipsmgw.procedures import mt
from ipsmgw.procedures.decision import Decision, MtResult
from ipsmgw.procedures.mt import MtSms
from mapstack import Invoked
from mapstack.map import MtForwardSmArg
from sipbridge import SmMessage
from sipbridge.rp import RpAck, RpError
from tests.lab.conformance.mutation import Patch, mutation, nothing

Report = RpAck | RpError


@mutation
def answers_no_sms_gmsc(patch: Patch) -> None:
    patch.setattr(Terminating, "deliver", nothing)


@mutation
def delivers_to_nobody(patch: Patch) -> None:
    patch.setattr(mt, "deliver", lambda sms, now: mt.refused(sms, Cause.EQUIPMENT_PROTOCOL_ERROR, now))


@mutation
def delivers_to_no_uri(patch: Patch) -> None:
    def deliver_named(self: Terminating, event: Invoked, arg: MtForwardSmArg, *_: object) -> None:
        self.refuse(event, arg, Cause.UNEXPECTED_DATA_VALUE, self._core.clock.now())

    patch.setattr(Terminating, "_deliver_named", deliver_named)


@mutation
def tells_the_sms_gmsc_nothing(patch: Patch) -> None:
    patch.setattr(Terminating, "tell", nothing)


@mutation
def takes_absence_for_a_refusal(patch: Patch) -> None:
    deliver = mt.deliver

    def deliver_gruffly(sms: MtSms, now: float) -> Decision[MtSms]:
        known = sms.binding is not None and sms.binding.able(now)
        return deliver(sms, now) if known else mt.refused(sms, Cause.EQUIPMENT_PROTOCOL_ERROR, now)

    patch.setattr(mt, "deliver", deliver_gruffly)


@mutation
def takes_silence_for_a_refusal(patch: Patch) -> None:
    patch.setattr(mt, "silent", lambda sms, now: mt.refused(sms, Cause.EQUIPMENT_PROTOCOL_ERROR, now))
    _read_answers(patch, {408: Cause.EQUIPMENT_PROTOCOL_ERROR})


@mutation
def takes_every_answer_for_absence(patch: Patch) -> None:
    _read_answers(patch, dict.fromkeys(range(300, 700), Cause.NOT_REGISTERED))


def _read_answers(patch: Patch, table: dict[int, Cause]) -> None:
    answered = mt.answered

    def answered_wrong(sms: MtSms, status: int, now: float) -> Decision[MtSms]:
        cause = table.get(status)
        return answered(sms, status, now) if cause is None else mt.refused(sms, cause, now)

    patch.setattr(mt, "answered", answered_wrong)


@mutation
def swallows_status_reports(patch: Patch) -> None:
    deliver = mt.deliver

    def swallow(sms: MtSms, now: float) -> Decision[MtSms]:
        if sms.tpdu[0] & 3 != 2:  # SMS-STATUS-REPORT (TS 23.040 §9.2.3.1)
            return deliver(sms, now)
        return Decision(None, (MtResult(None),), mt.record_of(sms, "delivered", now))

    patch.setattr(mt, "deliver", swallow)


# The phone's reports.


@mutation
def takes_the_200_for_a_delivery(patch: Patch) -> None:
    answered = mt.answered

    def hasty(sms: MtSms, status: int, now: float) -> Decision[MtSms]:
        return answered(sms, status, now) if status >= 300 else mt.reported(sms, RpAck(sms.reference), now)

    patch.setattr(mt, "answered", hasty)


@mutation
def waits_for_reports_for_ever(patch: Patch) -> None:
    def await_report(self: Deliveries, delivery: Delivery, sms: MtSms, now: float) -> None:
        delivery.sms = sms

    patch.setattr(Deliveries, "await_report", await_report)


@mutation
def recognises_no_report(patch: Patch) -> None:
    patch.setattr(
        Terminating, "reported", lambda self, event, report, now: self._isc.respond(event.tx, 488, now)
    )


@mutation
def answers_reports_with_500(patch: Patch) -> None:
    reported = Terminating.reported

    def grumble(self: Terminating, event: SmMessage, report: Report, now: float) -> None:
        self._isc.respond(event.tx, 500, now)
        reported(self, event, report, now)

    patch.setattr(Terminating, "reported", grumble)


@mutation
def takes_any_report_for_an_ack(patch: Patch) -> None:
    reported = mt.reported
    patch.setattr(
        mt, "reported", lambda sms, report, now: reported(sms, RpAck(report.message_reference), now)
    )


@mutation
def drops_the_delivery_report_of_the_phone(patch: Patch) -> None:
    reported = mt.reported

    def bare(sms: MtSms, report: Report, now: float) -> Decision[MtSms]:
        return reported(sms, report._replace(user_data=None), now)

    patch.setattr(mt, "reported", bare)


@mutation
def makes_a_protocol_error_of_a_full_memory(patch: Patch) -> None:
    patch.setattr(Cause, "from_rp", lambda cause: Cause.EQUIPMENT_PROTOCOL_ERROR)


@mutation
def takes_reports_on_nothing(patch: Patch) -> None:
    patch.setattr(Terminating, "_has_answered", lambda self, event, reference: True)


@mutation
def forgets_what_was_reported(patch: Patch) -> None:
    patch.setattr(Terminating, "_has_answered", lambda self, event, reference: False)
