"""What is asked of many runs at once, and who plays them: one process, or several (DESIGN §10)."""

import dataclasses
import gc
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import active_children, get_context
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from shlex import join
from signal import SIG_IGN, SIGINT, signal
from threading import current_thread, main_thread
from time import monotonic
from typing import NamedTuple

from msgspec.structs import replace

from ipsmgw.trace import write_pcap
from lab.chance import Chances, seeded
from lab.faults import ALL, COAP, NONE, Faults
from lab.fit import misfit
from lab.laws import judge
from lab.picture import last_rows
from lab.plan import Plan
from lab.quirks.profile import PLAIN, Profile, profiles
from lab.recorded import Listed
from lab.report import FaultChoice, Result, ladder_of, not_played, pack, result_of
from lab.runner import ClockKind, Judge, Verdict, run
from lab.scenarios import SCENARIOS
from lab.shrink import FaultFile

__all__ = ["FAULTS", "JUDGES", "Order", "Played", "Run", "play_all", "play_one", "profile_of"]

FAULTS: dict[FaultChoice, Faults] = {"none": NONE, "all": ALL, "coap": COAP}
JUDGES: list[Judge] = [judge]
"""What looks at every carrier after its story: the laws."""

_RULES = "rules are set, and it may break under them (--strict)"
_CHUNK = 8  # runs that a process takes at a time, where there are many
_MANY = 2_000


class Run(NamedTuple):
    """What to play."""

    name: str
    seed: int
    shown: bool = False
    """Whether its ladder is wanted even if it passes."""
    quirks: str = PLAIN.name
    """The profile of those that elements have."""


class Order(NamedTuple):
    """How to play it, and what to keep of it."""

    clock: ClockKind = ClockKind.VIRTUAL
    faults: FaultChoice = "none"
    carrier: Plan = Plan()
    """On the wire each further process has the next network."""
    configured: Plan | None = None
    """What a gateway that is somebody else's is configured for."""
    carrier_file: Path | None = None
    pcap: Path | None = None
    """Where captures go."""
    page: bool = False
    """Whether ladders are wanted with their decodes."""
    rows: int = 60
    """Of a ladder as text, the last so many."""
    width: int = 160
    """And so many columns."""
    only: FaultFile | None = None
    """These faults and no others."""
    only_file: Path | None = None
    """Where they stand."""
    rules: tuple[str, ...] = ()
    """Faults as rules (docs/faults.md)."""
    strict: bool = False
    """What the story expects has to come true under the rules as well."""


class Played(NamedTuple):
    """What came of it."""

    run: Run
    result: Result
    page: bytes = b""
    """The ladder with its decodes, packed; nothing where it is not wanted."""


def play_all(runs: Sequence[Run], order: Order, jobs: int) -> Iterator[Played]:
    """In the order of `runs`."""
    if jobs == 1 or len(runs) == 1:
        yield from map(partial(play_one, order), runs)
        return
    context = get_context("spawn")
    seats = context.Value("i", 0)
    chunk = _CHUNK if len(runs) >= _MANY and order.clock is ClockKind.VIRTUAL else 1
    with ProcessPoolExecutor(
        min(jobs, len(runs)), context, initializer=_Seat.take, initargs=(seats,)
    ) as pool:
        with _deaf_to_interrupts():
            results = pool.map(partial(_play_there, order), runs, chunksize=chunk)
        finished = False
        try:
            yield from results
            finished = True
        finally:
            if not finished:
                _end_children(pool)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes that start now leave Ctrl-C to this one."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal(SIGINT, SIG_IGN)
    try:
        yield
    finally:
        signal(SIGINT, before)


def _end_children(pool: ProcessPoolExecutor) -> None:
    """Nobody waits for what they play."""
    for child in active_children():
        child.terminate()
    pool.shutdown(wait=False, cancel_futures=True)


class _Seat:
    """Which of the processes this one is: each has addresses of its own."""

    number = 0

    @classmethod
    def take(cls, seats: "Synchronized[int]") -> None:
        with seats.get_lock():
            cls.number = seats.value
            seats.value += 1
        gc.freeze()  # what is imported stays; the collector need not look at it with every run


def _play_there(order: Order, which: Run) -> Played:
    if order.clock is ClockKind.WIRE:
        network = order.carrier.network + _Seat.number
        order = order._replace(carrier=dataclasses.replace(order.carrier, network=network))
    return play_one(order, which)


def play_one(order: Order, which: Run) -> Played:
    """Play it, write its capture, and keep what was asked for."""
    scenario = SCENARIOS[which.name]
    profile = profile_of(which.quirks)
    why = misfit(scenario, profile.change(order.carrier), order.configured, coap=order.faults == "coap")
    if why:
        return Played(which, not_played(scenario, order.clock, which.seed, why, which.quirks))
    chances: Chances = Listed(order.only.choices) if order.only else seeded
    began = monotonic()
    with _Named(which):
        verdict = run(
            scenario,
            order.clock,
            which.seed,
            faults=FAULTS[order.faults],
            judges=JUDGES,
            chances=chances,
            rules=order.rules,
            strict=order.strict,
            carrier=order.carrier,
            profile=profile,
        )
    result = result_of(verdict, scenario, order.faults, monotonic() - began)
    excuse = profile.excuse(which.name) or (_RULES if order.rules and not order.strict else "")
    result = replace(result, quirks=which.quirks, reason=result.reason or excuse)
    capture = _write_capture(order.pcap, result, verdict) if order.pcap else ""
    result = replace(result, pcap=capture, again=_again(order, result))
    shown = which.shown or result.verdict == "failed"
    if result.verdict == "failed":
        picture = last_rows(verdict.told, verdict.nodes, order.rows, width=order.width, start=verdict.began)
        result = replace(result, picture=picture)
    if shown:
        result = replace(result, ladder=ladder_of(verdict))
    return Played(which, result, pack(verdict) if shown and order.page else b"")


def profile_of(name: str) -> Profile:
    """By its name; that of no quirks too."""
    return PLAIN if name == PLAIN.name else profiles()[name]


def _write_capture(folder: Path, result: Result, verdict: Verdict) -> str:
    path = folder / f"{result.name}.pcap"
    with path.open("wb") as stream:
        write_pcap(stream, verdict.pdus, verdict.endpoints)
    return str(path)


def _again(order: Order, result: Result) -> str:
    if order.only_file is not None:
        carrier = ["-c", str(order.carrier_file)] if order.carrier_file else []
        return join(["ipsmgw-lab", "run", "--only-faults", str(order.only_file), *carrier])
    words = ["ipsmgw-lab", "run", result.scenario, "--clock", result.clock, "--seed", str(result.seed)]
    if order.clock is ClockKind.VIRTUAL or order.faults != "none":
        words += ["--faults", order.faults]
    words += [word for rule in order.rules for word in ("--fault", rule)]
    words += ["--strict"] if order.strict else []
    if order.carrier_file is not None:
        words += ["-c", str(order.carrier_file)]
    if result.quirks != PLAIN.name:
        words += ["--quirks", result.quirks]
    return join(words)


class _Named:
    """Whatever is raised inside says from which run it comes."""

    def __init__(self, which: Run) -> None:
        self._which = which

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, raised: BaseException | None, trace: object) -> None:
        if raised is not None:
            raised.add_note(f"in {self._which.name}, seed {self._which.seed}")
