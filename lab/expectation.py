"""What a story expects, in words: what came true, and when; what did not is its verdict (DESIGN §10)."""

import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import NamedTuple

from lab.instead import instead_of_call

__all__ = ["LISTENER", "Broken", "Expectations", "NotPlayed", "Seen", "came_true", "expect"]


class Broken(Exception):
    """An expectation that did not come true; `instead` is what was there, where one can tell."""

    def __init__(self, sentence: str, instead: str = "") -> None:
        super().__init__(sentence)
        self.instead = instead


class NotPlayed(Exception):
    """The story cannot be played on this carrier; the reason in a sentence."""


class Seen(NamedTuple):
    """An expectation that came true."""

    when: float
    sentence: str


class Expectations:
    """Writes down what comes true while it is entered, by the carrier's own time, which began then."""

    def __init__(self, now: Callable[[], float], began: float = 0.0) -> None:
        self._now = now
        self._began = began
        self.seen: list[Seen] = []

    def __enter__(self) -> "Expectations":
        self._token = _WRITER.set(self)
        return self

    def __exit__(self, *raised: object) -> None:
        _WRITER.reset(self._token)

    def add(self, sentence: str) -> None:
        """One more."""
        now, listener = self._now(), LISTENER.get()
        self.seen.append(Seen(now, sentence))
        if listener is not None:
            listener(now - self._began, sentence)


LISTENER: ContextVar[Callable[[float, str], None] | None] = ContextVar("listener", default=None)
"""Told of each expectation as it comes true, and after how many seconds of the carrier's own time."""
_WRITER: ContextVar[Expectations | None] = ContextVar("expectations", default=None)


def expect(holds: bool, sentence: str) -> None:
    """Go on only if it holds."""
    if not holds:
        raise Broken(sentence, instead_of_call(sys._getframe(1)))
    came_true(sentence)


def came_true(sentence: str) -> None:
    """An expectation is fulfilled: whoever writes a report hears of it."""
    writer = _WRITER.get()
    if writer is not None:
        writer.add(sentence)
