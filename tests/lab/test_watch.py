"""The watch over deadlines notes what a Driver leaves undone."""

from ipsmgw.drive import Driver
from lab import clock as clocks
from lab.clock import VirtualClock
from lab.waiting import Waiting
from lab.watch import Watch


class Lazy:
    """Has a deadline, and forgets to tell that it has moved."""

    def __init__(self) -> None:
        self.when: float | None = None

    def expire(self, now: float) -> None:
        self.when = None

    def deadline(self) -> float | None:
        return self.when


def _watched(after: float, *, settle: bool) -> list[tuple[str, float, float]]:
    async def story(clock: VirtualClock) -> list[tuple[str, float, float]]:
        driver, lazy = Driver(clock), Lazy()
        driver.watch(lazy)
        watch = Watch(clock, lambda: {"node": driver})
        watch.start()
        lazy.when = clock.now() + after
        if settle:
            driver.settle(clock.now())
        await Waiting(clock.loop, clock).pause(10)
        watch.stop()
        return watch.overdue

    return clocks.run(story)


def test_a_deadline_that_nobody_meets_is_overdue() -> None:
    overdue = _watched(2.5, settle=False)
    assert overdue
    assert overdue[0][0] == "node"


def test_a_deadline_that_is_met_is_not() -> None:
    assert _watched(2.5, settle=True) == []
