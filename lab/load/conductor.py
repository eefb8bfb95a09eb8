"""Starts generators and the gateway, gives orders, and adds up what comes back."""

import os
import selectors
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from time import monotonic
from types import FrameType
from typing import NamedTuple

import msgspec

from lab.bench.process import Place, Process
from lab.load.cores import Cores
from lab.load.figures import Figures
from lab.load.flow import Flow
from lab.load.objective import Objective
from lab.load.series import Series
from lab.load.step import Step, judged
from lab.load.talk import Enrol, Order, Ready, Run, Setup, Stop, Told, Word, line, of_lines
from lab.load.usage import Meter, Named, Usage

__all__ = ["Conductor", "Lost", "Moment", "Pace", "conducted"]

_READ = 1 << 20
_START = 30.0
_LEAD = 0.2
_WORDS: "msgspec.json.Decoder[Word]" = msgspec.json.Decoder(Word)


class Lost(Exception):
    """One sentence: why there is no result."""


class Pace(NamedTuple):
    """How long, and how."""

    seconds: float
    warm_up: float
    poisson: bool
    lag_limit: float


class Moment(NamedTuple):
    """What there is to show while a step goes on."""

    passed: float
    """Seconds since its first message; below 0 while it warms up."""
    figures: Figures
    under_way: int
    series: Series


class _Played(NamedTuple):
    figures: Figures
    series: Series
    usage: list[Usage]
    end: float


class _Player:
    """One generator, seen from here."""

    def __init__(self, process: Process, setup: Setup) -> None:
        self.process = process
        self.connected = self.listening = False
        self.idle = True
        self.under_way = 0
        self.figures = Figures()
        """What it has told since the last `take`."""
        self._rest = b""
        os.set_blocking(process.stdout.fileno(), False)
        self.order(setup)

    def order(self, order: Order | Setup) -> None:
        self.process.stdin.write(line(order))
        self.process.stdin.flush()

    def hear(self) -> None:
        data = os.read(self.process.stdout.fileno(), _READ)
        if not data:
            raise Lost(f"a generator has ended: {(self.process.ended or '').strip() or 'it says nothing'}")
        words, self._rest = of_lines(self._rest + data, _WORDS)
        for word in words:
            if isinstance(word, Told):
                self.figures.merge(word.figures)
                self.under_way, self.idle = word.under_way, word.idle
            elif isinstance(word, Ready):
                self.listening, self.connected = True, word.connected
            else:
                raise Lost(word.sentence)

    def take(self) -> Figures:
        figures, self.figures = self.figures, Figures()
        return figures


