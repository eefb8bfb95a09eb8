"""What of a TPDU is charged for: all that stands before its text (TS 23.040 §9.2.2, TS 32.298 §5.1.4.6).

The journal keeps the octets, since cutting them out is all that a message has time for. They are read when
a file of records is closed.
"""

from typing import NamedTuple

from ipsmgw.sms.user_data import Concatenation, concatenation, elements
from ipsmgw.sms.validity import VP_OCTETS

__all__ = ["Head", "head_of", "read_head"]

_SUBMIT, _DELIVER = 1, 0  # TP-MTI of what has text, from a phone and to one
_STATUS_REPORT = 2
_REPORT, _UDHI, _REPLY_PATH = 0x20, 0x40, 0x80
_SCTS = 7
_DELIVER_AFTER = 2 + _SCTS + 1  # TP-PID, TP-DCS, TP-SCTS, TP-UDL
_STATUS_AFTER = 2 * _SCTS + 1  # TP-SCTS, TP-DT, TP-ST
_UNREADABLE = 16


def _layout(first: int, from_phone: bool) -> tuple[int, int]:
    """Where the address begins, and how many octets follow it in the head."""
    kind = first & 3
    if from_phone:
        return (2, 3 + VP_OCTETS[first >> 3 & 3]) if kind == _SUBMIT else (5, 0)
    return (1, _DELIVER_AFTER) if kind == _DELIVER else (2, _STATUS_AFTER)


_FROM_PHONE = tuple(_layout(first, True) for first in range(256))
_TO_PHONE = tuple(_layout(first, False) for first in range(256))
"""By the first octet."""


class Head(NamedTuple):
    """What charging records carry of it; None for what the message does not have."""

    protocol_identifier: int | None = None
    data_coding: int | None = None
    report_requested: bool = False
    reply_path: bool = False
    user_data_header: bytes = b""
    part: Concatenation | None = None
    status: int | None = None
    """TP-ST, of a status report."""


def head_of(tpdu: bytes, *, from_phone: bool) -> bytes:
    """Cut it in front of its text."""
    try:
        first = tpdu[0]
        at, after = (_FROM_PHONE if from_phone else _TO_PHONE)[first]
        end = at + 2 + (tpdu[at] + 1 >> 1) + after
        if first & _UDHI and first & 3 == (_SUBMIT if from_phone else _DELIVER):
            end += 1 + tpdu[end]
        return tpdu[:end]
    except IndexError:
        return tpdu[:_UNREADABLE]


def read_head(octets: bytes, *, from_phone: bool) -> Head:
    """Read what `head_of` has cut out; nothing of what ends too early."""
    try:
        return _read(octets, from_phone)
    except IndexError:
        return Head()


def _read(octets: bytes, from_phone: bool) -> Head:
    first = octets[0]
    at, after = (_FROM_PHONE if from_phone else _TO_PHONE)[first]
    behind = at + 2 + (octets[at] + 1 >> 1)
    if first & 3 != (_SUBMIT if from_phone else _DELIVER):
        return _without_text(octets, behind, from_phone)
    header = octets[behind + after :] if first & _UDHI else b""
    return Head(
        protocol_identifier=octets[behind],
        data_coding=octets[behind + 1],
        report_requested=bool(first & _REPORT),
        reply_path=bool(first & _REPLY_PATH),
        user_data_header=header,
        part=concatenation(elements(header[1:])) if header else None,
    )


def _without_text(octets: bytes, behind: int, from_phone: bool) -> Head:
    """A command, or a status report."""
    if from_phone:
        return Head(protocol_identifier=octets[2], report_requested=bool(octets[0] & _REPORT))
    return Head(status=octets[behind + 2 * _SCTS]) if octets[0] & 3 == _STATUS_REPORT else Head()
