"""The GSM 7 bit alphabet and its packing (TS 23.038 §6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrate_mobile.TS23040_SMS import SMS_SUBMIT

from ipsmgw.sms import Address, Submit, compose, gsm7

__all__: list[str] = []

CHARACTERS = [char for char in gsm7.ALPHABET if char != "\x1b"] + list(gsm7.EXTENSION.values())


def unpack_bit_by_bit(octets: bytes, count: int) -> bytes:
    """The rule of §6.1.2.1.1 as it reads: septet i is the bits 7i to 7i+6."""
    bits = "".join(f"{octet:08b}"[::-1] for octet in octets)
    return bytes(int(bits[7 * at : 7 * at + 7][::-1], 2) for at in range(count))


@given(st.binary(min_size=0, max_size=223))
def test_unpacking_follows_the_bits(octets: bytes) -> None:
    count = len(octets) * 8 // 7
    assert gsm7.unpack(octets, count) == unpack_bit_by_bit(octets, count)


@given(st.lists(st.integers(0, 127), max_size=255).map(bytes))
def test_packing_is_the_inverse_of_unpacking(septets: bytes) -> None:
    packed = gsm7.pack(septets)
    assert len(packed) == (len(septets) * 7 + 7) // 8
    assert gsm7.unpack(packed, len(septets)) == septets


@pytest.mark.parametrize("char", CHARACTERS)
def test_every_character_goes_and_comes_back(char: str) -> None:
    assert gsm7.decode(gsm7.encode(char)) == char


def test_the_alphabet_has_128_characters_and_no_character_twice() -> None:
    assert (len(gsm7.ALPHABET), len(set(CHARACTERS)), len(CHARACTERS)) == (128, 137, 137)


@pytest.mark.parametrize(
    ("septets", "text"),
    [
        (b"\x1b\x65", "€"),
        (b"\x1bA", "A"),  # no symbol in the extension table: the basic character
        (b"\x1b", " "),
        (b"\x1b\x1b", " "),
        (b"A\x1b\x1b\x65", "A e"),
    ],
)
def test_escapes_read_as_ts_23_038_says(septets: bytes, text: str) -> None:
    assert gsm7.decode(septets) == text


@given(st.binary(max_size=160).map(lambda octets: bytes(octet & 127 for octet in octets)))
def test_any_septets_have_a_text(septets: bytes) -> None:
    assert len(gsm7.decode(septets)) <= len(septets)


# pycrate is wrong at lengths of 7 modulo 8, and where a text ends in "@" or a carriage return.
@given(
    st.text(st.sampled_from(CHARACTERS), min_size=1, max_size=70).filter(lambda text: text[-1] not in "@\r")
)
def test_pycrate_reads_our_text(text: str) -> None:
    (part,) = compose(text)
    oracle = SMS_SUBMIT()
    oracle.from_bytes(Submit.of(1, Address.international("123"), udl=part.udl, ud=part.ud).encode())
    if part.udl % 8 != 7:
        assert oracle["TP_UD"]["UD"].decode() == text
