"""TP-UD: the user data header and what follows it (TS 23.040 §9.2.3.24)."""

from typing import NamedTuple

from ipsmgw.sms import gsm7
from ipsmgw.sms.data_coding import DATA_CODING, Alphabet, user_data_octets

__all__ = [
    "MAX_OCTETS",
    "Concatenation",
    "InformationElement",
    "Ports",
    "UserData",
    "concatenation",
    "header_octets",
    "ports",
    "user_data",
]

MAX_OCTETS = 140


class InformationElement(NamedTuple):
    """One element of the user data header, known or not."""

    iei: int
    value: bytes


class Concatenation(NamedTuple):
    """Which part of which message this is (§9.2.3.24.1, §9.2.3.24.8)."""

    reference: int
    total: int
    sequence: int
    wide: bool = False

    def element(self) -> InformationElement:
        """The element that says so, with an 8 or a 16 bit reference."""
        numbers = bytes((self.total, self.sequence))
        if self.wide:
            return InformationElement(0x08, self.reference.to_bytes(2, "big") + numbers)
        return InformationElement(0x00, bytes((self.reference,)) + numbers)


class Ports(NamedTuple):
    """Application ports (§9.2.3.24.3, §9.2.3.24.4)."""

    destination: int
    source: int
    wide: bool = True

    def element(self) -> InformationElement:
        """The element that says so, with 8 or 16 bit ports."""
        size = 2 if self.wide else 1
        value = self.destination.to_bytes(size, "big") + self.source.to_bytes(size, "big")
        return InformationElement(0x05 if self.wide else 0x04, value)


class UserData(NamedTuple):
    """TP-UD, read: the header's elements, then septets (one in each octet) or octets."""

    header: tuple[InformationElement, ...]
    alphabet: Alphabet
    data: bytes
    compressed: bool = False

    @property
    def text(self) -> str | None:
        """The text; None when this is no text: 8 bit data, or compressed."""
        if self.compressed or self.alphabet is Alphabet.OCTETS:
            return None
        if self.alphabet is Alphabet.GSM7:
            return gsm7.decode(self.data)
        return self.data.decode("utf-16-be", "replace")


def header_octets(header: tuple[InformationElement, ...]) -> bytes:
    """The user data header with its TP-UDHL; nothing for no elements."""
    elements = b"".join(bytes((iei, len(value))) + value for iei, value in header)
    return bytes((len(elements),)) + elements if elements else b""


def elements(octets: bytes) -> tuple[InformationElement, ...]:
    """The elements of a header (after TP-UDHL); none when they do not fill it exactly.

    §9.2.3.24: when the elements have too few or too many octets, the whole header is ignored.
    """
    found: list[InformationElement] = []
    at = 0
    while at + 2 <= len(octets):
        end = at + 2 + octets[at + 1]
        found.append(InformationElement(octets[at], octets[at + 2 : end]))
        at = end
    return tuple(found) if at == len(octets) else ()


def user_data(udl: int, ud: bytes, *, dcs: int, udhi: bool) -> UserData:
    """TP-UD read by its TP-UDL, TP-DCS and TP-UDHI; every octet string has a reading."""
    coding = DATA_CODING[dcs]
    skip = min(ud[0] + 1, len(ud)) if udhi and ud else 0
    header = elements(ud[1:skip]) if skip and skip == ud[0] + 1 else ()
    if coding.alphabet is Alphabet.GSM7 and not coding.compressed:
        data = gsm7.unpack(ud, udl)[(skip * 8 + 6) // 7 :]
    else:
        data = ud[skip : user_data_octets(udl, dcs)]
    return UserData(header, coding.alphabet, data, coding.compressed)


def concatenation(header: tuple[InformationElement, ...]) -> Concatenation | None:
    """Which part of a message this is; the last element counts, an impossible one is ignored (§9.2.3.24)."""
    found: Concatenation | None = None
    for iei, value in header:
        if (iei, len(value)) in ((0x00, 3), (0x08, 4)):
            part = Concatenation(int.from_bytes(value[:-2], "big"), value[-2], value[-1], iei == 0x08)
            found = part if 1 <= part.sequence <= part.total else found
    return found


def ports(header: tuple[InformationElement, ...]) -> Ports | None:
    """The application ports; of repeated elements the last counts."""
    found: Ports | None = None
    for iei, value in header:
        if (iei, len(value)) in ((0x04, 2), (0x05, 4)):
            half = len(value) // 2
            found = Ports(
                int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"), iei == 0x05
            )
    return found
