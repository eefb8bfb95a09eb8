"""Deadlines of one fixed duration: the order of insertion is the order of expiry, so no heap is needed."""

from collections import OrderedDict
from collections.abc import Hashable
from math import inf
from typing import Generic, TypeVar

__all__ = ["Fifo"]

KeyT = TypeVar("KeyT", bound=Hashable)


class Fifo(Generic[KeyT]):
    """Keys with their deadlines, soonest first; every operation takes constant time."""

    __slots__ = ("_deadlines", "duration", "soonest")

    def __init__(self, duration: float) -> None:
        self.duration = duration
        self.soonest = inf
        """The soonest deadline: it is asked for much more often than it changes."""
        # A plain dict would scan its deleted front again and again; this one is a linked list.
        self._deadlines: OrderedDict[KeyT, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._deadlines)

    def __contains__(self, key: KeyT) -> bool:
        return key in self._deadlines

    def add(self, key: KeyT, now: float) -> None:
        """Start the timer of `key`, or start it again."""
        deadlines = self._deadlines
        if key in deadlines:
            self.discard(key)
        deadlines[key] = deadline = now + self.duration
        if deadline < self.soonest:
            self.soonest = deadline

    def discard(self, key: KeyT) -> None:
        """Stop the timer of `key`, if it runs."""
        deadlines = self._deadlines
        if deadlines.pop(key, None) == self.soonest:
            self.soonest = next(iter(deadlines.values()), inf)

    def due(self, now: float) -> list[KeyT]:
        """Take out the keys whose deadline has come."""
        if self.soonest > now:
            return []
        keys: list[KeyT] = []
        for key, deadline in self._deadlines.items():
            if deadline > now:
                break
            keys.append(key)
        for key in keys:
            del self._deadlines[key]
        self.soonest = next(iter(self._deadlines.values()), inf)
        return keys
