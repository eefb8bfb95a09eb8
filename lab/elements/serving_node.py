"""MSC with VLR, and SGSN: short messages of attached phones (TS 29.002 §12.2, §12.9; TS 23.040 §3.2.8)."""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from ipsmgw.cause import Cause, MapCause
from ipsmgw.identity import Imsi
from lab.elements.agenda import Agenda, Entry
from lab.elements.air import Air, AirEvent, Heard, Moved, NoCpAck, Transaction
from lab.elements.domain import DOMAIN_OF, Domain
from lab.elements.readiness import Readiness
from lab.elements.series import Names
from lab.elements.signalling import MSC_SSN, address, map_settings
from lab.elements.site import Site
from lab.elements.ss7_element import Ss7Element
from lab.elements.visitors import Visitor, Visitors
from lab.plan import Plan
from mapstack import Answered, DialogueClosed, DialogueLost, Invoked, MapEvent, MapStack, Refused
from mapstack.map import (
    MO_FORWARD_SM,
    AbsentSubscriberSmParam,
    AddressString,
    ErrorCode,
    MapError,
    MoForwardSmArg,
    MoForwardSmRes,
    MtForwardSmArg,
    MtForwardSmRes,
    SmDeliveryFailureCause,
    SmEnumeratedDeliveryFailureCause,
    SmRpDa,
    SmRpOa,
)
from mapstack.map.operations import newest
from sipbridge.errors import DecodeError
from sipbridge.rp import Direction, RpAck, RpAddress, RpCause, RpData, RpError, RpSmma, decode

__all__ = ["ServingNode", "Submission"]

_Failure = SmEnumeratedDeliveryFailureCause
_NO_PAGING_RESPONSE = {Domain.CS: 0, Domain.PS: 5}  # TS 23.040 §3.3.2, as the next ones
_DETACHED = {Domain.CS: 1, Domain.PS: 6}
_REFERENCES = 256
_TO_PHONE, _FROM_PHONE = Direction.NETWORK_TO_MS, Direction.MS_TO_NETWORK


@dataclass(slots=True)
class _Delivery:
    """An mt-ForwardSM that waits for the phone."""

    dialogue: int
    reference: int
    tr1n: Entry


class Submission(NamedTuple):
    """An MO that waits for the SC."""

    transaction: Transaction
    reference: int


