"""What is read by offset is what the stack has written, whatever else stands around it."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.bench.rehearsal import EXAMPLE, associated, begin_mo, gateway_flow, mt_forward_sm
from lab.elements.signalling import MSC_SSN, address
from lab.load.reading import (
    ABORT,
    BEGIN,
    END,
    INVOKE,
    NOTHING,
    RETURN_ERROR,
    RETURN_RESULT,
    Unit,
    component,
    read,
)
from lab.load.termination import NUMBER
from mapstack import MT_FORWARD_SM, Invoked
from mapstack.map import ErrorCode, MapError, MtForwardSmRes
from tests.lab.load.stage import plan

MO_FORWARD, MT_FORWARD = 46, 44


def answer(how: str) -> tuple[bytes, bytes]:
    """The gateway's message to the SMS-GMSC, and the transaction id that must be in it."""
    gateway, peer = associated(Random(1), plan())
    called = address(plan().gateway_number, MSC_SSN)
    dialogue = peer.stack.invoke(MT_FORWARD_SM, called, mt_forward_sm(plan()), 0.0)
    ((asked, _),) = peer.stack.take_output()
    for event in gateway.receive(asked, gateway_flow(plan()), 0.0):
        if not isinstance(event, Invoked):
            continue
        if how == "result":
            gateway.result(event.dialogue, MtForwardSmRes(), 0.0)
        elif how == "error":
            gateway.error(event.dialogue, MapError(ErrorCode.SYSTEM_FAILURE), 0.0)
        else:
            gateway.abort(event.dialogue, 0.0)
    ((said, _),) = gateway.take_output()
    return said, dialogue.to_bytes(4)


def seen(frame: bytes) -> Unit:
    unit = read(frame)
    assert unit is not None
    return unit


def test_a_begin_has_its_otid_and_its_operation() -> None:
    gateway, _ = associated(Random(1), plan())
    dialogue, frame = begin_mo(gateway, plan())
    unit = seen(frame)
    assert (unit.tag, unit.tid) == (BEGIN, dialogue.to_bytes(4))
    found = component(frame, unit)
    assert (found.tag, found.code) == (INVOKE, MO_FORWARD)


@pytest.mark.parametrize(
    ("how", "tag", "kind", "code"),
    [
        ("result", END, RETURN_RESULT, None),
        ("error", END, RETURN_ERROR, ErrorCode.SYSTEM_FAILURE),
        ("abort", ABORT, 0, None),
    ],
)
def test_an_answer_has_its_dtid_and_says_what_it_is(how: str, tag: int, kind: int, code: int | None) -> None:
    frame, tid = answer(how)
    unit = seen(frame)
    found = component(frame, unit)
    assert (unit.tag, unit.tid, found.tag) == (tag, tid, kind)
    assert code is None or found.code == code


@given(st.binary(max_size=200))
def test_any_octets_are_nothing_or_something_and_never_an_exception(octets: bytes) -> None:
    unit = read(octets)
    assert unit is None or component(octets, unit) is not None


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_a_frame_that_is_cut_or_garbled_raises_nothing(at: int, octets: bytes) -> None:
    gateway, _ = associated(Random(1), plan())
    _, frame = begin_mo(gateway, plan())
    for each in (frame[:at], frame[:at] + octets + frame[at + len(octets) :]):
        unit = read(each)
        assert unit is None or component(each, unit) is not None


def test_what_has_no_components_has_none() -> None:
    assert component(b"", Unit(END, b"", 0)) is NOTHING


def test_numbers_of_messages_leave_room_for_the_second_dialogue() -> None:
    assert NUMBER > 99_999_999
    assert EXAMPLE.msisdn in EXAMPLE.imsi  # why a template cuts the IMSI out first
