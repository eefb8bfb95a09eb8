"""`python -m lab.web.loader`: load for the page: one order, then a line for each moment (docs/load.md)."""

import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Literal

import msgspec

from lab.load.cast import cast
from lab.load.choice import Choice, Climb, Offer, Timing
from lab.load.conductor import Conductor, Lost, Moment, conducted
from lab.load.figures import Tally
from lab.load.flow import Flow
from lab.load.options import BadOption
from lab.load.series import Point
from lab.load.step import Summary, summary

__all__ = ["Began", "Done", "Enrolled", "LoadOrder", "Now", "Refused", "Said", "main"]

_TERMINATED = 128 + signal.SIGTERM
_VAR = Path("var")  # not in /tmp, which is often in memory: the journal's syncs have to reach a disk


class LoadOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """POST /api/load: as the options of `ipsmgw-lab load` have it."""

    rate: float = 50.0
    mix: str = "mo=50,mt=50"
    seconds: float = 20.0
    subscribers: int = 200
    against: Literal["gateway", "null"] = "gateway"
    """A gateway of its own, with its store and its journal; or one that does nothing."""
    poisson: bool = True
    objectives: tuple[str, ...] = ()


class Began(msgspec.Struct, tag=True):
    """Everybody is there; subscribers register."""

    system: str
    subscribers: int


class Enrolled(msgspec.Struct, tag=True):
    """So many are registered."""

    done: int


class Now(msgspec.Struct, tag=True, rename="camel"):
    """A moment of the run; `point` is of a second that has just ended."""

    passed: float
    under_way: int
    offered: int
    done: int
    refused: dict[str, int]
    lost: int
    point: Point | None


class Done(msgspec.Struct, tag=True):
    """All figures."""

    summary: Summary


class Refused(msgspec.Struct, tag=True):
    """There is no result, and why."""

    sentence: str


Said = Began | Enrolled | Now | Done | Refused


def main() -> None:
    """One run; a second line on standard input ends it sooner. Whatever ends us ends the others, too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=LoadOrder)
    try:
        _say(_play(order))
    except (BadOption, Lost, OSError) as fault:
        _say(Refused(str(fault)))
    except KeyboardInterrupt:
        _say(Refused("it was ended before all subscribers were registered"))


def _choice(order: LoadOrder) -> Choice:
    offer = Offer({}, order.rate, order.mix, order.subscribers, "")
    timing = Timing(f"{order.seconds:g}s", "1s", "10s", "50ms", "poisson" if order.poisson else "constant")
    climb = Climb("", "", "")
    null = order.against == "null"
    return Choice(offer, timing, climb, order.objectives, 1, null, None, None, 1, None, None)


def _play(order: LoadOrder) -> Done:
    choice = _choice(order)
    (rates,), pace = choice.steps(), choice.pace()
    judges, players = choice.judges(rates), cast(choice, [rates], pace)
    _VAR.mkdir(exist_ok=True)
    with (
        TemporaryDirectory(prefix="load-", dir=_VAR) as folder,
        conducted(players.setups, players.start, players.system, Path(folder).resolve()) as conductor,
    ):
        _listen(conductor)
        _say(Began(players.system, choice.settled()))
        conductor.enrol(_Slowly())
        return Done(summary(conductor.step(rates, pace, judges, _Telling(rates))))


def _listen(conductor: Conductor) -> None:
    def wait() -> None:
        sys.stdin.buffer.readline()
        conductor.interrupted.set()

    Thread(target=wait, daemon=True).start()


class _Slowly:
    """Not every subscriber is news."""

    def __init__(self) -> None:
        self._told = 0

    def __call__(self, done: int) -> None:
        if done >= self._told + 50:
            self._told = done
            _say(Enrolled(done))


class _Telling:
    """A line for each second, and few between."""

    def __init__(self, offered: Iterable[Flow]) -> None:
        self._offered = tuple(offered)
        self._points = 0
        self._told = -1.0

    def __call__(self, moment: Moment) -> None:
        new = len(moment.series.points) > self._points
        if not new and moment.passed < self._told + 0.5:
            return
        self._points, self._told = len(moment.series.points), moment.passed
        whole = Tally()
        for flow in self._offered:  # subscribers that register before it begins are none of it
            whole.merge(moment.figures.of(flow))
        _say(
            Now(
                passed=round(moment.passed, 2),
                under_way=moment.under_way,
                offered=whole.offered,
                done=whole.done,
                refused=whole.refused,
                lost=whole.lost,
                point=moment.series.latest if new else None,
            )
        )


def _say(what: Said) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
