"""The bodies of TS 29.538 as payloads of an MSGin5G Client, and the reverse (TS 24.538).

A phone says the same whether its gateway is a Message Gateway or its MSGin5G Client.
"""

from ipsmgw.msgin5g_coap_section import Msgin5gCoap
from msgin5g_bridge.l3gdelivery import Address, L3gMessageDelivery
from msgin5g_bridge.message import AggregatedMessage, DeliveryReport, Message, MessageResponse, Payload
from msgin5g_bridge.model import ABSENT, Body
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, MessageDeliveryAck, UEMessageDelivery
from msgin5g_bridge.names import STATUSES, FailureCause
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.registration import (
    BulkDeregistration,
    BulkRegistration,
    BulkRegistrationResponse,
    ClientProfile,
    Deregistration,
    Registration,
)
from msgin5g_bridge.translation import translate
from msgin5g_bridge.ueregistration import (
    BulkUeDeregistration,
    BulkUeRegistration,
    BulkUeRegistrationAck,
    UeDeregistration,
    UeRegistration,
)

__all__ = [
    "delivered",
    "deregistration",
    "deregistrations",
    "each_delivered",
    "message",
    "recipient",
    "refusal",
    "registration",
    "registrations",
    "report",
    "response",
    "response_to_all",
    "said",
]

_BY_STATUS = {
    403: FailureCause.NOT_AUTHORIZED,
    404: FailureCause.RECIPIENT_UNKNOWN,
    413: FailureCause.PAYLOAD_TOO_LARGE,
    429: FailureCause.OVERLOAD,
    503: FailureCause.OVERLOAD,
}
_KNOWN = frozenset(FailureCause)


# What we say.


def registration(who: UeRegistration, settings: Msgin5gCoap) -> Registration:
    available = who.profile.comm_avail if who.profile else ABSENT
    most = settings.max_segment or ABSENT
    profile = ClientProfile(comm_avail=available, max_seg_size=most) if available or most else ABSENT
    return Registration(ue_svc_id=who.ue_svc_id, cred=who.cred or ABSENT, profile=profile)


def registrations(who: BulkUeRegistration, settings: Msgin5gCoap) -> BulkRegistration:
    return BulkRegistration(count=who.count, list=tuple(registration(each, settings) for each in who.list))


def deregistration(who: UeDeregistration) -> Deregistration:
    return Deregistration(ue_svc_id=who.ue_svc_id, cred=who.cred or ABSENT)


def deregistrations(who: BulkUeDeregistration) -> BulkDeregistration:
    return BulkDeregistration(count=who.count, list=tuple(map(deregistration, who.list)))


def message(said: UEMessageDelivery) -> Message:
    return translate(said, Message)


def report(said: DeliveryStatusReport) -> DeliveryReport:
    return translate(said, DeliveryReport)


def response(to: Message | DeliveryReport) -> MessageResponse:
    return MessageResponse(ori_addr=to.ori_addr, msg_id=to.msg_id)


def response_to_all(aggregated: AggregatedMessage) -> MessageResponse:
    """[LAB] With the Message ID of the first."""
    return MessageResponse(ori_addr=aggregated.ori_addr, msg_id=aggregated.list[0].msg_id)


def refusal(problem: Problem) -> tuple[FailureCause, str]:
    """Its cause where it is one of ours, else what its status means; and what people may read."""
    cause = FailureCause(problem.cause) if problem.cause in _KNOWN else None
    if cause is None or STATUSES.get(cause, 400) != problem.status:
        cause = _BY_STATUS.get(problem.status, cause or FailureCause.PAYLOAD_NOT_SUPPORTED)
    return cause, problem.detail or problem.cause


# What the server says.


def delivered(payload: Message | DeliveryReport) -> L3gMessageDelivery | DeliveryStatusReport:
    if isinstance(payload, DeliveryReport):
        return translate(payload, DeliveryStatusReport)
    return translate(payload, L3gMessageDelivery)


def each_delivered(aggregated: AggregatedMessage) -> tuple[L3gMessageDelivery, ...]:
    """As messages of their own."""
    to = {"ori_addr": aggregated.ori_addr, "dest_addr": aggregated.dest_addr}
    return tuple(translate(each, L3gMessageDelivery, **to) for each in aggregated.list)


def recipient(payload: Payload) -> str:
    """UE Service ID that it is for; nothing: it does not say."""
    to = getattr(payload, "dest_addr", None)
    return to.addr if isinstance(to, Address) else ""


def said(body: Body | None) -> Body | None:
    """What it has answered, in the words of TS 29.538."""
    if isinstance(body, MessageResponse):
        return translate(body, MessageDeliveryAck)
    if isinstance(body, BulkRegistrationResponse):
        return translate(body, BulkUeRegistrationAck)
    return body
