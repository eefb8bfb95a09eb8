"""Every cause has a command_status, and every command_status is a cause (SMPP v3.4 §5.1.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.cause import Cause
from ipsmgw.smpp import MessageState, Status, status_name
from ipsmgw.smpp.cause import cause_of, state_of, status_of


@pytest.mark.parametrize("cause", list(Cause), ids=lambda cause: str(cause.name))
def test_every_cause_is_told_by_a_status_that_is_no_yes(cause: Cause) -> None:
    assert status_of(cause) is not Status.ROK
    assert state_of(cause) is not MessageState.DELIVERED


@given(st.integers(0, 0xFFFFFFFF) | st.sampled_from(sorted(Status)))
def test_any_status_is_read_as_a_cause(status: int) -> None:
    assert isinstance(cause_of(status), Cause)
    assert status_name(status)


@pytest.mark.parametrize(
    ("status", "rp_cause"),
    [
        (Status.RINVSRCADR, 28), (Status.RINVDSTADR, 21), (Status.RINVDSTTON, 21), (Status.RMSGQFUL, 42),
        (Status.RTHROTTLED, 42), (Status.RSYSERR, 38), (Status.RBINDFAIL, 38), (Status.RINVSERTYP, 69),
    ],
)  # fmt: skip
def test_the_phone_is_told_what_the_smsc_has_said(status: Status, rp_cause: int) -> None:
    assert cause_of(status).rp_cause == rp_cause


@pytest.mark.parametrize(
    ("cause", "state"),
    [
        (Cause.ABSENT_SUBSCRIBER, MessageState.ENROUTE),
        (Cause.MEMORY_CAPACITY_EXCEEDED, MessageState.ENROUTE),
        (Cause.UNKNOWN_SUBSCRIBER, MessageState.UNDELIVERABLE),
        (Cause.CALL_BARRED, MessageState.REJECTED),
    ],
)
def test_a_receipt_says_whether_it_is_still_tried(cause: Cause, state: MessageState) -> None:
    assert state_of(cause) is state
