"""What the generator reads of an M3UA DATA: transaction, component, operation (Q.773 §4.2, Q.713 §4.10)."""

from struct import Struct
from typing import NamedTuple

__all__ = [
    "ABORT",
    "BEGIN",
    "END",
    "INVOKE",
    "NOTHING",
    "RETURN_ERROR",
    "RETURN_RESULT",
    "Component",
    "Unit",
    "component",
    "read",
]

BEGIN, END, CONTINUE, ABORT = 0x62, 0x64, 0x65, 0x67
INVOKE, RETURN_RESULT, RETURN_ERROR = 0xA1, 0xA2, 0xA3
_UDT = 0x09
_PROTOCOL_DATA = 0x0210
_USUAL = 16
"""Where Protocol Data begins behind a Routing Context."""
_TIDS = (0x48, 0x49)
_DIALOGUE, _COMPONENTS = 0x6B, 0x6C
_PARAMETER = Struct(">HH")


class Unit(NamedTuple):
    """One message of TCAP in a UDT."""

    tag: int
    tid: bytes
    """OTID of a Begin, DTID of the others."""
    rest: int
    """Where dialogue portion or components begin."""


class Component(NamedTuple):
    """The first of a message."""

    tag: int
    code: int
    """Operation of an invoke, or the local error code."""
    at: int
    """Where it begins."""


NOTHING = Component(0, -1, 0)


def read(frame: bytes) -> Unit | None:
    """None where it is something else: SCCP management, a message in segments."""
    try:
        at = _user_data(frame)
        return None if at is None else _unit(frame, at)
    except (IndexError, ValueError):
        return None


def component(frame: bytes, unit: Unit) -> Component:
    """NOTHING where there is none, or none that makes sense."""
    try:
        return NOTHING if unit.tag == ABORT else _component(frame, unit.rest)
    except IndexError:
        return NOTHING


def _user_data(frame: bytes) -> int | None:
    at = _USUAL if frame[_USUAL : _USUAL + 2] == b"\x02\x10" else _protocol_data(frame)
    sccp = at + 16  # behind tag, length and routing label
    if frame[sccp] != _UDT:
        return None
    return sccp + 4 + frame[sccp + 4] + 1


def _protocol_data(frame: bytes) -> int:
    at = 8
    while at + 4 <= len(frame):
        tag, length = _PARAMETER.unpack_from(frame, at)
        if tag == _PROTOCOL_DATA:
            return at
        at += max(4, length + 3 & ~3)
    raise ValueError("DATA without Protocol Data")


def _unit(frame: bytes, at: int) -> Unit | None:
    tag, length = frame[at], frame[at + 1]
    at += 2 if length < 0x80 else 2 + (length & 0x7F)
    if frame[at] not in _TIDS:
        return None
    begin, at = at + 2, at + 2 + frame[at + 1]
    if tag == CONTINUE:  # the DTID stands behind the OTID
        begin, at = at + 2, at + 2 + frame[at + 1]
    return Unit(tag, frame[begin:at], at)


def _component(frame: bytes, at: int) -> Component:
    if frame[at] == _DIALOGUE:
        at = _content(frame, at) + _length(frame, at)
    if frame[at] != _COMPONENTS:
        return NOTHING
    at = _content(frame, at)
    inner = _content(frame, at)
    code = inner + 2 + frame[inner + 1]  # behind the invoke id
    return Component(frame[at], _code(frame, code), at)


def _code(frame: bytes, at: int) -> int:
    """A local code of one octet; -1 where another kind of element stands there."""
    return frame[at + 2] if frame[at : at + 2] == b"\x02\x01" else -1


def _content(frame: bytes, at: int) -> int:
    """Where the content of an element begins (X.690 §8.1.3)."""
    first = frame[at + 1]
    return at + 2 if first < 0x80 else at + 2 + (first & 0x7F)


def _length(frame: bytes, at: int) -> int:
    first = frame[at + 1]
    return first if first < 0x80 else int.from_bytes(frame[at + 2 : at + 2 + (first & 0x7F)])
