"""An element's own clock, which may be ahead or behind, and run fast or slow."""

from collections.abc import Callable

from ipsmgw.drive import Clock, Handle

__all__ = ["ElementClock"]


class _Call:
    """What is to be called when the element believes that it is that time."""

    __slots__ = ("callback", "clock", "handle", "when")

    def __init__(self, clock: "ElementClock", when: float, callback: Callable[[], None]) -> None:
        self.clock = clock
        self.when = when
        self.callback = callback
        self.handle: Handle | None = None

    def __call__(self) -> None:
        self.clock.pending.discard(self)
        self.callback()

    def cancel(self) -> None:
        self.clock.pending.discard(self)
        if self.handle is not None:
            self.handle.cancel()


class ElementClock:
    """Right until it is set wrong; what waits for a time waits by the clock as it is then."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since = 0.0
        self._then = 0.0
        self._rate = 1.0
        self.right = True
        self.pending: set[_Call] = set()

    def now(self) -> float:
        """What the element believes."""
        now = self._clock.now()
        return now if self.right else self._then + (now - self._since) * self._rate

    def call_at(self, when: float, callback: Callable[[], None]) -> Handle:
        call = _Call(self, when, callback)
        self.pending.add(call)
        call.handle = self._clock.call_at(self._true(when), call)
        return call

    def skew(self, offset: float, rate: float) -> None:
        """From now on it is so much further ahead, and runs at this rate."""
        here = self.now()
        self._since, self._then, self._rate, self.right = self._clock.now(), here + offset, rate, False
        for call in sorted(self.pending, key=lambda call: call.when):
            if call.handle is not None:
                call.handle.cancel()
            call.handle = self._clock.call_at(self._true(call.when), call)

    def _true(self, when: float) -> float:
        """When that is."""
        return when if self.right else self._since + (when - self._then) / self._rate
