"""The schedule waits for nobody: what should have begun has begun then, whatever the generator was doing."""

from collections import Counter
from itertools import pairwise
from random import Random

import pytest

from lab.load.arrivals import Arrivals
from lab.load.flow import Flow

MIX = {Flow.MO: 60.0, Flow.MT: 30.0, Flow.REFRESH: 10.0}


def arrivals(
    rates: dict[Flow, float], seconds: float = 100.0, seed: int = 1, *, poisson: bool = True
) -> Arrivals:
    return Arrivals(rates, 1_000.0, seconds, Random(seed), poisson=poisson)


def everything(schedule: Arrivals) -> list[tuple[float, Flow]]:
    return schedule.due(float("inf"), most=1_000_000)


def test_constant_arrivals_are_evenly_spaced_and_as_many_as_asked_for() -> None:
    times = [when for when, _ in everything(arrivals({Flow.MO: 50.0}, poisson=False))]
    assert len(times) == 5_000
    assert {round(later - sooner, 9) for sooner, later in pairwise(times)} == {0.02}
    assert 1_000.0 < times[0] < 1_000.02


def test_constant_arrivals_keep_the_mix_at_any_moment() -> None:
    first = Counter(flow for _, flow in everything(arrivals(MIX, 1.0, poisson=False)))
    assert first == {Flow.MO: 60, Flow.MT: 30, Flow.REFRESH: 10}


def test_poisson_arrivals_have_the_rate_the_mix_and_no_memory() -> None:
    came = everything(arrivals(MIX))
    gaps = [later - sooner for (sooner, _), (later, _) in pairwise(came)]
    mean = sum(gaps) / len(gaps)
    assert mean == pytest.approx(0.01, rel=0.05)
    # Of an exponential distribution the deviation is the mean, and 1/e is above it.
    assert sum(gap > mean for gap in gaps) / len(gaps) == pytest.approx(0.368, abs=0.02)
    shares = Counter(flow for _, flow in came)
    assert shares[Flow.MO] / len(came) == pytest.approx(0.6, abs=0.02)


def test_the_same_seed_brings_the_same_arrivals() -> None:
    assert everything(arrivals(MIX)) == everything(arrivals(MIX))
    assert everything(arrivals(MIX)) != everything(arrivals(MIX, seed=2))


def test_after_a_stall_all_are_due_each_with_its_own_time() -> None:
    schedule, late = arrivals(MIX, 10.0), arrivals(MIX, 10.0)
    one_by_one = []
    while (when := schedule.deadline) is not None:
        one_by_one += schedule.due(when)
    assert late.due(1_005.0, most=10_000) + late.due(2_000.0, most=10_000) == one_by_one


def test_a_part_is_due_at_a_time_and_none_is_lost() -> None:
    schedule = arrivals({Flow.MO: 100.0}, 1.0, poisson=False)
    parts = [len(schedule.due(2_000.0, most=64)) for _ in range(3)]
    assert parts == [64, 36, 0]
    assert schedule.deadline is None


def test_nothing_is_due_before_its_time_and_nothing_after_the_end() -> None:
    schedule = arrivals(MIX, 10.0)
    assert schedule.due(999.9) == []
    assert all(1_000.0 <= when < 1_010.0 for when, _ in everything(schedule))


def test_what_was_stopped_brings_nothing_any_more() -> None:
    schedule = arrivals(MIX)
    schedule.stop()
    assert schedule.deadline is None
    assert everything(schedule) == []


def test_without_rates_there_are_no_arrivals() -> None:
    assert arrivals({Flow.MO: 0.0}).deadline is None
