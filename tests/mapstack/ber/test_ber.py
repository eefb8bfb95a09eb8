"""Headers, lengths and object identifiers, in every form that X.690 allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapstack.ber import (
    LENGTHS,
    check_elements,
    decode_oid,
    element,
    encode_integer,
    encode_oid,
    length_octets,
    read_header,
)
from mapstack.errors import DecodeError


@given(st.integers(0, 70_000))
def test_a_length_is_read_as_it_was_written(length: int) -> None:
    octets = b"\x04" + length_octets(length) + bytes(length)
    start = len(octets) - length
    assert read_header(octets, 0, len(octets)) == (0x04, start, len(octets), len(octets))


def test_lengths_that_are_looked_up_are_those_that_are_computed() -> None:
    assert all(LENGTHS[length] == length_octets(length) for length in range(len(LENGTHS)))


@pytest.mark.parametrize("octets", ["04820001aa", "0483000001aa", "048400000001aa"])
def test_a_length_may_be_longer_than_it_must(octets: str) -> None:
    data = bytes.fromhex(octets)
    _, start, stop, after = read_header(data, 0, len(data))
    assert data[start:stop] == b"\xaa"
    assert after == len(data)


def test_an_indefinite_length_ends_at_its_own_end() -> None:
    data = bytes.fromhex("3080 3080 040100 0000 0401ff 0000 05 00".replace(" ", ""))
    assert read_header(data, 0, len(data)) == (0x30, 2, len(data) - 4, len(data) - 2)


def test_a_tag_of_several_octets_is_one_number() -> None:
    data = bytes.fromhex("bf8a3903020105")
    assert read_header(data, 0, len(data)) == (0xBF8A39, 4, 7, 7)


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "04",
        "0405",
        "0400"[:2] + "81",
        "0485000000000",
        "0000",
        "0480",
        "1f",
        "1f8181818101",
        "3080",
        "308004",
    ],
)
def test_what_is_no_element_is_refused(octets: str) -> None:
    data = bytes.fromhex(octets[: len(octets) // 2 * 2])
    with pytest.raises(DecodeError):
        read_header(data, 0, len(data))


@pytest.mark.parametrize("octets", [b"\x30\x80" * 1000, b"\x30\x80" * 1000 + b"\0\0" * 1000])
def test_nesting_has_an_end(octets: bytes) -> None:
    with pytest.raises(DecodeError, match="deep"):
        read_header(octets, 0, len(octets))


def test_elements_are_checked_all_the_way_down() -> None:
    check_elements(bytes.fromhex("30060301ff040100"), 0, 8)
    with pytest.raises(DecodeError):
        check_elements(bytes.fromhex("30063004040101ff"[:16]), 0, 8)


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_are_as_short_as_they_can_be(value: int) -> None:
    octets = encode_integer(value)
    assert int.from_bytes(octets, signed=True) == value
    assert len(octets) == 1 or octets[0] not in (0x00, 0xFF) or octets[0] >> 7 != octets[1] >> 7


@given(st.integers(0, 2), st.lists(st.integers(0, 2**28), min_size=1, max_size=9))
def test_object_identifiers_come_back(first: int, arcs: list[int]) -> None:
    if first < 2:
        arcs[0] %= 40
    name = (first, *arcs)
    assert decode_oid(encode_oid(name)) == name


def test_an_object_identifier_ends() -> None:
    for octets in (b"", b"\x04\x80", b"\x04" + b"\xff" * 2100 + b"\x7f"):
        with pytest.raises(DecodeError):
            decode_oid(octets)


def test_an_element_is_its_tag_its_length_and_its_contents() -> None:
    assert element(0xBF22, bytes(200)) == b"\xbf\x22\x81\xc8" + bytes(200)
    assert element(0x04, b"") == b"\x04\x00"


@given(st.binary(max_size=60))
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    try:
        _, start, stop, after = read_header(data, 0, len(data))
        check_elements(data, 0, len(data))
    except DecodeError:
        return
    assert 2 <= start <= stop <= after <= len(data)


@pytest.mark.parametrize(
    ("octets", "stop"),
    [
        ("3080 0000", 2),
        ("3080 0481 01aa 0000", 6),
        ("3080 0482 0001aa 0000", 7),
        ("3080 9f1f 01aa 0000", 6),
        ("3080 bf1f80 0401aa 0000 0000", 10),
        ("3080 a080 a180 0000 0000 0000", 10),
        ("3080 3003 040100 0000 0401ff", 7),
    ],
)
def test_the_end_of_contents_is_found_behind_elements_of_every_form(octets: str, stop: int) -> None:
    data = bytes.fromhex(octets)
    assert read_header(data, 0, len(data)) == (0x30, 2, stop, stop + 2)
    with pytest.raises(DecodeError):
        read_header(data, 0, stop + 1)


def test_an_element_may_be_nested_as_deep_as_we_walk() -> None:
    deepest = b"\x30\x80" * 32 + b"\0\0" * 32
    assert read_header(deepest, 0, len(deepest)) == (0x30, 2, 126, 128)
