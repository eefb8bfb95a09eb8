"""Segments: what does not fit is cut, what was cut is put together, and nothing waits for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.message import ReturnCause, SccpMessage, SccpMessageType, Segmentation, decode, encode
from mapstack.sccp.segmentation import MAX_SEGMENTS, Discarded, Reassembler, Received, segments

CALLED = SccpAddress(Gt("15550000001"), 8).encode()
CALLING = SccpAddress(Gt("15550000002"), 8).encode()
TRANSPORT = ReturnCause.ERROR_IN_MESSAGE_TRANSPORT


def long_message(data: bytes, *, protocol_class: int = 0) -> SccpMessage:
    return SccpMessage(SccpMessageType.XUDT, CALLED, CALLING, data, protocol_class, True, hop_counter=12)


def cut(size: int, reference: int = 9) -> list[Received]:
    octets = segments(long_message(bytes(i & 0xFF for i in range(size))), 268, reference)
    return [Received(decode(segment), 1, 2) for segment in octets]


def place(received: Received) -> Segmentation:
    assert received.message.segmentation is not None
    return received.message.segmentation


def feed(reassembler: Reassembler, received: Received, now: float = 0.0) -> bytes | Discarded | None:
    return reassembler.accept(received, place(received), now)


@given(
    size=st.integers(1, 4000),
    max_message=st.integers(64, 500),
    protocol_class=st.integers(0, 1),
)
def test_segments_fit_and_together_are_the_message(size: int, max_message: int, protocol_class: int) -> None:
    data = bytes(index & 0xFF for index in range(size))
    octets = segments(long_message(data, protocol_class=protocol_class), max_message, 0xABCDEF)
    assert all(len(segment) <= max_message for segment in octets)
    room = min(251, max_message - 17) - len(CALLED) - len(CALLING)
    if not octets:
        assert len(data) > MAX_SEGMENTS * room
        return
    decoded = [decode(segment) for segment in octets]
    assert [encode(message) for message in decoded] == octets
    assert b"".join(message.data for message in decoded) == data
    assert [message.segmentation for message in decoded] == [
        Segmentation(index == 0, protocol_class == 1, len(octets) - 1 - index, 0xABCDEF)
        for index in range(len(octets))
    ]
    assert {message.protocol_class for message in decoded} == {1}
    assert {message.hop_counter for message in decoded} == {12}


@given(size=st.integers(1, 3500))
def test_what_was_cut_is_put_together(size: int) -> None:
    reassembler = Reassembler(timeout=10, limit=5)
    *earlier, last = cut(size)
    assert [feed(reassembler, received) for received in earlier] == [None] * len(earlier)
    assert feed(reassembler, last) == bytes(i & 0xFF for i in range(size))
    assert len(reassembler) == 0
    assert reassembler.deadline() is None


def test_messages_of_one_sender_may_come_mixed() -> None:
    reassembler = Reassembler(timeout=10, limit=5)
    one, other = cut(300, 1), cut(400, 2)
    assert [feed(reassembler, received) for received in (one[0], other[0])] == [None, None]
    assert isinstance(feed(reassembler, other[1]), bytes)
    assert isinstance(feed(reassembler, one[1]), bytes)


@pytest.mark.parametrize("order", [(1,), (0, 2), (0, 1, 1), (0, 0), (0, 3)])
def test_a_segment_that_is_missing_or_comes_twice_ends_the_message(order: tuple[int, ...]) -> None:
    reassembler = Reassembler(timeout=10, limit=5)
    received = cut(800)
    outcomes = [feed(reassembler, received[index]) for index in order]
    assert outcomes[:-1] == [None] * (len(order) - 1)
    assert outcomes[-1] == Discarded(received[order[-1]], TRANSPORT)
    assert len(reassembler) == 0
    assert reassembler.deadline() is None


def test_a_message_whose_rest_does_not_come_is_given_up() -> None:
    reassembler = Reassembler(timeout=10, limit=5)
    first = cut(300)[0]
    feed(reassembler, first, 5.0)
    assert reassembler.deadline() == 15.0
    assert reassembler.expire(14.9) == []
    assert reassembler.expire(15.0) == [Discarded(first, TRANSPORT)]
    assert len(reassembler) == 0


def test_there_are_never_more_messages_under_way_than_allowed() -> None:
    reassembler = Reassembler(timeout=10, limit=2)
    firsts = [cut(300, reference)[0] for reference in range(3)]
    outcomes = [feed(reassembler, first) for first in firsts]
    assert outcomes == [None, None, Discarded(firsts[2], ReturnCause.DESTINATION_CANNOT_REASSEMBLE)]


def test_a_first_segment_that_is_also_the_last_is_whole() -> None:
    reassembler = Reassembler(timeout=10, limit=2)
    (only,) = cut(100)
    assert place(only) == Segmentation(True, False, 0, 9)
    assert feed(reassembler, only) == only.message.data
