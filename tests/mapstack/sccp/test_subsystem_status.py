"""The table of remote subsystems: every state with every input, and tests that run only where they should."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapstack.events import SubsystemStateChanged
from mapstack.sccp.management import Subsystem
from mapstack.sccp.settings import StatusTest
from mapstack.sccp.subsystem_status import (
    TRANSITIONS,
    RemoteSubsystems,
    StatusAction,
    StatusInput,
    SubsystemState,
)

ILLEGAL = {(SubsystemState.ALLOWED, StatusInput.TIMER), (SubsystemState.UNEQUIPPED, StatusInput.TIMER)}
ONE = Subsystem(6, 7)
LEADS_TO = {
    SubsystemState.ALLOWED: StatusInput.RESUME,
    SubsystemState.PROHIBITED: StatusInput.SSP,
    SubsystemState.UNEQUIPPED: StatusInput.UNEQUIPPED,
}
ARRIVING = [each for each in StatusInput if each is not StatusInput.TIMER]


@pytest.mark.parametrize(("state", "arrived"), list(product(SubsystemState, StatusInput)))
def test_every_input_in_every_state_is_in_the_table_or_illegal(
    state: SubsystemState, arrived: StatusInput
) -> None:
    remote = RemoteSubsystems(StatusTest(first=10, longest=100), limit=5)
    remote.step(ONE, LEADS_TO[state], 0.0)
    assert remote.state(ONE) is state
    assert ((state, arrived) in TRANSITIONS) != ((state, arrived) in ILLEGAL)
    if (state, arrived) in ILLEGAL:
        with pytest.raises(KeyError):
            remote.step(ONE, arrived, 0.0)
        return
    new, action = TRANSITIONS[state, arrived]
    events = remote.step(ONE, arrived, 1.0)
    assert remote.state(ONE) is new
    allowed = SubsystemState.ALLOWED
    changed = (state is allowed) != (new is allowed)
    assert events == ([SubsystemStateChanged(7, 6, new is allowed)] if changed else [])
    assert (action is StatusAction.START_TEST) == (
        new is SubsystemState.PROHIBITED and state is not SubsystemState.PROHIBITED
    )


@given(
    st.lists(
        st.tuples(st.sampled_from(ARRIVING), st.integers(1, 3), st.integers(0, 2), st.integers(0, 50)),
        max_size=40,
    )
)
def test_only_what_is_prohibited_is_tested_and_a_test_always_ends_or_goes_on(
    script: list[tuple[StatusInput, int, int, int]],
) -> None:
    remote = RemoteSubsystems(StatusTest(first=10, longest=40), limit=4)
    now = 0.0
    for arrived, ssn, point_code, wait in script:
        now += wait
        for due in remote.due(now):
            assert remote.state(due) is SubsystemState.PROHIBITED
        assert remote.soonest is None or now < remote.soonest <= now + 40
        remote.step(Subsystem(ssn, point_code), arrived, now)
        assert len(remote) <= 4
        running = set(remote._tests)
        assert all(remote.state(each) is SubsystemState.PROHIBITED for each in running)
        if arrived in (StatusInput.SSA, StatusInput.RESUME):
            assert remote.state(Subsystem(ssn, point_code)) is SubsystemState.ALLOWED
