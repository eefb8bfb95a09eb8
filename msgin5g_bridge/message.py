"""Messages, responses and reports of MSGin5G-1, -5 and -6 (TS 23.554 clauses 8.3 to 8.5; TS 24.538 clause 7).

Each payload carries its Message Type. The values MSG, MSGRESP, IMDN, SEGREC and SEGCONFIR are the
specification's; the attributes take the spelling of TS 29.538, so that one vocabulary serves both sides, and
the other values are a lab choice.
"""

import msgspec

from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.model import (
    ABSENT,
    Absent,
    ApplicationId,
    Body,
    MessageId,
    OneOrMore,
    Topic,
    check_count,
    decode_with,
)
from msgin5g_bridge.msgdelivery import (
    DeliveryStatus,
    Priority,
    ReportDeliveryStatus,
    StoreAndForwardParameters,
)
from msgin5g_bridge.registration import (
    BulkDeregistration,
    BulkRegistration,
    Deregistration,
    Registration,
)
from msgin5g_bridge.segment import MessageSegmentParameters
from msgin5g_bridge.ts29571 import DateTime

__all__ = [
    "AcDeregistration",
    "AcRegistration",
    "AggregatedMessage",
    "DeliveryReport",
    "IndividualMessage",
    "Message",
    "MessageResponse",
    "Payload",
    "SegmentConfirmation",
    "SegmentRecovery",
    "StoredMessageUpdate",
    "TopicSubscribe",
    "TopicUnsubscribe",
    "decode_payload",
]


class Message(Body, kw_only=True, tag_field="msgType", tag="MSG"):
    """MSGin5G message request, or one segment of it.

    A copy that came by a group or topic says by which: clause 8.7.4 wants both IDs, the key is a lab choice.
    """

    ori_addr: Address
    dest_addr: Address
    via_addr: Address | Absent = ABSENT
    app_id: ApplicationId | Absent = ABSENT
    msg_id: MessageId
    deliv_st_req_ind: bool | Absent = ABSENT
    payload: str | Absent = ABSENT
    priority: Priority | Absent = ABSENT
    seg_ind: bool | Absent = ABSENT
    seg_params: MessageSegmentParameters | Absent = ABSENT
    sto_and_fw_ind: bool
    sto_and_fw_params: StoreAndForwardParameters | Absent = ABSENT
    latency: int | Absent = ABSENT


class MessageResponse(Body, kw_only=True, tag_field="msgType", tag="MSGRESP"):
    """What the receiver of a message says at once; the provisioning function answers in its payload."""

    ori_addr: Address
    msg_id: MessageId
    status: DeliveryStatus | Absent = ABSENT
    failure_cause: str | Absent = ABSENT
    payload: str | Absent = ABSENT


class DeliveryReport(Body, kw_only=True, tag_field="msgType", tag="IMDN"):
    """Message delivery status report: from who received to who sent, with the message's own ID."""

    ori_addr: Address
    dest_addr: Address
    msg_id: MessageId
    failure_cause: str | Absent = ABSENT
    deliv_st: ReportDeliveryStatus


class SegmentRecovery(Body, kw_only=True, tag_field="msgType", tag="SEGREC"):
    """The receiver asks for segments that did not come."""

    ori_addr: Address
    dest_addr: Address
    seg_id: str
    seg_numbs: OneOrMore[int]


class SegmentConfirmation(Body, kw_only=True, tag_field="msgType", tag="SEGCONFIR"):
    """The receiver has every segment of the set."""

    ori_addr: Address
    dest_addr: Address
    seg_id: str


class StoredMessageUpdate(Body, kw_only=True, tag_field="msgType", tag="UPDATE"):
    """New parameters for a message that the server keeps; without any, it is discarded (clause 8.3.6)."""

    ori_addr: Address
    dest_addr: Address
    msg_id: MessageId
    sto_and_fw_params: StoreAndForwardParameters | Absent = ABSENT


class IndividualMessage(Body, kw_only=True):
    """One message of an aggregate."""

    msg_id: MessageId
    app_id: ApplicationId | Absent = ABSENT
    deliv_st_req_ind: bool | Absent = ABSENT
    payload: str | Absent = ABSENT
    priority: Priority | Absent = ABSENT


class AggregatedMessage(Body, kw_only=True, tag_field="msgType", tag="AGGMSG"):
    """Small messages to one target in one request; never segmented (clause 8.4)."""

    ori_addr: Address
    dest_addr: Address
    count: int
    list: OneOrMore[IndividualMessage]

    def __post_init__(self) -> None:
        check_count(self.count, self.list)


class TopicSubscribe(Body, kw_only=True, tag_field="msgType", tag="TOPICSUB"):
    """A client subscribes to Messaging Topics; the expiration is of all of them (clause 8.8)."""

    ori_addr: Address
    msg_topics: OneOrMore[Topic]
    expr_time: DateTime | Absent = ABSENT


class TopicUnsubscribe(Body, kw_only=True, tag_field="msgType", tag="TOPICUNSUB"):
    """The reverse."""

    ori_addr: Address
    msg_topics: OneOrMore[Topic]


class AcRegistration(Body, kw_only=True, tag_field="msgType", tag="ACREG"):
    """An Application Client registers with the MSGin5G Client that it uses (MSGin5G-5)."""

    app_id: ApplicationId


class AcDeregistration(Body, kw_only=True, tag_field="msgType", tag="ACDEREG"):
    """The reverse."""

    app_id: ApplicationId


Payload = (
    Registration
    | Deregistration
    | BulkRegistration
    | BulkDeregistration
    | Message
    | MessageResponse
    | DeliveryReport
    | SegmentRecovery
    | SegmentConfirmation
    | StoredMessageUpdate
    | AggregatedMessage
    | TopicSubscribe
    | TopicUnsubscribe
    | AcRegistration
    | AcDeregistration
)
_PAYLOAD: msgspec.json.Decoder[Payload] = msgspec.json.Decoder(Payload)


def decode_payload(octets: bytes) -> Payload:
    """The payload as what its Message Type says; raises `DecodeError` on anything else."""
    return decode_with(_PAYLOAD, octets)
