"""The MSGin5G Server without its wires: bodies come and are answered, errands go out (TS 23.554 clause 4)."""

from lab.elements.agenda import Agenda
from lab.msgin5g.authorisation import speaks_for
from lab.msgin5g.contact import Peer
from lab.msgin5g.delivery import Delivery
from lab.msgin5g.errand import Errand, Result
from lab.msgin5g.explanation import explain
from lab.msgin5g.groups import Groups
from lab.msgin5g.provisioning import ProvisioningFunction
from lab.msgin5g.records import Refusal, Registered, ServerData
from lab.msgin5g.registrar import Registrar
from lab.msgin5g.reports import report_of
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.submission import Intake
from lab.msgin5g.topics import Topics
from lab.msgin5g.transfer import State, Transfer
from lab.msgin5g.waking import Waking
from msgin5g_bridge import Payload
from msgin5g_bridge.apis import TOPICLIST_NOTIFY
from msgin5g_bridge.asregistration import (
    ASRegistration,
    ASRegistrationAck,
    BulkASDeregistration,
    BulkASRegistration,
    BulkASRegistrationAck,
)
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.message import (
    AcDeregistration,
    AcRegistration,
    AggregatedMessage,
    DeliveryReport,
    Message,
    MessageResponse,
    SegmentConfirmation,
    SegmentRecovery,
    StoredMessageUpdate,
    TopicSubscribe,
    TopicUnsubscribe,
)
from msgin5g_bridge.msgdelivery import ReportDeliveryStatus
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.provisioning import (
    BulkProvisioningResponse,
    ProvisioningRequest,
    ProvisioningResponse,
)
from msgin5g_bridge.registration import (
    BulkDeregistration,
    BulkRegistration,
    BulkRegistrationResponse,
    Deregistration,
    Registration,
    RegistrationResponse,
)
from msgin5g_bridge.seal_apis import EVENTS_NOTIFY
from msgin5g_bridge.topiclistevent import TopicSubscriptionAck
from msgin5g_bridge.ueregistration import (
    BulkUeDeregistration,
    BulkUeRegistration,
    BulkUeRegistrationAck,
    UeRegistration,
)

__all__ = ["Answer", "Msgin5gServer"]

Answer = (
    RegistrationResponse | BulkRegistrationResponse | MessageResponse | TopicSubscriptionAck | None | Refusal
)
"""To a payload of MSGin5G-1; None: done, and nothing to say."""


