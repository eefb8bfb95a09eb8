"""The lab's clocks: virtual, where an event loop jumps to the next deadline, and the wire's (DESIGN §10)."""

import asyncio
import heapq
import itertools
import threading
import time
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import TypeVar, TypeVarTuple

__all__ = ["EPOCH", "Deadlock", "VirtualClock", "VirtualLoop", "WireClock", "run"]

EPOCH = 1_767_225_600.0
"""2026-01-01T00:00:00Z: when virtual time begins."""

_SWEEP = 64

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Deadlock(RuntimeError):
    """The story waits, and nothing that is scheduled can end its wait."""


class _Timetable:
    """What is scheduled, by time and then by order; it takes the place of the loop's selector.

    The loop asks it what it would ask of sockets: `select` is where a real loop sleeps, so here time jumps.
    """

    def __init__(self, horizon: float, stall_limit: int) -> None:
        self.now = 0.0
        self.heap: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._order = itertools.count()
        self._horizon = horizon
        self._stall_limit = stall_limit
        self._stalled = 0
        self._cancelled = 0

    def add(self, when: float, handle: asyncio.TimerHandle) -> None:
        heapq.heappush(self.heap, (when, next(self._order), handle))

    def cancelled(self) -> None:
        """At most half of the heap is dead: a Driver may cancel a far timer with every batch."""
        self._cancelled += 1
        if self._cancelled > _SWEEP and self._cancelled * 2 > len(self.heap):
            self.heap[:] = [entry for entry in self.heap if not entry[2].cancelled()]
            heapq.heapify(self.heap)
            self._cancelled = 0

    def select(self, timeout: float | None) -> list[object]:
        """`timeout` is 0 while the loop has work of its own: then time stands still."""
        if timeout == 0:
            self._stand()
        else:
            self._jump()
        self._run_due()
        return []

    def _stand(self) -> None:
        self._stalled += 1
        if self._stalled > self._stall_limit:
            self._stalled = 0  # whoever ends the story has steps to make
            raise Deadlock(
                f"{self._stall_limit} steps and time has not moved from {self.now:.6f} s; {_waiting()}"
            )

    def _jump(self) -> None:
        heap = self.heap
        while heap and heap[0][2].cancelled():
            heapq.heappop(heap)
        if not heap:
            raise Deadlock(f"nothing is scheduled at {self.now:.6f} s; {_waiting()}")
        when = heap[0][0]
        if when <= self.now:
            self._stand()
        elif when <= self._horizon:
            self.now = when
            self._stalled = 0
        else:
            raise Deadlock(f"nothing is scheduled before the horizon of {self._horizon} s; {_waiting()}")

    def _run_due(self) -> None:
        # What these schedule for the same instant waits for the next turn, as in asyncio.
        heap, now = self.heap, self.now
        due = []
        while heap and heap[0][0] <= now:
            due.append(heapq.heappop(heap)[2])
        for handle in due:
            if not handle.cancelled():
                handle._run()


def _waiting() -> str:
    """Who waits, and where: the sentence that tells which wait has no deadline."""
    places = []
    for task in asyncio.all_tasks():
        frames = task.get_stack(limit=1)
        where = f" in {frames[0].f_code.co_qualname}, line {frames[0].f_lineno}" if frames else ""
        places.append(task.get_name() + where)
    return "waiting: " + ("; ".join(sorted(places)) or "no task")


class VirtualLoop(asyncio.BaseEventLoop):
    """An asyncio event loop without sockets, threads and waiting: when nothing is ready, time jumps.

    It starts at 0 and calls what is due at one instant in the order in which it was scheduled. `horizon`
    bounds virtual time, `stall_limit` the steps that it may stand still; `strays` is what callbacks raised.
    """

    def __init__(self, *, horizon: float = 366 * 86_400.0, stall_limit: int = 1_000_000) -> None:
        super().__init__()
        self._timetable = _Timetable(horizon, stall_limit)
        self._selector = self._timetable
        self._thread = threading.get_ident()
        self.strays: list[BaseException] = []

    def time(self) -> float:
        return self._timetable.now

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._timetable.add(when, handle)
        return handle

    def default_exception_handler(self, context: dict[str, object]) -> None:
        stray = context.get("exception")
        self.strays.append(stray if isinstance(stray, BaseException) else RuntimeError(context["message"]))

    def close(self) -> None:
        self._timetable.heap.clear()
        super().close()

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        self._timetable.cancelled()

    def _process_events(self, event_list: list[object]) -> None:
        """There are no sockets, so `select` never finds any."""

    def _write_to_self(self) -> None:
        if threading.get_ident() != self._thread:
            raise RuntimeError("there are no threads in virtual time")


class VirtualClock:
    """Seconds since 1970 on a `VirtualLoop`: what is called at `when` sees exactly `when`."""

    __slots__ = ("_epoch", "loop")

    def __init__(self, loop: VirtualLoop, epoch: float = EPOCH) -> None:
        self.loop = loop
        self._epoch = epoch

    def now(self) -> float:
        return self._epoch + self.loop.time()

    def call_at(self, when: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        return self.loop.call_at(when - self._epoch, callback)


class WireClock:
    """Seconds since 1970 when it was made, then monotonic: no step of the host's time is seen."""

    __slots__ = ("_epoch", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._epoch = time.time() - loop.time()

    def now(self) -> float:
        return self._epoch + self._loop.time()

    def call_at(self, when: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        return self._loop.call_at(when - self._epoch, callback)


def run(story: Callable[[VirtualClock], Coroutine[object, object, T]], *, epoch: float = EPOCH) -> T:
    """Run a story in virtual time of its own; what a callback raised beside it is raised here."""
    loop = VirtualLoop()
    try:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            return runner.run(story(VirtualClock(loop, epoch)))
    finally:
        if loop.strays:
            raise loop.strays[0]
