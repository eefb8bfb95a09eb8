"""What a terminal shows of runs: each failure as it comes, and at the end a table (docs/verdicts.md)."""

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.markup import escape
from rich.table import Table

from lab.report.result import Result

__all__ = ["failure_lines", "figures_table", "verdict_table"]

_LONGEST = 160  # characters of what broke, in the table


def failure_lines(result: Result) -> Iterator[str]:
    """All that is known of a run that failed."""
    yield f"FAILED {result.title} ({result.clause}): {result.clock}, seed {result.seed}"
    for each in result.expectations:
        yield f"  ✓ {each.time:10.3f} s  {each.sentence}"
    when = "" if result.broken_at is None else f" at {result.broken_at:.3f} s"
    yield f"  ✗ expected, and not so{when}: {result.broken}"
    if result.instead:
        yield f"  instead: {result.instead}"
    if result.pcap:
        yield f"  capture: {result.pcap}"
    yield f"  again: {result.again}"
    yield result.picture


def verdict_table(results: Iterable[Result]) -> Table:
    """A row for each scenario; of several seeds how many passed, and what broke first."""
    by_scenario: dict[str, list[Result]] = {}
    for result in results:
        by_scenario.setdefault(result.title, []).append(result)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("scenario", no_wrap=True)
    table.add_column("clause", style="dim", ratio=3)
    table.add_column("verdict", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("what broke", ratio=5)
    for name, runs in by_scenario.items():
        table.add_row(name, escape(runs[0].clause), _verdict(runs), _time(runs), escape(_broken(runs)))
    return table


def _verdict(runs: list[Result]) -> str:
    count = Counter(run.verdict for run in runs)
    played = count["passed"] + count["failed"]
    if count["failed"]:
        return "[red]FAILED[/]" if len(runs) == 1 else f"[red]{count['failed']:,} of {played:,} FAILED[/]"
    if not played:
        return "[yellow]not played[/]"
    return "[green]passed[/]" if len(runs) == 1 else f"[green]{played:,} passed[/]"


def _time(runs: list[Result]) -> str:
    """Of the carrier."""
    return f"{sum(run.duration for run in runs):,.1f} s"


def _broken(runs: list[Result]) -> str:
    first = next((run for run in runs if run.verdict == "failed"), None)
    if first is None:
        reason = next((run.reason for run in runs if run.reason), "")
        excused = reason and runs[0].verdict == "passed"
        return f"only the laws judge: {reason}" if excused else reason
    broken = first.broken if len(first.broken) <= _LONGEST else first.broken[: _LONGEST - 1] + "…"
    return broken if len(runs) == 1 else f"seed {first.seed}: {broken}"


def figures_table(figures: "Counter[str]") -> Table:
    """What has happened in all runs together."""
    table = Table("what", "how often", box=None, pad_edge=False, header_style="bold")
    for what, times in sorted(figures.items()):
        table.add_row(what, f"{times:,}")
    return table