class Msgin5gServer:
    """One life of it; `data` outlives it. After each input `take_errands` has what is to go out."""

    def __init__(
        self, settings: ServerSettings, data: ServerData, now: float, *, notify_at: str = ""
    ) -> None:
        """`notify_at` is the apiRoot where other servers tell of topics, and the group server of groups."""
        self.settings = settings
        self.data = data
        self._function = ProvisioningFunction(data, settings) if settings.function else None
        self._agenda = Agenda()
        self.waking = Waking(data, settings, self._agenda)
        self.groups = Groups(data, settings, self._agenda, f"{notify_at}{EVENTS_NOTIFY.path}")
        self._delivery = Delivery(
            data, settings, self._agenda, self.waking, self._ended, meaning=self.groups.result
        )
        self._intake = Intake(data, settings, self._delivery, self._agenda)
        self._registrar = Registrar(data, settings, self._delivery, self._agenda)
        self.topics = Topics(data, settings, self._agenda, f"{notify_at}{TOPICLIST_NOTIFY.path}")
        self._talks = (self.topics.talk, self.groups.talk)
        for part in (self._registrar, self.waking, self._delivery, self._intake, self.topics, self.groups):
            part.resume(now)

    # What is asked.

    def take(self, payload: Payload, peer: Peer, now: float) -> Answer:
        """A payload of MSGin5G-1, whoever brings it."""
        match payload:
            case Registration():
                return self._registrar.register_ue(payload, peer, now)
            case Deregistration():
                return self._registrar.deregister(payload, peer, now)
            case BulkRegistration() | BulkDeregistration():
                return self._registrar.bulk(payload, peer, now)
            case Message() if payload.dest_addr.addr == self.settings.function_id and self._function:
                return self._function.message(payload, peer)
            case Message():
                return self._intake.submit(payload, peer, now)
            case AggregatedMessage():
                return self._intake.submit_all(payload, peer, now)
            case MessageResponse() | AcRegistration() | AcDeregistration():
                return Refusal(FailureCause.MESSAGE_UNKNOWN, "no request to a server")
        return self._in_the_name_of(payload, peer, now)

    def register_phone(
        self, request: UeRegistration, peer: Peer, now: float
    ) -> RegistrationResponse | Refusal:
        """By a Message Gateway."""
        return self._registrar.register_phone(request, peer, now)

    def bulk_phones(
        self, request: BulkUeRegistration | BulkUeDeregistration, peer: Peer, now: float
    ) -> BulkUeRegistrationAck:
        """By a Message Gateway."""
        return self._registrar.bulk_phones(request, peer, now)

    def register_as(self, request: ASRegistration, peer: Peer, now: float) -> ASRegistrationAck | Refusal:
        """By an AS."""
        return self._registrar.register_as(request, peer, now)

    def bulk_as(
        self, request: BulkASRegistration | BulkASDeregistration, peer: Peer, now: float
    ) -> BulkASRegistrationAck:
        """By whoever acts for several AS."""
        return self._registrar.bulk_as(request, peer, now)

    def delete(self, registration_id: str, peer: Peer, now: float) -> Registered | Refusal:
        """A registration, by whoever has made it."""
        return self._registrar.delete(registration_id, peer, now)

    def provision(
        self, request: ProvisioningRequest, peer: Peer
    ) -> ProvisioningResponse | BulkProvisioningResponse | Refusal:
        """By the provisioning function, where this server has it in it."""
        if self._function is None:
            return Refusal(
                FailureCause.NOT_AUTHORIZED, f"the provisioning function is {self.settings.function_host}"
            )
        return self._function.provision(request, peer)

    # What comes of what it asked, and time.

    def answered(self, errand: int, result: Result, now: float) -> None:
        """How an errand has ended; silence is a result too."""
        if not any(talk.answered(errand, result, now) for talk in self._talks):
            self._delivery.answered(errand, result, now)

    def take_errands(self) -> list[Errand]:
        """What is to go out."""
        parts = (self._delivery, *self._talks)
        return [errand for part in parts for errand in part.take_errands()]

    def expire(self, now: float) -> None:
        self._agenda.expire(now)
        self._intake.missing(now)

    def deadline(self) -> float | None:
        deadlines = (self._agenda.deadline(), self._intake.deadline())
        return min((each for each in deadlines if each is not None), default=None)

    @property
    def under_way(self) -> int:
        """Requests of the server that nobody has answered, and what is about to become one."""
        return self._delivery.under_way + sum(talk.under_way for talk in self._talks)

    def explain(self, msg_id: str) -> list[str]:
        """Why a message went where it went."""
        return explain(self.data, msg_id)

    # In somebody's name.

    def _in_the_name_of(
        self,
        payload: DeliveryReport
        | SegmentRecovery
        | SegmentConfirmation
        | StoredMessageUpdate
        | TopicSubscribe
        | TopicUnsubscribe,
        peer: Peer,
        now: float,
    ) -> Answer:
        refused = speaks_for(peer, payload.ori_addr, self.data)
        if refused is not None:
            return refused
        match payload:
            case DeliveryReport():
                return self._report(payload, peer, now)
            case SegmentRecovery() | SegmentConfirmation():
                return self._segments(payload, now)
            case StoredMessageUpdate():
                return self._update(payload, now)
            case TopicSubscribe():
                return self.topics.subscribe(payload, peer, now)
            case TopicUnsubscribe():
                self.topics.unsubscribe(payload, peer, now)
                return None

    def _report(self, report: DeliveryReport, peer: Peer, now: float) -> MessageResponse | Refusal:
        """One that was not asked for, or is too late, changes nothing; one of no message is refused."""
        transfers = self.data.transfers_of(report.dest_addr, report.msg_id)
        mine = next((each for each in transfers if each.recipient == report.ori_addr), None)
        if mine is None and self._intake.passed_on(report, peer, now):
            return MessageResponse(ori_addr=report.ori_addr, msg_id=report.msg_id)
        if mine is None:
            return Refusal(
                FailureCause.MESSAGE_UNKNOWN, f"{report.ori_addr.addr} was sent no {report.msg_id}"
            )
        if mine.asked and not mine.state.final:
            success = report.deliv_st == ReportDeliveryStatus.REPT_DELY_SUCCESS
            self._delivery.reported(mine, success=success, cause=report.failure_cause or "", now=now)
        return MessageResponse(ori_addr=report.ori_addr, msg_id=report.msg_id)

    def _segments(self, payload: SegmentRecovery | SegmentConfirmation, now: float) -> Answer:
        transfer = next(
            (each for id_, each in self.data.transfers.items() if f"{id_}" == payload.seg_id), None
        )
        if transfer is None or transfer.recipient != payload.ori_addr:
            return Refusal(
                FailureCause.MESSAGE_UNKNOWN, f"no set {payload.seg_id} for {payload.ori_addr.addr}"
            )
        if isinstance(payload, SegmentRecovery):
            self._delivery.resend(transfer, payload.seg_numbs, now)
        return None

    def _update(self, update: StoredMessageUpdate, now: float) -> MessageResponse | Refusal:
        """By its sender alone; what is delivered or sent already is not stored (clause 8.3.6)."""
        known = self.data.transfers_of(update.ori_addr, update.msg_id)
        stored = [each for each in known if each.state is State.STORED]
        if not stored:
            return Refusal(FailureCause.MESSAGE_UNKNOWN, f"no message {update.msg_id} is stored")
        params = update.sto_and_fw_params
        for transfer in stored:
            if params and params.expr_time:
                self._delivery.change(transfer, params.expr_time.timestamp(), now)
            else:
                self._delivery.discard(transfer, now)
        return MessageResponse(ori_addr=update.ori_addr, msg_id=update.msg_id)

    def _ended(self, transfer: Transfer, now: float) -> None:
        if transfer.recipient.addr_type == AddressType.GROUP and transfer.state is State.DELIVERED:
            self._intake.expand(transfer, now)
        report = report_of(transfer)
        if report is not None:
            self._intake.report_to(transfer.sender, report, now)
