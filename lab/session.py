"""One call of `ipsmgw-lab run`: plays, shows how far it is, shrinks what fails, writes reports."""

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from shlex import join
from time import monotonic
from typing import NamedTuple

from msgspec import json
from msgspec.structs import replace
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ipsmgw import __version__
from lab.orders import FAULTS, Order, Played, Run, play_all, profile_of
from lab.recorded import in_words
from lab.report import (
    Report,
    Result,
    count,
    failure_lines,
    figures_table,
    junit,
    not_played,
    page,
    verdict_table,
)
from lab.scenarios import SCENARIOS
from lab.shrink import Failed, FaultFile, Shrunk, shrink, write_faults

__all__ = ["Files", "Session"]

_COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
_WHOLE = 3  # failures that are shown whole
_QUIET = 10.0  # seconds between two lines of progress, where nobody sees a bar
_INTERRUPTED = 130
_NOTHING = 2  # exit status where nothing was played
_LEFT = "interrupted before its turn"
_WIDTH = 160  # columns, where it is no terminal
_NARROWEST = 100  # columns of a ladder


class Files(NamedTuple):
    """Where reports go."""

    junit: Path | None = None
    html: Path | None = None
    json: Path | None = None
    pcap: Path | None = None

    def prepare(self) -> None:
        """What cannot be written is known before an hour has passed, by an OSError."""
        if self.pcap is not None:
            self.pcap.mkdir(parents=True, exist_ok=True)
        for path in self.reports:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("ab").close()

    @property
    def reports(self) -> list[Path]:
        """Those that are wanted."""
        return [path for path in (self.junit, self.html, self.json) if path is not None]

    def write(self, report: Report, ladders: dict[str, bytes]) -> None:
        """All of them."""
        if self.junit is not None:
            self.junit.write_bytes(junit(report))
        if self.html is not None:
            self.html.write_bytes(page(report, ladders))
        if self.json is not None:
            self.json.write_bytes(json.format(json.encode(report), indent=1) + b"\n")


