"""A learned layout reads exactly what the general parser reads, and nothing else."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbridge import DecodeError, Limits, Message, parse
from sipbridge.layout import Layout, Layouts

VECTORS = tomllib.loads((Path(__file__).parents[1] / "vectors" / "sip.toml").read_text())["vector"]
LIMITS = Limits()
PEER = ("127.0.0.1", 5060)
BARE = (
    b"MESSAGE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\n"
    b"To: <sip:b>\r\nCall-ID: 1\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n"
)


def as_sent() -> list[bytes]:
    """Requests whose header is written in the usual way."""
    octets = [bytes.fromhex(vector["hex"]) for vector in VECTORS]
    requests = [data for data in octets if not data.startswith(b"SIP/2.0")]
    return [data for data in requests if parse(data, LIMITS).as_written]


REQUESTS = as_sent()


def names(message: Message) -> tuple[bytes, ...]:
    return tuple(line.partition(b": ")[0] for line in message.lines)


def outcome(data: bytes, layouts: Layouts | None = None) -> Message | str:
    try:
        return parse(data, LIMITS) if layouts is None else layouts.parse(data, PEER)
    except DecodeError as error:
        return error.reason


@pytest.mark.parametrize("data", REQUESTS)
def test_a_layout_reads_what_the_parser_reads(data: bytes) -> None:
    message = parse(data, LIMITS)
    assert Layout(names(message)).read(data) == message


def test_a_layout_is_learned_from_the_second_message(monkeypatch: pytest.MonkeyPatch) -> None:
    layouts, data = Layouts(LIMITS), REQUESTS[0]
    layouts.parse(data, PEER)
    layouts.parse(data, PEER)
    monkeypatch.setattr("sipbridge.layout.parse", lambda octets, limits: pytest.fail("not learned"))
    assert layouts.parse(data, PEER) == parse(data, LIMITS)


@pytest.mark.parametrize("data", REQUESTS)
@given(at=st.integers(0, 2000), octets=st.binary(max_size=4), cut=st.integers(0, 4))
def test_a_learned_layout_and_the_parser_agree_on_changed_octets(
    data: bytes, at: int, octets: bytes, cut: int
) -> None:
    layouts = Layouts(LIMITS)
    for _ in range(2):
        layouts.parse(data, PEER)
    at %= len(data)
    changed = data[:at] + octets + data[at + cut :]
    assert outcome(changed, layouts) == outcome(changed)


@pytest.mark.parametrize(
    "changed",
    [
        lambda data: data.replace(b"\r\nCSeq: ", b"\r\nCSeq: x"),
        lambda data: data.replace(b" SIP/2.0\r\n", b" SIP/3.0\r\n", 1),
        lambda data: data.replace(b"\r\nTo: ", b"\r\nTo: a\rVia: b"),
        lambda data: data.replace(b"\r\nTo: ", b"\r\nTo: a\nVia: b"),
        lambda data: data.replace(b"\r\nTo: ", b"\r\nRequire: x\r\nTo: "),
        lambda data: data.replace(b"\r\n\r\n", b"\r\n", 1),
    ],
)
def test_what_only_looks_like_a_known_layout_is_refused_as_ever(changed: Callable[[bytes], bytes]) -> None:
    layouts = Layouts(LIMITS)
    for data in REQUESTS:
        for _ in range(2):
            layouts.parse(data, PEER)
        assert outcome(changed(data), layouts) == outcome(changed(data))


def test_few_layouts_are_learned_however_many_come() -> None:
    layouts = Layouts(LIMITS)
    fields = [b"Allow", b"Supported", b"Priority", b"Privacy", b"Subject", b"Server", b"Reason", b"Path"]
    for number in range(2**8):
        more = b"".join(b"\r\n%b: x" % name for bit, name in enumerate(fields) if number >> bit & 1)
        odd = BARE.replace(b"\r\nTo: ", more + b"\r\nTo: ", 1)
        assert [outcome(odd, layouts) for _ in range(3)] == [outcome(odd)] * 3
    assert layouts.learned == (4, 4)
