"""The dialogue machine: every pair of state and input is walked, and the illegal ones are named."""

import itertools

import pytest

from mapstack.tcap.machine import STEPS, TRANSITIONS, Action, Input, State

FROM_USER = {
    Input.TC_BEGIN,
    Input.TC_CONTINUE,
    Input.TC_END,
    Input.TC_U_ABORT,
    Input.TC_PREARRANGED_END,
}
PAIRS = list(itertools.product(State, Input))
# Q.774 figure A.5, by hand: what each state takes.
LEGAL = {
    State.IDLE: {Input.TC_BEGIN, Input.BEGIN},
    State.INIT_SENT: {
        Input.TC_U_ABORT,
        Input.TC_PREARRANGED_END,
        Input.TIMER,
        Input.NOTICE,
        Input.CONTINUE,
        Input.END,
        Input.ABORT,
        Input.MALFORMED,
    },
    State.INIT_RECEIVED: {
        Input.TC_CONTINUE,
        Input.TC_END,
        Input.TC_U_ABORT,
        Input.TC_PREARRANGED_END,
        Input.TIMER,
    },
    State.ACTIVE: set(Input) - {Input.TC_BEGIN, Input.BEGIN},
}


@pytest.mark.parametrize(("state", "arrived"), PAIRS)
def test_each_pair_is_legal_or_absent(state: State, arrived: Input) -> None:
    assert ((state, arrived) in TRANSITIONS) == (arrived in LEGAL[state])


@pytest.mark.parametrize("pair", TRANSITIONS)
def test_what_ends_a_dialogue_leads_to_idle(pair: tuple[State, Input]) -> None:
    state, _ = TRANSITIONS[pair]
    goes_on = pair[1] in (Input.TC_BEGIN, Input.BEGIN, Input.TC_CONTINUE, Input.CONTINUE)
    assert (state is not State.IDLE) == goes_on


@pytest.mark.parametrize("pair", TRANSITIONS)
def test_nothing_is_sent_before_the_peers_id_is_known(pair: tuple[State, Input]) -> None:
    _, action = TRANSITIONS[pair]
    if pair[0] is State.INIT_SENT:
        assert action in (Action.NOTHING, Action.INDICATE)


@pytest.mark.parametrize("pair", TRANSITIONS)
def test_the_user_hears_of_what_it_did_not_ask_for(pair: tuple[State, Input]) -> None:
    _, action = TRANSITIONS[pair]
    told = action in (Action.INDICATE, Action.ABORT_AND_INDICATE)
    assert told == (pair[1] not in FROM_USER)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("arrived", Input)
def test_the_table_by_number_is_the_same_table(state: State, arrived: Input) -> None:
    assert STEPS[state][arrived] == TRANSITIONS.get((state, arrived))
