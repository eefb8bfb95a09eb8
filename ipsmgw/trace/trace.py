"""What went over the links of a node or of the whole carrier: a bounded collector of PDUs (DESIGN §4)."""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

__all__ = ["Pdu", "Trace"]


class Pdu(NamedTuple):
    """One PDU as it was put on a link; `fate` says what became of it there, nothing when it arrived."""

    when: float
    source: str
    target: str
    protocol: str
    data: bytes
    fate: str = ""


class Trace:
    """The last PDUs: at most `limit` of them and at most `octets` octets, the oldest forgotten first."""

    __slots__ = ("_kept", "_limit", "_octets", "_pdus", "first", "forgotten")

    def __init__(self, *, limit: int = 100_000, octets: int = 64 * 1024 * 1024) -> None:
        self._pdus: deque[Pdu] = deque()
        self._limit = limit
        self._octets = octets
        self._kept = 0
        self.forgotten = 0
        self.first = 0
        """Number of the oldest that is there, of all that ever came."""

    def pdu(self, when: float, source: str, target: str, protocol: str, data: bytes, *fate: str) -> None:
        """Keeps one more; `fate` is nothing for a PDU that arrived."""
        self._pdus.append(Pdu(when, source, target, protocol, data, " ".join(fate)))
        self._kept += len(data)
        while self._kept > self._octets or len(self._pdus) > self._limit:
            self._kept -= len(self._pdus.popleft().data)
            self.forgotten += 1
            self.first += 1

    def clear(self) -> None:
        """Forgets everything on purpose."""
        self.first += len(self._pdus)
        self._pdus.clear()
        self._kept = 0

    @property
    def end(self) -> int:
        """Number of the next one that will come."""
        return self.first + len(self._pdus)

    def since(self, number: int, most: int) -> list[tuple[int, Pdu]]:
        """So many at most from this number on, the oldest first."""
        start = max(number, self.first)
        newest_first = islice(reversed(self._pdus), max(0, self.end - start))
        return list(enumerate(reversed(list(newest_first)), start))[:most]

    def __iter__(self) -> Iterator[Pdu]:
        return iter(self._pdus)

    def __reversed__(self) -> Iterator[Pdu]:
        return reversed(self._pdus)

    def __len__(self) -> int:
        return len(self._pdus)
