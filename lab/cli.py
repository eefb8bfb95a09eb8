"""The command `ipsmgw-lab`: the scenarios, as a list and played (DESIGN §10)."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NamedTuple, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ipsmgw.app import AddressTaken
from ipsmgw.trace import write_pcap
from lab.conformance.command import conformance_command
from lab.faults import ALL, NONE, Faults
from lab.laws import judge
from lab.live import explain_command, send_command, up_command
from lab.runner import ClockKind, Judge, Verdict, run
from lab.scenario import Scenario, near
from lab.scenarios import SCENARIOS
from lab.seeds import Run, play_runs
from lab.tally import Tally

__all__ = ["JUDGES", "app", "main"]

JUDGES: list[Judge] = [judge]
"""What looks at every carrier after its story: the laws."""

_MANY = 100
"""So many seeds have no line each."""
_LINE = 1000
"""Seeds between two lines of progress."""
_COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
_FAULTS: dict[str, Faults] = {"none": NONE, "all": ALL}

app = typer.Typer(
    name="ipsmgw-lab",
    help="A carrier to try the gateway on: scenarios of the specifications, each with a verdict.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_out = Console(soft_wrap=True)
_err = Console(stderr=True, soft_wrap=True)


class _Play(NamedTuple):
    """What to play, and how."""

    scenarios: list[Scenario]
    seeds: range
    clock: ClockKind
    faults: str
    pcap: Path | None
    jobs: int


app.command("up")(up_command)
app.command("send")(send_command)
app.command("explain")(explain_command)
app.command("conformance")(conformance_command)


@app.callback()
def _lab() -> None:
    """Without it typer would make a single command of an app that has only one."""


@app.command("list")
def list_command() -> None:
    """The scenarios, with the clauses that they show."""
    names = max(len(scenario.name) for scenario in SCENARIOS.values())
    clauses = max(len(scenario.clause) for scenario in SCENARIOS.values())
    for scenario in SCENARIOS.values():
        line = f"{scenario.name:<{names}}  {scenario.clause:<{clauses}}  {scenario.what}"
        _out.print(line, markup=False, highlight=False)


@app.command("run")
def run_command(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME…", help="Scenarios to play.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Play all of them.")] = False,
    clock: Annotated[
        ClockKind, typer.Option(help="Virtual time, or real sockets on loopback.")
    ] = ClockKind.VIRTUAL,
    seed: Annotated[int, typer.Option(help="What all randomness follows from.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds, from --seed on.")] = 1,
    faults: Annotated[str, typer.Option(help="none, or all: then only the laws judge.")] = "none",
    pcap: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a capture file of each run here.")
    ] = None,
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=1, help="Processes to play seeds in.")] = 1,
) -> None:
    """Play scenarios, each with a verdict; exit status 0: all passed, 1: not so, 2: not played."""
    scenarios = list(SCENARIOS.values()) if every else _chosen(names or [])
    play = _Play(scenarios, range(seed, seed + seeds), clock, _known(faults, clock), pcap, jobs)
    if jobs > 1 and (clock is ClockKind.WIRE or pcap is not None):
        _refuse("-j is for virtual time, and without captures")
    if pcap is not None:
        _make_folder(pcap)
    many = jobs > 1 or (len(play.seeds) >= _MANY and clock is ClockKind.VIRTUAL and pcap is None)
    failed = _play_many(play) if many else _play(play)
    total = len(play.scenarios) * len(play.seeds)
    style = "red" if failed else "green"
    _out.print(f"[{style}]{total - failed} of {total} passed[/]")
    raise typer.Exit(1 if failed else 0)


def _chosen(names: list[str]) -> list[Scenario]:
    if not names:
        _refuse("which scenario? Name some, or say --all; `ipsmgw-lab list` shows them")
    for name in names:
        if name not in SCENARIOS:
            close = near(name)
            hint = f"; did you mean {' or '.join(close)}?" if close else "; `ipsmgw-lab list` shows them"
            _refuse(f"there is no scenario {name!r}{hint}")
    return [SCENARIOS[name] for name in names]


def _known(name: str, clock: ClockKind) -> str:
    if name not in _FAULTS:
        _refuse(f"--faults is none or all, not {name!r}")
    if name != "none" and clock is ClockKind.WIRE:
        _refuse("--faults all is for virtual time: on the wire nothing can be made to fail")
    return name


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        _refuse(f"{folder}: {fault.strerror}")


def _play(play: _Play) -> int:
    """How many failed."""
    total = len(play.scenarios) * len(play.seeds)
    quiet = total == 1 or not _out.is_terminal
    with Progress(*_COLUMNS, console=_out, transient=True, disable=quiet) as progress:
        task = progress.add_task("playing", total=total)
        verdicts = 0
        for seed in play.seeds:
            for scenario in play.scenarios:
                progress.update(task, description=f"{scenario.name} seed {seed}")
                verdict = _play_one(play, scenario, seed)
                _show(verdict, play.faults, progress.console.print)
                verdicts += not verdict.passed
                progress.advance(task)
    return verdicts


def _play_many(play: _Play) -> int:
    """Of many runs only failures are told, of the first one everything, and at the end what has happened."""
    runs = [Run(scenario.name, seed) for seed in play.seeds for scenario in play.scenarios]
    failed, tally = 0, Tally()
    with Progress(*_COLUMNS, console=_out, transient=True, disable=not _out.is_terminal) as progress:
        task = progress.add_task("playing", total=len(runs))
        for played in play_runs(runs, _FAULTS[play.faults], play.jobs):
            tally += played.tally
            failed += played.broken is not None
            if played.broken is not None and failed == 1:
                _show(_play_one(play, SCENARIOS[played.run.name], played.run.seed), play.faults, _out.print)
            elif played.broken is not None:
                _out.print(
                    f"[red]FAILED[/] {played.run.name}, seed {played.run.seed}: {escape(played.broken)}"
                )
            progress.update(task, description=f"{failed} failed")
            progress.advance(task)
            if played.run.name == play.scenarios[-1].name:
                _tell(played.run.seed, play, failed)
    table = Table("what", "how often", box=None, pad_edge=False, header_style="bold")
    for what, times in sorted(tally.items()):
        table.add_row(what, f"{times:,}")
    _out.print(table)
    return failed


def _tell(seed: int, play: _Play, failed: int) -> None:
    """Where nobody sees a bar a line now and then, with what begins where this ends."""
    done = seed + 1 - play.seeds.start
    if not _out.is_terminal and done % _LINE == 0 and seed + 1 in play.seeds:
        _out.print(f"{done:,} seeds played, {failed} failed; the rest: --seed {seed + 1}", highlight=False)


def _play_one(play: _Play, scenario: Scenario, seed: int) -> Verdict:
    try:
        verdict = run(scenario, play.clock, seed, faults=_FAULTS[play.faults], judges=JUDGES)
    except AddressTaken as fault:
        _refuse(str(fault))
    if play.pcap is not None:
        path = play.pcap / f"{scenario.name}-{play.clock.value}-{seed}.pcap"
        with path.open("wb") as stream:
            write_pcap(stream, verdict.pdus, verdict.endpoints)
    return verdict


def _show(verdict: Verdict, faults: str, say: Callable[..., None]) -> None:
    mark = "[green]passed[/]" if verdict.passed else "[red]FAILED[/]"
    figures = f"{len(verdict.pdus)} PDUs in {verdict.duration:.3f} s"
    say(f"{mark} {verdict.name:<20} {verdict.clock.value}, seed {verdict.seed}: {figures}")
    if verdict.broken is not None:
        say(f"  expected, and not so: {escape(verdict.broken)}")
        again = f"{verdict.name} --clock {verdict.clock.value} --seed {verdict.seed} --faults {faults}"
        say(f"  again: ipsmgw-lab run {again}")
        say(verdict.ladder(), markup=False, highlight=False)


def _refuse(sentence: str) -> NoReturn:
    _err.print(f"ipsmgw-lab: {sentence}", markup=False, highlight=False)
    raise typer.Exit(2)


def main() -> None:
    """The console script."""
    app()
