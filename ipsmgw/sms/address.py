"""Address fields of a TPDU (TS 23.040 §9.1.2.5)."""

from enum import IntEnum
from typing import Self

from ipsmgw.sms import gsm7
from ipsmgw.sms.errors import DecodeError

__all__ = ["Address", "NumberingPlan", "TypeOfNumber", "digits_at", "party_at"]

MAX_DIGITS = 20

_DIGITS = "0123456789*#abcF"
SWAP = bytes((octet << 4 | octet >> 4) & 0xFF for octet in range(256))
_TO_DIGITS = str.maketrans("abcdef", "*#abcF")
_TO_HEX = str.maketrans("*#abcF", "abcdef")


class TypeOfNumber(IntEnum):
    """Bits 6 to 4 of the type octet."""

    UNKNOWN = 0
    INTERNATIONAL = 1
    NATIONAL = 2
    NETWORK_SPECIFIC = 3
    SUBSCRIBER = 4
    ALPHANUMERIC = 5
    ABBREVIATED = 6
    RESERVED = 7


_ALPHANUMERIC = int(TypeOfNumber.ALPHANUMERIC) << 4


class NumberingPlan(IntEnum):
    """Bits 3 to 0 of the type octet; what is not listed is reserved."""

    UNKNOWN = 0
    E164 = 1
    DATA = 3
    TELEX = 4
    SC_SPECIFIC_5 = 5
    SC_SPECIFIC_6 = 6
    NATIONAL = 8
    PRIVATE = 9
    ERMES = 10
    EXTENSION = 15


class Address(bytes):
    """One address field: its very octets (length in semi-octets, type, value), and how they read.

    The octets are the value, so that a filler or a spare bit that a peer chose is never lost.
    """

    __slots__ = ()

    @classmethod
    def parse(cls, octets: bytes, at: int = 0) -> Self:
        """The address field that starts at an octet of a TPDU."""
        end = at + 2 + (octets[at] + 1 >> 1)
        if octets[at] > MAX_DIGITS or end > len(octets):
            raise _misfit(octets, at)
        return cls(octets[at:end])

    @classmethod
    def of_digits(cls, digits: str, ton: int = TypeOfNumber.UNKNOWN, npi: int = NumberingPlan.E164) -> Self:
        """Of digits (0 to 9, *, #, a, b, c); ValueError when they do not fit."""
        if len(digits) > MAX_DIGITS or any(digit not in _DIGITS for digit in digits):
            raise ValueError(f"{digits!r} is not a number of at most {MAX_DIGITS} digits")
        semi_octets = digits.translate(_TO_HEX) + "f" * (len(digits) & 1)
        return cls(bytes((len(digits), 0x80 | ton << 4 | npi)) + bytes.fromhex(semi_octets).translate(SWAP))

    @classmethod
    def international(cls, digits: str) -> Self:
        """Of an E.164 number without its plus sign."""
        return cls.of_digits(digits, TypeOfNumber.INTERNATIONAL)

    @classmethod
    def alphanumeric(cls, name: str) -> Self:
        """Of a name of at most 11 septets; ValueError when it does not fit."""
        septets = gsm7.encode(name)
        if len(septets) > MAX_DIGITS * 4 // 7:
            raise ValueError(f"{name!r} is longer than an alphanumeric address can be")
        length = (len(septets) * 7 + 3) >> 2
        return cls(bytes((length, 0x80 | TypeOfNumber.ALPHANUMERIC << 4)) + gsm7.pack(septets))

    @property
    def ton(self) -> TypeOfNumber:
        """Type of number."""
        return TypeOfNumber(self[1] >> 4 & 7)

    @property
    def npi(self) -> int:
        """Numbering plan; a `NumberingPlan` where it is one of those."""
        return self[1] & 15

    @property
    def digits(self) -> str:
        """The semi-octets as digits; empty for an alphanumeric address."""
        return digits_at(self, 0)

    @property
    def text(self) -> str:
        """As people write it: +447…, 1234, or the name."""
        if self.ton is TypeOfNumber.ALPHANUMERIC:
            return gsm7.decode(gsm7.unpack(self[2:], self[0] * 4 // 7))
        return ("+" if self.ton is TypeOfNumber.INTERNATIONAL else "") + self.digits


def digits_at(octets: bytes, at: int) -> str:
    """The digits of the address field that starts at an octet of a TPDU; empty for an alphanumeric one."""
    semi_octets = octets[at]
    end = at + 2 + (semi_octets + 1 >> 1)
    if semi_octets > MAX_DIGITS or end > len(octets):
        raise _misfit(octets, at)
    if octets[at + 1] & 0x70 == _ALPHANUMERIC:
        return ""
    found = octets[at + 2 : end].translate(SWAP).hex()[:semi_octets]
    return found if found.isdigit() else found.translate(_TO_DIGITS)


def party_at(octets: bytes, at: int) -> str:
    """The same, and the name of an alphanumeric one."""
    digits = digits_at(octets, at)
    alphanumeric = octets[at + 1] & 0x70 == _ALPHANUMERIC
    return Address.parse(octets, at).text if alphanumeric else digits


def _misfit(octets: bytes, at: int) -> DecodeError:
    semi_octets = octets[at]
    if semi_octets > MAX_DIGITS:
        return DecodeError(f"an address of {semi_octets} semi-octets, at most {MAX_DIGITS}", at)
    end = at + 2 + (semi_octets + 1 >> 1)
    return DecodeError(f"the address ends at octet {end}, the TPDU at {len(octets)}", at)
