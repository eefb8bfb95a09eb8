"""A ladder diagram as text: one column for each node, one row for each PDU."""

from collections.abc import Iterable, Sequence

from ipsmgw.trace.summary import Summaries
from ipsmgw.trace.trace import Pdu

__all__ = ["Ladder", "ladder"]

_TIME = 9  # 99999.999
_NARROWEST, _WIDEST = 4, 14  # columns
_LABEL = 46  # what a label should have at least
_NEVER_ARRIVES = frozenset({"lost", "cut", "withheld"})


class Ladder:
    """Draws row by row, as PDUs come; no line is longer than `width`."""

    def __init__(self, nodes: Sequence[str], *, width: int = 100, start: float | None = None) -> None:
        self._nodes = list(nodes)
        self._width = width
        self._start = start
        self._summaries = Summaries()
        room = (width - _TIME - _LABEL) // max(1, len(self._nodes))
        self._pitch = max(_NARROWEST, min(_WIDEST, room))

    def header(self) -> str:
        """The names of the nodes, each over the middle of its column."""
        names = [_plain(node)[: self._pitch - 1].center(self._pitch) for node in self._nodes]
        return self._line(" " * _TIME + "".join(names))

    def row(self, pdu: Pdu) -> str:
        """One PDU: when (seconds since the first), from whom to whom, what; `╳` where it got lost."""
        if self._start is None:
            self._start = pdu.when
        fate = f" ({pdu.fate})" if pdu.fate else ""
        label = _plain(self._summaries.label(pdu) + fate)
        return self._line(f"{pdu.when - self._start:{_TIME}.3f}{self._arrow(pdu)} {label}")

    def _line(self, text: str) -> str:
        text = text.rstrip()
        return text if len(text) <= self._width else text[: self._width - 1] + "…"

    def _column(self, node: str) -> int:
        """Where the lifeline of a node is; a stranger stands at the edge."""
        number = self._nodes.index(node) if node in self._nodes else len(self._nodes) - 1
        return number * self._pitch + self._pitch // 2

    def _arrow(self, pdu: Pdu) -> str:
        cells = [" "] * (self._pitch * len(self._nodes))
        for node in self._nodes:
            cells[self._column(node)] = "│"
        source, target = self._column(pdu.source), self._column(pdu.target)
        if source == target:
            cells[source] = "●"
        else:
            self._shaft(cells, source, target, arrives=pdu.fate not in _NEVER_ARRIVES)
        return "".join(cells)

    @staticmethod
    def _shaft(cells: list[str], source: int, target: int, *, arrives: bool) -> None:
        step = 1 if target > source else -1
        end = target if arrives else (source + target) // 2
        for at in range(source + step, end, step):
            cells[at] = "┼" if cells[at] == "│" else "─"
        cells[source] = "├" if step > 0 else "┤"
        if arrives:
            cells[target - step] = "▶" if step > 0 else "◀"
        else:
            cells[end] = "╳"


def ladder(pdus: Iterable[Pdu], nodes: Sequence[str] = (), *, width: int = 100) -> str:
    """The whole diagram; nodes that are not named stand after those that are, as they appear."""
    rows = sorted(pdus, key=lambda pdu: pdu.when)
    seen = dict.fromkeys((*nodes, *(node for pdu in rows for node in (pdu.source, pdu.target))))
    picture = Ladder(tuple(seen), width=width)
    return "\n".join((picture.header(), *(picture.row(pdu) for pdu in rows)))


def _plain(text: str) -> str:
    """What a peer wrote must not move the cursor, nor take two columns for a character."""
    return "".join(char if " " <= char <= "~" else "?" for char in text)
