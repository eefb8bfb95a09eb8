"""No task, no future and no timer of the loop for a message, whatever becomes of it (DESIGN §8)."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from typing import TypeVar, TypeVarTuple

import pytest

from lab.bench.stories import Originating, Terminating
from tests.lab.desk import Desk

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class _CountingLoop(asyncio.SelectorEventLoop):
    """Counts what costs; a task or a timer is asked for by these and no other calls."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        self.asked["call_soon"] += 1
        return super().call_soon(callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        self.asked["call_at"] += 1
        return super().call_at(when, callback, *args, context=context)

    def create_future(self) -> asyncio.Future[object]:
        self.asked["future"] += 1
        return super().create_future()

    def create_task(
        self,
        coro: Generator[object, None, T] | Coroutine[object, object, T],
        *,
        name: object = None,
        context: Context | None = None,
    ) -> asyncio.Task[T]:
        self.asked["task"] += 1
        return super().create_task(coro, name=name, context=context)


@pytest.mark.parametrize("kind", [Originating, Terminating])
def test_a_hundred_messages_ask_the_loop_for_nothing(kind: type[Originating] | type[Terminating]) -> None:
    loop = _CountingLoop()

    async def play() -> tuple[Counter[str], int]:
        desk = Desk()
        desk.play(kind, 2)  # the Driver's one timer is armed by the first messages
        before, armed = loop.asked.copy(), desk.clock.armed
        assert desk.play(kind, 100).ledger.verdict() == []
        return loop.asked - before, desk.clock.armed - armed

    try:
        assert loop.run_until_complete(play()) == (Counter(), 0)
    finally:
        loop.close()


def test_the_counting_loop_sees_what_it_should() -> None:
    loop = _CountingLoop()

    async def nothing() -> None: ...

    async def story() -> None:
        loop.asked.clear()
        loop.create_future()
        await loop.create_task(nothing())
        loop.call_later(0, int)

    try:
        loop.run_until_complete(story())
        assert set(loop.asked) == {"call_at", "call_soon", "future", "task"}
    finally:
        loop.close()
