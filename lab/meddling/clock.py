"""An element's own clock, which may be ahead or behind, and run fast or slow."""

from collections.abc import Callable

from ipsmgw.drive import Clock, Handle

__all__ = ["ElementClock"]


class ElementClock:
    """Right until it is set wrong."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since = 0.0
        self._then = 0.0
        self._rate = 1.0
        self.right = True

    def now(self) -> float:
        """What the element believes."""
        now = self._clock.now()
        return now if self.right else self._then + (now - self._since) * self._rate

    def call_at(self, when: float, callback: Callable[[], None]) -> Handle:
        """When the element believes that it is that time."""
        if not self.right:
            when = self._since + (when - self._then) / self._rate
        return self._clock.call_at(when, callback)

    def skew(self, offset: float, rate: float) -> None:
        """From now on it is so much further ahead, and runs at this rate."""
        here = self.now()
        self._since, self._then, self._rate, self.right = self._clock.now(), here + offset, rate, False
