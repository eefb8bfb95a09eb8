"""The SMS-GMSC: asks the HLR, forwards, reports the outcome (TS 29.002 §23.3; TR 23.804 §8.4, §8.5)."""

from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from ipsmgw.identity import Msisdn
from lab.elements.delivery_outcome import (
    Way,
    of_delivery_error,
    of_routing_error,
    report_of,
    reportable,
    summed_up,
    ways_of,
)
from lab.elements.domain import Domain
from lab.elements.extensions import ip_messaging, is_over_ip
from lab.elements.sc_ledger import Attempt, Forward, MtMessage, Outcome, Verdict
from lab.elements.series import Lines
from lab.elements.signalling import HLR_SSN, MSC_SSN, SGSN_SSN, address
from lab.plan import Plan
from mapstack import Answered, DialogueLost, MapStack, Refused
from mapstack.map import (
    MT_FORWARD_SM,
    REPORT_SM_DELIVERY_STATUS,
    SEND_ROUTING_INFO_FOR_SM,
    AddressString,
    InformServiceCentreArg,
    MtForwardSmArg,
    MtForwardSmRes,
    MwStatus,
    ReportSmDeliveryStatusRes,
    RoutingInfoForSmArg,
    RoutingInfoForSmRes,
    SmDeliveryOutcome,
    SmRpDa,
    SmRpOa,
    following,
)

__all__ = ["Delivery", "Gmsc", "Intrusion"]

_HLR_ID = "001019999999999"  # of the form of an IMSI (TS 23.003 §3.3)
_FLAGS = (MwStatus.MNRF_SET, MwStatus.MCEF_SET, MwStatus.MNRG_SET)


class _Step(Enum):
    """What a dialogue is for."""

    ROUTING = "sendRoutingInfoForSM"
    FORWARDING = "mt-ForwardSM"
    REPORTING = "reportSM-DeliveryStatus"


class Intrusion(NamedTuple):
    """How an SMS-GMSC forwards that has asked nobody: the name of the subscriber, and of the SC."""

    imsi: str
    centre: str


class Delivery:
    """An attempt under way: what is left to try, and how each domain has ended that was tried."""

    def __init__(self, message: MtMessage, attempt: Attempt) -> None:
        self.message = message
        self.attempt = attempt
        self.imsi = ""
        self.ways: deque[Way] = deque()
        self.outcomes: dict[Domain, Outcome] = {}
        self.flagged = False
        """The HLR has flags that a success would clear."""