class ServingNode(Ss7Element):
    """One domain: the MSC serves CS, the SGSN PS; `visitors` is its VLR."""

    def __init__(self, site: Site, plan: Plan, visitors: dict[Imsi, Visitor]) -> None:
        self.domain = DOMAIN_OF[site.node]
        self._plan = plan
        self._stack = MapStack(map_settings(site, plan), site.rng)
        self._air = Air(plan.timers.tc1)
        self._agenda = Agenda()
        self._visitors = Visitors(plan, self.domain, self._stack, self._air, visitors)
        self._readiness = Readiness(plan, self.domain, self._stack)
        self._references = site.rng.randrange(_REFERENCES)
        self._deliveries: dict[Transaction, _Delivery] = {}
        self._submissions: dict[int, Submission] = {}
        self._names = Names()
        super().__init__(site, plan, self._stack, self._agenda)
        antenna = self.driver.open(self._air, self._on_air)
        site.network.air(site.node, plan.air(site.node, self.domain), antenna)

    @property
    def open_work(self) -> int:
        """What waits for an answer."""
        return len(self._stack) + len(self._air)

    def visitor(self, imsi: Imsi) -> Visitor | None:
        """What it knows of somebody."""
        return self._visitors.of_imsi(imsi)

    # What the SS7 network says.

    def _on_event(self, event: MapEvent, now: float) -> None:
        match event:
            case Invoked():
                self._on_invoked(event, now)
            case Answered() | Refused() | DialogueLost():
                if not self._visitors.ended(event, now) and not self._readiness.ended(event, now):
                    self._submitted(event, now)
            case DialogueClosed():
                self._names.forget(event.dialogue)
            case _:
                super()._on_event(event, now)

    def _on_invoked(self, event: Invoked, now: float) -> None:
        arg = newest(event.operation, event.arg)[1]
        if isinstance(arg, MtForwardSmArg):
            self._deliver(event.dialogue, arg, now)
        elif event.operation.operation_class != 4 and not self._visitors.told(event, arg, now):
            self._refuse(event.dialogue, MapError(ErrorCode.UNEXPECTED_DATA_VALUE), now)

    # MT: mt-ForwardSM, RP-DATA, RP-ACK or RP-ERROR, result or error.

    def _deliver(self, dialogue: int, arg: MtForwardSmArg, now: float) -> None:
        imsi, centre = self._names.read(dialogue, arg)
        visitor = self._visitors.of_imsi(Imsi(imsi))
        error = self._obstacle(visitor)
        if visitor is None or visitor.flow is None or error is not None or centre is None:
            self._refuse(dialogue, error or MapError(ErrorCode.UNEXPECTED_DATA_VALUE), now)
            return
        self._references = reference = (self._references + 1) % _REFERENCES
        rpdu = RpData(reference, RpAddress(centre.digits), arg.sm_rp_ui).encode(_TO_PHONE)
        transaction = self._air.begin(visitor.flow, rpdu, now)
        tr1n = self._agenda.at(now + self._plan.timers.tr1n, partial(self._silent, transaction))
        self._deliveries[transaction] = _Delivery(dialogue, reference, tr1n)

    def _obstacle(self, visitor: Visitor | None) -> MapError | None:
        """Why there is no use in paging (TS 29.002 §25.5.3)."""
        if visitor is None:
            return MapError(ErrorCode.UNIDENTIFIED_SUBSCRIBER)
        if visitor.illegal:
            return MapError(ErrorCode.ILLEGAL_SUBSCRIBER)
        return None if visitor.attached else _absent(_DETACHED[self.domain])

    def _reported(self, transaction: Transaction, rpdu: RpAck | RpError, now: float) -> None:
        delivery = self._take(transaction)
        if delivery is None:
            return
        if rpdu.message_reference != delivery.reference:
            self._refuse(delivery.dialogue, _failure(_Failure.EQUIPMENT_PROTOCOL_ERROR), now)
        elif isinstance(rpdu, RpError):
            full = rpdu.cause == RpCause.MEMORY_CAPACITY_EXCEEDED
            cause = _Failure.MEMORY_CAPACITY_EXCEEDED if full else _Failure.EQUIPMENT_PROTOCOL_ERROR
            self._refuse(delivery.dialogue, _failure(cause, rpdu.user_data), now)
        elif self._stack.awaits_answer(delivery.dialogue):
            self._stack.result(delivery.dialogue, MtForwardSmRes(sm_rp_ui=rpdu.user_data), now)

    def _silent(self, transaction: Transaction, now: float) -> None:
        """TR1N: the phone has it, perhaps, and does not say so (TS 23.040 §11.3)."""
        self._air.forget(transaction)
        delivery = self._take(transaction)
        if delivery is not None:
            self._refuse(delivery.dialogue, _failure(_Failure.EQUIPMENT_PROTOCOL_ERROR), now)

    def _not_there(self, transaction: Transaction, now: float) -> None:
        delivery = self._take(transaction)
        if delivery is None:
            return
        visitor = self._visitors.of_flow(transaction.flow)
        if visitor is not None:
            visitor.not_reachable = True
        self._refuse(delivery.dialogue, _absent(_NO_PAGING_RESPONSE[self.domain]), now)

    def _take(self, transaction: Transaction) -> _Delivery | None:
        delivery = self._deliveries.pop(transaction, None)
        if delivery is not None:
            delivery.tr1n.cancel()
        return delivery

    def _refuse(self, dialogue: int, error: MapError, now: float) -> None:
        if self._stack.awaits_answer(dialogue):
            self._stack.error(dialogue, error, now)

    # What phones say.

    def _on_air(self, event: AirEvent, now: float) -> None:
        match event:
            case Moved():
                self._visitors.moved(event, now)
            case Heard():
                self._heard(event, now)
            case NoCpAck():
                self._not_there(event.transaction, now)
            case _:
                pass  # rubbish

    def _heard(self, event: Heard, now: float) -> None:
        transaction = event.transaction
        try:
            rpdu = decode(event.rpdu, _FROM_PHONE)
        except DecodeError as fault:
            if transaction.ours:
                self._silent(transaction, now)
            elif fault.reference is not None:
                cause = fault.cause or RpCause.PROTOCOL_ERROR
                self._tell(Submission(transaction, fault.reference), cause, now)
            return
        match rpdu:
            case RpAck() | RpError() if transaction.ours:
                self._reported(transaction, rpdu, now)
            case RpData() if not transaction.ours:
                self._submit(Submission(transaction, rpdu.message_reference), rpdu, now)
            case RpSmma() if not transaction.ours:
                self._room(Submission(transaction, rpdu.message_reference), now)
            case _ if not transaction.ours:
                submission = Submission(transaction, rpdu.message_reference)
                self._tell(submission, RpCause.MESSAGE_NOT_COMPATIBLE_WITH_STATE, now)
            case _:
                self._silent(transaction, now)

    def _room(self, submission: Submission, now: float) -> None:
        """RP-SMMA, readyForSM, RP-ACK or RP-ERROR."""
        visitor = self._visitors.of_flow(submission.transaction.flow)
        if visitor is None:
            self._tell(submission, RpCause.UNKNOWN_SUBSCRIBER, now)
            return

        def then(cause: int | None, now: float) -> None:
            if cause is None:
                self._answer(submission, RpAck(submission.reference), now)
            else:
                self._tell(submission, cause, now)

        self._readiness.room(visitor, then, now)

    # MO: RP-DATA, mo-ForwardSM, result or error, RP-ACK or RP-ERROR.

    def _submit(self, submission: Submission, rpdu: RpData, now: float) -> None:
        visitor = self._visitors.of_flow(submission.transaction.flow)
        if visitor is None or not visitor.msisdn:
            self._tell(submission, RpCause.UNIDENTIFIED_SUBSCRIBER, now)
            return
        self._readiness.heard(visitor, now)
        centre = rpdu.service_centre.digits
        arg = MoForwardSmArg(
            sm_rp_da=SmRpDa(service_centre_address_da=AddressString(centre)),
            sm_rp_oa=SmRpOa(msisdn=AddressString(visitor.msisdn)),
            sm_rp_ui=rpdu.user_data,
            imsi=visitor.imsi,
        )
        dialogue = self._stack.invoke(MO_FORWARD_SM, address(centre, MSC_SSN), arg, now)
        self._submissions[dialogue] = submission

    def _submitted(self, event: Answered | Refused | DialogueLost, now: float) -> None:
        submission = self._submissions.pop(event.dialogue, None)
        if submission is None:
            return
        match event:
            case Answered(result=MoForwardSmRes() as result):
                self._answer(submission, RpAck(submission.reference, result.sm_rp_ui), now)
            case Answered():
                self._answer(submission, RpAck(submission.reference), now)
            case Refused():
                cause, report = _rp_cause(event.error)
                self._tell(submission, cause, now, report)
            case DialogueLost():
                self._tell(submission, RpCause.NETWORK_OUT_OF_ORDER, now)

    def _tell(self, submission: Submission, cause: int, now: float, report: bytes | None = None) -> None:
        self._answer(submission, RpError(submission.reference, cause, report), now)

    def _answer(self, submission: Submission, rpdu: RpAck | RpError, now: float) -> None:
        self._air.answer(submission.transaction, rpdu.encode(_TO_PHONE), now)


def _rp_cause(error: MapError) -> tuple[int, bytes | None]:
    """What the phone hears of a refusal, with the SC's SMS-SUBMIT-REPORT (TS 23.040 §11.2)."""
    parameter = error.parameter
    if not isinstance(parameter, SmDeliveryFailureCause):
        return Cause.from_map(MapCause(error.code)).rp_cause, None
    found = MapCause(error.code, sm_delivery_failure=parameter.sm_enumerated_delivery_failure_cause)
    return Cause.from_map(found).rp_cause, parameter.diagnostic_info


def _absent(diagnostic: int) -> MapError:
    parameter = AbsentSubscriberSmParam(absent_subscriber_diagnostic_sm=diagnostic)
    return MapError(ErrorCode.ABSENT_SUBSCRIBER_SM, parameter)


def _failure(cause: SmEnumeratedDeliveryFailureCause, report: bytes | None = None) -> MapError:
    parameter = SmDeliveryFailureCause(sm_enumerated_delivery_failure_cause=cause, diagnostic_info=report)
    return MapError(ErrorCode.SM_DELIVERY_FAILURE, parameter)
