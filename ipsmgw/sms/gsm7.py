"""The GSM 7 bit default alphabet, its extension table and its packing (TS 23.038 §6.1.2.1, §6.2.1)."""

import codecs
import re

__all__ = ["ALPHABET", "EXTENSION", "decode", "encode", "pack", "unpack"]

ESCAPE = 0x1B

ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}

_ENCODING: dict[int, int | bytes] = {ord(char): code for code, char in enumerate(ALPHABET) if code != ESCAPE}
_ENCODING.update({ord(char): bytes((ESCAPE, code)) for code, char in EXTENSION.items()})

_ESCAPED = re.compile("\x1b(.?)", re.DOTALL)

# An escaped code without a symbol shows the basic character; a second or a last escape shows a space.
_SYMBOL = {ALPHABET[code]: char for code, char in EXTENSION.items()} | {"": " ", "\x1b": " "}


def decode(septets: bytes) -> str:
    """Text of unpacked septets; every sequence of septets has one (TS 23.038 §6.2.1, notes)."""
    text = codecs.charmap_decode(septets, "replace", ALPHABET)[0]
    if ESCAPE not in septets:
        return text
    return _ESCAPED.sub(lambda match: _SYMBOL.get(match[1], match[1]), text)


def encode(text: str) -> bytes:
    """Septets of a text, one in each octet; UnicodeEncodeError when the alphabet lacks a character."""
    return codecs.charmap_encode(text, "strict", _ENCODING)[0]


def _mask(septets: int, stride: int, at: int) -> int:
    """Ones over `septets` septets in every group of `stride` octets, `at` bits into the group."""
    ones = (1 << 7 * septets) - 1
    return sum(ones << (8 * stride * group + at) for group in range(256 // stride))


_STEPS = tuple(
    (half, _mask(half, 2 * half, 0), _mask(half, 2 * half, 7 * half))
    for half in (128, 64, 32, 16, 8, 4, 2, 1)
)
_SHRINK = tuple((half, low, high << half) for half, low, high in reversed(_STEPS))
_MAX_SEPTETS = 255


def _steps(septets: int) -> tuple[tuple[int, int, int], ...]:
    """Only the halvings that this many septets need."""
    return tuple(step for step in _STEPS if step[0] < septets)


_SPREAD = tuple(_steps(count + 1) for count in range(_MAX_SEPTETS + 1))


def unpack(octets: bytes, septets: int) -> bytes:
    """The first `septets` septets of packed octets, one in each octet (TS 23.038 §6.1.2.1.1).

    One big integer is spread by halves: the upper half of a group moves up a bit for each septet below it.
    """
    spread = int.from_bytes(octets[: (septets * 7 + 7) >> 3], "little")
    for half, low, high in _SPREAD[septets]:
        spread = spread & low | (spread & high) << half
    return spread.to_bytes(septets + 1, "little")[:septets]


def pack(septets: bytes) -> bytes:
    """Packed octets of septets, spare bits zero (TS 23.038 §6.1.2.1.1)."""
    packed = int.from_bytes(septets, "little")
    for half, low, high in _SHRINK:
        packed = packed & low | (packed & high) >> half
    return packed.to_bytes((len(septets) * 7 + 7) >> 3, "little")
