"""Dialogues as the laws read them: not with the stack that wrote them (Q.773 §3, §4.2)."""

import re
from typing import NamedTuple

from ipsmgw.trace import Pdu
from lab.laws.reading import Index

__all__ = ["Dialogues", "Step", "dialogues_ended", "read_step"]

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


class Dialogues:
    """Of the SC with the gateway: what that was asked, and has answered, by the name that `Forward` has."""

    def __init__(self) -> None:
        self.begins: Index[bytes, Pdu] = Index()
        self.ends: Index[bytes, Pdu] = Index()
        self.abandoned: set[bytes] = set()
        """Those behind another one in the same dialogue, which the gateway has ended without an answer."""
        self._last: dict[bytes, bytes] = {}
        """What was asked last, by the SC's transaction id."""

    def asked(self, pdu: Pdu) -> None:
        """The SC has sent this."""
        step = read_step(pdu.data)
        if step is not None and step.invoke is not None:
            self._last[step.otid] = name = step.otid + bytes((step.invoke,))
            self.begins.add(name, pdu)

    def answered(self, pdu: Pdu) -> None:
        """The gateway has; an End or Abort without an answer ends what was asked last, if that waits."""
        step = read_step(pdu.data)
        if step is None or "forged" in pdu.fate:
            return
        if step.answer is not None:
            self.ends.add(step.dtid + bytes((step.answer,)), pdu)
        elif step.last and not self.ends[name := self._last.get(step.dtid, b"")]:
            self.ends.add(name, pdu)
            if name[4:] > b"\x01":
                self.abandoned.add(name)


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
