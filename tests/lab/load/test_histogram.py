"""Latencies in little memory: what is told is never too low, and at most a part in 128 too high."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.load.histogram import PRECISION, Histogram

LATENCIES = st.lists(st.floats(0, 4_000, allow_nan=False), min_size=1, max_size=200)


def of(values: Sequence[float]) -> Histogram:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    return histogram


@given(LATENCIES, st.sampled_from((0.5, 0.9, 0.95, 0.99, 0.999, 1.0)))
def test_a_quantile_is_that_of_the_sorted_values(values: list[float], part: float) -> None:
    micros = sorted(round(value * 1e6) for value in values)
    exact = micros[max(0, -int(-len(micros) * part // 1) - 1)]
    told = of(values).quantile(part)
    assert told is not None
    assert exact <= round(told * 1e6) <= exact * (1 + PRECISION) + 1


@given(LATENCIES, LATENCIES)
def test_two_merged_are_one_of_all(first: list[float], second: list[float]) -> None:
    both = of(first)
    both.merge(of(second))
    assert both == of(first + second)


def test_a_day_needs_less_than_four_thousand_buckets() -> None:
    histogram = of([1e-6 * 1.004**step for step in range(6_400)])
    assert histogram.most > 86_400 * 1e6
    assert len(histogram.counts) < 4_000


def test_what_was_never_done_is_slower_than_everything() -> None:
    histogram = of([0.001] * 98)
    assert histogram.quantile(0.98, beyond=2) == 0.001
    assert histogram.quantile(0.99, beyond=2) is None


def test_of_nothing_there_is_no_quantile_and_no_mean() -> None:
    assert Histogram().quantile(0.5) is None
    assert Histogram().mean is None


def test_the_mean_is_exact() -> None:
    assert of([0.001, 0.003]).mean == pytest.approx(0.002)


def test_it_goes_through_a_pipe() -> None:
    histogram = of([0.5, 1.5])
    assert msgspec.json.decode(msgspec.json.encode(histogram), type=Histogram) == histogram
