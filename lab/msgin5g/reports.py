"""Delivery status reports: of whom, to whom, and when there is none (TS 23.554 clause 8.3.4)."""

from lab.msgin5g.transfer import State, Transfer
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.message import DeliveryReport, Message
from msgin5g_bridge.model import ABSENT
from msgin5g_bridge.msgdelivery import ReportDeliveryStatus

__all__ = ["report_of", "wants_report"]


def wants_report(message: Message, recipient_type: AddressType) -> bool:
    """Whether its sender gets one: only if it asks, and never of a broadcast (clause 8.7.3 has none)."""
    return bool(message.deliv_st_req_ind) and recipient_type != AddressType.BC


def _wants_failures(transfer: Transfer, body: Message) -> bool:
    """Whether nobody else tells of a failure: where another server has never had the message."""
    return transfer.fans_out and bool(body.deliv_st_req_ind)


def report_of(transfer: Transfer) -> DeliveryReport | None:
    """What its sender is told of a transfer that has ended, in the recipient's name.

    Nothing where it did not ask, where it has discarded the message itself, or where the thing was no
    message.
    """
    body = transfer.body
    if not isinstance(body, Message) or transfer.state is State.DISCARDED:
        return None
    if not transfer.asked and not (_wants_failures(transfer, body) and transfer.state is State.FAILED):
        return None
    success = transfer.state is State.DELIVERED
    return DeliveryReport(
        ori_addr=transfer.recipient,
        dest_addr=transfer.sender,
        msg_id=body.msg_id,
        deliv_st=(
            ReportDeliveryStatus.REPT_DELY_SUCCESS if success else ReportDeliveryStatus.REPT_DELY_FAILED
        ),
        failure_cause=transfer.cause or ABSENT,
    )
