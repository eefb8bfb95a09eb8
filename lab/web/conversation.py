"""What a phone shows: the last messages, sent and received, long ones whole (TS 23.040 §9.2.3.24)."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar

from ipsmgw.identity import Msisdn
from ipsmgw.sms import Concatenation, Status, StatusReport, Tpdu, concatenation, read, words
from lab.elements.phone_ledger import PhoneLedger, Received, Sent
from lab.elements.sc_ledger import MtMessage, ScData
from lab.web.bubbles import Bubble, State, incoming, outgoing, plain_text, tpdu_of_phone, tpdu_to_phone

__all__ = ["SHOWN", "Became", "conversation"]

SHOWN = 100
"""Short messages of each way that are shown, the last ones."""

_LOOK_BACK = 5_000
"""Messages in the SC that are looked at."""
_WORST_FIRST: tuple[State, ...] = (
    *("failed", "refused", "sending"),
    *("at the SC", "at the server", "delivered", "received"),
)

RecordT = TypeVar("RecordT")


class Became:
    """What the SC has made of what phones have sent; `data` is its disk, None where it is not the lab's."""

    def __init__(self, data: ScData | None) -> None:
        self.own = data is not None
        self._of: dict[tuple[Msisdn, bytes], MtMessage] = {}
        self._came: set[tuple[Msisdn, bytes]] = set()
        if data is None:
            return
        messages = {each.id: each for each in islice(reversed(data.mt), _LOOK_BACK)}
        for got in islice(reversed(data.mo), _LOOK_BACK):
            self._came.add((got.oa, got.tpdu))
            message = messages.get(got.message or 0)
            if message is not None:  # a TP-MR comes back after 256 messages: the last one counts
                self._of.setdefault((got.oa, got.tpdu), message)

    def of(self, sender: Msisdn, sent: Sent) -> MtMessage | None:
        return self._of.get((sender, sent.tpdu))

    def elsewhere(self, sender: Msisdn, sent: Sent) -> bool:
        """The SC has never seen it."""
        return self.own and (sender, sent.tpdu) not in self._came


def conversation(ledger: PhoneLedger, number: Msisdn, became: Became) -> list[Bubble]:
    """The oldest first."""
    received = [(name, one, tpdu_to_phone(one.tpdu)) for name, one in _last("in", ledger.received)]
    reports = [(one, tpdu) for _, one, tpdu in received if isinstance(tpdu, StatusReport)]
    sent = [_sent(name, one, number, became) for name, one in _last("out", ledger.sent)]
    for report in reports:
        _attach(sent, *report)
    others = (
        _received(name, one, tpdu) for name, one, tpdu in received if not isinstance(tpdu, StatusReport)
    )
    texts = (plain_text(one, name) for name, one in _last("text", ledger.texts))
    return sorted([*_joined(sent), *_joined(others), *texts], key=lambda bubble: bubble.when)


class _Piece(NamedTuple):
    """A short message alone, and which part of a longer one it is."""

    bubble: Bubble
    part: Concatenation | None
    reference: int


def _last(way: str, records: Sequence[RecordT]) -> Iterator[tuple[str, RecordT]]:
    """Each with a name."""
    first = max(0, len(records) - SHOWN)
    for at, record in enumerate(islice(records, first, None), first):
        yield f"{way}-{at}", record


def _sent(name: str, one: Sent, number: Msisdn, became: Became) -> _Piece:
    bubble = outgoing(one, name, became.of(number, one), own=became.own)
    if bubble.state == "at the SC" and became.elsewhere(number, one):
        bubble.state, bubble.reason = "at the server", "the gateway has handed it to the MSGin5G Server"
    return _Piece(bubble, _part(tpdu_of_phone(one.tpdu)), one.rp_mr)


def _received(name: str, one: Received, tpdu: Tpdu | None) -> _Piece:
    return _Piece(incoming(one, name), _part(tpdu), one.rp_mr)


def _part(tpdu: Tpdu | None) -> Concatenation | None:
    found = None if tpdu is None else read(tpdu)
    return None if found is None else concatenation(found.header)


def _joined(pieces: Iterable[_Piece]) -> Iterator[Bubble]:
    """Parts of one message become one; a part that comes a second time is another message."""
    open_: dict[tuple[str, int, int], dict[int, Bubble]] = {}
    for bubble, part, _ in pieces:
        if part is None or part.total == 1:
            yield bubble
            continue
        key = (bubble.peer, part.reference, part.total)
        parts = open_.setdefault(key, {})
        if part.sequence in parts:
            yield _whole(open_.pop(key), part.total)
            parts = open_.setdefault(key, {})
        parts[part.sequence] = bubble
        if len(parts) == part.total:
            yield _whole(open_.pop(key), part.total)
    for (_, _, total), parts in open_.items():
        yield _whole(parts, total)


def _whole(parts: dict[int, Bubble], total: int) -> Bubble:
    """In the state of the one that stands worst."""
    in_order = [parts[sequence] for sequence in sorted(parts)]
    worst = min(in_order, key=lambda bubble: _WORST_FIRST.index(bubble.state))
    whole = in_order[0]
    whole.text = "".join(
        parts[sequence].text if sequence in parts else "…" for sequence in range(1, total + 1)
    )
    whole.state, whole.reason = worst.state, worst.reason
    whole.parts, whole.whole = len(parts), total
    whole.report = next((each.report for each in reversed(in_order) if each.report), "")
    whole.call_id = in_order[-1].call_id
    return whole


def _attach(sent: Sequence[_Piece], report: Received, tpdu: StatusReport) -> None:
    """To the last message with this TP-MR that had left before."""
    for bubble, _, reference in reversed(sent):
        if reference == tpdu.tp_mr and bubble.when <= report.when:
            bubble.report = words(Status, tpdu.tp_st).replace("sme", "SME")
            return
