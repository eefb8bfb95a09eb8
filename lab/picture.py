"""The end of a ladder, as far as a terminal can bear it."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from ipsmgw.trace import Ladder, Pdu

__all__ = ["last_rows"]


def last_rows(pdus: Iterable[Pdu], nodes: Sequence[str], rows: int, *, width: int, start: float) -> str:
    """The last rows, and how many there were before; times are since `start`."""
    picture = Ladder(nodes, width=width, start=start)
    lines = [picture.row(pdu) for pdu in sorted(pdus, key=attrgetter("when"))]
    left_out = len(lines) - rows
    more = [f"… {left_out} rows before these"] if left_out > 0 else []
    return "\n".join((*more, picture.header(), *lines[-rows:]))
