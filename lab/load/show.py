"""Live figures: a table where somebody looks at a terminal, a line now and then elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.box import SIMPLE
from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from lab.load.conductor import Moment
from lab.load.figures import Tally
from lab.load.flow import Flow

__all__ = ["Shown", "enrolment", "milliseconds", "step"]

_EVERY = 5.0
_REFRESH = 4


class Shown(Protocol):
    """Is told of every moment."""

    def __call__(self, moment: Moment, /) -> None: ...


class Counted(Protocol):
    def __call__(self, done: int, /) -> None: ...


def milliseconds(seconds: float | None) -> str:
    """Three digits that mean something."""
    if seconds is None:
        return "-"
    value = seconds * 1000
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


@contextmanager
def enrolment(console: Console, subscribers: int) -> Iterator[Counted]:
    """While subscribers register."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("registering", total=subscribers)

        def shown(done: int) -> None:
            progress.update(task, completed=done)

        yield shown


@contextmanager
def step(console: Console, title: str, seconds: float) -> Iterator[Shown]:
    """While messages are offered, and until the last one has ended."""
    if not console.is_terminal:
        yield _Lines(console, title)
        return
    with Live(console=console, refresh_per_second=_REFRESH, transient=True) as live:

        def shown(moment: Moment) -> None:
            live.update(_table(title, seconds, moment))

        yield shown


class _Lines:
    """One every few seconds."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = title
        self._next = _EVERY

    def __call__(self, moment: Moment) -> None:
        if moment.passed < self._next:
            return
        self._next += _EVERY
        self._console.print(
            f"{self._title}: {moment.passed:4.0f} s  {_rates(moment)}", markup=False, highlight=False
        )


def _rates(moment: Moment) -> str:
    latest = moment.series.latest
    if latest is None:
        return "warming up"
    return (
        f"offered {latest.offered:.0f}/s, done {latest.done:.0f}/s, refused {latest.refused:.0f}/s, "
        f"under way {moment.under_way}, p50 {milliseconds(latest.p50)} ms, "
        f"p99 {milliseconds(latest.p99)} ms; CPU: "
        + ", ".join(f"{name} {part:.0%}" for name, part in latest.cpu.items())
    )


def _table(title: str, seconds: float, moment: Moment) -> Table:
    passed = max(0.0, moment.passed)
    heading = f"{title}, {passed:.0f} of {seconds:g} s" if passed <= seconds else f"{title}, the last ones"
    shown = Table(title=heading, caption=_rates(moment), box=SIMPLE)
    shown.add_column("")
    for name in ("offered", "done", "refused", "lost", "under way", "p50 ms", "p99 ms"):
        shown.add_column(name, justify="right")
    for flow in Flow:
        if flow in moment.figures.flows:
            shown.add_row(flow.value, *_row(moment.figures.of(flow)))
    return shown


def _row(tally: Tally) -> tuple[str, ...]:
    counts = (tally.offered, tally.done, tally.refusals, tally.lost, tally.under_way)
    quantiles = (tally.latency.quantile(part) for part in (0.5, 0.99))
    return (*(str(count) for count in counts), *(milliseconds(each) for each in quantiles))
