"""The SMS-GMSC: asks the HLR, forwards, reads and reports the outcome (TS 29.002 §23.3; TS 23.040 §3.3.2)."""

from collections.abc import Callable
from enum import Enum

from lab.elements.sc_ledger import Attempt, MtMessage, Outcome, Verdict
from lab.elements.signalling import HLR_SSN, MSC_SSN, address
from lab.plan import Plan
from mapstack import Answered, DialogueLost, MapStack, Refused
from mapstack.map import (
    MT_FORWARD_SM,
    REPORT_SM_DELIVERY_STATUS,
    SEND_ROUTING_INFO_FOR_SM,
    AbsentSubscriberSmParam,
    AddressString,
    ErrorCode,
    MapError,
    MtForwardSmArg,
    ReportSmDeliveryStatusArg,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
    SmDeliveryFailureCause,
    SmDeliveryOutcome,
    SmEnumeratedDeliveryFailureCause,
    SmRpDa,
    SmRpOa,
)

__all__ = ["Gmsc", "of_delivery_error", "of_routing_error"]

_PERMANENT = {
    ErrorCode.UNKNOWN_SUBSCRIBER,
    ErrorCode.TELESERVICE_NOT_PROVISIONED,
    ErrorCode.CALL_BARRED,
    ErrorCode.FACILITY_NOT_SUPPORTED,
    ErrorCode.ILLEGAL_SUBSCRIBER,
    ErrorCode.ILLEGAL_EQUIPMENT,
    ErrorCode.SM_DELIVERY_FAILURE,
}
"""All others are temporary: absence, failures of a system, a busy phone."""
_UNIDENTIFIED_VIA_MSC = 9  # TS 23.040 §3.3.2


class _Step(Enum):
    """What a dialogue is for."""

    ROUTING = "sendRoutingInfoForSM"
    FORWARDING = "mt-ForwardSM"
    REPORTING = "reportSM-DeliveryStatus"


def of_routing_error(error: MapError) -> Outcome:
    """sendRoutingInfoForSM was refused; of an absence the HLR knows, so it is told nothing."""
    verdict = Verdict.PERMANENT if error.code in _PERMANENT else Verdict.TEMPORARY
    return Outcome(verdict, _words(error))


def of_delivery_error(error: MapError) -> Outcome:
    """mt-ForwardSM was refused: what the HLR has to know of it (TS 29.002 §23.3.1)."""
    parameter, text = error.parameter, _words(error)
    match parameter:
        case AbsentSubscriberSmParam():
            diagnostic = parameter.absent_subscriber_diagnostic_sm
            return Outcome(Verdict.TEMPORARY, text, SmDeliveryOutcome.ABSENT_SUBSCRIBER, diagnostic)
        case SmDeliveryFailureCause() if (
            parameter.sm_enumerated_delivery_failure_cause
            == SmEnumeratedDeliveryFailureCause.MEMORY_CAPACITY_EXCEEDED
        ):
            return Outcome(Verdict.TEMPORARY, text, SmDeliveryOutcome.MEMORY_CAPACITY_EXCEEDED)
    if error.code == ErrorCode.ABSENT_SUBSCRIBER_SM:
        return Outcome(Verdict.TEMPORARY, text, SmDeliveryOutcome.ABSENT_SUBSCRIBER)
    if error.code == ErrorCode.UNIDENTIFIED_SUBSCRIBER:
        absent = SmDeliveryOutcome.ABSENT_SUBSCRIBER
        return Outcome(Verdict.TEMPORARY, text, absent, _UNIDENTIFIED_VIA_MSC)
    return Outcome(Verdict.PERMANENT if error.code in _PERMANENT else Verdict.TEMPORARY, text)


def _words(error: MapError) -> str:
    """The error, with what its parameter adds."""
    name = error.code.name if isinstance(error.code, ErrorCode) else f"error {error.code}"
    match error.parameter:
        case AbsentSubscriberSmParam(absent_subscriber_diagnostic_sm=int(diagnostic)):
            return f"{name} {diagnostic}"
        case SmDeliveryFailureCause(
            sm_enumerated_delivery_failure_cause=SmEnumeratedDeliveryFailureCause() as cause
        ):
            return f"{name} {cause.name}"
        case _:
            return name


