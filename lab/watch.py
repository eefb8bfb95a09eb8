"""Watches the deadlines of a running carrier: none may lie in the past (DESIGN §10, law 5)."""

from collections.abc import Callable

from ipsmgw.drive import Clock, Driver, Handle

__all__ = ["Watch"]

_EVERY = 1.0
_OVERDUE = 100  # of which it takes a note


class Watch:
    """Looks once a second; overdue is what a Driver has left for a second or more, twice in a row."""

    def __init__(self, clock: Clock, drivers: Callable[[], dict[str, Driver]]) -> None:
        self._clock = clock
        self._drivers = drivers
        self._late: dict[str, float] = {}
        self._timer: Handle | None = None
        self.overdue: list[tuple[str, float, float]] = []
        """Node, its deadline, and when that was seen to be overdue."""

    def start(self) -> None:
        self._timer = self._clock.call_at(self._clock.now() + _EVERY, self._look)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        now = self._clock.now()
        late = {
            node: when
            for node, driver in self._drivers().items()  # each by its own clock, which may be wrong
            if (when := driver.deadline()) is not None and when < driver.clock.now() - _EVERY
        }
        again = [(node, when, now) for node, when in late.items() if self._late.get(node) == when]
        if len(self.overdue) < _OVERDUE:
            self.overdue += again
        self._late = late
        self.start()
