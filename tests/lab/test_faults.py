"""Faults are declared, checked, and chosen by seed."""

from itertools import pairwise
from random import Random

import pytest

from lab.faults import ALL, NONE, Faults, Range, Weather, draw


def test_a_good_network_does_nothing_wrong() -> None:
    assert not any(
        (NONE.loss, NONE.duplicate, NONE.reorder, NONE.split, NONE.refuse, NONE.cut, NONE.torn, NONE.restart)
    )


def test_the_worst_network_does_everything() -> None:
    assert all((ALL.loss, ALL.duplicate, ALL.reorder, ALL.split, ALL.refuse, ALL.cut, ALL.torn, ALL.restart))


@pytest.mark.parametrize("wrong", [{"loss": 1.1}, {"loss": -0.1}, {"cut": -1.0}, {"torn": float("nan")}])
def test_a_share_beyond_one_or_a_rate_below_zero_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Faults(**wrong)  # type: ignore[arg-type]  # the names in this test are of rates only


@pytest.mark.parametrize("wrong", [Range(2, 1), Range(-1, 1), Range(0, float("inf"))])
def test_a_range_that_ends_before_it_begins_is_refused(wrong: Range) -> None:
    with pytest.raises(ValueError, match="delay"):
        Faults(delay=wrong)


def test_a_range_is_drawn_from_and_one_without_choice_costs_no_randomness() -> None:
    rng = Random(1)
    assert all(1 <= draw(rng, Range(1, 2)) <= 2 for _ in range(100))
    state = rng.getstate()
    assert draw(rng, Range(3, 3)) == 3
    assert rng.getstate() == state


def test_restarts_follow_each_other_and_are_as_frequent_as_was_asked() -> None:
    faults = Faults(restart=1 / 100, outage=Range(1, 2))
    times = list(faults.restarts(Random(2), 1000.0, 101_000.0))
    assert 850 < len(times) < 1100
    for (down, up), (next_down, _) in pairwise(times):
        assert 1000 <= down < 101_000
        assert 1 <= up - down <= 2
        assert up < next_down
    assert times == list(faults.restarts(Random(2), 1000.0, 101_000.0))
    assert list(NONE.restarts(Random(2), 0.0, 1e9)) == []


def test_the_weather_changes_for_a_time_and_the_later_change_counts() -> None:
    storm, calm = Faults(loss=1.0), Faults(loss=0.1)
    weather = Weather(NONE)
    weather.change(storm, 10, 20)
    weather.change(calm, 15, 17)
    assert [weather.at(when) for when in (9, 10, 15, 17, 20)] == [NONE, storm, calm, storm, NONE]
