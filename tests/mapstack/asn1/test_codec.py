"""The generated codecs: order, extensions, constraints, long forms, and what they refuse."""

from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapstack.asn1 import (
    ADDRESS,
    BIT_STRING,
    BOOLEAN,
    ENUMERATED,
    EXTENSION_CONTAINER,
    IMSI,
    INTEGER,
    NULL,
    NUMERIC_STRING,
    OCTET_STRING,
    AddressString,
    BitString,
    Choice,
    Sequence,
    extension_marker,
    field,
    sequence_of,
    tagged,
)
from mapstack.asn1.address import decode_tbcd, encode_tbcd
from mapstack.errors import DecodeError, LocalError


class Colour(IntEnum):
    """An enumeration."""

    RED = 0
    BLUE = 2


class Either(Choice):
    """A choice."""

    number: int | None = tagged(0, INTEGER(-5, 300), default=None)
    nothing: bool = tagged(1, NULL, default=False)


class Inner(Sequence):
    """Without a marker; a required member after optional ones."""

    colour: Colour | int | None = tagged(0, ENUMERATED(Colour), default=None)
    name: bytes = tagged(1, OCTET_STRING(1, 4))


class Outer(Sequence):
    """Everything that a declaration can hold."""

    either: Either = field(Either)
    text: bytes = field(OCTET_STRING(1, 200))
    more: bytes | None = field(OCTET_STRING(0, 3), default=None)
    container: bytes | None = tagged(3, EXTENSION_CONTAINER, default=None)
    extensions: bytes = extension_marker(default=b"")
    flag: bool | None = tagged(4, BOOLEAN, default=None)
    present: bool = tagged(5, NULL, default=False)
    inner: Inner | None = tagged(6, Inner, default=None)
    chosen: Either | None = tagged(7, Either, default=None)
    inners: list[Inner] | None = tagged(8, sequence_of(Inner, 1, 3), default=None)
    numbers: list[int] | None = tagged(9, sequence_of(INTEGER(0, 9), 0, 3), default=None)
    address: AddressString | None = tagged(31, ADDRESS, default=None)
    bits: BitString | None = tagged(200, BIT_STRING(6, 16), default=None)
    digits: str | None = tagged(201, NUMERIC_STRING.sized(4, 4), default=None)
    imsi: str | None = tagged(202, IMSI, default=None)
    eithers: list[Either] | None = tagged(203, sequence_of(Either, 0, 2), default=None)


LEAST = Outer(either=Either(number=300), text=b"x")
FULL = Outer(
    either=Either(nothing=True),
    text=bytes(200),
    more=b"",
    container=bytes.fromhex("a003020105"),
    flag=False,
    present=True,
    inner=Inner(colour=Colour.BLUE, name=b"n"),
    chosen=Either(number=-5),
    inners=[Inner(name=b"1"), Inner(name=b"22", colour=7)],
    numbers=[0, 9],
    address=AddressString("1234567"),
    bits=BitString.of(1, 8, size=9),
    digits="0042",
    imsi="001010123456789",
    eithers=[Either(number=1), Either(nothing=True)],
)


@pytest.mark.parametrize("value", [LEAST, FULL])
def test_what_is_written_is_read(value: Outer) -> None:
    assert Outer.decode(value.encode()) == value


def test_the_octets_are_those_of_the_standard() -> None:
    assert LEAST.encode().hex() == "300780020" + "12c040178"
    assert Inner(colour=Colour.RED, name=b"ab").encode().hex() == "3007800100" + "81026162"
    value = Outer(
        either=Either(nothing=True), text=b"x", chosen=Either(number=1), address=AddressString("123")
    )
    assert value.encode().hex() == "3010" + "8100" + "040178" + "a703800101" + "9f1f03912" + "1f3"


def test_a_context_tag_above_127_takes_three_octets() -> None:
    value = Outer(either=Either(nothing=True), text=b"x", digits="1234")
    assert value.encode().endswith(bytes.fromhex("9f814904") + b"1234")


def test_the_generated_source_can_be_read() -> None:
    LEAST.encode()
    assert "def decode(data, pos, end):" in Outer.SOURCE
    assert "def encode(self):" in Outer.SOURCE


def test_unknown_extensions_are_kept_and_written_again() -> None:
    unknown = bytes.fromhex("9f2a0101") + bytes.fromhex("be03020105")
    data = b"\x30" + bytes((7 + len(unknown) + 2,)) + LEAST.encode()[2:] + unknown + b"\x85\0"
    value = Outer.decode(data)
    assert value.extensions == unknown
    assert value.present
    assert Outer.decode(value.encode()) == value


def test_members_out_of_order_are_understood() -> None:
    value = Outer.decode(bytes.fromhex("300c" + "8002012c" + "040178" + "8500" + "840101"))
    assert (value.flag, value.present) == (True, True)


def test_an_unknown_word_stays_a_number() -> None:
    assert Inner.decode(bytes.fromhex("3006" + "800109" + "810161")).colour == 9
    known = Inner.decode(bytes.fromhex("3006" + "800102" + "810161")).colour
    assert known is Colour.BLUE