class Gmsc:
    """Dialogues of deliveries; how a delivery ended is told to `ended`, and how the HLR calls somebody to
    `stored`; `more` says whether another message to the same subscriber waits behind one.
    """

    def __init__(
        self,
        plan: Plan,
        stack: MapStack,
        ended: Callable[[MtMessage, Outcome, float], None],
        stored: Callable[[MtMessage, Msisdn], None],
        more: Callable[[MtMessage], bool],
    ) -> None:
        self._plan = plan
        self._stack = stack
        self._ended = ended
        self._stored = stored
        self._more = more
        self._lines = Lines(stack)
        self._open: dict[int, tuple[_Step, Delivery]] = {}
        self._routed: tuple[int, Delivery] | None = None
        """What was answered last: the End of this dialogue may say more than the answer."""
        self._own = AddressString(plan.sc_number)
        self.intrusion: Intrusion | None = None
        self._hlr = address(plan.hlr_number, HLR_SSN)

    def deliver(self, message: MtMessage, attempt: Attempt, now: float) -> None:
        """Begin an attempt."""
        if self.intrusion is not None or message.named is not None:
            delivery = Delivery(message, attempt)
            delivery.imsi = _HLR_ID if self.intrusion is None else self.intrusion.imsi
            delivery.ways.append(Way(Domain.IMS, self._plan.gateway_number))
            self._forward(delivery, now)
            return
        line = self._lines.take(message.to)
        if line is not None:
            delivery = Delivery(message, attempt)
            delivery.imsi, delivery.ways = line.imsi, line.ways
            self._forward(delivery, now, line.dialogue)
            return
        able = self._plan.gmsc
        arg = RoutingInfoForSmArg(
            msisdn=AddressString(message.to),
            sm_rp_pri=able.priority,
            service_centre_address=self._own,
            gprs_support_indicator=able.gprs,
            ip_sm_gw_guidance_indicator=able.guidance,
            extension_container=ip_messaging() if able.ip_messaging else None,
        )
        dialogue = self._stack.invoke(SEND_ROUTING_INFO_FOR_SM, self._hlr, arg, now)
        self._open[dialogue] = (_Step.ROUTING, Delivery(message, attempt))

    def informed(self, dialogue: int, arg: InformServiceCentreArg) -> None:
        """informServiceCentre: what the HLR has noted of the subscriber (TS 29.002 §12.6)."""
        if self._routed is None or self._routed[0] != dialogue:
            return
        delivery = self._routed[1]
        status = arg.mw_status
        delivery.flagged = status is not None and any(status.has(bit) for bit in _FLAGS)
        if arg.stored_msisdn is not None:
            self._stored(delivery.message, Msisdn(arg.stored_msisdn.digits))

    def answered(self, event: Answered, now: float) -> None:
        step, delivery = self._open.pop(event.dialogue)
        if isinstance(event.result, RoutingInfoForSmRes):
            self._routed = (event.dialogue, delivery)
            delivery.imsi, delivery.ways = event.result.imsi, deque(ways_of(event.result))
            delivery.attempt.guidance = _guidance(event.result)
            self._forward(delivery, now)
        elif step is _Step.FORWARDING:
            if isinstance(event.result, MtForwardSmRes):
                forward, result = delivery.attempt.forwards[-1], event.result
                forward.over_ip, forward.sm_rp_ui = is_over_ip(result.extension_container), result.sm_rp_ui
            outcome = Outcome(Verdict.DELIVERED, "delivered", SmDeliveryOutcome.SUCCESSFUL_TRANSFER)
            self._forwarded(delivery, outcome, now)
        elif isinstance(event.result, ReportSmDeliveryStatusRes) and event.result.stored_msisdn is not None:
            self._stored(delivery.message, Msisdn(event.result.stored_msisdn.digits))

    def refused(self, event: Refused, now: float) -> None:
        step, delivery = self._open.pop(event.dialogue)
        if step is _Step.ROUTING:
            self._routed = (event.dialogue, delivery)
            self._end(delivery, of_routing_error(event.error), now)
        elif step is _Step.FORWARDING:
            if self._stack.is_open(event.dialogue):
                self._stack.close(event.dialogue, now)
            self._forwarded(delivery, of_delivery_error(event.error), now)
        else:
            delivery.message.reported = False  # messageWaitingListFull: there is nothing to take back

    def lost(self, event: DialogueLost, now: float) -> None:
        """No answer says nothing of the subscriber: try again later (TS 23.040 §3.3.2)."""
        step, delivery = self._open.pop(event.dialogue)
        outcome = Outcome(Verdict.TEMPORARY, f"{step.value}: {event.reason.name.lower()}")
        if step is _Step.FORWARDING:
            self._forwarded(delivery, outcome, now)
        elif step is _Step.ROUTING:
            self._end(delivery, outcome, now)

    def _forward(self, delivery: Delivery, now: float, dialogue: int | None = None) -> None:
        """To the next of the addresses; in the dialogue of the message before, where there is one."""
        domain, node = delivery.ways[0]
        centre = self._own if self.intrusion is None else AddressString(self.intrusion.centre)
        more = self._plan.gmsc.series and self._more(delivery.message)
        arg = MtForwardSmArg(
            sm_rp_da=SmRpDa(imsi=delivery.imsi),
            sm_rp_oa=SmRpOa(service_centre_address_oa=centre),
            sm_rp_ui=delivery.message.tpdu,
            more_messages_to_send=more,
            correlation_id=delivery.message.named,
        )
        if dialogue is None:
            called = address(node, SGSN_SSN if domain is Domain.PS else MSC_SSN)
            dialogue, invoke = self._stack.invoke(MT_FORWARD_SM, called, arg, now), 1
        else:
            invoke = self._stack.invoke_in(dialogue, MT_FORWARD_SM, following(arg), now)
        forward = Forward(now, dialogue, delivery.imsi, node, more=more, invoke=invoke)
        delivery.attempt.forwards.append(forward)
        self._open[dialogue] = (_Step.FORWARDING, delivery)

    def _forwarded(self, delivery: Delivery, outcome: Outcome, now: float) -> None:
        """The next address, unless the phone has it or has no room for it (TR 23.804 §8.5, step 7)."""
        forward = delivery.attempt.forwards[-1]
        forward.end, forward.outcome = now, outcome
        if forward.more and outcome.verdict is Verdict.DELIVERED:
            self._lines.keep(delivery.message.to, forward.dialogue, delivery.imsi, delivery.ways)
        domain, _ = delivery.ways.popleft()
        delivery.outcomes[domain] = outcome
        full = outcome.report == SmDeliveryOutcome.MEMORY_CAPACITY_EXCEEDED
        if delivery.ways and outcome.verdict is not Verdict.DELIVERED and not full:
            self._forward(delivery, now)
        else:
            self._end(delivery, summed_up(list(delivery.outcomes.values())), now)
        self._lines.hang_up(delivery.message.to, now)

    def _end(self, delivery: Delivery, outcome: Outcome, now: float) -> None:
        """Success is reported only where there are flags to clear, or one to set (TS 29.002 §23.3.1)."""
        message, said = delivery.message, reportable(delivery.outcomes)
        delivered = outcome.verdict is Verdict.DELIVERED
        if not delivered:
            due = message.alert and bool(said)
        else:
            due = message.reported or delivery.flagged or len(said) > 1
        if due:
            self._report(delivery, said, delivered=delivered, now=now)
        self._ended(message, outcome, now)

    def _report(
        self, delivery: Delivery, said: dict[Domain, Outcome], *, delivered: bool, now: float
    ) -> None:
        sc_type = None if delivered else self._plan.gmsc.sc_type
        arg = report_of(delivery.message.to, self._own, said, sc_type=sc_type)
        dialogue = self._stack.invoke(REPORT_SM_DELIVERY_STATUS, self._hlr, arg, now)
        self._open[dialogue] = (_Step.REPORTING, delivery)
        delivery.message.reported = not delivered


def _guidance(found: RoutingInfoForSmRes) -> tuple[int, int] | None:
    """How long the gateway says that it may take: at least, and as it recommends (TS 29.002 §7.6.8)."""
    said = found.ip_sm_gw_guidance
    return None if said is None else (said.minimum_delivery_time_value, said.recommended_delivery_time_value)
