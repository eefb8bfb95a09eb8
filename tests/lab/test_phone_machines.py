"""The phone's three machines: every (state, input) pair."""

import pytest

from lab.elements.phone_ledger import SentState
from lab.elements.phone_memory import TRANSITIONS as MEMORY
from lab.elements.phone_memory import MemoryInput, MemoryState
from lab.elements.phone_registration import (
    TRANSITIONS as REGISTRATION,
)
from lab.elements.phone_registration import (
    RegistrationInput,
    RegistrationState,
)
from lab.elements.phone_submission import TRANSITIONS as SUBMISSION
from lab.elements.phone_submission import SubmissionInput


@pytest.mark.parametrize("state", RegistrationState)
@pytest.mark.parametrize("event", RegistrationInput)
def test_a_registration_knows_what_to_do_with_everything(
    state: RegistrationState, event: RegistrationInput
) -> None:
    after, _ = REGISTRATION[state, event]
    if event is RegistrationInput.REGISTER:
        assert after is RegistrationState.REGISTERING
    if event is RegistrationInput.DEREGISTER:
        assert after in (RegistrationState.OFF, RegistrationState.LEAVING)


@pytest.mark.parametrize("state", SentState)
@pytest.mark.parametrize("event", SubmissionInput)
def test_an_mo_hears_nothing_before_it_is_sent_and_changes_nothing_after_its_end(
    state: SentState, event: SubmissionInput
) -> None:
    if (state, event) not in SUBMISSION:
        assert (
            state is SentState.QUEUED
            or event is SubmissionInput.TR1M
            or (state is SentState.ACCEPTED and event in (SubmissionInput.ANSWERED, SubmissionInput.REJECTED))
        )
        return
    after, _ = SUBMISSION[state, event]
    if state.final:
        assert after is state
    elif event is not SubmissionInput.ANSWERED:
        assert after.final


@pytest.mark.parametrize("state", MemoryState)
@pytest.mark.parametrize("event", MemoryInput)
def test_a_phone_says_that_it_has_room_until_it_has_a_report_or_gives_up(
    state: MemoryState, event: MemoryInput
) -> None:
    after, _ = MEMORY[state, event]
    if event is MemoryInput.DONE:
        assert after is MemoryState.IDLE
    if state is MemoryState.IDLE:
        assert after is (MemoryState.SENT if event is MemoryInput.ROOM else MemoryState.IDLE)
    if state is MemoryState.WAITING and event is not MemoryInput.DONE:
        assert after is (MemoryState.SENT if event is MemoryInput.TRAM else MemoryState.WAITING)
