"""`python -m lab.bench`: gateway beside relay, codecs beside others'; exit status 1 if a goal is missed."""

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Annotated, NamedTuple

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from lab.bench.codecs.ratios import Goal, Ratio, goals, measure, shortfalls, sip_goals, tables
from lab.bench.codecs.trials import Disagreement, Trial, trials
from lab.bench.exchange import Exchange, Lost
from lab.bench.measure import KINDS, Bench, Kind, Plan
from lab.bench.msgin5g.measure import Msgin5gResult
from lab.bench.msgin5g.measure import measured as msgin5g_measured
from lab.bench.msgin5g.table import phones_line
from lab.bench.msgin5g.table import shortfalls as msgin5g_shortfalls
from lab.bench.msgin5g.table import table as msgin5g_table
from lab.bench.process import Place, Process, placement, relay
from lab.bench.process import gateway as gateway_process
from lab.bench.stages import stage_table
from lab.bench.verdict import Result, exceeded, journal_faults, result, table

__all__ = ["Figures", "bench", "main"]

_WARM_UP = 2_000
_QUIET = 0.7
_VAR = Path("var")  # not in /tmp, which is often in memory: the journal's syncs have to reach a disk
_WHERE = {
    True: "gateway and relay each have a core of their own, beside the generator's",
    False: "gateway, relay and generator share a core",
}
_console = Console()
_STREAMS = 64
"""Transfers of MSGin5G under way at most: an HTTP/2 connection has a hundred streams."""
_OneCore = Annotated[
    bool, typer.Option("--one-core", help="Generator and gateway share a core: the stricter yardstick.")
]
_Msgin5gGoal = Annotated[
    float, typer.Option(help="Times a bare ASGI application's CPU that a transfer may cost.")
]


class _Service(NamedTuple):
    """How much of MSGin5G."""

    transfers: int
    rounds: int
    window: int
    phones: int


class Figures(msgspec.Struct):
    """What `--json` writes; empty where it was not measured."""

    gateway: list[Result] = []
    codecs: list[Ratio] = []
    sip: list[Ratio] = []
    msgin5g: list[Msgin5gResult] = []


def bench(
    *,
    rounds: Annotated[int, typer.Option(min=1, help="Measured runs of each kind; the median counts.")] = 5,
    messages: Annotated[int, typer.Option(min=1, help="Messages a run.")] = 10_000,
    window: Annotated[int, typer.Option(min=1, help="Messages under way at a time.")] = 256,
    subscribers: Annotated[int, typer.Option(min=1, max=100_000, help="Registered phones.")] = 1_000,
    goal: Annotated[float, typer.Option(help="Times the relay's CPU that a message may cost.")] = 4.0,
    one_core: _OneCore = False,
    gateway: Annotated[bool, typer.Option(help="Measure the whole gateway, beside the relay.")] = True,
    stages: Annotated[bool, typer.Option(help="Time the steps of a message in the stacks alone.")] = True,
    codecs: Annotated[bool, typer.Option(help="Time the codecs of SS7, beside pycrate's.")] = True,
    decode_goal: Annotated[float, typer.Option(help="Times as fast as pycrate: decoding MAP.")] = 15.0,
    encode_goal: Annotated[float, typer.Option(help="Times as fast as pycrate: encoding MAP.")] = 60.0,
    frame_goal: Annotated[float, typer.Option(help="Times as fast as pycrate: M3UA down to MAP.")] = 60.0,
    sip: Annotated[bool, typer.Option(help="Time the parser of SIP, beside sipmessage's.")] = True,
    sip_goal: Annotated[float, typer.Option(help="Times as fast as sipmessage: a learned layout.")] = 9.0,
    sip_first_goal: Annotated[float, typer.Option(help="The same at first sight of a layout.")] = 5.0,
    msgin5g: Annotated[bool, typer.Option(help="Measure the gateway with an MSGin5G Server.")] = True,
    transfers: Annotated[int, typer.Option(min=1, help="Transfers of MSGin5G a run.")] = 1_000,
    phones: Annotated[int, typer.Option(min=1, max=100_000, help="Phones in the MSGin5G service.")] = 1_000,
    msgin5g_goal: _Msgin5gGoal = 12.0,
    json: Annotated[Path | None, typer.Option(help="Write the figures there.")] = None,
) -> None:
    """What a message costs the whole gateway beside a bare relay, and the codecs beside those of others."""
    plan, figures, missed = Plan(messages, rounds, window, subscribers), Figures(), list[str]()
    _warn()
    if gateway:
        missed += _measured(figures, plan, goal, apart=not one_core)
    if stages:
        _console.print(stage_table())
    if codecs:
        figures.codecs, faults = _compared(trials(), rounds, goals(decode_goal, encode_goal, frame_goal))
        missed += faults
    if sip:
        figures.sip, faults = _compared(_sip_trials(), rounds, sip_goals(sip_first_goal, sip_goal))
        missed += faults
    if msgin5g:
        service = _Service(transfers, rounds, min(window, _STREAMS), phones)
        missed += _with_server(figures, service, msgin5g_goal, apart=not one_core)
    _end(figures, missed, json)


