"""A run from its options to its report: one rate, or a ramp of them."""

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from rich.console import Console

from lab.load import show
from lab.load.cast import Cast, cast
from lab.load.choice import Choice
from lab.load.conductor import Conductor, Pace, conducted
from lab.load.flow import Flow
from lab.load.objective import Objective
from lab.load.options import BadOption
from lab.load.report import as_json, tell, tell_ramp
from lab.load.step import Step
from lab.load.svg import plot

__all__ = ["play"]

_VAR = Path("var")  # not in /tmp, which is often in memory: the journal's syncs have to reach a disk
HELD, BROKEN, NO_RESULT = 0, 1, 3
_TERMINATED = 128 + signal.SIGTERM


def play(console: Console, choice: Choice) -> int:
    """The exit status."""
    rates, pace = choice.steps(), choice.pace()
    judges = choice.judges(rates[0])
    _try_out(choice)
    players = cast(choice, rates, pace)
    console.print(f"waiting for the associations of the {players.system}", highlight=False)
    with _running(players) as conductor:
        _enrol(console, conductor, choice)
        steps = list(_steps(console, conductor, rates, pace, judges))
    _tell(console, choice, steps, players.system)
    if not all(step.is_valid for step in steps):
        return NO_RESULT
    return HELD if steps[0].held else BROKEN


def _try_out(choice: Choice) -> None:
    """Whether there can be such files: better now than after an hour."""
    for option, path in (("--json", choice.json), ("--svg", choice.svg)):
        try:
            if path is not None:
                path.touch()
        except OSError as fault:
            raise BadOption(f"{option}: {path}: {fault.strerror}") from None


def _steps(
    console: Console,
    conductor: Conductor,
    rates: Sequence[dict[Flow, float]],
    pace: Pace,
    judges: Sequence[Objective],
) -> Iterator[Step]:
    """Until one does not hold, where there are several."""
    start = monotonic()
    for each in rates:
        began = monotonic() - start
        title = f"{sum(each.values()):.5g} messages a second"
        with show.step(console, title, pace.seconds) as shown:
            step = conductor.step(each, pace, judges, shown)
        step.began = began
        yield step
        if len(rates) > 1:
            console.print(f"{title}: {'held' if step.held else 'not held'}", highlight=False)
        if step.interrupted or (len(rates) > 1 and not step.held):
            return


def _tell(console: Console, choice: Choice, steps: Sequence[Step], system: str) -> None:
    """A ramp in a table, and of it the last rate that held, and the one that did not, in full."""
    ramp = bool(choice.climb.span)
    for step in steps[-2:] if ramp else steps:
        tell(console, step)
    if ramp:
        tell_ramp(console, steps)
    if choice.json is not None:
        choice.json.write_bytes(as_json(system, steps))
        console.print(f"figures: {choice.json}", highlight=False)
    if choice.svg is not None:
        flows = ", ".join(f"{flow} {rate:g}/s" for flow, rate in steps[-1].rates.items())
        title = f"{system}: a ramp to {steps[-1].rate:g}/s" if ramp else f"{system}: {flows}"
        choice.svg.write_text(plot(title, steps), encoding="utf-8")
        console.print(f"plot: {choice.svg}", highlight=False)


def _enrol(console: Console, conductor: Conductor, choice: Choice) -> None:
    subscribers = choice.settled() * choice.generators
    with show.enrolment(console, subscribers) as shown:
        conductor.enrol(shown)
    console.print(f"{subscribers} subscribers are registered", highlight=False)


@contextmanager
def _running(players: Cast) -> Iterator[Conductor]:
    """Whatever ends us ends the others, too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    _VAR.mkdir(exist_ok=True)
    with (
        TemporaryDirectory(prefix="load-", dir=_VAR) as folder,
        conducted(players.setups, players.start, players.system, Path(folder).resolve()) as conductor,
    ):
        yield conductor
