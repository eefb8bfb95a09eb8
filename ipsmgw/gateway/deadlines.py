"""One deadline per key, which may be moved; what is kept stays in proportion to the keys."""

import heapq
from collections.abc import Iterator
from typing import Generic, TypeVar

__all__ = ["Deadlines"]

KeyT = TypeVar("KeyT", bound=str)

_SLACK = 64


class Deadlines(Generic[KeyT]):
    """A heap with the truth beside it: entries that no longer hold are skipped, and swept when many."""

    def __init__(self) -> None:
        self._when: dict[KeyT, float] = {}
        self._heap: list[tuple[float, KeyT]] = []

    def __len__(self) -> int:
        return len(self._when)

    @property
    def kept(self) -> int:
        """Entries in memory, those that no longer hold among them."""
        return len(self._heap)

    def set(self, key: KeyT, when: float) -> None:
        """From now on this is the key's deadline."""
        if self._when.get(key) == when:
            return
        self._when[key] = when
        heapq.heappush(self._heap, (when, key))
        if len(self._heap) > 2 * len(self._when) + _SLACK:
            self._heap = [(at, each) for each, at in self._when.items()]
            heapq.heapify(self._heap)

    def discard(self, key: KeyT) -> None:
        self._when.pop(key, None)

    def due(self, now: float) -> Iterator[KeyT]:
        """Keys whose time has come, each taken out before it is told."""
        while (when := self.deadline()) is not None and when <= now:
            key = heapq.heappop(self._heap)[1]
            del self._when[key]
            yield key

    def deadline(self) -> float | None:
        """The soonest."""
        heap = self._heap
        while heap:
            when, key = heap[0]
            if self._when.get(key) == when:
                return when
            heapq.heappop(heap)
        return None
