"""From a text to its short messages (TS 23.040 §9.2.3.24.1, §9.2.3.24.8)."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ipsmgw.sms import gsm7
from ipsmgw.sms.data_coding import DATA_CODING, Alphabet
from ipsmgw.sms.user_data import MAX_OCTETS, Concatenation, InformationElement, header_octets

__all__ = ["Part", "compose", "divide", "headed"]

MAX_PARTS = 255

Also = tuple[InformationElement, ...]
"""What else each part has in its user data header: application ports, for one."""

_DCS = {Alphabet.GSM7: 0x00, Alphabet.UCS2: 0x08}
_MOST = {Alphabet.GSM7: MAX_OCTETS * 8 // 7, Alphabet.UCS2: MAX_OCTETS, Alphabet.OCTETS: MAX_OCTETS}


class Part(NamedTuple):
    """The user data of one short message: what SUBMIT and DELIVER take as `udl`, `ud`, `dcs`, `udhi`."""

    udl: int
    ud: bytes
    dcs: int
    udhi: bool


def compose(text: str, *, reference: int = 0, wide: bool = False, also: Also = ()) -> tuple[Part, ...]:
    """The short messages of a text: one, or up to 255 that share a `reference` (of 16 bits when `wide`).

    GSM 7 bit when the alphabet has every character, else UCS2. ValueError when it is too long.
    """
    try:
        septets = gsm7.encode(text)
    except UnicodeEncodeError:  # the alphabet lacks a character
        return divide(_ucs2(text), _DCS[Alphabet.UCS2], reference=reference, wide=wide, also=also)
    return divide(septets, _DCS[Alphabet.GSM7], reference=reference, wide=wide, also=also)


def _ucs2(text: str) -> bytes:
    try:
        return text.encode("utf-16-be")
    except UnicodeEncodeError as fault:
        place = fault.start + 1
    raise ValueError(f"character {place} of the text is one of the surrogates, of which only two are one")


def divide(
    units: bytes, dcs: int, *, reference: int = 0, wide: bool = False, also: Also = ()
) -> tuple[Part, ...]:
    """The short messages of septets, one in each octet, or of octets, as the TP-DCS says."""
    alphabet = _counted_in(dcs)
    alone = header_octets(also)
    if len(units) <= _room(alphabet, len(alone)):
        return (headed(alone, units, dcs),)
    pieces = _split(units, alphabet, len(alone or b"0") + (6 if wide else 5))
    return tuple(headed(head, piece, dcs) for piece, head in _headers(pieces, reference, wide, also))


def _room(alphabet: Alphabet, header: int) -> int:
    """Septets or octets beside so many octets of header, which end with a septet, or before a whole unit."""
    if alphabet is Alphabet.GSM7:
        return _MOST[alphabet] - (header * 8 + 6) // 7
    return _MOST[alphabet] - header - (header & 1 if alphabet is Alphabet.UCS2 else 0)


def headed(header: bytes, units: bytes, dcs: int) -> Part:
    """One short message behind a user data header (with its TP-UDHL; b"" for none); ValueError when it is
    too long.
    """
    if _counted_in(dcs) is not Alphabet.GSM7:
        udl, ud = len(header) + len(units), header + units
    else:
        # The header's octets lie where the first septets would; the text begins at the next septet.
        skip = (len(header) * 8 + 6) // 7
        udl, ud = skip + len(units), header + gsm7.pack(bytes(skip) + units)[len(header) :]
    if len(ud) > MAX_OCTETS:
        raise ValueError(f"{len(ud)} octets of user data, at most {MAX_OCTETS} fit")
    return Part(udl, ud, dcs, bool(header))


def _counted_in(dcs: int) -> Alphabet:
    """What is compressed is octets."""
    coding = DATA_CODING[dcs]
    return Alphabet.OCTETS if coding.compressed else coding.alphabet


def _never(units: bytes) -> bool:
    """Octets belong to nothing that could be torn."""
    return False


def _ends_in_escape(septets: bytes) -> bool:
    """Whether the symbol of an extension character would come in the next part."""
    return septets[-1] == gsm7.ESCAPE


def _ends_in_high_surrogate(octets: bytes) -> bool:
    """Whether the second half of a character outside the BMP would come in the next part."""
    return octets[-2] & 0xFC == 0xD8


_HALVES: dict[Alphabet, tuple[int, Callable[[bytes], bool]]] = {
    Alphabet.GSM7: (1, _ends_in_escape),
    Alphabet.UCS2: (2, _ends_in_high_surrogate),
    Alphabet.OCTETS: (1, _never),
}


def _split(units: bytes, alphabet: Alphabet, header: int) -> list[bytes]:
    """Pieces with room for the header; none ends in the first half (`lead` octets) of a character."""
    room, (lead, torn) = _room(alphabet, header), _HALVES[alphabet]
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


def _headers(pieces: list[bytes], reference: int, wide: bool, also: Also) -> Iterator[tuple[bytes, bytes]]:
    """Each piece with its user data header."""
    for number, piece in enumerate(pieces, 1):
        part = Concatenation(reference, len(pieces), number, wide)
        yield piece, header_octets((part.element(), *also))
