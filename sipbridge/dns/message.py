"""DNS messages, as far as SIP needs them (RFC 1035 §4; RFC 2782 SRV; RFC 3403 NAPTR; RFC 3596 AAAA)."""

import re
from collections.abc import Callable
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from struct import Struct, error
from typing import NamedTuple

from sipbridge.errors import DecodeError

__all__ = ["Address", "Alias", "Answer", "Kind", "Naptr", "Question", "Record", "Srv", "decode", "encode"]

_HEADER, _ASKED, _FIXED = Struct(">6H"), Struct(">HH"), Struct(">HHIH")
_SRV, _NAPTR = Struct(">HHH"), Struct(">HH")
_IN, _SOA, _OPT = 1, 6, 41
_UDP_SIZE = 1232
_MOST_RECORDS = 256
_MOST_LABELS = 128
_LABEL = re.compile(r"[!-\-/-~]{1,63}")
_LONGEST_NAME = 253


class Kind(IntEnum):
    """The types that are asked for, and CNAME."""

    A = 1
    CNAME = 5
    AAAA = 28
    SRV = 33
    NAPTR = 35


class Question(NamedTuple):
    """A name in lower case without its last dot, and a type."""

    name: str
    kind: Kind


class Address(NamedTuple):
    """A or AAAA."""

    text: str


class Alias(NamedTuple):
    """CNAME."""

    name: str


class Srv(NamedTuple):
    """Where a service is (RFC 2782)."""

    priority: int
    weight: int
    port: int
    target: str


class Naptr(NamedTuple):
    """Which services there are (RFC 3403 §4.1)."""

    order: int
    preference: int
    flags: str
    service: str
    replacement: str


class Record(NamedTuple):
    """One record of the answer section."""

    name: str
    kind: Kind
    ttl: int
    data: "Address | Alias | Srv | Naptr"


class Answer(NamedTuple):
    """What a server says: the records, and for how long it is true that there are none (RFC 2308 §5)."""

    id: int
    question: Question | None
    code: int
    truncated: bool
    records: tuple[Record, ...]
    negative_ttl: int | None


def encode(number: int, question: Question) -> bytes:
    """A query: recursion desired, room for 1,232 octets (RFC 6891 §6.2.5); ValueError for what is no name."""
    name = _encoded_name(question.name)
    option = b"\0" + _FIXED.pack(_OPT, _UDP_SIZE, 0, 0)
    return _HEADER.pack(number, 0x0100, 1, 0, 0, 1) + name + _ASKED.pack(question.kind, _IN) + option


def decode(data: bytes) -> Answer:
    """A response; DecodeError for whatever is none."""
    try:
        return _decode(data)
    except (error, IndexError) as fault:
        raise DecodeError("DNS message too short") from fault


def _decode(data: bytes) -> Answer:
    number, flags, questions, answers, authorities, _ = _HEADER.unpack_from(data)
    if not flags & 0x8000 or questions > 1 or answers + authorities > _MOST_RECORDS:
        raise DecodeError("no DNS response, or one that is too large")
    at, question = _HEADER.size, None
    if questions:
        name, at = _name(data, at)
        kind, _ = _ASKED.unpack_from(data, at)
        at += _ASKED.size
        question = Question(name, Kind(kind)) if kind in _KINDS else None
    truncated = bool(flags & 0x0200)
    if truncated:  # what there is of it may end anywhere
        return Answer(number, question, flags & 15, True, (), None)
    records: list[Record] = []
    for _ in range(answers):
        found, at = _record(data, at)
        if isinstance(found, Record):
            records.append(found)
    negative: int | None = None
    for _ in range(authorities):
        found, at = _record(data, at)
        negative = found if isinstance(found, int) else negative
    return Answer(number, question, flags & 15, False, tuple(records), negative)


def _record(data: bytes, at: int) -> tuple[Record | int | None, int]:
    """A record, or the negative time to live that a SOA gives, or nothing that matters; and what follows."""
    name, at = _name(data, at)
    kind, space, ttl, length = _FIXED.unpack_from(data, at)
    at += _FIXED.size
    end = at + length
    if end > len(data):
        raise DecodeError("DNS record too long")
    ttl = 0 if ttl > 0x7FFFFFFF else ttl  # RFC 2181 §8
    if space != _IN:
        return None, end
    if kind == _SOA:
        return min(ttl, int.from_bytes(data[end - 4 : end], "big")) if length >= 20 else None, end
    if kind not in _KINDS:
        return None, end
    read = _READ[Kind(kind)](data[:end], at)
    return Record(name, Kind(kind), ttl, read), end


def _address(data: bytes, at: int) -> Address:
    octets = data[at:]
    if len(octets) == 4:
        return Address(str(IPv4Address(octets)))
    if len(octets) == 16:
        return Address(str(IPv6Address(octets)))
    raise DecodeError("DNS address of another size")


def _alias(data: bytes, at: int) -> Alias:
    return Alias(_name(data, at)[0])


def _srv(data: bytes, at: int) -> Srv:
    priority, weight, port = _SRV.unpack_from(data, at)
    return Srv(priority, weight, port, _name(data, at + _SRV.size)[0])


def _naptr(data: bytes, at: int) -> Naptr:
    order, preference = _NAPTR.unpack_from(data, at)
    flags, at = _text(data, at + _NAPTR.size)
    service, at = _text(data, at)
    _, at = _text(data, at)
    return Naptr(order, preference, flags.lower(), service.upper(), _name(data, at)[0])


_READ: dict[Kind, Callable[[bytes, int], Address | Alias | Srv | Naptr]] = {
    Kind.A: _address,
    Kind.AAAA: _address,
    Kind.CNAME: _alias,
    Kind.SRV: _srv,
    Kind.NAPTR: _naptr,
}
_KINDS = frozenset(map(int, Kind))


def _text(data: bytes, at: int) -> tuple[str, int]:
    """A character-string (RFC 1035 §3.3)."""
    end = at + 1 + data[at]
    if end > len(data):
        raise DecodeError("DNS string too long")
    return data[at + 1 : end].decode("latin-1"), end


def _name(data: bytes, at: int) -> tuple[str, int]:
    """A name, in lower case, and what follows it; pointers lead backwards only (RFC 1035 §4.1.4)."""
    labels: list[str] = []
    after = -1
    while (size := data[at]) and len(labels) <= _MOST_LABELS:
        if size >= 0xC0:
            pointer = (size & 0x3F) << 8 | data[at + 1]
            after = at + 2 if after < 0 else after
            if pointer >= at:
                raise DecodeError("DNS pointer forwards")
            at = pointer
        elif size > 63 or at + 1 + size > len(data):
            raise DecodeError("DNS label malformed")
        else:
            labels.append(data[at + 1 : at + 1 + size].decode("latin-1").lower())
            at += 1 + size
    name = ".".join(labels)
    if len(name) > _LONGEST_NAME:
        raise DecodeError("DNS name too long")
    return name, at + 1 if after < 0 else after


def _encoded_name(name: str) -> bytes:
    labels = name.split(".")
    if len(name) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError(f"{name!r} is no name for DNS")
    return b"".join(bytes([len(label)]) + label.encode("ascii") for label in labels) + b"\0"
