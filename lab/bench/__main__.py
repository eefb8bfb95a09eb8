"""`python -m lab.bench`: the gateway beside the relay, by turns; exit status 1 where the goal is missed."""

import os
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from lab.bench.exchange import Exchange, Lost
from lab.bench.measure import KINDS, Bench, Kind, Plan
from lab.bench.process import Place, Process, gateway, placement, relay
from lab.bench.stages import stage_table
from lab.bench.verdict import Result, journal_faults, result, table

__all__ = ["bench", "main"]

_WARM_UP = 2_000
_QUIET = 0.7
_VAR = Path("var")  # not in /tmp, which is often in memory: the journal's syncs have to reach a disk
_WHERE = {
    True: "gateway and relay each have a core of their own, beside the generator's",
    False: "gateway, relay and generator share a core",
}
_console = Console()


def bench(
    *,
    rounds: Annotated[int, typer.Option(min=1, help="Measured runs of each kind; the median counts.")] = 5,
    messages: Annotated[int, typer.Option(min=1, help="Messages a run.")] = 10_000,
    window: Annotated[int, typer.Option(min=1, help="Messages under way at a time.")] = 256,
    subscribers: Annotated[int, typer.Option(min=1, max=100_000, help="Registered phones.")] = 1_000,
    goal: Annotated[float, typer.Option(help="Times the relay's CPU that a message may cost.")] = 4.0,
    one_core: Annotated[
        bool, typer.Option("--one-core", help="Generator and gateway share a core: the stricter yardstick.")
    ] = False,
    stages: Annotated[
        bool, typer.Option(help="Also time the steps of a message in the stacks alone.")
    ] = True,
    json: Annotated[Path | None, typer.Option(help="Write the figures there.")] = None,
) -> None:
    """What a message costs the whole gateway, beside a bare relay of the same packets."""
    plan = Plan(messages, rounds, window, subscribers)
    if (load := os.getloadavg()[0]) > _QUIET:
        _console.print(f"[yellow]load average {load:.1f}: what else runs here makes the ratios larger")
    try:
        results = _run(plan, goal, apart=not one_core)
    except (Lost, OSError) as fault:
        _console.print(f"bench: {fault}", style="red", markup=False)
        raise typer.Exit(2) from None
    if stages:
        _console.print(stage_table())
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(results)))
    missed = [each for each in results if each.ratio > goal]
    for each in missed:
        _console.print(f"[red]{each.kind} costs {each.ratio:.2f} times the relay; the goal is {goal:g}")
    raise typer.Exit(1 if missed else 0)


def _run(plan: Plan, goal: float, *, apart: bool) -> list[Result]:
    _VAR.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=_VAR) as folder, ExitStack() as opened:
        place = Place(Path(folder).resolve(), placement(apart=apart))
        exchange = opened.enter_context(Exchange(Random(2)))
        system = opened.enter_context(gateway(place))
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
