"""Waiting for something to become true, by looking again whenever anything has happened (DESIGN §10)."""

import asyncio
from collections.abc import Callable
from math import inf

from ipsmgw.drive import Clock

__all__ = ["Waiting"]


class Waiting:
    """Conditions that stories wait for; `changed` has them looked at once the present events are over.

    `every` so many seconds they are looked at anyhow: a transaction may run out, and nobody hears of it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Clock, *, every: float = inf) -> None:
        self._loop = loop
        self._clock = clock
        self._every = every
        self._open: list[tuple[Callable[[], bool], asyncio.Future[bool]]] = []
        self._looking = self._armed = False

    def changed(self) -> None:
        """Something has happened somewhere."""
        if self._open and not self._looking:
            self._looking = True
            self._loop.call_soon(self._look)

    async def until(self, condition: Callable[[], bool], within: float) -> bool:
        """Whether it became true in time."""
        if condition():
            return True
        future: asyncio.Future[bool] = self._loop.create_future()
        entry = (condition, future)
        self._open.append(entry)
        timer = self._clock.call_at(self._clock.now() + within, lambda: _settle(future, condition()))
        self._arm()
        try:
            return await future
        finally:
            timer.cancel()
            self._open.remove(entry)

    async def pause(self, seconds: float) -> None:
        """Let time pass."""
        await self.until(lambda: False, seconds)

    def _arm(self) -> None:
        if self._open and not self._armed and self._every < inf:
            self._armed = True
            self._clock.call_at(self._clock.now() + self._every, self._look_anyhow)

    def _look_anyhow(self) -> None:
        self._armed = False
        self._look()
        self._arm()

    def _look(self) -> None:
        self._looking = False
        for condition, future in self._open:
            if condition():
                _settle(future, True)


def _settle(future: "asyncio.Future[bool]", value: bool) -> None:
    if not future.done():
        future.set_result(value)
