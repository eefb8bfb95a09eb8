"""MSGG_BGDelivery: the MSGin5G Server delivers to a Broadcast Message Gateway (TS 29.538 clauses 6, 9)."""

from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.model import ABSENT, Absent, ApplicationId, Body, MessageId
from msgin5g_bridge.msgdelivery import Priority
from msgin5g_bridge.segment import MessageSegmentParameters

__all__ = ["BgMessageDelivery"]


class BgMessageDelivery(Body, kw_only=True):
    """POST /deliver-message; the destination became optional in V18.5.0."""

    ori_addr: Address
    dest_addr: Address | Absent = ABSENT
    app_id: ApplicationId | Absent = ABSENT
    msg_id: MessageId
    deliv_st_req_ind: bool | Absent = ABSENT
    payload: str | Absent = ABSENT
    seg_ind: bool | Absent = ABSENT
    seg_params: MessageSegmentParameters | Absent = ABSENT
    priority: Priority | Absent = ABSENT
