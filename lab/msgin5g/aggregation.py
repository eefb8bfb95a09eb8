"""Small messages of one sender to one recipient in one request, and the reverse (TS 23.554 clause 8.4).

[LAB] The rule between aggregate and segment size. What waits for the same recipient from the same sender,
of a priority that is not high and small enough, leaves as one aggregate as long as that fits into the
recipient's segment size; what does not fit any more leaves in the next. An aggregate is never segmented; a
single message that is too large is. An aggregate that comes in is taken apart, and goes on in aggregates by
this same rule.
"""

from collections.abc import Iterator, Sequence

from lab.msgin5g.contact import Leg
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.transfer import Transfer
from msgin5g_bridge import encode
from msgin5g_bridge.message import AggregatedMessage, IndividualMessage, Message
from msgin5g_bridge.msgdelivery import Priority
from msgin5g_bridge.segmentation import size

__all__ = ["aggregate", "bundle", "small", "split"]


def small(transfer: Transfer, settings: ServerSettings) -> bool:
    """Whether it may go with others: on MSGin5G-1 only, for the bodies of TS 29.538 have no aggregate."""
    body = transfer.body
    return (
        isinstance(body, Message)
        and transfer.contact is not None
        and transfer.contact.leg is Leg.CLIENT
        and body.priority != Priority.HIGH
        and size(body.payload or "") <= settings.aggregate_small
    )


def bundle(ready: Sequence[Transfer], seg_size: int, settings: ServerSettings) -> tuple[Transfer, ...]:
    """The first that is ready, with those that may and can go with it."""
    first, *others = ready
    if not small(first, settings) or settings.aggregate_wait <= 0:
        return (first,)
    chosen = [first]
    for other in others:
        together = [*chosen, other]
        if (
            other.recipient == first.recipient
            and other.sender == first.sender
            and small(other, settings)
            and len(encode(aggregate(together))) <= seg_size
        ):
            chosen = together
    return tuple(chosen)


def aggregate(transfers: Sequence[Transfer]) -> AggregatedMessage:
    """Of messages from one sender to one recipient."""
    messages = [each.body for each in transfers if isinstance(each.body, Message)]
    entries = tuple(
        IndividualMessage(
            msg_id=each.msg_id,
            app_id=each.app_id,
            deliv_st_req_ind=each.deliv_st_req_ind,
            payload=each.payload,
            priority=each.priority,
        )
        for each in messages
    )
    first = messages[0]
    return AggregatedMessage(
        ori_addr=first.ori_addr, dest_addr=first.dest_addr, count=len(entries), list=entries
    )


def split(aggregated: AggregatedMessage) -> Iterator[Message]:
    """[LAB] Its messages are not to be stored: an aggregate has no element that says so."""
    for each in aggregated.list:
        yield Message(
            ori_addr=aggregated.ori_addr,
            dest_addr=aggregated.dest_addr,
            app_id=each.app_id,
            msg_id=each.msg_id,
            deliv_st_req_ind=each.deliv_st_req_ind,
            payload=each.payload,
            priority=each.priority,
            sto_and_fw_ind=False,
        )
