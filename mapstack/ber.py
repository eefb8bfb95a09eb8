"""Tags, lengths, integers and object identifiers of the basic encoding rules (X.690 §8.1-8.3, §8.19)."""

from functools import cache, lru_cache

from mapstack.errors import DecodeError, LocalError

__all__ = [
    "LENGTHS",
    "UNUSUAL",
    "check_elements",
    "decode_oid",
    "element",
    "encode_integer",
    "encode_oid",
    "headers",
    "heads",
    "length_octets",
    "read_header",
    "tag_octets",
]

MAX_DEPTH = 32  # elements within elements that we are ready to walk
_MAX_TAG_OCTETS = 4
_MAX_LENGTH_OCTETS = 4
_MAX_OID_OCTETS = 128  # its name is written out, and echoed
_PLAIN_TAGS = frozenset(tag for tag in range(1, 256) if tag & 0x1F != 0x1F)
_CONSTRUCTED_TAGS = frozenset(tag for tag in _PLAIN_TAGS if tag & 0x20)
_HIGH_TAG, _CONSTRUCTED, _INDEFINITE = 0x1F, 0x20, 0x80


def length_octets(length: int) -> bytes:
    """The definite form, as short as it can be (X.690 §8.1.3)."""
    if length < 0x80:
        return bytes((length,))
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((0x80 | len(octets),)) + octets


LENGTHS = tuple(length_octets(length) for length in range(8192))
"""What `length_octets` says, looked up: SCCP carries some 4000 octets (Q.714 §4.1.1.1)."""


@cache
def heads(tag: int) -> tuple[bytes, ...]:
    """Tag and length octets, by the length of contents of at most 255 octets."""
    octets = tag_octets(tag)
    return tuple(octets + length for length in LENGTHS[:256])


UNUSUAL = 260
"""Elements of as many octets are not looked for by their headers: what a UDT carries is shorter."""


def _header(tag: int, size: int) -> bytes:
    for length in range(max(0, size - 4), size - 1):
        if 1 + len(length_octets(length)) + length == size:
            return bytes((tag,)) + length_octets(length)
    return bytes(UNUSUAL)  # no element has that size; this is in no message either, for it is too long


def headers(tag: int, after: bytes = b"") -> tuple[bytes, ...]:
    """How an element of `tag` begins, by its size with the header; `after`: its first contents.

    Where an element ends with the message, its header follows from where it begins: one comparison
    reads it. Lengths that are not as short as they can be are left to `read_header`.
    """
    return tuple(_header(tag, size) + after for size in range(UNUSUAL))


