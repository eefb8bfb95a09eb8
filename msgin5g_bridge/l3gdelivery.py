"""MSGG_L3GDelivery: the MSGin5G Server delivers to a Legacy 3GPP Message Gateway (TS 29.538 clauses 6, 9)."""

from msgin5g_bridge.model import ABSENT, Absent, ApplicationId, Body, MessageId, OpenEnum
from msgin5g_bridge.segment import MessageSegmentParameters

__all__ = ["Address", "AddressType", "L3gMessageDelivery"]


class AddressType(OpenEnum):
    """What an address names: UE, AS, group, broadcast area or Messaging Topic."""

    UE = "UE"
    AS = "AS"
    GROUP = "GROUP"
    BC = "BC"
    TOPIC = "TOPIC"


class Address(Body, kw_only=True):
    """Who sends or receives; `addr` is the Service ID, group, area or topic that `addr_type` says."""

    addr_type: AddressType
    addr: str


class L3gMessageDelivery(Body, kw_only=True):
    """POST /deliver-message; neither priority nor store and forward reach the gateway."""

    ori_addr: Address
    dest_addr: Address
    app_id: ApplicationId | Absent = ABSENT
    msg_id: MessageId
    deliv_st_req_ind: bool | Absent = ABSENT
    payload: str | Absent = ABSENT
    seg_ind: bool | Absent = ABSENT
    seg_params: MessageSegmentParameters | Absent = ABSENT
