"""The tree of a CoAP message, with the JSON that it carries (RFC 7252 §3, §5.10)."""

from collections.abc import Iterator
from typing import NamedTuple

from ipsmgw.trace.layers import json_text
from ipsmgw.trace.tree import DecodeError, Layer, Rows, Tree

__all__ = ["layer"]

_HEAD = 4
_MARKER = 0xFF
_TYPES = ("CON", "NON", "ACK", "RST")
_METHODS = {1: "GET", 2: "POST", 3: "PUT", 4: "DELETE", 5: "FETCH", 6: "PATCH", 7: "iPATCH"}
_TEXTS = {3: "Uri-Host", 8: "Location-Path", 11: "Uri-Path", 15: "Uri-Query", 20: "Location-Query"}
_NUMBERS = {6: "Observe", 7: "Uri-Port", 12: "Content-Format", 14: "Max-Age", 17: "Accept", 60: "Size1"}
_BLOCKS = {23: "Block2", 27: "Block1"}  # RFC 7959 §2.1
_OTHERS = {1: "If-Match", 4: "ETag", 5: "If-None-Match", 9: "OSCORE", 35: "Proxy-Uri"}


class _Option(NamedTuple):
    number: int
    value: bytes
    size: int
    """Of all of it."""


def layer(octets: bytes, at: int) -> Layer:
    """One message; DecodeError when it is none."""
    token = octets[0] & 0x0F if octets else 0
    if len(octets) < _HEAD + token or octets[0] >> 6 != 1 or token > 8:
        raise DecodeError("CoAP", "no header of version 1 with its token", 0)
    rows = Rows(at)
    where = at, at + 1
    parts = (Tree("type", _TYPES[octets[0] >> 4 & 3], *where), Tree("token length", str(token), *where))
    rows.add("first octet", f"{octets[0]:#04x}", 1, *parts)
    rows.add("code", _code(octets[1]), 1)
    rows.add("message ID", str(int.from_bytes(octets[2:4])), 2)
    if token:
        rows.add("token", octets[4 : 4 + token].hex(), token)
    for option in _options(octets, _HEAD + token):
        rows.add(*_told(option), option.size)
    body = octets[rows.at - at :]
    if body:
        rows.add("payload marker", "0xff", 1)
        rows.append(_payload(body[1:], rows.at))
    return Layer(rows.tree("CoAP", _code(octets[1])), None)


def _code(code: int) -> str:
    if code in _METHODS:
        return _METHODS[code]
    return f"{code >> 5}.{code & 0x1F:02}" if code else "empty"


def _options(octets: bytes, here: int) -> Iterator[_Option]:
    """Up to the payload marker."""
    number = 0
    while here < len(octets) and octets[here] != _MARKER:
        begun, first = here, octets[here]
        delta, here = _extended(first >> 4, octets, here + 1)
        size, here = _extended(first & 0x0F, octets, here)
        number += delta
        if here + size > len(octets):
            raise DecodeError("CoAP", f"option {number} does not end", begun)
        yield _Option(number, octets[here : here + size], here + size - begun)
        here += size


def _extended(short: int, octets: bytes, here: int) -> tuple[int, int]:
    """Delta or length with its further octets (RFC 7252 §3.1)."""
    more = {13: 1, 14: 2}.get(short, 0)
    if short == 15 or here + more > len(octets):
        raise DecodeError("CoAP", "the head of an option makes no sense", here)
    offset = {13: 13, 14: 269}.get(short, short)
    return offset + int.from_bytes(octets[here : here + more]), here + more


def _told(option: _Option) -> tuple[str, str]:
    number, value = option.number, int.from_bytes(option.value)
    if number in _TEXTS:
        return _TEXTS[number], option.value.decode("utf-8", "replace")
    if number in _NUMBERS:
        return _NUMBERS[number], str(value)
    if number in _BLOCKS:
        more = ", more to come" if value & 8 else ""
        return _BLOCKS[number], f"{value >> 4}, of {16 << (value & 7)} octets{more}"
    return _OTHERS.get(number, f"option {number}"), option.value.hex()


def _payload(octets: bytes, at: int) -> Tree:
    found = json_text.tree(octets, at)
    return found or Tree("payload", octets.decode("utf-8", "replace"), at, at + len(octets))
