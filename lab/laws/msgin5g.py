"""Law 9, of MSGin5G: each copy of a message ends as its recipient knows it, and reports tell the truth."""

from collections import Counter
from collections.abc import Iterator

from lab.laws.evidence import Evidence
from lab.msgin5g.contact import Leg
from lab.msgin5g.records import ServerData
from lab.msgin5g.side import Msgin5gSide
from lab.msgin5g.transfer import State, Transfer
from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.message import DeliveryReport, Message
from msgin5g_bridge.msgdelivery import ReportDeliveryStatus

__all__ = ["true_ends"]

_Key = tuple[Address, Address, str]
"""Who has it, from whom, and its Message ID."""


def true_ends(evidence: Evidence) -> Iterator[str]:
    """Judged when nothing is under way; of recipients that the lab does not play nothing is known."""
    side = evidence.carrier.msgin5g
    had = Counter(_had(side))
    played = _played(side)
    yield from (
        f"{who.addr} has message {id_} {times} times" for (who, _, id_), times in had.items() if times > 1
    )
    taken = {name: _taken(home.data) for name, home in side.homes.items()}
    for name, home in side.homes.items():
        elsewhere = set().union(*(keys for other, keys in taken.items() if other != name))
        for transfer in home.data.transfers.values():
            yield from _untrue(transfer, had, played)
            yield from _mislaid(transfer, elsewhere)
    for report in _reports(side):
        success = report.deliv_st == ReportDeliveryStatus.REPT_DELY_SUCCESS
        if (
            success
            and report.ori_addr in played
            and not had[report.ori_addr, report.dest_addr, report.msg_id]
        ):
            yield f"{report.dest_addr.addr} was told that {report.ori_addr.addr} has {report.msg_id}"


def _untrue(transfer: Transfer, had: Counter[_Key], played: set[Address]) -> Iterator[str]:
    body = transfer.body
    if transfer.state in (State.NEW, State.READY, State.SENT):
        yield f"transfer {transfer.id} is still {transfer.state.value}"
    if not isinstance(body, Message) or transfer.recipient not in played or _handed_on(transfer):
        return
    has = had[transfer.recipient, transfer.sender, body.msg_id]
    if transfer.state is State.DELIVERED and not has:
        yield f"message {body.msg_id} was delivered, and {transfer.recipient.addr} has it not"


def _mislaid(transfer: Transfer, elsewhere: set[_Key]) -> Iterator[str]:
    """Another server has what this one is rid of."""
    body = transfer.body
    if transfer.state is not State.DELIVERED or not isinstance(body, Message) or not _handed_on(transfer):
        return
    if (body.dest_addr, body.ori_addr, body.msg_id) not in elsewhere:
        yield f"message {body.msg_id} was handed to another server, and none knows of it"


def _handed_on(transfer: Transfer) -> bool:
    """To another server, which was not to report."""
    return not transfer.asked and transfer.contact is not None and transfer.contact.leg is Leg.SERVER


def _taken(data: ServerData) -> set[_Key]:
    return {(to, sender, msg_id) for (sender, msg_id), several in data.submissions.items() for to in several}


def _had(side: Msgin5gSide) -> Iterator[_Key]:
    messages = [each.message for ledger in side.client_ledgers.values() for each in ledger.inbox]
    messages += [message for ledger in side.rest_ledgers.values() for message in ledger.inbox]
    return ((each.dest_addr, each.ori_addr, each.msg_id) for each in messages if not _later_segment(each))


def _later_segment(message: Message) -> bool:
    """A gateway's ledger has segments as they come."""
    return bool(message.seg_ind and message.seg_params and message.seg_params.seg_numb != 1)


def _reports(side: Msgin5gSide) -> Iterator[DeliveryReport]:
    for client in side.client_ledgers.values():
        yield from client.reports
    for node in side.rest_ledgers.values():
        yield from node.reports


def _played(side: Msgin5gSide) -> set[Address]:
    return {side.plan.address(name) for home in side.plan.servers for name in home.people}
