"""The load that the page has started: one at a time, its curve as it grows."""

import asyncio
from typing import Literal

import msgspec

from lab.load.series import Point
from lab.load.step import Summary
from lab.web.asking import Refusal
from lab.web.loader import Began, Done, Enrolled, LoadOrder, Now, Refused, Said
from lab.web.worker import Worker, WorkerLost

__all__ = ["LoadView", "Loads"]

_SILENCE = 90.0
"""A start of processes, or a second of a run, takes less."""
_MOST_SECONDS, _MOST_RATE, _MOST_SUBSCRIBERS = 600.0, 20_000.0, 20_000


class LoadView(msgspec.Struct, rename="camel", kw_only=True):
    """GET /api/load: what runs, or has run last."""

    state: Literal["none", "starting", "registering", "running", "ended", "refused"] = "none"
    order: LoadOrder | None = None
    system: str = ""
    subscribers: int = 0
    enrolled: int = 0
    now: Now | None = None
    points: list[Point] = []
    summary: Summary | None = None
    sentence: str = ""


class Loads:
    """Its worker lives as long as one run."""

    def __init__(self) -> None:
        self._worker: Worker[Said] = Worker("lab.web.loader", msgspec.json.Decoder(Said))
        self._task: asyncio.Task[None] | None = None
        self.view = LoadView()

    async def start(self, order: LoadOrder) -> None:
        """Refusal where one runs already, or it asks for too much."""
        if self._task is not None and not self._task.done():
            raise Refusal(409, "a load runs already: stop it first")
        _check(order)
        self.view = LoadView(state="starting", order=order)
        await self._worker.order(order)
        self._task = asyncio.get_running_loop().create_task(self._follow())

    async def stop(self) -> None:
        """No more is offered; what is under way comes to its end, and the figures are told."""
        if self._worker.running and self.view.state in ("running", "registering"):
            await self._worker.order({})
        elif self.view.state == "starting":
            await self._worker.stop()

    async def close(self) -> None:
        """At once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._worker.stop()

    async def _follow(self) -> None:
        try:
            while not self._told(await self._worker.hear(_SILENCE)):
                pass
        except WorkerLost as fault:
            self.view.state, self.view.sentence = "refused", f"the process that offers it: {fault}"
        await self._worker.stop()

    def _told(self, said: Said) -> bool:
        view = self.view
        match said:
            case Began(system, subscribers):
                view.state, view.system, view.subscribers = "registering", system, subscribers
            case Enrolled(done):
                view.enrolled = done
            case Now(point=point):
                view.state, view.now, view.enrolled = "running", said, view.subscribers
                view.points = [*view.points, *([point] if point else [])]
            case Done(summary):
                view.state, view.summary = "ended", summary
                return True
            case Refused(sentence):
                view.state, view.sentence = "refused", sentence
                return True
        return False


def _check(order: LoadOrder) -> None:
    for what, value, most in (
        ("rate", order.rate, _MOST_RATE),
        ("seconds", order.seconds, _MOST_SECONDS),
        ("subscribers", order.subscribers, _MOST_SUBSCRIBERS),
    ):
        if not 0 < value <= most:
            raise Refusal(400, f"{what}: more than 0 and at most {most:g} are allowed, not {value:g}")
