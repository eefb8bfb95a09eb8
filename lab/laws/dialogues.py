"""Dialogues as the laws read them: not with the stack that wrote them (Q.773 §3, §4.2)."""

import re
from typing import NamedTuple

__all__ = ["Step", "dialogues_ended", "read_step"]

# Begin, End, Continue, Abort; then the OTID, or the DTID.
_MESSAGE = re.compile(rb"[\x62\x64\x65\x67](?:.|\x81.|\x82..)(?=[\x48\x49]\x04)", re.DOTALL)
_LAST = re.compile(rb"[\x64\x67](?:.|\x81.|\x82..)\x49\x04(.{4})", re.DOTALL)
_OTID, _DTID, _COMPONENTS, _INVOKE = 0x48, 0x49, 0x6C, 0xA1
_CONTINUE = 0x65


class Step(NamedTuple):
    """A message of a dialogue: what it asks, or answers, by its invoke id; None: neither."""

    last: bool
    otid: bytes
    dtid: bytes
    invoke: int | None
    answer: int | None


def read_step(data: bytes) -> Step | None:
    """The first one in these octets; of a message in pieces the first piece is enough."""
    found = _MESSAGE.search(data)
    if found is None:
        return None
    parts: dict[int, bytes] = {}
    at = found.end()
    while at + 2 <= len(data):
        tag, (at, length) = data[at], _length(data, at + 1)
        parts.setdefault(tag, data[at : at + length])
        at += length
        if tag == _COMPONENTS:
            break
    kind, id_ = _component(parts.get(_COMPONENTS, b""))
    asks = kind == _INVOKE
    return Step(
        last=data[found.start()] not in (0x62, _CONTINUE),
        otid=parts.get(_OTID, b""),
        dtid=parts.get(_DTID, b""),
        invoke=id_ if asks else None,
        answer=None if asks else id_,
    )


def dialogues_ended(data: bytes) -> list[bytes]:
    """Transaction ids of all that end in these octets."""
    return _LAST.findall(data)


def _component(portion: bytes) -> tuple[int, int | None]:
    """Tag and invoke id of the first component."""
    if len(portion) < 2:
        return 0, None
    at, _ = _length(portion, 1)
    known = portion[at : at + 2] == b"\x02\x01" and len(portion) > at + 2
    return portion[0], portion[at + 2] if known else None


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Where the contents begin, and how many octets they are (Q.773 §4.1.2)."""
    first = data[at]
    more = first & 0x7F if first & 0x80 else 0
    return at + 1 + more, int.from_bytes(data[at + 1 : at + 1 + more], "big") if more else first
