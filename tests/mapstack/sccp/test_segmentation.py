"""Segments: what does not fit is cut, what was cut is put together, and nothing waits for ever."""

from math import inf
from random import Random

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
    assert reassembler.soonest == inf


def test_messages_of_one_sender_may_come_mixed() -> None:
    reassembler = Reassembler(timeout=10, limit=5)
    one, other = cut(300, 1), cut(400, 2)
    assert [feed(reassembler, received) for received in (one[0], other[0])] == [None, None]
    assert isinstance(feed(reassembler, other[1]), bytes)
    assert isinstance(feed(reassembler, one[1]), bytes)


@given(size=st.integers(240, 3500), rng=st.randoms(use_true_random=False), twice=st.booleans())
def test_what_was_cut_is_put_together_in_any_order(size: int, rng: Random, twice: bool) -> None:
    """An STP that takes the associations of an AS in turn, as osmo-stp does, lets segments overtake."""
    reassembler = Reassembler(timeout=10, limit=5)
    received = cut(size)
    rng.shuffle(received)
    again = received[:-1] if twice else []
    outcomes = [feed(reassembler, each) for each in (*again, *received)]
    assert outcomes[:-1] == [None] * (len(outcomes) - 1)
    assert outcomes[-1] == bytes(i & 0xFF for i in range(size))
    assert len(reassembler) == 0
    assert reassembler.soonest == inf


def of_another(received: Received, remaining: int | None = None) -> Received:
    """A segment that says the same of itself, and yet belongs to another message."""
    segmentation = place(received)
    if remaining is not None:
        segmentation = segmentation._replace(remaining=remaining)
    return received._replace(message=received.message._replace(data=b"other", segmentation=segmentation))


@pytest.mark.parametrize("earlier", [(0, 2), (1, 2), (2,), (0, 1)])
def test_a_segment_that_cannot_belong_to_the_others_ends_the_message(earlier: tuple[int, ...]) -> None:
    reassembler = Reassembler(timeout=10, limit=5)
    received = cut(800)
    assert len(received) == 4
    assert [feed(reassembler, received[index]) for index in earlier] == [None] * len(earlier)
    stranger = of_another(received[earlier[-1]])
    assert feed(reassembler, stranger) == Discarded(stranger, TRANSPORT)
    assert len(reassembler) == 0
    assert reassembler.soonest == inf


@pytest.mark.parametrize("remaining", [3, 9])
def test_a_segment_from_before_the_first_ends_the_message(remaining: int) -> None:
    reassembler = Reassembler(timeout=10, limit=5)
    first, second, *_ = cut(800)
    stranger = of_another(second, remaining=remaining)
    feed(reassembler, first)
    assert feed(reassembler, stranger) == Discarded(stranger, TRANSPORT)
    assert len(reassembler) == 0


@pytest.mark.parametrize("earlier", [0, 1])
def test_a_sender_that_counts_its_references_anew_is_believed(earlier: int) -> None:
    """After its restart, within T(reass): what it began before will not be finished."""
    reassembler = Reassembler(timeout=10, limit=5, limit_of_peer=1)
    old, new = cut(800), cut(400)
    feed(reassembler, old[earlier], 1.0)
    assert feed(reassembler, new[0], 2.0) == Discarded(old[earlier], TRANSPORT)
    assert reassembler.soonest == 12.0
    assert feed(reassembler, new[1], 2.0) == bytes(i & 0xFF for i in range(400))
    assert len(reassembler) == 0


def test_a_message_whose_rest_does_not_come_is_given_up() -> None:
    reassembler = Reassembler(timeout=10, limit=5)
    first = cut(300)[0]
    feed(reassembler, first, 5.0)
    assert reassembler.soonest == 15.0
    assert reassembler.expire(14.9) == []
    assert reassembler.expire(15.0) == [Discarded(first, TRANSPORT)]
    assert len(reassembler) == 0


def test_there_are_never_more_messages_under_way_than_allowed() -> None:
    reassembler = Reassembler(timeout=10, limit=2)
    firsts = [cut(300, reference)[0] for reference in range(3)]
    outcomes = [feed(reassembler, first) for first in firsts]
    assert outcomes == [None, None, Discarded(firsts[2], ReturnCause.DESTINATION_CANNOT_REASSEMBLE)]


def test_one_peer_leaves_room_for_the_others() -> None:
    reassembler = Reassembler(timeout=10, limit=4, limit_of_peer=2)
    firsts = [cut(300, reference)[0] for reference in range(3)]
    refused = Discarded(firsts[2], ReturnCause.DESTINATION_CANNOT_REASSEMBLE)
    assert [feed(reassembler, first) for first in firsts] == [None, None, refused]
    other = firsts[2]._replace(message=firsts[2].message._replace(calling=CALLED))
    assert feed(reassembler, other) is None
    assert len(reassembler.expire(10.0)) == 3
    assert feed(reassembler, firsts[2]) is None
    assert isinstance(feed(reassembler, cut(300, 2)[1]), bytes)
    assert [feed(reassembler, first) for first in firsts] == [None, None, refused]


def test_what_has_only_lost_its_first_segment_is_given_up_too() -> None:
    reassembler = Reassembler(timeout=10, limit=5)
    *_, last = cut(300)
    assert feed(reassembler, last, 5.0) is None
    assert reassembler.expire(15.0) == [Discarded(last, TRANSPORT)]
    assert (len(reassembler), reassembler.soonest) == (0, inf)


segment = st.tuples(
    st.booleans(), st.integers(0, 15), st.integers(0, 2), st.integers(0, 2), st.integers(0, 9)
)


@given(st.lists(segment, max_size=80))
def test_whatever_segments_come_the_limits_hold_and_nothing_stays(script: list[tuple[int, ...]]) -> None:
    reassembler = Reassembler(timeout=10, limit=4, limit_of_peer=3)
    now = 0.0
    for first, remaining, reference, peer, wait in script:
        now += wait
        reassembler.expire(now)
        segmentation = Segmentation(bool(first), False, remaining, reference)
        message = long_message(bytes((remaining,)))._replace(
            calling=SccpAddress(Gt(str(peer)), 8).encode(), segmentation=segmentation
        )
        outcome = feed(reassembler, Received(message, 1, 2), now)
        if isinstance(outcome, bytes):
            assert [*outcome] == [*range(len(outcome) - 1, -1, -1)]
        assert len(reassembler) <= 4
    reassembler.expire(now + 10)
    assert (len(reassembler), reassembler.soonest, reassembler._of_peer) == (0, inf, {})


def test_a_first_segment_that_is_also_the_last_is_whole() -> None:
    reassembler = Reassembler(timeout=10, limit=2)
    (only,) = cut(100)
    assert place(only) == Segmentation(True, False, 0, 9)
    assert feed(reassembler, only) == only.message.data
