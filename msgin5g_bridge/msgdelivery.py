"""MSGS_MSGDelivery: messages and reports towards the MSGin5G Server (TS 29.538 clause 5, API v1)."""

from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.model import ABSENT, Absent, ApplicationId, Body, MessageId, OpenEnum
from msgin5g_bridge.segment import MessageSegmentParameters
from msgin5g_bridge.ts29571 import DateTime

__all__ = [
    "ASMessageDelivery",
    "DeliveryStatus",
    "DeliveryStatusReport",
    "MessageDeliveryAck",
    "Priority",
    "ReportDeliveryStatus",
    "StoreAndForwardParameters",
    "UEMessageDelivery",
]


class DeliveryStatus(OpenEnum):
    """What a MessageDeliveryAck says when the message was not simply taken."""

    DELY_FAILED = "DELY_FAILED"
    DELY_STORED = "DELY_STORED"


class ReportDeliveryStatus(OpenEnum):
    """What became of a message in the end."""

    REPT_DELY_SUCCESS = "REPT_DELY_SUCCESS"
    REPT_DELY_FAILED = "REPT_DELY_FAILED"


class Priority(OpenEnum):
    """Application priority; what stage 2 calls Normal is MIDDLE on the wire."""

    HIGH = "HIGH"
    MIDDLE = "MIDDLE"
    LOW = "LOW"


class StoreAndForwardParameters(Body, kw_only=True):
    """Until when the server keeps a message that it cannot deliver yet."""

    expr_time: DateTime | Absent = ABSENT


class ASMessageDelivery(Body, kw_only=True):
    """POST /deliver-as-message."""

    ori_addr: Address
    dest_addr: Address
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


class UEMessageDelivery(Body, kw_only=True):
    """POST /deliver-ue-message, by a Message Gateway for its UE; no priority and no latency."""

    ori_addr: Address
    dest_addr: Address
    app_id: ApplicationId | Absent = ABSENT
    msg_id: MessageId
    deliv_st_req_ind: bool | Absent = ABSENT
    payload: str | Absent = ABSENT
    seg_ind: bool | Absent = ABSENT
    seg_params: MessageSegmentParameters | Absent = ABSENT
    sto_and_fw_ind: bool
    sto_and_fw_params: StoreAndForwardParameters | Absent = ABSENT


class MessageDeliveryAck(Body, kw_only=True):
    """The server's 200; both attributes repeat the request, and no status means that all is well so far."""

    ori_addr: Address
    msg_id: MessageId
    status: DeliveryStatus | Absent = ABSENT
    failure_cause: str | Absent = ABSENT


class DeliveryStatusReport(Body, kw_only=True):
    """POST /deliver-report, either way: from who received to who sent, with the message's own ID."""

    ori_addr: Address
    dest_addr: Address
    msg_id: MessageId
    failure_cause: str | Absent = ABSENT
    deliv_st: ReportDeliveryStatus
