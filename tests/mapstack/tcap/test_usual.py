"""The short ways that nearly every message takes: each says what the general decoder says, or nothing."""

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapstack.ber import read_header
from mapstack.errors import DecodeError, LocalError
from mapstack.map.application_contexts import SHORT_MSG_MO_RELAY_V3
from mapstack.tcap import component, message
from mapstack.tcap.component import Component, ComponentType, encode_invoke, encode_return_result
from mapstack.tcap.message import Message, MessageType, decode_message, encode_message

BEGIN, END = MessageType.BEGIN, MessageType.END
CONTEXT = SHORT_MSG_MO_RELAY_V3


def parameter(size: int) -> bytes:
    """A SEQUENCE with so many octets of contents."""
    return b"\x30" + (b"\x81" if size > 127 else b"") + bytes((size,)) + bytes(size)


def begin(size: int) -> bytes:
    portion = encode_invoke(1, 46, parameter(size))
    return encode_message(BEGIN, b"\x48\x04abcd", CONTEXT.request, portion)


def end(size: int) -> bytes:
    portion = encode_return_result(-1, 46, parameter(size))
    return encode_message(END, b"\x49\x04abcd", CONTEXT.accept, portion)


@cache
def messages() -> list[bytes]:
    return [make(size) for make in (begin, end) for size in range(180)]


def general(data: bytes) -> Message | None:
    try:
        return message._decode_message(data)
    except DecodeError:
        return None


def components(data: bytes, found: Message) -> list[Component] | None:
    """By the readers of each kind, one after the other."""
    at, each = found.start, []
    try:
        while at < found.stop:
            tag, start, stop, at = read_header(data, at, found.stop)
            each.append(component._READERS[ComponentType(tag)](ComponentType(tag), data, start, stop))
    except (DecodeError, ValueError):
        return None
    return each


def agrees(data: bytes) -> bool:
    """Whether a message took both short ways; if so, the general decoder has to say the same."""
    found = message._decode_usual(data)
    if found is None:
        return False
    assert found == general(data)
    only = component._decode_usual(data, found.start, found.stop)
    if only is None:
        return False
    assert [only] == components(data, found)
    return True


@pytest.mark.parametrize("size", range(180))
def test_messages_of_every_size_take_the_short_way(size: int) -> None:
    assert agrees(begin(size))
    assert agrees(end(size))


@pytest.mark.parametrize("make", [begin, end])
@pytest.mark.parametrize("size", [0, 5, 70, 79, 80, 81, 90, 127, 128, 170])
def test_every_octet_of_a_message_changed_in_every_bit(make: Callable[[int], bytes], size: int) -> None:
    data = make(size)
    for at in range(len(data) - size):
        for bit in range(8):
            mutated = bytearray(data)
            mutated[at] ^= 1 << bit
            agrees(bytes(mutated))
    for cut in range(len(data)):
        assert not agrees(data[:cut])


@given(st.data())
def test_what_is_changed_at_random_is_read_as_the_general_decoder_reads_it(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from(messages())))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    agrees(bytes(octets))


@given(st.binary(max_size=300))
def test_random_octets_are_left_to_the_general_decoder(octets: bytes) -> None:
    agrees(octets)
    agrees(b"\x62" + octets)


def test_longer_ways_to_write_the_same_are_left_to_the_general_decoder() -> None:
    data = begin(10)
    longer = data[:1] + b"\x81" + data[1:]
    assert message._decode_usual(longer) is None
    assert decode_message(longer).otid == b"abcd"


def test_what_no_message_can_carry_is_our_own_mistake() -> None:
    with pytest.raises(LocalError):
        encode_message(END, b"", b"", bytes(5000))
    with pytest.raises(LocalError):
        encode_invoke(1, 46, bytes(5000))
