"""Why a message went where it went, line by line: what `explain` shows of the MSGin5G Server."""

from collections.abc import Iterator
from datetime import UTC, datetime

from lab.msgin5g.records import ServerData
from lab.msgin5g.transfer import Transfer

__all__ = ["explain"]


def explain(data: ServerData, msg_id: str) -> list[str]:
    """All that is known of a Message ID; nothing where it is not known."""
    return list(_lines(data, msg_id))


def _lines(data: ServerData, msg_id: str) -> Iterator[str]:
    given_in = [
        (sender, each)
        for (sender, known_id), several in data.submissions.items()
        if known_id == msg_id
        for each in several.values()
    ]
    for sender, submission in given_in:
        status = submission.response.status or "accepted"
        cause = f" ({submission.response.failure_cause})" if submission.response.failure_cause else ""
        came = f"over {submission.origin.leg.value}"
        yield f"{_time(submission.when)} {sender.addr} sends {msg_id} {came}: {status}{cause}"
        for id_ in submission.transfers:
            transfer = data.transfers.get(id_)
            if transfer is not None:
                yield from _way(transfer)


def _way(transfer: Transfer) -> Iterator[str]:
    yield f"  to {transfer.recipient.addr_type} {transfer.recipient.addr}: {transfer.state.value}"
    for when, line in transfer.trail:
        yield f"    {_time(when)} {line}"


def _time(when: float) -> str:
    return datetime.fromtimestamp(when, UTC).strftime("%H:%M:%S.%f")[:-3]
