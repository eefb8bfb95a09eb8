"""Deadlines of exchanges, each by its number: a heap whose entries are skipped when they no longer hold."""

import heapq
from collections.abc import Iterator

__all__ = ["Expiry"]

_SLACK = 64


class Expiry:
    """One deadline per number; what is kept stays in proportion to those that hold."""

    def __init__(self) -> None:
        self._when: dict[int, float] = {}
        self._heap: list[tuple[float, int]] = []

    def set(self, number: int, when: float) -> None:
        self._when[number] = when
        heapq.heappush(self._heap, (when, number))
        if len(self._heap) > 2 * len(self._when) + _SLACK:
            self._heap = [(at, each) for each, at in self._when.items()]
            heapq.heapify(self._heap)

    def discard(self, number: int) -> None:
        self._when.pop(number, None)

    def due(self, now: float) -> Iterator[int]:
        """Those whose time has come, each taken out before it is told."""
        while (when := self.deadline()) is not None and when <= now:
            number = heapq.heappop(self._heap)[1]
            del self._when[number]
            yield number

    def deadline(self) -> float | None:
        """The soonest."""
        while self._heap:
            when, number = self._heap[0]
            if self._when.get(number) == when:
                return when
            heapq.heappop(self._heap)
        return None
