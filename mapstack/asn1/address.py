"""Digits in octets: TBCD-STRING, AddressString and IMSI (TS 29.002 §17.7.8)."""

from functools import lru_cache
from typing import NamedTuple

from mapstack.errors import DecodeError, LocalError

__all__ = [
    "ADDRESS_CACHE",
    "AddressString",
    "decode_address",
    "decode_imsi",
    "decode_tbcd",
    "encode_address",
    "encode_tbcd",
]

ADDRESS_CACHE = 4096  # addresses kept, each way

_SWAP = bytes((octet << 4 | octet >> 4) & 0xFF for octet in range(256))
# TS 29.002 §17.7.8: 1010 is "*", 1011 "#", 1100 "a", 1101 "b", 1110 "c"; 1111 fills up.
_FROM_HEX = str.maketrans("abcde", "*#abc")
_TO_HEX = str.maketrans("*#abc", "abcde")
_NO_EXTENSION = 0x80
_SHORTEST_IMSI = 5  # digits in three octets: IMSI is a TBCD-STRING of 3 to 8 (TS 29.002 §17.7.8)


class AddressString(NamedTuple):
    """Digits with nature of address (1: international) and numbering plan (1: E.164)."""

    digits: str
    nature: int = 1
    plan: int = 1


def decode_tbcd(octets: bytes) -> str:
    """The digits, low nibble first, without the filler."""
    digits = octets.translate(_SWAP).hex().rstrip("f")
    if digits.isdigit():
        return digits
    if "f" in digits:
        raise DecodeError("map", "filler between digits")
    return digits.translate(_FROM_HEX)


def decode_imsi(octets: bytes) -> str:
    """The same: MCC, MNC and MSIN, which are more than two octets, however many are filled up."""
    digits = decode_tbcd(octets)
    if len(digits) < _SHORTEST_IMSI:
        raise DecodeError("map", f"an IMSI of {len(digits)} digits")
    return digits


def encode_tbcd(digits: str) -> bytes:
    """`LocalError` for anything but TBCD digits."""
    if not digits.isdigit():
        digits = _telephony(digits)
    try:
        return bytes.fromhex(digits + "f" if len(digits) & 1 else digits).translate(_SWAP)
    except ValueError as error:
        raise LocalError(f"{digits!r} are not TBCD digits") from error


def _telephony(digits: str) -> str:
    if digits.strip("0123456789*#abc"):
        raise LocalError(f"{digits!r} are not TBCD digits")
    return digits.translate(_TO_HEX)


@lru_cache(ADDRESS_CACHE)
def decode_address(octets: bytes) -> AddressString:
    """AddressString and ISDN-AddressString: nature and plan in the first octet."""
    if not octets:
        raise DecodeError("map", "empty address")
    return AddressString(decode_tbcd(octets[1:]), octets[0] >> 4 & 7, octets[0] & 0x0F)


@lru_cache(ADDRESS_CACHE)
def encode_address(address: AddressString) -> bytes:
    """The contents octets of an AddressString."""
    digits, nature, plan = address
    if not (0 <= nature <= 7 and 0 <= plan <= 15):
        raise LocalError(f"{address} has no encoding")
    return bytes((_NO_EXTENSION | nature << 4 | plan,)) + encode_tbcd(digits)