def tag_octets(tag: int) -> bytes:
    """The identifier octets of a tag as `read_header` gives it."""
    return tag.to_bytes(max(1, (tag.bit_length() + 7) // 8))


def element(tag: int, contents: bytes) -> bytes:
    """One element with a definite length."""
    return tag_octets(tag) + length_octets(len(contents)) + contents


def read_header(data: bytes, at: int, end: int) -> tuple[int, int, int, int]:
    """Tag (its octets, as a number), start and stop of the contents, and where the next element begins."""
    room = end - at
    if room > 1 and (tag := data[at]) in _PLAIN_TAGS:
        length = data[at + 1]
        if length < _INDEFINITE:
            start = at + 2
        elif length == 0x82 and room > 3:
            start, length = at + 4, data[at + 2] << 8 | data[at + 3]
        elif length == 0x81 and room > 2:
            start, length = at + 3, data[at + 2]
        elif length == _INDEFINITE and tag & _CONSTRUCTED:
            stop = _end_of_contents(data, at + 2, end, 0)
            return tag, at + 2, stop, stop + 2
        else:
            return _read_header(data, at, end)
        stop = start + length
        if stop <= end:
            return tag, start, stop, stop
    return _read_header(data, at, end)


def _read_header(data: bytes, at: int, end: int, depth: int = 0) -> tuple[int, int, int, int]:
    """The same, of whatever form."""
    tag, at_length = _read_tag(data, at, end)
    if at_length >= end:
        raise DecodeError("ber", "element ends before its length", offset=at)
    length, start = data[at_length], at_length + 1
    if length == _INDEFINITE:
        if not data[at] & _CONSTRUCTED:
            raise DecodeError("ber", "primitive element of indefinite length", offset=at)
        stop = _end_of_contents(data, start, end, depth)
        return tag, start, stop, stop + 2
    if length > _INDEFINITE:
        count = length & 0x7F
        if count > _MAX_LENGTH_OCTETS or start + count > end:
            raise DecodeError("ber", "length of the length", offset=at_length)
        length, start = int.from_bytes(data[start : start + count]), start + count
    stop = start + length
    if stop > end:
        raise DecodeError("ber", "element is longer than what holds it", offset=at)
    return tag, start, stop, stop


def _read_tag(data: bytes, at: int, end: int) -> tuple[int, int]:
    if at >= end:
        raise DecodeError("ber", "element is missing", offset=at)
    tag = data[at]
    if tag & _HIGH_TAG != _HIGH_TAG:
        if not tag:
            raise DecodeError("ber", "end-of-contents where an element should be", offset=at)
        return tag, at + 1
    for position in range(at + 1, min(end, at + _MAX_TAG_OCTETS)):
        tag = tag << 8 | data[position]
        if not data[position] & 0x80:
            return tag, position + 1
    raise DecodeError("ber", "tag does not end", offset=at)


def _end_of_contents(data: bytes, at: int, end: int, depth: int) -> int:
    """Where the end-of-contents octets are that close what starts `at` (X.690 §8.1.5)."""
    inside, deepest, last = 0, MAX_DEPTH - depth, end - 2
    while at <= last and inside < deepest:
        tag, length = data[at], data[at + 1]
        if length < _INDEFINITE and tag in _PLAIN_TAGS:
            at += 2 + length
        elif not tag and not length:
            if not inside:
                return at
            inside -= 1
            at += 2
        elif length == _INDEFINITE and tag in _CONSTRUCTED_TAGS:
            inside += 1
            at += 2
        else:
            at = _read_header(data, at, end, depth + inside + 1)[3]
    raise DecodeError("ber", "nested too deep" if inside >= deepest else "no end of contents", offset=at)


def check_elements(data: bytes, at: int, end: int, depth: int = 0) -> None:
    """Raise unless `data[at:end]` is whole elements all the way down: others will read what we pass on."""
    if depth >= MAX_DEPTH:
        raise DecodeError("ber", "nested too deep", offset=at)
    while at < end:
        constructed = data[at] & _CONSTRUCTED
        _, start, stop, at = _read_header(data, at, end, depth)
        if constructed:
            check_elements(data, start, stop, depth + 1)


def encode_integer(value: int) -> bytes:
    """Contents of an INTEGER or ENUMERATED: two's complement, as short as it can be (X.690 §8.3)."""
    return value.to_bytes((value if value >= 0 else ~value).bit_length() // 8 + 1, signed=True)


@lru_cache(256)
def encode_oid(name: tuple[int, ...]) -> bytes:
    """Contents of an OBJECT IDENTIFIER (X.690 §8.19)."""
    if len(name) < 2:
        raise LocalError(f"object identifier {name} is too short")
    return b"".join(_base128(arc) for arc in (name[0] * 40 + name[1], *name[2:]))


def _base128(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(arc & 0x7F | 0x80)
    return bytes(reversed(octets))


@lru_cache(256)
def decode_oid(contents: bytes) -> tuple[int, ...]:
    """The arcs of an OBJECT IDENTIFIER."""
    if not contents or contents[-1] & 0x80:
        raise DecodeError("ber", "object identifier ends early")
    if len(contents) > _MAX_OID_OCTETS:
        raise DecodeError("ber", f"object identifier of {len(contents)} octets")
    arcs, arc = [], 0
    for octet in contents:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return (first, arcs[0] - first * 40, *arcs[1:])
