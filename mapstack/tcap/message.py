"""The transaction portion: Begin, Continue, End, Abort, Unidirectional (Q.773 §3.2, Q.774 §3.3.4)."""

from enum import IntEnum
from struct import Struct

import msgspec

from mapstack.ber import LENGTHS, UNUSUAL, headers, read_header
from mapstack.errors import DecodeError, LocalError

__all__ = [
    "Message",
    "MessageType",
    "PAbortCause",
    "decode_message",
    "encode_message",
    "p_abort",
    "readable_tids",
    "u_abort",
]

_OTID, _DTID, _P_ABORT, _DIALOGUE, _COMPONENTS = 0x48, 0x49, 0x4A, 0x6B, 0x6C
_MAX_TID = 4
_MAX_CONTENTS = 4000  # octets of a message: what SCCP carries (Q.714 §4.1.1.1)
_MAX_HEAD = 5  # octets before the id in a message as usual: two tags, two lengths, one of them 81 xx
_LENGTHS = LENGTHS[: _MAX_CONTENTS + 1]
_SHORTEST = 20  # octets of a message with a dialogue portion


class MessageType(IntEnum):
    """Tags of the messages."""

    UNIDIRECTIONAL = 0x61
    BEGIN = 0x62
    END = 0x64
    CONTINUE = 0x65
    ABORT = 0x67


class PAbortCause(IntEnum):
    """Why the transaction sublayer gave up (Q.773 §3.2.6)."""

    UNRECOGNIZED_MESSAGE_TYPE = 0
    UNRECOGNIZED_TRANSACTION_ID = 1
    BADLY_FORMATTED_TRANSACTION_PORTION = 2
    INCORRECT_TRANSACTION_PORTION = 3
    RESOURCE_LIMITATION = 4


class Message(msgspec.Struct, frozen=True, gc=False):
    """What a message carries; `dialogue` is the whole element, `start` and `stop` hold the components."""

    kind: MessageType
    otid: bytes = b""
    dtid: bytes = b""
    dialogue: bytes = b""
    start: int = 0
    stop: int = 0
    p_abort: int | None = None


_KINDS = {int(kind): kind for kind in MessageType}
_TAGS = {kind: bytes((kind,)) for kind in MessageType}
# An enumeration's members are slow to find.
_BEGIN, _END = MessageType.BEGIN, MessageType.END
_BEGINS = headers(_BEGIN, b"\x48\x04")
_ENDS = headers(_END, b"\x49\x04")
# By the size of the message: its octets up to the id, the id, tag and length of the dialogue portion.
_READ = tuple(Struct(f"{min(len(head), _MAX_HEAD)}s4s2B").unpack_from for head in _BEGINS)
_PORTIONS = headers(_COMPONENTS)
_NOTHING = 0, 0, 0, 0
PORTIONS = 256  # indefinite dialogue portions that are known again; a peer has one for each context
_SEEN: set[bytes] = set()  # each is one element, and no element is the beginning of another
# Q.773 tables 2 to 7: which elements belong into which message.
_ELEMENTS = {
    MessageType.UNIDIRECTIONAL: {_DIALOGUE, _COMPONENTS},
    MessageType.BEGIN: {_OTID, _DIALOGUE, _COMPONENTS},
    MessageType.CONTINUE: {_OTID, _DTID, _DIALOGUE, _COMPONENTS},
    MessageType.END: {_DTID, _DIALOGUE, _COMPONENTS},
    MessageType.ABORT: {_DTID, _P_ABORT, _DIALOGUE},
}


def decode_message(data: bytes) -> Message:
    """Read the transaction portion; `DecodeError.code` is the P-Abort cause that tells the peer."""
    usual = _decode_usual(data)
    if usual is not None:
        return usual
    try:
        return _decode_message(data)
    except DecodeError as error:
        bad = PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION if error.code is None else error.code
        raise DecodeError("tcap", error.reason, offset=error.offset, code=bad) from error


def _decode_usual(data: bytes) -> Message | None:
    """A Begin or End as nearly all are: id of 4 octets, dialogue portion, components; None for others."""
    size = len(data)
    if not _SHORTEST < size < UNUSUAL:
        return None
    head, tid, tag, length = _READ[size](data)
    at = len(head) + 4
    pos = at + 2 + length
    portion = _PORTIONS[size - pos]
    if tag != _DIALOGUE or length > 0x7F or not data.startswith(portion, pos):
        return None
    if head == _BEGINS[size]:
        return Message(_BEGIN, tid, b"", data[at:pos], pos + len(portion), size)
    if head == _ENDS[size]:
        return Message(_END, b"", tid, data[at:pos], pos + len(portion), size)
    return None


