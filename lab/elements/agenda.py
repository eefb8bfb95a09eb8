"""What an element has to do later: calls at a time, as a `Timed` of its Driver."""

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import count

__all__ = ["Agenda", "Entry", "Work"]

Work = Callable[[float], None]
"""Called with the time that it is."""

_SWEEP = 64


class Entry:
    """One call to come; `cancel` it when it is no longer wanted."""

    __slots__ = ("_agenda", "when", "work")

    def __init__(self, agenda: "Agenda", when: float, work: Work) -> None:
        self._agenda = agenda
        self.when = when
        self.work: Work | None = work

    def cancel(self) -> None:
        if self.work is not None:
            self.work = None
            self._agenda.cancelled()


class Agenda:
    """Deadlines of any length; those cancelled are swept out before they are the greater part."""

    def __init__(self) -> None:
        self._order = count()
        self._heap: list[tuple[float, int, Entry]] = []
        self._dead = 0

    def __len__(self) -> int:
        return len(self._heap) - self._dead

    def at(self, when: float, work: Work) -> Entry:
        entry = Entry(self, when, work)
        heappush(self._heap, (when, next(self._order), entry))
        return entry

    def cancelled(self) -> None:
        self._dead += 1
        if self._dead > _SWEEP and self._dead * 2 > len(self._heap):
            self._heap = [item for item in self._heap if item[2].work is not None]
            heapify(self._heap)
            self._dead = 0

    def deadline(self) -> float | None:
        while self._heap and self._heap[0][2].work is None:
            heappop(self._heap)
            self._dead -= 1
        return self._heap[0][0] if self._heap else None

    def expire(self, now: float) -> None:
        while (when := self.deadline()) is not None and when <= now:
            entry = heappop(self._heap)[2]
            work, entry.work = entry.work, None
            if work is not None:
                work(now)
