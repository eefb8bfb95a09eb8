"""Plays scenarios with many seeds in virtual time, on as many processors as one likes (DESIGN §10)."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import NamedTuple

from lab.faults import Faults
from lab.runner import ClockKind, run
from lab.scenarios import SCENARIOS
from lab.tally import Tally

__all__ = ["Played", "Run", "play_runs"]

_CHUNK = 8  # runs that a process takes at a time


class Run(NamedTuple):
    """What to play."""

    name: str
    seed: int


class Played(NamedTuple):
    """How it ended; the same run again tells the rest."""

    run: Run
    broken: str | None
    pdus: int
    duration: float
    tally: Tally


class _Named:
    """Whatever is raised inside says from which run it comes."""

    def __init__(self, which: Run) -> None:
        self._which = which

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, raised: BaseException | None, trace: object) -> None:
        if raised is not None:
            raised.add_note(f"in {self._which.name}, seed {self._which.seed}")


def play_runs(runs: Sequence[Run], faults: Faults, jobs: int) -> Iterator[Played]:
    """In the order of `runs`."""
    one = partial(_play_one, faults)
    if jobs == 1:
        yield from map(one, runs)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        yield from pool.map(one, runs, chunksize=_CHUNK)


def _play_one(faults: Faults, which: Run) -> Played:
    with _Named(which):
        verdict = run(SCENARIOS[which.name], ClockKind.VIRTUAL, which.seed, faults=faults)
    return Played(which, verdict.broken, len(verdict.pdus), verdict.duration, verdict.tally)
