"""How long a connection may stay as it is: every state and input, and keep-alives (RFC 5626 §4.4.1)."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbridge import Connections
from sipbridge.liveness import TRANSITIONS, Liveness
from sipbridge.liveness import LivenessInput as In
from sipbridge.liveness import LivenessState as S

BOUNDS = Connections(connect=1.0, stalled=2.0, idle=50.0, keep_alive=10.0, pong=3.0)


@given(st.lists(st.sampled_from(In), max_size=20), st.booleans())
def test_the_table_alone_says_where_a_connection_stands(inputs: list[In], ours: bool) -> None:
    life = Liveness(BOUNDS, 0.0, ours=ours)
    for event in inputs:
        expected = TRANSITIONS.get((life.state, event), life.state)
        reason = life.run(event, 0.0)
        assert life.state is expected
        assert (reason == "") or expected is S.CLOSED


def test_a_closed_connection_stays_closed_and_every_other_one_can_be_closed() -> None:
    for state, event in product(S, In):
        if state is S.CLOSED:
            assert (state, event) not in TRANSITIONS
    assert all(TRANSITIONS[state, In.GONE] is S.CLOSED for state in S if state is not S.CLOSED)
    assert all((state, In.DUE) in TRANSITIONS for state in S if state is not S.CLOSED)


def brought(*inputs: In, ours: bool = True) -> Liveness:
    life = Liveness(BOUNDS, 0.0, ours=ours)
    for event in inputs:
        life.run(event, 0.0)
    return life


@pytest.mark.parametrize(
    ("inputs", "after", "reason"),
    [
        ((), 1.0, "no connection"),
        ((In.CONNECTED,), 1.0, "no TLS"),
        ((In.CONNECTED, In.SECURED, In.PART), 2.0, "half a message"),
    ],
)
def test_what_is_not_finished_in_time_ends(inputs: tuple[In, ...], after: float, reason: str) -> None:
    life = brought(*inputs)
    assert life.expire(after - 0.1) == ""
    assert reason in life.expire(after)
    assert life.expire(after + 100) == ""


def test_one_of_ours_is_probed_and_ends_without_answer() -> None:
    life = brought(In.CONNECTED, In.SECURED)
    assert life.expire(10.0) == ""
    assert (life.state, life.deadline) == (S.PROBING, 13.0)
    life.run(In.WHOLE, 11.0)
    assert (life.state, life.deadline) == (S.QUIET, 21.0)
    life.expire(21.0)
    assert "keep-alive" in life.expire(24.0)


def test_an_accepted_one_ends_when_it_is_idle() -> None:
    life = brought(In.CONNECTED, In.SECURED, ours=False)
    life.run(In.WHOLE, 20.0)
    assert life.expire(69.9) == ""
    assert "silent" in life.expire(70.0)


def test_more_of_half_a_message_moves_nothing() -> None:
    life = brought(In.CONNECTED, In.SECURED, In.PART)
    life.run(In.PART, 1.9)
    assert life.deadline == 2.0
