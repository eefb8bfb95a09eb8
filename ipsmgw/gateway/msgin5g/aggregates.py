"""Aggregated messages of the server: answered once, when each of them is somebody's (TS 23.554 §8.4)."""

from itertools import count

from msgspec import Struct

from msgin5g_bridge.problem import Problem

__all__ = ["Aggregates"]

_LATER = frozenset((429, 503))


class _Open(Struct, eq=False):
    exchange: int
    waiting: int
    taken: bool = False
    problem: Problem | None = None
    later: bool = False


class Aggregates:
    """Its messages have numbers of their own, from -1 down; all other numbers pass as they are."""

    def __init__(self) -> None:
        self._numbers = count(-1, -1)
        self._open: dict[int, _Open] = {}

    def open(self, exchange: int, messages: int) -> list[int]:
        """A number for each."""
        one = _Open(exchange, messages)
        numbers = [next(self._numbers) for _ in range(messages)]
        self._open.update(dict.fromkeys(numbers, one))
        return numbers

    def accepted(self, exchange: int) -> tuple[int, Problem | None] | None:
        """What is to be answered now, and to what; None: the others are waited for."""
        one = self._open.pop(exchange, None)
        if one is None:
            return exchange, None
        one.taken = True
        return self._counted(one)

    def refused(self, exchange: int, problem: Problem) -> tuple[int, Problem | None] | None:
        """The same."""
        one = self._open.pop(exchange, None)
        if one is None:
            return exchange, problem
        one.problem = one.problem or problem
        one.later = one.later or problem.status in _LATER
        return self._counted(one)

    def _counted(self, one: _Open) -> tuple[int, Problem | None] | None:
        """[LAB] Where there is no room for one, all of them come again: those that are here are known. Else
        one that is taken is a yes to all.
        """
        one.waiting -= 1
        if one.waiting:
            return None
        return one.exchange, one.problem if one.later or not one.taken else None
