"""A stream is cut into the same messages however it comes; what cannot be cut ends it (RFC 3261 §18.3)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbridge import Limits
from sipbridge.framing import Framer
from tests.sipbridge.element import SMS_BODY, message, octets, response

MESSAGES = st.lists(
    st.builds(
        lambda body, length, pings, one: (
            message(body=body).replace(b"Content-Length", length, 1),
            pings,
            one,
        ),
        st.binary(max_size=60) | st.just(b"\r\n\r\n") | st.just(SMS_BODY),
        st.sampled_from([b"Content-Length", b"content-length", b"l", b"Content-Length ", b"CONTENT-LENGTH"]),
        st.integers(0, 3),
        st.booleans(),
    ),
    max_size=6,
)


def fed(pieces: list[bytes], limits: Limits | None = None) -> tuple[list[bytes], Framer]:
    framer = Framer(limits or Limits())
    return [whole for piece in pieces for whole in framer.feed(piece)], framer


def split(stream: bytes, ends: list[int]) -> list[bytes]:
    cuts = [0, *sorted(end % (len(stream) + 1) for end in ends), len(stream)]
    return [stream[begin:end] for begin, end in pairwise(cuts)]


@given(MESSAGES, st.lists(st.integers(0, 10_000), max_size=12))
def test_any_split_gives_the_same_messages_and_keep_alives(
    written: list[tuple[bytes, int, bool]], ends: list[int]
) -> None:
    stream = b"".join(b"\r\n\r\n" * pings + b"\r\n" * one + data for data, pings, one in written)
    messages, framer = fed(split(stream, ends))
    assert messages == [data for data, _, _ in written]
    assert framer.pings == sum(pings for _, pings, _ in written)
    assert framer.fault == ""
    assert not framer.partial


@given(MESSAGES)
def test_octet_by_octet_is_no_different(written: list[tuple[bytes, int, bool]]) -> None:
    stream = b"".join(data for data, _, _ in written)
    assert fed([stream[at : at + 1] for at in range(len(stream))])[0] == [data for data, _, _ in written]


@given(st.lists(st.binary(max_size=300), max_size=10))
def test_any_octets_are_taken_and_little_is_kept(pieces: list[bytes]) -> None:
    messages, framer = fed(pieces, Limits(head=200, message=400))
    assert len(framer._rest) <= 700
    assert sum(map(len, messages)) <= sum(map(len, pieces))


def test_a_real_message_follows_another() -> None:
    data = octets("sip", "kamailio-mo-message-over-isc-as-receives")
    assert fed([data + data[:100], data[100:] + response(data, 200)])[0] == [data, data, response(data, 200)]


def test_the_first_half_of_a_message_is_partial_and_line_ends_are_not() -> None:
    framer = Framer(Limits())
    framer.feed(b"\r\n")
    assert not framer.partial
    framer.feed(b"MESS")
    assert framer.partial


@pytest.mark.parametrize("lines", ["Content-Length:\r\n 31", "Content-Length: 31\r\nl: 31"])
def test_a_length_is_read_however_it_is_written(lines: str) -> None:
    data = message().replace(b"Content-Length: 31", lines.encode())
    assert fed([data + data])[0] == [data, data]


def test_without_a_length_there_is_no_body() -> None:
    data = message(body=b"").replace(b"Content-Length: 0\r\n", b"")
    assert fed([data + message()])[0] == [data, message()]


@pytest.mark.parametrize(
    ("stream", "fault"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00", "no start line"),
        (b"x" * 100, "no start line"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "no start line"),
        (message().replace(b"Length: 31", b"Length: x"), "malformed"),
        (message().replace(b"Length: 31", b"Length: -1"), "malformed"),
        (message().replace(b"Length: 31", b"Length: 9999999999"), "malformed"),
        (message().replace(b"Length: 31", b"Length: 31\r\nl: 30"), "malformed"),
        (message().partition(b"\r\n\r\n")[0] + b"\r\nX: " + b"y" * 40_000, "header too large"),
        (message(body=b"z" * 70_000), "message too large"),
    ],
)
def test_a_stream_that_cannot_be_framed_ends_with_what_is_left_for_the_stack(
    stream: bytes, fault: str
) -> None:
    messages, framer = fed([message() + stream])
    assert fault in framer.fault
    assert len(messages) in (1, 2)
    assert messages[0] == message()
    assert framer.feed(message()) == []


@pytest.mark.parametrize("end", [b"\n", b"\r"])
@pytest.mark.parametrize("after", [b"\r\nCall-ID", b"\r\nVia", b"\r\nContent-Type"])
def test_a_length_behind_a_bare_line_end_hides_no_message_in_the_body(end: bytes, after: bytes) -> None:
    """A proxy that takes a bare LF for a line end passes on, as a body, what we would take for a request."""
    hidden = message("P-Asserted-Identity: <sip:victim@ims.test>")
    lure = message(body=b"").replace(b"\r\nContent-Length: 0", b"")
    lure = lure.replace(after, b"\r\nX: y" + end + b"Content-Length: %d" % len(hidden) + after)
    messages, framer = fed([lure + hidden])
    assert messages == [lure + hidden]
    assert "CRLF" in framer.fault


def test_of_a_message_that_is_too_large_the_stack_sees_just_that() -> None:
    messages, _ = fed(split(message(body=b"z" * 70_000), [1000, 60_000]))
    assert [len(data) for data in messages] == [65_536]