class Gmsc:
    """Dialogues of deliveries; how a delivery ended is told to `ended`."""

    def __init__(
        self, plan: Plan, stack: MapStack, ended: Callable[[MtMessage, Outcome, float], None]
    ) -> None:
        self._plan = plan
        self._stack = stack
        self._ended = ended
        self._open: dict[int, tuple[_Step, MtMessage, Attempt]] = {}
        self._own = AddressString(plan.sc_number)
        self._hlr = address(plan.hlr_number, HLR_SSN)

    def deliver(self, message: MtMessage, attempt: Attempt, now: float) -> None:
        """Begin an attempt."""
        arg = RoutingInfoForSmArg(
            msisdn=AddressString(message.to), sm_rp_pri=True, service_centre_address=self._own
        )
        dialogue = self._stack.invoke(SEND_ROUTING_INFO_FOR_SM, self._hlr, arg, now)
        self._open[dialogue] = (_Step.ROUTING, message, attempt)

    def answered(self, event: Answered, now: float) -> None:
        step, message, attempt = self._open.pop(event.dialogue)
        if step is _Step.ROUTING and isinstance(event.result, RoutingInfoForSmRes):
            self._forward(message, attempt, event.result, now)
        elif step is _Step.FORWARDING:
            outcome = Outcome(Verdict.DELIVERED, "delivered", SmDeliveryOutcome.SUCCESSFUL_TRANSFER)
            self._end(message, attempt, outcome, now)

    def refused(self, event: Refused, now: float) -> None:
        step, message, attempt = self._open.pop(event.dialogue)
        if step is _Step.ROUTING:
            self._end(message, attempt, of_routing_error(event.error), now)
        elif step is _Step.FORWARDING:
            self._end(message, attempt, of_delivery_error(event.error), now)

    def lost(self, event: DialogueLost, now: float) -> None:
        """No answer says nothing of the subscriber: try again later (TS 23.040 §3.3.2)."""
        step, message, attempt = self._open.pop(event.dialogue)
        if step is not _Step.REPORTING:
            outcome = Outcome(Verdict.TEMPORARY, f"{step.value}: {event.reason.name.lower()}")
            self._end(message, attempt, outcome, now)

    def _forward(self, message: MtMessage, attempt: Attempt, found: RoutingInfoForSmRes, now: float) -> None:
        node = found.location_info_with_lmsi.network_node_number.digits
        arg = MtForwardSmArg(
            sm_rp_da=SmRpDa(imsi=found.imsi),
            sm_rp_oa=SmRpOa(service_centre_address_oa=self._own),
            sm_rp_ui=message.tpdu,
        )
        dialogue = self._stack.invoke(MT_FORWARD_SM, address(node, MSC_SSN), arg, now)
        attempt.imsi, attempt.node, attempt.delivery_dialogue = found.imsi, node, dialogue
        self._open[dialogue] = (_Step.FORWARDING, message, attempt)

    def _end(self, message: MtMessage, attempt: Attempt, outcome: Outcome, now: float) -> None:
        """Success is reported only where a failure was: the HLR has flags to clear (TS 29.002 §23.3.1)."""
        delivered = outcome.verdict is Verdict.DELIVERED
        if outcome.report is not None and (message.reported or not delivered):
            self._report(message, attempt, outcome, now)
            message.reported = not delivered
        self._ended(message, outcome, now)

    def _report(self, message: MtMessage, attempt: Attempt, outcome: Outcome, now: float) -> None:
        assert outcome.report is not None
        arg = ReportSmDeliveryStatusArg(
            msisdn=AddressString(message.to),
            service_centre_address=self._own,
            sm_delivery_outcome=outcome.report,
            absent_subscriber_diagnostic_sm=outcome.diagnostic,
        )
        dialogue = self._stack.invoke(REPORT_SM_DELIVERY_STATUS, self._hlr, arg, now)
        self._open[dialogue] = (_Step.REPORTING, message, attempt)
