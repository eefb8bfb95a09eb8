"""Scenarios that the page has played: one after the other, by a process of their own."""

import asyncio
from collections import deque
from itertools import count
from pathlib import Path
from typing import Literal

import msgspec

from lab.report import Result, VirtualFaults
from lab.web.asking import Refusal
from lab.web.player import Came, Ended, PlayOrder, Said
from lab.web.worker import Worker, WorkerLost

__all__ = ["RunView", "Runs", "Wanted"]

State = Literal["queued", "running", "passed", "failed", "skipped", "stopped", "lost"]
_KEPT = 300
"""Runs that are remembered; the oldest that have passed are forgotten first, then those of the others."""
_QUEUED = 500
_DEADLINE = 180.0
"""Of a silence: a run on virtual time has ended long before."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be played, and how."""

    scenario: str
    seed: int = 1
    faults: VirtualFaults = "none"
    rules: tuple[str, ...] = ()
    strict: bool = False
    quirks: str = "none"


class RunView(msgspec.Struct, rename="camel", kw_only=True):
    """One run, as far as it has come."""

    id: int
    wanted: Wanted
    clause: str
    what: str
    state: State
    came: list[Came] = []
    """What has come true."""
    result: Result | None = None
    sentence: str = ""
    """Why there is no result."""

    @property
    def over(self) -> bool:
        return self.state not in ("queued", "running")


class Runs:
    """Plays what is wanted in the order in which it is; `folder` is for the files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._worker: Worker[Said] = Worker("lab.web.player", msgspec.json.Decoder(Said))
        self._numbers = count(1)
        self._queue: deque[RunView] = deque()
        self._task: asyncio.Task[None] | None = None
        self.all: dict[int, RunView] = {}
        """By number, the oldest first."""

    def want(self, wanted: Wanted, clause: str, what: str) -> RunView:
        """One more."""
        if len(self._queue) >= _QUEUED:
            raise Refusal(409, f"{_QUEUED} runs are waiting already")
        run = RunView(id=next(self._numbers), wanted=wanted, clause=clause, what=what, state="queued")
        self.all[run.id] = run
        self._queue.append(run)
        self._forget()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._play_all())
        return run

    def folder(self, run: RunView) -> Path:
        return self._folder / str(run.id)

    async def stop(self, run: RunView) -> None:
        """It does not go on, or does not begin."""
        if run.state == "running":
            run.state = "stopped"
            await self._worker.stop()
        elif run.state == "queued":
            run.state = "stopped"
            self._queue.remove(run)

    async def stop_all(self) -> None:
        """What waits does not begin, and what is played does not go on."""
        for run in [run for run in reversed(self.all.values()) if not run.over]:
            await self.stop(run)

    async def close(self) -> None:
        """Nothing is played any more."""
        await self.stop_all()
        if self._task is not None:
            await asyncio.gather(
                self._task, return_exceptions=True
            )  # a process that just starts is ended too
        await self._worker.stop()

    async def _play_all(self) -> None:
        while self._queue:
            run = self._queue.popleft()
            run.state = "running"
            try:
                await self._play(run)
            except WorkerLost as fault:
                if run.state == "running":
                    run.state, run.sentence = "lost", f"the process that plays: {fault}"

    async def _play(self, run: RunView) -> None:
        await self._worker.order(self._order(run))
        while run.state == "running":
            said = await self._worker.hear(_DEADLINE)
            if run.state == "running":
                self._told(run, said)
        if run.state == "stopped":
            await self._worker.stop()  # the process may have come only after that

    def _order(self, run: RunView) -> PlayOrder:
        wanted = run.wanted
        return PlayOrder(
            folder=str(self.folder(run)),
            scenario=wanted.scenario,
            seed=wanted.seed,
            faults=wanted.faults,
            rules=wanted.rules,
            strict=wanted.strict,
            quirks=wanted.quirks,
        )

    def _told(self, run: RunView, said: Said) -> None:
        match said:
            case Came():
                run.came.append(said)
            case Ended(result):
                run.state, run.result = result.verdict, result

    def _forget(self) -> None:
        over = sorted((run for run in self.all.values() if run.over), key=lambda run: run.state != "passed")
        for run in over[: max(0, len(self.all) - _KEPT - len(self._queue))]:
            del self.all[run.id]
            for file in self.folder(run).glob("*"):
                file.unlink()
