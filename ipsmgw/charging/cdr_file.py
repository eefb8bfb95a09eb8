"""A file of charging records as mediation takes it, with its headers (TS 32.297 §6.1)."""

import enum
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Address, ip_address
from typing import NamedTuple

__all__ = ["BadCdrFile", "CdrFile", "ClosureReason", "read_cdr_file", "write_cdr_file"]

_RELEASE_9 = 6 << 5  # release and version of TS 32.298: all that we write has been there since then
_BER_OF_TS_32_274 = 1 << 5 | 15  # data record format, TS number
_HEADER = 52  # octets without routeing filter and private extension
_RECORD_HEADER = 4
_BEYOND_RELEASE_9 = 7 << 5
"""Then an octet more says which one."""
_MOST_OCTETS = 0xFFFF
_INSIGNIFICANT = bytes((0xFF,)) * 4
"""In front of the 16 octets of the node's address."""


class BadCdrFile(ValueError):
    """One sentence: what is wrong with the file, and at which octet."""


class ClosureReason(enum.IntEnum):
    """Why a file was closed (file closure trigger reason)."""

    NORMAL = 0
    SIZE_LIMIT = 1
    OPEN_TIME_LIMIT = 2
    ABNORMAL = 128


class CdrFile(NamedTuple):
    """What a file says; times are seconds since 1970, told to the minute, in UTC, without the year."""

    opened: float
    last: float
    sequence: int
    reason: int
    node: str
    """Address of the node; empty where there is none."""
    records: Sequence[bytes]


def write_cdr_file(file: CdrFile) -> bytes:
    """The octets; ValueError for a record that is too long."""
    body = b"".join(map(_with_header, file.records))
    header = (
        (_HEADER + len(body)).to_bytes(4),
        _HEADER.to_bytes(4),
        bytes((_RELEASE_9, _RELEASE_9)),
        _time_stamp(file.opened),
        _time_stamp(file.last),
        len(file.records).to_bytes(4),
        (file.sequence & 0xFFFFFFFF).to_bytes(4),
        bytes((file.reason,)),
        _address(file.node),
        bytes(5),  # no record is lost; no routeing filter, no private extension
        body,
    )
    return b"".join(header)


def read_cdr_file(octets: bytes) -> tuple[int, list[bytes]]:
    """Sequence number and records of a file, whoever wrote it; BadCdrFile for what is none."""
    if len(octets) < _HEADER:
        raise BadCdrFile(f"a file header has {_HEADER} octets, there are {len(octets)}")
    length, header = int.from_bytes(octets[:4]), int.from_bytes(octets[4:8])
    if length != len(octets) or not _HEADER <= header <= length:
        raise BadCdrFile(
            f"the header says {length} octets, {header} of them its own; there are {len(octets)}"
        )
    records = list(_records(octets, header))
    if (said := int.from_bytes(octets[18:22])) != len(records):
        raise BadCdrFile(f"the header says {said} records, there are {len(records)}")
    return int.from_bytes(octets[22:26]), records


def _records(octets: bytes, at: int) -> Iterator[bytes]:
    while at < len(octets):
        start = at + _RECORD_HEADER + (octets[at + 2 : at + 3] >= bytes((_BEYOND_RELEASE_9,)))
        end = start + int.from_bytes(octets[at : at + 2])
        if end > len(octets) or start > len(octets):
            raise BadCdrFile(f"the record at octet {at} is longer than the file")
        yield octets[start:end]
        at = end


def _with_header(record: bytes) -> bytes:
    if len(record) > _MOST_OCTETS:
        raise ValueError(f"a record of {len(record)} octets")
    return len(record).to_bytes(2) + bytes((_RELEASE_9, _BER_OF_TS_32_274)) + record


def _time_stamp(when: float) -> bytes:
    """Month, day, hour, minute, and that it is UTC: plus nothing."""
    at = datetime.fromtimestamp(when, UTC)
    return (at.month << 28 | at.day << 23 | at.hour << 18 | at.minute << 12 | 1 << 11).to_bytes(4)


def _address(node: str) -> bytes:
    """As one of IPv6, an IPv4 address mapped into one (§6.1.1, RFC 4291 §2.5.5.2)."""
    address = ip_address(node or "::")
    mapped = bytes(10) + b"\xff\xff" if isinstance(address, IPv4Address) else b""
    return _INSIGNIFICANT + mapped + address.packed
