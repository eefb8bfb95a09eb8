"""A stream is cut into the messages that were joined, whatever the pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapstack.m3ua.message import MessageType, Tag, encode
from mapstack.transport.framing import Framer

messages = st.binary(max_size=50).map(lambda data: encode(MessageType.BEAT, (Tag.HEARTBEAT_DATA, data)))


@given(st.lists(messages, max_size=8), st.data())
def test_any_pieces_make_the_same_messages(whole: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(whole)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    framer = Framer()
    found: list[bytes] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += framer.feed(stream[start:end])
    assert found == whole


@pytest.mark.parametrize(
    "octets", ["0200030100000008", "0100030100000007", "0100030100000065", "474554202f204854"]
)
def test_where_no_message_can_begin_the_stream_is_refused(octets: str) -> None:
    framer, good = Framer(max_message=100), encode(MessageType.BEAT)
    assert framer.feed(good + bytes.fromhex(octets)) == [good]  # what came before it counts
    assert framer.fault
    assert framer.feed(good) == []


def is_refused(pieces: list[bytes]) -> bool:
    framer = Framer()
    for piece in pieces:
        framer.feed(piece)
    return bool(framer.fault)


@given(st.binary(max_size=100))
def test_any_octets_are_cut_or_refused_however_they_come(data: bytes) -> None:
    octet_by_octet = [data[at : at + 1] for at in range(len(data))]
    assert is_refused([data]) is is_refused(octet_by_octet)
