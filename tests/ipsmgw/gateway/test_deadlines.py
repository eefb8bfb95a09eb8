"""One deadline per key: the latest word counts, and memory follows the keys."""

from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.gateway.deadlines import Deadlines


def test_the_soonest_comes_first() -> None:
    deadlines: Deadlines[str] = Deadlines()
    deadlines.set("late", 20.0)
    deadlines.set("soon", 10.0)
    assert deadlines.deadline() == 10.0
    assert list(deadlines.due(15.0)) == ["soon"]
    assert list(deadlines.due(25.0)) == ["late"]
    assert deadlines.deadline() is None


def test_a_deadline_may_be_moved_either_way() -> None:
    deadlines: Deadlines[str] = Deadlines()
    deadlines.set("a", 10.0)
    deadlines.set("a", 30.0)
    deadlines.set("b", 40.0)
    deadlines.set("b", 20.0)
    assert list(deadlines.due(25.0)) == ["b"]
    assert list(deadlines.due(50.0)) == ["a"]


def test_what_is_discarded_is_never_due() -> None:
    deadlines: Deadlines[str] = Deadlines()
    deadlines.set("a", 10.0)
    deadlines.discard("a")
    deadlines.discard("nobody")
    assert deadlines.deadline() is None
    assert list(deadlines.due(99.0)) == []


def test_who_is_due_may_be_set_again_at_once() -> None:
    deadlines: Deadlines[str] = Deadlines()
    deadlines.set("a", 10.0)
    for key in deadlines.due(10.0):
        deadlines.set(key, 20.0)
    assert deadlines.deadline() == 20.0


def test_a_key_that_is_moved_for_ever_takes_no_more_room() -> None:
    deadlines: Deadlines[str] = Deadlines()
    for when in range(10_000):
        deadlines.set("a", float(when))
    assert len(deadlines) == 1
    assert deadlines.kept <= 2 + 64


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.none() | st.integers(0, 9))), st.integers(0, 9))
def test_it_does_what_a_dict_would_do(steps: list[tuple[str, int | None]], now: int) -> None:
    deadlines: Deadlines[str] = Deadlines()
    truth: dict[str, float] = {}
    for key, when in steps:
        if when is None:
            deadlines.discard(key)
            truth.pop(key, None)
        else:
            deadlines.set(key, when)
            truth[key] = when
    assert deadlines.deadline() == min(truth.values(), default=None)
    due = list(deadlines.due(now))
    assert sorted(due) == sorted(key for key, when in truth.items() if when <= now)
    assert [truth[key] for key in due] == sorted(truth[key] for key in due)