def _end(figures: Figures, missed: Sequence[str], json: Path | None) -> None:
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(figures)))
    for each in missed:
        _console.print(f"[red]{each}")
    raise typer.Exit(1 if missed else 0)


def _warn() -> None:
    if (load := os.getloadavg()[0]) > _QUIET:
        _console.print(f"[yellow]load average {load:.1f}: what else runs here makes the ratios larger")


def _measured(figures: Figures, plan: Plan, goal: float, *, apart: bool) -> list[str]:
    try:
        figures.gateway = _run(plan, goal, apart=apart)
        return exceeded(figures.gateway, goal)
    except (Lost, OSError) as fault:
        _console.print(f"bench: {fault}", style="red", markup=False)
        raise typer.Exit(2) from None


def _sip_trials() -> Iterable[Trial]:
    """sipmessage comes with the tools of the tests, as `make bench` has them."""
    try:
        from lab.bench.sip.readings import trials as sip_trials
    except ModuleNotFoundError as fault:
        _console.print(f"[yellow]SIP is not compared: {fault}")
        return ()
    return sip_trials()


def _compared(tried: Iterable[Trial], rounds: int, wanted: Sequence[Goal]) -> tuple[list[Ratio], list[str]]:
    try:
        ratios = measure(list(tried), rounds)
    except Disagreement as fault:
        _console.print(f"bench: {fault}", style="red", markup=False)
        raise typer.Exit(2) from None
    for shown in tables(ratios, wanted):
        _console.print(shown)
    return ratios, shortfalls(ratios, wanted) if ratios else []


def _run(plan: Plan, goal: float, *, apart: bool) -> list[Result]:
    _VAR.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=_VAR) as folder, ExitStack() as opened:
        place = Place(Path(folder).resolve(), placement(apart=apart))
        exchange = opened.enter_context(Exchange(Random(2)))
        system = opened.enter_context(gateway_process(place))
        try:
            trial = Bench(exchange, system, plan)
            batches = _measure(trial, place, opened, plan)
        except Lost as fault:
            raise Lost(f"{fault}\n{system.ended or ''}".strip()) from None
        faults = journal_faults(place.folder / "cdr.jsonl", trial.played)
        if faults:
            raise Lost(f"{len(faults)} faults in the journal, the first: {faults[0]}")
        results = [result(kind, trial.costs) for kind in KINDS]
        _console.print(table(results, plan, batches, goal))
        _console.print(_WHERE[apart])
        return results


def _with_server(figures: Figures, plan: _Service, goal: float, *, apart: bool) -> list[str]:
    _VAR.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=_VAR) as folder, _progress() as progress:
        task = progress.add_task("MSGin5G", total=3 * (plan.rounds + 1) + 2)
        try:
            found = msgin5g_measured(
                Place(Path(folder).resolve(), placement(apart=apart)),
                transfers=plan.transfers,
                rounds=plan.rounds,
                window=plan.window,
                phones=plan.phones,
                told=lambda what: progress.update(task, advance=1, description=what, refresh=True),
            )
        except (Lost, OSError, TimeoutError) as fault:
            _console.print(f"bench: {fault!s}", style="red", markup=False)
            raise typer.Exit(2) from None
    _console.print(msgin5g_table(found, transfers=plan.transfers, window=plan.window, goal=goal))
    _console.print(phones_line(found), highlight=False)
    figures.msgin5g = [found]
    return list(msgin5g_shortfalls(found, goal))


def _measure(trial: Bench, place: Place, opened: ExitStack, plan: Plan) -> dict[Kind, float]:
    relays: dict[Kind, Process] = {}
    with _progress() as progress:
        task = progress.add_task("registering", total=4 * plan.rounds)
        trial.prepare()
        for kind in KINDS:
            progress.update(task, description=f"{kind}: warming up", refresh=True)
            warm_up = min(_WARM_UP, plan.messages)
            score = trial.record(kind, warm_up)
            relays[kind] = opened.enter_context(relay(score, place))
            trial.add_relay(kind, relays[kind], warm_up)
        for number, kind, system in trial.rounds():
            done = f"round {number}: {kind}, {system}"
            progress.update(task, advance=1, description=done, refresh=True)
    trial.check_idle()
    return {kind: _batch(relays[kind].stop()) for kind in KINDS}


def _batch(told: str) -> float:
    """Packets a read, as the relay has counted them."""
    packets, reads = told.split()
    return int(packets) / max(1, int(reads))


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=_console, auto_refresh=False, transient=True)


def main() -> None:
    """The command."""
    typer.run(bench)


if __name__ == "__main__":
    main()
