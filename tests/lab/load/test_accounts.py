"""A gateway that drops some, refuses some and is late with some: every message is accounted for."""

from collections import deque
from random import Random

import pytest

from lab.bench.frames import ok
from lab.bench.place import SMSC
from lab.load.arrivals import Arrivals
from lab.load.flow import Flow
from lab.load.null import Null
from lab.load.traffic import Traffic
from tests.lab.load.stage import PATIENCE, offer, plan, traffic

_END = 60.0


class Careless:
    """Takes its time, loses packets, and says no; it has no clock but the test's."""

    def __init__(self, rng: Random, *, lost: float, refused: float, longest: float) -> None:
        self._rng = rng
        self._null = Null(Random(1), plan())
        self._lost, self._refused, self._longest = lost, refused, longest
        self._datagrams: list[tuple[float, bytes]] = []
        self._frames: list[tuple[float, bytes]] = []

    def hear(self, generator: Traffic, now: float) -> None:
        """Whatever the generator says, some of it in vain."""
        parts, null = generator.parts, self._null
        for data in parts.datagrams:
            if data.startswith(b"MESSAGE ") and self._rng.random() < self._refused:
                self._datagrams.append((now, ok(data).replace(b"200 OK", b"503 Service Unavailable", 1)))
            elif self._rng.random() >= self._lost:
                null.on_datagrams([data])
        for frame in parts.frames[SMSC]:
            if self._rng.random() >= self._lost:
                null.on_frames(SMSC, [frame])
        parts.datagrams.clear()
        parts.frames[SMSC].clear()
        self._datagrams += [(self._when(now), each) for each in null.datagrams]
        self._frames += [(self._when(now), each) for each in null.frames[SMSC]]
        null.datagrams.clear()
        null.frames[SMSC].clear()

    def say(self, generator: Traffic, now: float) -> None:
        """What is due by now."""
        generator.on_datagrams([each for when, each in self._datagrams if when <= now], now)
        generator.on_frames(SMSC, [each for when, each in self._frames if when <= now], now)
        self._datagrams = [each for each in self._datagrams if each[0] > now]
        self._frames = [each for each in self._frames if each[0] > now]

    def _when(self, now: float) -> float:
        return now + self._rng.random() * self._longest


def played(generator: Traffic, gateway: Careless, rates: dict[Flow, float], seconds: float) -> None:
    """Until everybody has given up; time goes on by hundredths."""
    schedule = Arrivals(rates, 0.0, seconds, Random(3))
    for step in range(round((seconds + 4 * PATIENCE) * 100)):
        now = step / 100
        for intended, flow in schedule.due(now):
            generator.offer(flow, intended, now, counted=True)
        gateway.hear(generator, now)
        gateway.say(generator, now)
        generator.expire(now)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_gateway_does_the_totals_add_up(seed: int) -> None:
    generator = traffic()
    gateway = Careless(Random(seed), lost=0.2, refused=0.2, longest=8.0)
    played(generator, gateway, {Flow.MO: 30.0, Flow.MT: 30.0, Flow.REFRESH: 20.0}, 5.0)
    figures = generator.parts.ledger.take()
    assert generator.under_way == 0
    for flow in (Flow.MO, Flow.MT, Flow.REFRESH):
        tally = figures.of(flow)
        assert tally.offered == tally.done + tally.refusals + tally.lost > 50
        assert tally.done == len(tally.latency) > 0
    assert figures.of(Flow.MO).refused.keys() == {"503 Service Unavailable"}
    assert figures.all.lost > 0
    assert figures.late > 0
    assert figures.repeated > 0
    assert figures.lag.most <= 10_000


def test_a_run_is_the_same_every_time() -> None:
    def once() -> object:
        generator = traffic()
        gateway = Careless(Random(7), lost=0.1, refused=0.1, longest=2.0)
        played(generator, gateway, {Flow.MO: 20.0, Flow.MT: 20.0}, 3.0)
        return generator.parts.ledger.take()

    assert once() == once()


def test_nobody_answers_and_every_message_is_lost_after_its_time() -> None:
    generator = traffic()
    offer(generator, Flow.MO, 4)
    sent = deque(generator.parts.datagrams)
    generator.parts.datagrams.clear()
    generator.expire(0.6)
    assert generator.parts.datagrams == list(sent)
    generator.expire(PATIENCE)
    assert generator.parts.ledger.take().of(Flow.MO).lost == 4
    generator.parts.datagrams.clear()
    for now in (PATIENCE + 5.0, _END):  # who has given up does not ask again
        generator.expire(now)
    assert generator.parts.datagrams == []
    assert generator.deadline() is None


def test_a_schedule_that_is_late_tells_how_late() -> None:
    generator = traffic()
    generator.offer(Flow.MO, 1.0, 1.75, counted=True)
    assert generator.parts.ledger.take().lag.quantile(1.0) == 0.75