class Conductor:
    """Everybody is there, and nobody is registered yet."""

    def __init__(self, players: Sequence[_Player], patience: float) -> None:
        self._players = players
        self._patience = patience
        self._selector = selectors.DefaultSelector()
        self._of = {player.process.stdout.fileno(): player for player in players}
        for descriptor in self._of:
            self._selector.register(descriptor, selectors.EVENT_READ)
        self._watched: list[Named] = []
        self._system: Process | None = None
        self._until(lambda: all(player.listening for player in players), _START, "generators to listen")

    def begin(self, system: Named | None) -> None:
        """The gateway runs, here or elsewhere: wait until all of its associations are active."""
        several = len(self._players) > 1
        self._system = None if system is None else system.process
        self._watched = [
            *([] if system is None else [system]),
            *(
                Named(f"generator {number}" if several else "generator", player.process)
                for number, player in enumerate(self._players, 1)
            ),
        ]
        self._until(
            lambda: all(player.connected for player in self._players),
            _START,
            "the gateway's associations to be active",
        )

    def enrol(self, shown: Callable[[int], None]) -> None:
        """Register everybody; `shown` is told how many are."""
        self._order(Enrol())
        done, moved = Figures(), monotonic()
        while not all(player.idle for player in self._players):
            self._hear(0.5)
            came = self._take()
            done.merge(came)
            shown(done.all.done)
            moved = monotonic() if came.all.ended else moved
            if monotonic() - moved > self._patience + _START:
                raise Lost(f"registrations do not end: {self._under_way} are under way")
        whole = done.all
        if whole.done < whole.offered:
            why = ", ".join(f"{cause}: {count}" for cause, count in whole.refused.items()) or "none"
            raise Lost(f"{whole.lost} of {whole.offered} registrations got no answer; refused: {why}")

    def step(
        self,
        rates: Mapping[Flow, float],
        pace: Pace,
        objectives: Sequence[Objective],
        shown: Callable[[Moment], None],
    ) -> Step:
        """Offer these rates for so long, and wait until nothing is under way. Ctrl-C ends it sooner."""
        share = {flow: rate / len(self._players) for flow, rate in rates.items()}
        begin = monotonic() + _LEAD
        self._order(Run(share, begin, pace.warm_up, pace.seconds, pace.poisson))
        first = begin + pace.warm_up
        with _first_interrupt() as interrupted:
            played = self._play(first, first + pace.seconds, interrupted, shown)
        return Step(
            rates=dict(rates),
            seconds=max(_LEAD, played.end - first),
            figures=played.figures,
            points=played.series.points,
            usage=played.usage,
            verdicts=judged(objectives, played.figures),
            lag_limit=pace.lag_limit,
            interrupted=interrupted.is_set(),
        )

    def _play(self, first: float, end: float, interrupted: Event, shown: Callable[[Moment], None]) -> _Played:
        figures, series = Figures(), Series(first, self._cpu)
        meter: Meter | None = None
        while not self._is_over(end):
            self._hear(0.1)
            now, came = monotonic(), self._take()
            if interrupted.is_set() and now < end:
                self._order(Stop())
                end = now
            if meter is None and now >= first:
                meter, series = Meter(self._watched), Series(now, self._cpu)
            figures.merge(came)
            series.add(came)
            if meter is not None:
                series.turn(now, self._under_way, self._cpu)
            shown(Moment(now - first, figures, self._under_way, series))
        return _Played(figures, series, [] if meter is None else meter.read(figures.all.ended), end)

    @property
    def _cpu(self) -> dict[str, float]:
        """Seconds of each process until now."""
        return {each.name: each.process.cpu() for each in self._watched}

    @property
    def _under_way(self) -> int:
        return sum(player.under_way for player in self._players)

    def _is_over(self, end: float) -> bool:
        """All is offered, and told."""
        now = monotonic()
        if now > end + 3 * self._patience + _START:
            raise Lost(f"the generators do not come to an end: {self._under_way} messages are under way")
        return now > end + _LEAD and all(player.idle for player in self._players)

    def _order(self, order: Order) -> None:
        for player in self._players:
            player.idle = False
            player.order(order)

    def _take(self) -> Figures:
        figures = Figures()
        for player in self._players:
            figures.merge(player.take())
        return figures

    def _hear(self, patience: float) -> None:
        for key, _ in self._selector.select(patience):
            self._of[key.fd].hear()
        ended = None if self._system is None else self._system.ended
        if ended is not None:
            raise Lost(f"the gateway has ended: {ended.strip() or 'it says nothing'}")

    def _until(self, held: Callable[[], bool], limit: float, what: str) -> None:
        until = monotonic() + limit
        while not held():
            if monotonic() > until:
                raise Lost(f"waited {limit:g} s for {what}")
            self._hear(0.2)


@contextmanager
def _first_interrupt() -> Iterator[Event]:
    """Of Ctrl-C the first one is noted, the second one is as ever."""
    noted = Event()

    def note(number: int, frame: FrameType | None) -> None:
        noted.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def conducted(
    setups: Sequence[Setup], system: Callable[[Place], Process] | None, name: str, folder: Path
) -> Iterator[Conductor]:
    """Generators first: whom the gateway connects to is there then. Without a `system` it is elsewhere."""
    cores = Cores()
    with ExitStack() as opened:
        players: list[_Player] = []
        for setup in setups:
            process = Process(
                ["-m", "lab.load.generator"],
                Place(folder, cores.pin_generator),
                name=f"generator-{setup.index + 1}",
                stdin=None,
            )
            players.append(_Player(opened.enter_context(process), setup))
        conductor = Conductor(players, setups[0].patience)
        place = Place(folder, cores.pin_system)
        conductor.begin(None if system is None else Named(name, opened.enter_context(system(place))))
        yield conductor