class Session:
    """Plays all runs; what is asked for beside that."""

    def __init__(self, runs: Sequence[Run], order: Order, jobs: int, files: Files, shrinking: int) -> None:
        """`shrinking`: how often at most a failure is played again with fewer faults."""
        self._out = Console(soft_wrap=True)
        if not self._out.is_terminal:
            self._out.width = max(self._out.width, _WIDTH)
        self._order = order._replace(page=files.html is not None, width=max(self._out.width, _NARROWEST))
        self._runs = runs
        self._jobs = jobs
        self._files = files
        self._shrinking = shrinking
        self._results: list[Result] = []
        self._ladders: dict[str, bytes] = {}
        self._figures = Counter[str]()
        self._failed = 0
        self._told = self._began = monotonic()
        self._started = datetime.now(UTC)

    def play(self) -> int:
        """The exit status; AddressTaken where others have our addresses."""
        interrupted = self._play_all()
        self._shrink_first()
        self._conclude()
        if interrupted:
            return _INTERRUPTED
        if all(result.verdict == "skipped" for result in self._results):
            return _NOTHING
        return 1 if self._failed else 0

    def _play_all(self) -> bool:
        """Whether it was interrupted: then the rest is not played."""
        with Progress(
            *_COLUMNS, console=self._out, transient=True, disable=not self._out.is_terminal
        ) as progress:
            task = progress.add_task("playing", total=len(self._runs))
            try:
                for played in play_all(self._runs, self._order, self._jobs):
                    self._take(played)
                    progress.update(task, advance=1, description=self._doing(played))
            except KeyboardInterrupt:
                for run in self._runs[len(self._results) :]:
                    scenario = SCENARIOS[run.name]
                    clock = self._order.clock
                    self._results.append(not_played(scenario, clock, run.seed, _LEFT, run.quirks))
                return True
        return False

    def _doing(self, played: Played) -> str:
        failed = f"[red]{self._failed} failed[/], " if self._failed else ""
        return f"{failed}{played.run.name} seed {played.run.seed}"

    def _take(self, played: Played) -> None:
        result = played.result
        self._figures.update(result.figures)
        if result.verdict == "passed" and not self._files.reports:
            result = replace(result, expectations=(), figures={}, nodes=())  # of 100,000 nobody reads them
        self._results.append(result)
        if played.page:
            self._ladders[played.result.name] = played.page
        if played.result.verdict == "failed":
            self._failed += 1
            self._show(played.result)
        now = monotonic()
        if not self._out.is_terminal and now - self._told >= _QUIET:
            self._told = now
            done = f"{len(self._results):,} of {len(self._runs):,} played, {self._failed:,} failed"
            self._say(f"{done}; at {played.run.name}, seed {played.run.seed}")

    def _show(self, result: Result) -> None:
        lines = list(failure_lines(result))
        for line in lines if self._failed <= _WHOLE else (f"{lines[0]}: {result.broken}",):
            self._say(line)

    # Shrinking.

    def _shrink_first(self) -> None:
        """The first failure that faults may have caused, to the fewest of them."""
        order = self._order
        if order.faults != "all" or order.only is not None or not self._shrinking:
            return
        found = next(((at, each) for at, each in enumerate(self._results) if each.verdict == "failed"), None)
        if found is not None:
            at, result = found
            self._results[at] = self._shrunk(result)

    def _shrunk(self, result: Result) -> Result:
        order = self._order
        with Progress(
            *_COLUMNS, console=self._out, transient=True, disable=not self._out.is_terminal
        ) as progress:
            task = progress.add_task("shrinking", total=self._shrinking)

            def step(made: int, left: int) -> None:
                progress.update(task, completed=made)
                if left >= 0:
                    progress.update(task, description=f"shrinking {result.scenario}: {left} faults")

            scenario, faults = SCENARIOS[result.scenario], FAULTS[order.faults]
            failed = Failed(scenario, result.seed, faults, order.carrier, profile_of(result.quirks))
            found = shrink(failed, limit=self._shrinking, step=step)
        if found is None:
            self._say(
                f"{result.scenario}, seed {result.seed}: with its own faults played again it does not fail"
            )
            return result
        return self._tell_shrunk(result, found)

    def _tell_shrunk(self, result: Result, found: Shrunk) -> Result:
        broken = found.verdict.broken or ""
        path = (self._files.pcap or Path()) / f"{result.name}.faults.json"
        file = FaultFile(
            scenario=result.scenario,
            seed=result.seed,
            quirks=result.quirks,
            broken=broken,
            choices=found.choices,
        )
        write_faults(path, file)
        carrier = ["-c", str(self._order.carrier_file)] if self._order.carrier_file else []
        again = join(["ipsmgw-lab", "run", "--only-faults", str(path), *carrier])
        words = tuple(in_words(choice) for choice in found.choices)
        least = "without any one of them it passes" if found.least else "perhaps fewer would do"
        many = (
            f"it takes no more than {len(words)} of its faults, {least}"
            if words
            else "it takes no fault at all"
        )
        self._say(f"{result.scenario}, seed {result.seed}, played {found.attempts} times more: {many}")
        for line in words:
            self._say(f"  {line}")
        self._say(f"  then: {broken}")
        self._say(f"  again: {again}")
        return replace(result, fewest_faults=words or ("none",), again=again)

    # The end.

    def _conclude(self) -> None:
        if self._order.faults != "none":
            self._out.print(figures_table(self._figures))
        self._out.print(verdict_table(each for each in self._results if each.reason != _LEFT))
        report = self._report()
        self._files.write(report, self._ladders)
        for path in self._files.reports:
            self._say(f"written: {path}")
        number = report.count
        skipped = f", {number.skipped:,} not played" if number.skipped else ""
        style = "red" if number.failed else "green"
        played = number.passed + number.failed
        self._out.print(f"[{style}]{number.passed:,} of {played:,} passed[/]{skipped}", highlight=False)

    def _report(self) -> Report:
        return Report(
            version=__version__,
            command=join(["ipsmgw-lab", *sys.argv[1:]]),
            started=self._started.isoformat(timespec="seconds"),
            took=round(monotonic() - self._began, 3),
            count=count(self._results),
            results=self._results,
        )

    def _say(self, line: str) -> None:
        self._out.print(line, markup=False, highlight=False)
