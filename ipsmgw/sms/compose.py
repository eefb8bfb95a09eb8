"""From a text to its short messages (TS 23.040 §9.2.3.24.1, §9.2.3.24.8)."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ipsmgw.sms import gsm7
from ipsmgw.sms.data_coding import Alphabet
from ipsmgw.sms.user_data import MAX_OCTETS, Concatenation, header_octets

__all__ = ["Part", "compose"]

MAX_PARTS = 255

_DCS = {Alphabet.GSM7: 0x00, Alphabet.UCS2: 0x08}


class Part(NamedTuple):
    """The user data of one short message: what SUBMIT and DELIVER take as `udl`, `ud`, `dcs`, `udhi`."""

    udl: int
    ud: bytes
    dcs: int
    udhi: bool


def compose(text: str, *, reference: int = 0, wide: bool = False) -> tuple[Part, ...]:
    """The short messages of a text: one, or up to 255 that share a `reference` (of 16 bits when `wide`).

    GSM 7 bit when the alphabet has every character, else UCS2. ValueError when it is too long.
    """
    try:
        septets = gsm7.encode(text)
    except UnicodeEncodeError:  # the alphabet lacks a character
        return _of_octets(text.encode("utf-16-be"), reference, wide)
    return _of_septets(septets, reference, wide)


def _of_septets(septets: bytes, reference: int, wide: bool) -> tuple[Part, ...]:
    if len(septets) <= MAX_OCTETS * 8 // 7:
        return (Part(len(septets), gsm7.pack(septets), _DCS[Alphabet.GSM7], False),)
    header_septets = 8 if wide else 7
    pieces = _split(septets, MAX_OCTETS * 8 // 7 - header_septets, 1, _ends_in_escape)
    return tuple(
        _septet_part(part, header, header_septets) for part, header in _headed(pieces, reference, wide)
    )


def _septet_part(septets: bytes, header: bytes, header_septets: int) -> Part:
    # The header's octets lie where the first septets would; the text begins at the next septet.
    packed = gsm7.pack(bytes(header_septets) + septets)
    return Part(header_septets + len(septets), header + packed[len(header) :], _DCS[Alphabet.GSM7], True)


def _of_octets(octets: bytes, reference: int, wide: bool) -> tuple[Part, ...]:
    if len(octets) <= MAX_OCTETS:
        return (Part(len(octets), octets, _DCS[Alphabet.UCS2], False),)
    room = MAX_OCTETS - (8 if wide else 6)  # an even number of octets beside 7 or 6 octets of header
    pieces = _split(octets, room, 2, _ends_in_high_surrogate)
    return tuple(
        Part(len(header) + len(piece), header + piece, _DCS[Alphabet.UCS2], True)
        for piece, header in _headed(pieces, reference, wide)
    )


def _ends_in_escape(septets: bytes) -> bool:
    """Whether the symbol of an extension character would come in the next part."""
    return septets[-1] == gsm7.ESCAPE


def _ends_in_high_surrogate(octets: bytes) -> bool:
    """Whether the second half of a character outside the BMP would come in the next part."""
    return octets[-2] & 0xFC == 0xD8


def _split(units: bytes, room: int, lead: int, torn: Callable[[bytes], bool]) -> list[bytes]:
    """Pieces of at most `room`, none of which ends in the first half (`lead` octets) of a character."""
    pieces: list[bytes] = []
    at = 0
    while at < len(units):
        end = at + room
        if end < len(units) and torn(units[at:end]):
            end -= lead
        pieces.append(units[at:end])
        at = end
    if len(pieces) > MAX_PARTS:
        raise ValueError(
            f"the text needs {len(pieces)} short messages, at most {MAX_PARTS} can belong together"
        )
    return pieces


def _headed(pieces: list[bytes], reference: int, wide: bool) -> Iterator[tuple[bytes, bytes]]:
    """Each piece with its user data header."""
    for number, piece in enumerate(pieces, 1):
        part = Concatenation(reference, len(pieces), number, wide)
        yield piece, header_octets((part.element(),))
