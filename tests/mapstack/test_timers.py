"""Deadlines of one duration expire in the order in which they were set."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from mapstack.timers import Fifo


def test_keys_are_due_in_order_and_once() -> None:
    fifo: Fifo[str] = Fifo(2.0)
    fifo.add("a", 0.0)
    fifo.add("b", 1.0)
    assert fifo.soonest == 2.0
    assert fifo.due(1.9) == []
    assert fifo.due(2.0) == ["a"]
    assert fifo.due(2.0) == []
    assert fifo.soonest == 3.0
    fifo.discard("b")
    fifo.discard("b")
    assert fifo.soonest == inf


def test_a_key_that_is_added_again_starts_again() -> None:
    fifo: Fifo[str] = Fifo(2.0)
    fifo.add("a", 0.0)
    fifo.add("b", 0.5)
    fifo.add("a", 1.0)
    assert fifo.due(2.9) == ["b"]
    assert "a" in fifo
    assert fifo.due(3.0) == ["a"]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans(), st.floats(0, 1))))
def test_the_soonest_deadline_is_the_least_of_all(steps: list[tuple[str, bool, float]]) -> None:
    fifo: Fifo[str] = Fifo(2.0)
    model: dict[str, float] = {}
    now = 0.0
    for key, adds, passed in steps:
        now += passed
        if adds:
            fifo.add(key, now)
            model[key] = now + 2.0
        else:
            fifo.discard(key)
            model.pop(key, None)
        due = fifo.due(now)
        assert sorted(due) == sorted(key for key, when in model.items() if when <= now)
        for key in due:
            del model[key]
        assert fifo.soonest == min(model.values(), default=inf)
        assert len(fifo) == len(model)
