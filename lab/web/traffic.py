"""How much has gone over each link, and when last: counted as the trace grows, whatever it forgets."""

from collections import Counter
from itertools import islice

from ipsmgw.trace import Trace

__all__ = ["Traffic"]


class Traffic:
    """Looks at what has come since it looked last."""

    def __init__(self) -> None:
        self._seen = 0
        self._counts = Counter[tuple[str, str]]()
        self._last: dict[frozenset[str], float] = {}

    def look(self, trace: Trace) -> None:
        """The newest first: the rest has been counted."""
        total = trace.forgotten + len(trace)
        for pdu in islice(reversed(trace), total - self._seen):
            self._counts[pdu.source, pdu.target] += 1
            pair = frozenset((pdu.source, pdu.target))
            self._last[pair] = max(pdu.when, self._last.get(pair, 0.0))
        self._seen = total

    def of(self, source: str, target: str) -> int:
        """PDUs, one way."""
        return self._counts[source, target]

    def last(self, one: str, other: str) -> float | None:
        return self._last.get(frozenset((one, other)))