def _decode_message(data: bytes) -> Message:
    tag, pos, end, after = _read_outer(data)
    kind = _KINDS.get(tag)
    if kind is None:
        code = PAbortCause.UNRECOGNIZED_MESSAGE_TYPE
        raise DecodeError("tcap", f"message type {tag:#x}", code=code)
    if after != len(data):
        raise DecodeError("tcap", "octets after the message", offset=after)
    allowed = _ELEMENTS[kind]
    found: dict[int, tuple[int, int, int, int]] = {}
    while pos < end:
        at = pos
        read = read_header if data[at] != _DIALOGUE else _read_portion
        tag, start, stop, pos = read(data, at, end)
        if tag not in allowed or tag in found:
            raise DecodeError("tcap", f"element {tag:#x} in a {kind.name.lower()}", offset=at)
        found[tag] = at, start, stop, pos
    otid = _tid(data, found.get(_OTID, _NOTHING)) if _OTID in allowed else b""
    dtid = _tid(data, found.get(_DTID, _NOTHING)) if _DTID in allowed else b""
    at, _, _, pos = found.get(_DIALOGUE, _NOTHING)
    _, start, stop, _ = found.get(_COMPONENTS, _NOTHING)
    cause = _p_abort_cause(data, found) if _P_ABORT in found else None
    return Message(kind, otid, dtid, data[at:pos], start, stop, cause)


def _read_outer(data: bytes) -> tuple[int, int, int, int]:
    """The header of the message; of the indefinite form the end is not looked for: it is that of the data."""
    if data[1:2] == b"\x80" and data.endswith(b"\0\0") and data[0] in _KINDS:
        # What is within is read up to there: end-of-contents octets on the way would be no element.
        return data[0], 2, len(data) - 2, len(data)
    return read_header(data, 0, len(data))


def _read_portion(data: bytes, at: int, end: int) -> tuple[int, int, int, int]:
    """The header of a dialogue portion; of an indefinite one that was seen before the end is known."""
    if data[at + 1 : at + 2] != b"\x80":
        return read_header(data, at, end)
    after = data.find(_COMPONENTS, at, end)
    if after > 0 and data[at:after] in _SEEN:
        return _DIALOGUE, at + 2, after - 2, after
    found = read_header(data, at, end)
    after = found[3]
    if after - at < UNUSUAL and len(_SEEN) < PORTIONS:
        _SEEN.add(data[at:after])
    return found


def _tid(data: bytes, found: tuple[int, int, int, int]) -> bytes:
    _, start, stop, _ = found
    if not 1 <= stop - start <= _MAX_TID:
        raise DecodeError("tcap", f"transaction id of {stop - start} octets", offset=start)
    return data[start:stop]


def _p_abort_cause(data: bytes, found: dict[int, tuple[int, int, int, int]]) -> int:
    _, start, stop, _ = found[_P_ABORT]
    if stop - start != 1:
        raise DecodeError("tcap", "P-Abort cause", offset=start)
    return data[start]


def readable_tids(data: bytes) -> tuple[bytes, bytes]:
    """OTID and DTID of a message that is broken elsewhere: whom to tell, what to end (Q.774 §3.3.4)."""
    found = {_OTID: b"", _DTID: b""}
    try:
        # The outer length may be what is broken.
        pos = 2 if len(data) < 2 or data[1] < 0x80 else 2 + (data[1] & 0x7F)
        while pos < len(data):
            tag, start, stop, pos = read_header(data, pos, len(data))
            if tag not in found:
                break
            if 1 <= stop - start <= _MAX_TID:
                found[tag] = data[start:stop]
    except DecodeError:
        pass  # nothing more to be read
    return found[_OTID], found[_DTID]


def encode_message(kind: MessageType, body: bytes, dialogue: bytes, components: bytes) -> bytes:
    """A message; `body` is its transaction ids."""
    body += dialogue
    try:
        if components:
            body += b"\x6c" + LENGTHS[len(components)] + components
        return _TAGS[kind] + _LENGTHS[len(body)] + body
    except IndexError:
        raise LocalError(f"a message of {len(components)} octets of components") from None


def p_abort(dtid: bytes, cause: PAbortCause) -> bytes:
    """An Abort of the provider."""
    body = bytes((_DTID, len(dtid))) + dtid + bytes((_P_ABORT, 1, cause))
    return encode_message(MessageType.ABORT, body, b"", b"")


def u_abort(dtid: bytes, dialogue: bytes) -> bytes:
    """An Abort of the user."""
    return encode_message(MessageType.ABORT, bytes((_DTID, len(dtid))) + dtid, dialogue, b"")
