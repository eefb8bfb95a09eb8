"""An MSGin5G Client without its wire: what it says, and what it makes of what comes (TS 23.554)."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lab.msgin5g.outbox import Outgoing
from lab.msgin5g.records import address
from lab.msgin5g.reporting import DEADLINE, RETRY
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.message import (
    AggregatedMessage,
    DeliveryReport,
    IndividualMessage,
    Message,
    MessageResponse,
    Payload,
    SegmentConfirmation,
    SegmentRecovery,
    TopicSubscribe,
    TopicUnsubscribe,
)
from msgin5g_bridge.model import (
    ABSENT,
    ApplicationId,
    Body,
    MessageId,
    ServerServiceId,
    Topic,
    UeServiceId,
    encode,
)
from msgin5g_bridge.msgdelivery import ReportDeliveryStatus, StoreAndForwardParameters
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.provisioning import (
    ProvisioningResponse,
    ServiceInformation,
    UeProvisioningRequest,
)
from msgin5g_bridge.registration import (
    ClientProfile,
    CommunicationAvailability,
    Deregistration,
    Registration,
    TriggeringInformation,
)
from msgin5g_bridge.segmentation import MAX_SEGMENT, Limits, Overflow, Reassembly, Segmented, Whole, cut

__all__ = ["Client", "ClientLedger", "ClientSettings", "Received"]


_SERVER = ServerServiceId("m5s@msgin5g.lab.example")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """What an MSGin5G UE is provisioned with, and what it is able to do."""

    svc_id: UeServiceId
    """Nothing: it knows its Private ID only, and has to be provisioned."""
    private_id: str = ""
    server: ServerServiceId = _SERVER
    cred: str = ""
    max_seg_size: int = 0
    """What it takes at once; 0: as the server likes. A constrained UE takes little."""
    seg_size: int = MAX_SEGMENT
    """What its provider lets it send at once."""
    schedule: CommunicationAvailability | None = None
    trigger: TriggeringInformation | None = None
    """How it can be woken."""
    reports: bool = True
    """Whether it reports what it has, where the sender asks for it."""
    wait: float = 10.0
    """For a segment, before it is asked for again."""
    report_retry: float = RETRY
    report_deadline: float = DEADLINE


@dataclass(frozen=True, slots=True)
class Received:
    """A message that it has, whole."""

    when: float
    message: Message


@dataclass(slots=True)
class ClientLedger:
    """What has happened to it, over all its lives."""

    inbox: list[Received] = field(default_factory=list)
    reports: list[DeliveryReport] = field(default_factory=list)
    """Of messages that it has sent."""
    config: ProvisioningResponse | None = None
    """What it was provisioned with."""
    count: int = 0
    outbox: list[Outgoing] = field(default_factory=list)

    applications: dict[str, str] = field(default_factory=dict)
    """Application IDs of its Application Clients, and where each is (MSGin5G-5)."""
    serves: bool = False
    """Whether it has ever had one: then what is for another one is not its own."""
    sent_by: dict[str, str] = field(default_factory=dict)
    """Of a Message ID: which Application ID has sent it."""

    @property
    def texts(self) -> list[str]:
        """What it can read."""
        return [each.message.payload or "" for each in self.inbox]

    def report_of(self, msg_id: str) -> list[ReportDeliveryStatus]:
        """What it was told of a message of its own."""
        return [each.deliv_st for each in self.reports if each.msg_id == msg_id]


class Client:
    """Its state between two requests; the element around it has the wire."""

    def __init__(self, settings: ClientSettings, ledger: ClientLedger) -> None:
        self.settings = settings
        self.ledger = ledger
        self.address = address(AddressType.UE, settings.svc_id)
        if ledger.config is not None:
            self.adopt(ledger.config)
        self._segments = Reassembly(Limits(wait=settings.wait))
        self._seen = {(each.message.ori_addr, each.message.msg_id) for each in ledger.inbox}
        self.for_applications: list[tuple[Message | DeliveryReport, str]] = []
        """What is to be handed on, and to which Application ID."""
        self._sent: dict[str, tuple[Message, ...]] = {}
        """Segments, by their set, in case the server misses one."""

    def adopt(self, config: ProvisioningResponse) -> None:
        """From now on it is whom the provisioning function says, and does as the provider says."""
        info = config.svc_info or ServiceInformation()
        self.ledger.config = config
        self.settings = replace(
            self.settings,
            svc_id=UeServiceId(config.svc_id),
            server=config.server_svc_ids[0],
            cred=config.cred or self.settings.cred,
            seg_size=info.seg_size or self.settings.seg_size,
        )
        self.address = address(AddressType.UE, config.svc_id)

    # What it says.

    def provisioning(self, function: str) -> Message:
        """A request to this Service ID; until it has one of its own, its Private ID names it."""
        self.ledger.count += 1
        private_id = self.settings.private_id
        payload = encode(UeProvisioningRequest(ue_priv_id=private_id)).decode()
        return Message(
            ori_addr=address(AddressType.UE, private_id),
            dest_addr=address(AddressType.UE, function),
            msg_id=MessageId(f"{private_id}-{self.ledger.count}"),
            payload=payload,
            sto_and_fw_ind=False,
        )

    def registration(self) -> Registration:
        settings = self.settings
        profile = ClientProfile(
            max_seg_size=settings.max_seg_size or ABSENT,
            comm_avail=settings.schedule or ABSENT,
            trigger_info=settings.trigger or ABSENT,
        )
        return Registration(ue_svc_id=settings.svc_id, cred=settings.cred or ABSENT, profile=profile)

    def deregistration(self) -> Deregistration:
        return Deregistration(ue_svc_id=self.settings.svc_id, cred=self.settings.cred or ABSENT)

    def message(
        self,
        to: Address,
        payload: str,
        *,
        report: bool = False,
        keep: bool = False,
        params: StoreAndForwardParameters | None = None,
        app_id: ApplicationId | None = None,
    ) -> tuple[Message, ...]:
        """One message with an ID of its own, in segments where it is too long for one."""
        self.ledger.count += 1
        whole = Message(
            ori_addr=self.address,
            dest_addr=to,
            app_id=app_id or ABSENT,
            msg_id=MessageId(f"{self.settings.svc_id}-{self.ledger.count}"),
            payload=payload,
            deliv_st_req_ind=report or ABSENT,
            sto_and_fw_ind=keep,
            sto_and_fw_params=params or ABSENT,
        )
        return self.segmented(whole, f"s{self.ledger.count}")

    def segmented(self, whole: Message, seg_id: str) -> tuple[Message, ...]:
        """As the server takes it at once; the set is kept until it is confirmed."""
        segments = cut(whole, seg_id, min(self.settings.max_seg_size or MAX_SEGMENT, self.settings.seg_size))
        self._sent[seg_id] = segments
        return segments

    def forget(self) -> None:
        """It cannot send a segment again."""
        self._sent.clear()

    def subscription(self, *topics: str) -> TopicSubscribe:
        return TopicSubscribe(ori_addr=self.address, msg_topics=tuple(map(Topic, topics)))

    def unsubscription(self, *topics: str) -> TopicUnsubscribe:
        return TopicUnsubscribe(ori_addr=self.address, msg_topics=tuple(map(Topic, topics)))

    # What comes.

    def take(self, payload: Payload, now: float) -> tuple[Body | FailureCause | None, tuple[Payload, ...]]:
        """The answer, or the cause of a no, and what it says next."""
        match payload:
            case Message():
                return self._message(payload, now)
            case AggregatedMessage():
                return self._aggregate(payload, now)
            case DeliveryReport():
                if payload not in self.ledger.reports:  # the answer to the first may have been lost
                    self.ledger.reports.append(payload)
                if payload.msg_id in self.ledger.sent_by:
                    self.for_applications.append((payload, self.ledger.sent_by[payload.msg_id]))
                return MessageResponse(ori_addr=payload.ori_addr, msg_id=payload.msg_id), ()
            case SegmentRecovery():
                return None, tuple(self._again(payload))
            case SegmentConfirmation():
                self._sent.pop(payload.seg_id, None)
                return None, ()
        return FailureCause.PAYLOAD_NOT_SUPPORTED, ()

    def expire(self, now: float) -> tuple[Payload, ...]:
        """Segments are missing: they are asked for (clause 8.5.4)."""
        return tuple(
            SegmentRecovery(
                ori_addr=self.address, dest_addr=late.sender, seg_id=late.seg_id, seg_numbs=late.missing
            )
            for late in self._segments.expire(now)
        )

    def deadline(self) -> float | None:
        return self._segments.deadline()

    def _message(
        self, message: Message, now: float
    ) -> tuple[Body | FailureCause | None, tuple[Payload, ...]]:
        if message.dest_addr != self.address:
            return FailureCause.RECIPIENT_UNKNOWN, ()
        if message.app_id and self.ledger.serves and message.app_id not in self.ledger.applications:
            return FailureCause.APPLICATION_UNKNOWN, ()
        put = self._segments.put(message, now)
        response = MessageResponse(ori_addr=message.ori_addr, msg_id=message.msg_id)
        match put:
            case Overflow():
                return FailureCause.OVERLOAD, ()
            case Whole(message=whole):
                return response, tuple(self._whole(message, whole, now))
        return response, ()

    def _whole(self, last: Message, whole: Segmented, now: float) -> Iterator[Payload]:
        assert isinstance(whole, Message)
        if last.seg_ind and last.seg_params:
            yield SegmentConfirmation(
                ori_addr=self.address, dest_addr=whole.ori_addr, seg_id=last.seg_params.seg_id or ""
            )
        yield from self._has(whole, now)

    def _has(self, message: Message, now: float) -> Iterator[Payload]:
        """Once: what it has already it reports again, for the report may be what was lost."""
        key = (message.ori_addr, message.msg_id)
        if key not in self._seen:
            self._seen.add(key)
            self.ledger.inbox.append(Received(now, message))
        if message.app_id and message.app_id in self.ledger.applications:
            self.for_applications.append((message, message.app_id))
        elif message.deliv_st_req_ind and self.settings.reports:
            yield DeliveryReport(
                ori_addr=self.address,
                dest_addr=message.ori_addr,
                msg_id=message.msg_id,
                deliv_st=ReportDeliveryStatus.REPT_DELY_SUCCESS,
            )

    def _aggregate(
        self, aggregated: AggregatedMessage, now: float
    ) -> tuple[Body | FailureCause | None, tuple[Payload, ...]]:
        first = aggregated.list[0]
        response = MessageResponse(ori_addr=aggregated.ori_addr, msg_id=first.msg_id)
        messages = [_of(aggregated, each) for each in aggregated.list]
        return response, tuple(said for each in messages for said in self._has(each, now))

    def _again(self, recovery: SegmentRecovery) -> Iterator[Message]:
        segments = self._sent.get(recovery.seg_id, ())
        return (segments[number - 1] for number in recovery.seg_numbs if 1 <= number <= len(segments))


def _of(aggregated: AggregatedMessage, one: IndividualMessage) -> Message:
    return Message(
        ori_addr=aggregated.ori_addr,
        dest_addr=aggregated.dest_addr,
        msg_id=one.msg_id,
        app_id=one.app_id,
        deliv_st_req_ind=one.deliv_st_req_ind,
        payload=one.payload,
        priority=one.priority,
        sto_and_fw_ind=False,
    )
