"""The state machine of a transfer: every pair of state and input is in the table, or is our bug."""

from itertools import product

import pytest

from lab.msgin5g.transfer import TRANSITIONS, Input, State, Transfer, step
from msgin5g_bridge import LocalError
from tests.lab.msgin5g.world import LAMP, METER, message

PAIRS = list(product(State, Input))


def transfer(state: State, *, keeps: bool, asked: bool) -> Transfer:
    return Transfer(
        id=1,
        sender=METER,
        recipient=LAMP,
        body=message(METER, LAMP),
        arrived=0.0,
        expires=10.0,
        keeps=keeps,
        asked=asked,
        state=state,
    )


@pytest.mark.parametrize(("state", "happens"), PAIRS, ids=lambda each: each.name)
@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("asked", [True, False])
def test_each_pair_leads_on_or_is_a_bug(state: State, happens: Input, *, keeps: bool, asked: bool) -> None:
    before = transfer(state, keeps=keeps, asked=asked)
    if (state, happens) not in TRANSITIONS:
        with pytest.raises(LocalError):
            step(before, happens, 1.0)
        return
    after = step(before, happens, 1.0, "WHY")
    assert after.since == 1.0
    assert len(after.trail) == 1
    assert keeps or after.state is not State.STORED or state is State.STORED, "stored only if wanted"
    assert (after.state is State.HANDED) <= (asked or state is State.HANDED)
    assert not after.cause or after.state in (State.FAILED, State.STORED, State.DISCARDED)


def test_what_has_ended_has_ended() -> None:
    assert not [pair for pair in TRANSITIONS if pair[0].final]


def test_every_state_that_is_no_end_leads_to_one() -> None:
    reach = {state for state in State if state.final}
    while True:
        more = {
            state
            for (state, happens), _ in TRANSITIONS.items()
            for keeps, asked in product((True, False), repeat=2)
            if step(transfer(state, keeps=keeps, asked=asked), happens, 0.0).state in reach
        }
        if more <= reach:
            break
        reach |= more
    assert reach == set(State)
