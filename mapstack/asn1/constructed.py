"""String types that come in segments: what they would be in one piece (X.690 §8.6.4, §8.7.3, §8.23.6)."""

from collections.abc import Callable, Iterable, Mapping

from mapstack.ber import MAX_DEPTH, element, read_header
from mapstack.errors import DecodeError

__all__ = ["in_segments", "joined", "joined_contents", "segmented"]

_CONSTRUCTED = 0x20
_OCTET_STRING, _BIT_STRING, _NUMERIC_STRING = 0x04, 0x03, 0x12
_SEGMENTS = {"OCTET STRING": _OCTET_STRING, "BIT STRING": _BIT_STRING, "NumericString": _NUMERIC_STRING}


def segmented(tag: int) -> int:
    """The tag of the constructed form: the bit is in its first octet."""
    return tag | _CONSTRUCTED << 8 * ((tag.bit_length() + 7) // 8 - 1)


def in_segments(kinds: Iterable[tuple[str, tuple[int, ...]]]) -> Mapping[int, tuple[int, int]]:
    """By the tag of each constructed form of a string type: its own tag, and that of its segments."""
    return {
        segmented(tag): (tag, _SEGMENTS[asn1]) for asn1, tags in kinds if asn1 in _SEGMENTS for tag in tags
    }


def joined(data: bytes, at: int, end: int, forms: Mapping[int, tuple[int, int]]) -> tuple[bytes, int]:
    """The same contents octets and their end, with the element `at` in one piece."""
    tag, start, stop, after = read_header(data, at, end)
    own, segment = forms[tag]
    octets = element(own, joined_contents(data, start, stop, segment))
    return data[:at] + octets + data[after:end], at + len(octets) + end - after


def joined_contents(data: bytes, start: int, stop: int, segment: int, depth: int = 0) -> bytes:
    """The contents octets that the segments make together."""
    if depth >= MAX_DEPTH:
        raise DecodeError("ber", "nested too deep", offset=start)
    parts = []
    while start < stop:
        tag, first, last, start = read_header(data, start, stop)
        if tag == segment:
            parts.append(data[first:last])
        elif tag == segment | _CONSTRUCTED:
            parts.append(joined_contents(data, first, last, segment, depth + 1))
        else:
            raise DecodeError("ber", f"segment has tag {tag:#x}", offset=first)
    return _JOIN.get(segment, b"".join)(parts)


def _join_bits(parts: list[bytes]) -> bytes:
    """Only the last segment may leave bits unused."""
    if any(part[:1] != b"\0" for part in parts[:-1]):
        raise DecodeError("ber", "unused bits between segments")
    return parts[-1][:1] + b"".join(part[1:] for part in parts) if parts else b"\0"


_JOIN: Mapping[int, Callable[[list[bytes]], bytes]] = {_BIT_STRING: _join_bits}