@pytest.mark.parametrize(
    "octets",
    [
        "3080" + "8002012c" + "040178" + "0000",
        "308107" + "8002012c" + "040178",
        "30820008" + "8002012c" + "04810178",
        "3080" + "8002012c" + "04810178" + "0000",
    ],
)
def test_every_form_of_length_is_read(octets: str) -> None:
    assert Outer.decode(bytes.fromhex(octets)) == LEAST


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "3000",
        "310780020" + "12c040178",  # the wrong tag
        "300480020" + "12c",  # text is missing
        "3008800200ff" + "04820100",  # longer than what holds it
        "30078002" + "012d040178",  # 301 of at most 300
        "300680020" + "12c0400",  # text is empty
        "30078202012c040178",  # no such alternative
        "300a8002012c0401788501ff",  # NULL with contents
        "300a8002012c040178840" + "200",  # BOOLEAN ends early
        "300e8002012c040178a305a0030201",  # the container is not whole elements
        "300e8002012c040178a605820178" + "8000",  # Inner has no marker
        "300b8002012c040178a60280" + "00",  # Inner.name is missing
        "300b8002012c040178a802" + "3000",  # an item without its name
        "30098002012c040178a800",  # too few items
        "30158002012c040178a90c020101020101020101020101",  # too many
        "300f8002012c0401789f814904" + "31323361",  # no digits
        "300f8002012c0401789f814a04" + "21f30000",  # filler between digits
        "300f8002012c0401789f814a04" + "21ffffff",  # an IMSI of two digits
        "300f8002012c0401789f814803" + "09000000",  # nine unused bits
        "30078002012c04017800",  # something after the element
    ],
)
def test_what_the_declaration_forbids_is_refused(octets: str) -> None:
    with pytest.raises(DecodeError):
        Outer.decode(bytes.fromhex(octets))


@pytest.mark.parametrize(
    "value",
    [
        Outer(either=Either(), text=b"x"),
        Outer(either=Either(number=1, nothing=True), text=b"x"),
        Outer(either=Either(number=301), text=b"x"),
        Outer(either=Either(number=1), text=b""),
        Outer(either=Either(number=1), text=b"x", numbers=[1, 2, 3, 4]),
        Outer(either=Either(number=1), text=b"x", imsi="12x45"),
        Outer(either=Either(number=1), text=b"x", imsi="12"),
        Outer(either=Either(number=1), text=b"x", address=AddressString("1", nature=8)),
        Outer(either=Either(number=1), text=b"x", bits=BitString(b"\0", 8)),
        Outer(either=Either(number=1), text=b"x", container=bytes(9000)),
    ],
)
def test_what_cannot_be_said_is_our_bug(value: Outer) -> None:
    with pytest.raises(LocalError):
        value.encode()


def test_bits_are_counted_from_the_left() -> None:
    bits = BitString.of(1, 8, size=9)
    assert bits == (b"\x40\x80", 7)
    assert [bit for bit in range(20) if bits.has(bit)] == [1, 8]


@given(st.text("0123456789*#abc", min_size=1, max_size=20))
def test_every_tbcd_digit_comes_back(digits: str) -> None:
    assert decode_tbcd(encode_tbcd(digits)) == digits


@given(st.binary(max_size=80))
def test_any_contents_are_read_or_refused(data: bytes) -> None:
    try:
        value = Outer.decode_contents(data, 0, len(data))
    except DecodeError:
        return
    assert Outer.decode(value.encode()) == value


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_one_wrong_octet_is_read_or_refused(at: int, octet: int) -> None:
    data = bytearray(FULL.encode())
    data[at % len(data)] = octet
    try:
        value = Outer.decode(bytes(data))
    except DecodeError:
        return
    assert isinstance(value, Outer)


SEGMENTS = [  # X.690 §8.7.3: the text, the choice, the items, bits, digits; each in more than one piece
    ("300a8002012c" + "2406" + "040161" + "040162", "text", b"ab"),
    ("300c8002012c" + "2480" + "040161" + "040162" + "0000", "text", b"ab"),
    ("300e8002012c" + "240a" + "2405" + "2403" + "040161" + "040162", "text", b"ab"),
    ("300c8002012c040178" + "2403" + "040101", "more", b"\1"),
    ("30168002012c040178" + "bf1f0a" + "040191" + "04022143" + "040165", "address", AddressString("123456")),
    ("30148002012c040178" + "bf814808" + "03020040" + "03020780", "bits", BitString(b"\x40\x80", 7)),
    ("30148002012c040178" + "bf814908" + "12023030" + "12023432", "digits", "0042"),
]


def _long(octets: str) -> bytes:
    """With the length that the contents have."""
    contents = bytes.fromhex(octets)[2:]
    return b"\x30" + bytes((len(contents),)) + contents


@pytest.mark.parametrize(("octets", "key", "value"), SEGMENTS)
def test_a_string_in_segments_is_read_as_one(octets: str, key: str, value: object) -> None:
    found = getattr(Outer.decode(_long(octets)), key)
    assert found == value


@pytest.mark.parametrize(
    "octets",
    [
        "30078002012c" + "2403" + "020161",  # a segment of another type
        "30078002012c" + "2402" + "0401",  # that ends early
        "30078002012c" + "2400",  # nothing: the text is empty
        "30148002012c040178" + "bf814808" + "03020740" + "03020780",  # bits unused in the middle
        "30078002012c" + "2480" * 40 + "040161" + "0000" * 40,  # nested too deep
        "30078002012c" + "3003" + "040161",  # a SEQUENCE is no string
    ],
)
def test_segments_that_make_no_string_are_refused(octets: str) -> None:
    with pytest.raises(DecodeError):
        Outer.decode(_long(octets))
