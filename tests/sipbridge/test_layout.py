"""A learned layout reads exactly what the general parser reads, and nothing else."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sipbridge import DecodeError, Limits, Message, parse
from sipbridge.header import READ
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
SPELLINGS: dict[str, tuple[tuple[bytes, bytes], ...]] = {
    "compact": (
        (b"Via", b"v"),
        (b"From", b"f"),
        (b"To", b"t"),
        (b"Call-ID", b"i"),
        (b"Content-Length", b"l"),
    ),
    "lower case": (
        (b"Via", b"via"),
        (b"From", b"from"),
        (b"CSeq", b"cseq"),
        (b"Content-Type", b"content-type"),
    ),
    "mixed case": ((b"Via", b"vIA"), (b"CSeq", b"CSEQ"), (b"Content-Length", b"content-Length")),
    "an unknown field": ((b"To", b"X-To: \xff\r\nTo"),),
}


def spelled(data: bytes, spelling: str) -> bytes:
    """The same in another spelling."""
    head, end, body = data.partition(b"\r\n\r\n")
    for usual, other in SPELLINGS[spelling]:
        head = head.replace(b"\r\n%b: " % usual, b"\r\n%b: " % other)
    return head + end + body


def names(message: Message) -> tuple[bytes, ...]:
    return tuple(line.partition(b": ")[0] for line in message.head.split(b"\r\n"))


def at_hand(message: Message) -> Message:
    """With the fields that are asked for, whoever has read it."""
    return replace(message, fields={name: value for name, value in message.fields.items() if name in READ})


def outcome(data: bytes, layouts: Layouts | None = None) -> Message | str:
    try:
        return at_hand(parse(data, LIMITS) if layouts is None else layouts.parse(data, PEER))
    except DecodeError as error:
        return error.reason


@pytest.mark.parametrize("data", REQUESTS)
def test_a_layout_reads_what_the_parser_reads(data: bytes) -> None:
    message = parse(data, LIMITS)
    assert Layout(names(message)).read(data) == at_hand(message)


def test_a_layout_is_learned_from_the_second_message(monkeypatch: pytest.MonkeyPatch) -> None:
    layouts, data = Layouts(LIMITS), REQUESTS[0]
    layouts.parse(data, PEER)
    layouts.parse(data, PEER)
    monkeypatch.setattr("sipbridge.layout.parse", lambda octets, limits: pytest.fail("not learned"))
    assert layouts.parse(data, PEER) == at_hand(parse(data, LIMITS))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_other_spellings_are_learned_too(monkeypatch: pytest.MonkeyPatch, spelling: str) -> None:
    asked = [spelled(data, spelling) for data in REQUESTS]
    for data, usual in zip(asked, REQUESTS, strict=True):
        layouts, read = Layouts(LIMITS), parse(data, LIMITS)
        assert not read.as_written
        known = [line for line in read.lines if not line.startswith(b"X-To")]
        assert (known, read.vias) == (parse(usual, LIMITS).lines, parse(usual, LIMITS).vias)
        for _ in range(2):
            layouts.parse(data, PEER)
        with monkeypatch.context() as patched:
            patched.setattr("sipbridge.layout.parse", lambda octets, limits: pytest.fail("not learned"))
            assert layouts.parse(data, PEER) == at_hand(read)


def test_folded_lines_and_endless_names_are_not_learned() -> None:
    layouts = Layouts(LIMITS)
    for new in (
        b"\r\nTo:\r\n ",
        b"\r\nX: a: b\r\n c: d\r\nTo: ",
        b"\r\nTo : ",
        b"\r\n%b: x\r\nTo: " % (b"X" * 2000),
    ):
        odd = BARE.replace(b"\r\nTo: ", new)
        for _ in range(3):
            assert outcome(odd, layouts) == outcome(odd)
    assert layouts.learned == (0, 0)


@pytest.mark.parametrize("data", REQUESTS + [spelled(REQUESTS[0], spelling) for spelling in SPELLINGS])
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


def test_what_a_layout_cannot_read_does_not_take_the_place_of_others() -> None:
    """A version in lower case has the same lines."""
    layouts, odd = Layouts(LIMITS), BARE.replace(b"SIP/2.0\r\nVia", b"sip/2.0\r\nVia")
    for _ in range(8):
        layouts.parse(odd, PEER)
    assert layouts.learned == (1, 1)


def test_vias_with_something_between_them_are_not_learned() -> None:
    layouts = Layouts(LIMITS)
    apart = BARE.replace(b"\r\nTo: ", b"\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK2\r\nTo: ")
    block = BARE.replace(b"\r\nFrom: ", b"\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK2\r\nFrom: ")
    for _ in range(4):
        assert outcome(apart, layouts) == outcome(apart)
    for _ in range(3):
        assert outcome(block, layouts) == outcome(block)
    assert layouts.learned[0] == 1
    assert outcome(apart, layouts) == outcome(apart)


NEARLY = [
    (b"\r\nTo: ", b"\r\nP-Asserted-Identity: <sip:victim@ims.test>\r\nTo: "),
    (b"\r\nTo: ", b"\r\n P-Asserted-Identity: <sip:victim@ims.test>\r\nTo: "),
    (b"\r\nTo: ", b"\r\nX-Odd: y\r\nTo: "),
    (b"\r\nTo: ", b"\r\nTo:"),
    (b"\r\nTo: ", b"\r\nt: "),
    (b"\r\nTo: ", b"\r\nTo:\r\n "),
    (b"\r\nTo: ", b"\r\nTo: \xff\0"),
    (b"\r\nCall-ID: ", b"\r\nCall-ID: x\r\nCall-ID: "),
    (b"\r\nContent-Length: ", b"\r\nContent-Length: 9"),
    (b"\r\nContent-Length: ", b"\r\nContent-Length: 0\r\nContent-Length: "),
    (b"\r\nContent-Length: ", b"\r\nContent-Length: -"),
    (b"\r\nCSeq: ", b"\r\nCSeq: 1 INFO "),
    (b"\r\nVia: ", b"\r\nVia: SIP/2.0/UDP z;branch=z9hG4bKz, "),
    (b"\r\nVia: ", b"\r\nVia: SIP/2.0/UDP z;branch=z9hG4bKz\r\nVia: "),
    (b" SIP/2.0\r\n", b" sip/2.0\r\n"),
    (b" SIP/2.0\r\n", b" SIP/2.0 \r\n"),
    (b" SIP/2.0\r\n", b"\t SIP/2.0\r\n"),
    (b" sip:", b"  sip:"),
    (b"MESSAGE ", b"M/E "),
    (b"\r\n\r\n", b"\r\r\n\r\n"),
    (b"\r\n\r\n", b"\r\n \r\n\r\n"),
    (b"\r\n", b"\n"),
]


@pytest.mark.parametrize("seed", range(60))
def test_layouts_that_were_learned_of_near_likes_read_as_the_parser_does(seed: int) -> None:
    """Whatever has been learned before, and from whatever: one peer sends them all, over and over."""
    rng, layouts = Random(seed), Layouts(LIMITS)
    for _ in range(60):
        data = rng.choice(REQUESTS)
        if rng.random() < 0.4:
            data = spelled(data, rng.choice(sorted(SPELLINGS)))
        for _ in range(rng.randrange(3)):
            old, new = rng.choice(NEARLY)
            data = data.replace(old, new, rng.choice([1, 1, -1]))
        assert outcome(data, layouts) == outcome(data)
