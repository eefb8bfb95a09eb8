"""The messages of connectionless SCCP: UDT, XUDT, LUDT, and their services (Q.713 §4.10-11, §4.18-21)."""

from enum import Enum, IntEnum
from typing import NamedTuple

from mapstack.errors import DecodeError, LocalError

__all__ = [
    "UDT",
    "ReturnCause",
    "SccpMessage",
    "SccpMessageType",
    "Segmentation",
    "decode",
    "decode_udt",
    "encode",
    "udt_head",
]

UDT = 0x09
_RETURN_OPTION = 0x80  # Q.713 §3.6
_SEGMENTATION, _IMPORTANCE, _END = 0x10, 0x12, 0x00  # Q.713 §2.2
_SEGMENTATION_SIZE, _IMPORTANCE_SIZE = 4, 1
_FIRST, _IN_SEQUENCE = 0x80, 0x40  # Q.713 §3.17
_MAX_DATA = 255
_MAX_LONG_DATA = 3952  # Q.713 §4.20
_MAX_POINTER = 255
_LONG_HEAD = 11  # type, class or cause, hop counter, four pointers of two octets
_MAX_ADDRESSES = 240  # both together: the pointers reach over them and the optional part


class SccpMessageType(IntEnum):
    """Q.713 §2.1, the connectionless ones; a service message is the next number of what it returns."""

    UDT = UDT
    UDTS = 0x0A
    XUDT = 0x11
    XUDTS = 0x12
    LUDT = 0x13
    LUDTS = 0x14


class ReturnCause(Enum):
    """Q.713 §3.12."""

    NO_TRANSLATION_FOR_NATURE = 0
    NO_TRANSLATION_FOR_ADDRESS = 1
    SUBSYSTEM_CONGESTION = 2
    SUBSYSTEM_FAILURE = 3
    UNEQUIPPED_USER = 4
    MTP_FAILURE = 5
    NETWORK_CONGESTION = 6
    UNQUALIFIED = 7
    ERROR_IN_MESSAGE_TRANSPORT = 8
    ERROR_IN_LOCAL_PROCESSING = 9
    DESTINATION_CANNOT_REASSEMBLE = 10
    SCCP_FAILURE = 11
    HOP_COUNTER_VIOLATION = 12
    SEGMENTATION_NOT_SUPPORTED = 13
    SEGMENTATION_FAILURE = 14


_KINDS = {int(kind): kind for kind in SccpMessageType}
_RETURNED = frozenset((SccpMessageType.UDTS, SccpMessageType.XUDTS, SccpMessageType.LUDTS))
_LONG = frozenset((SccpMessageType.LUDT, SccpMessageType.LUDTS))
_CAUSES = {cause.value: cause for cause in ReturnCause}


class Segmentation(NamedTuple):
    """Where a segment belongs (Q.713 §3.17)."""

    first: bool
    in_sequence: bool
    remaining: int
    local_reference: int

    def encode(self) -> bytes:
        """The value of the parameter."""
        flags = (_FIRST if self.first else 0) | (_IN_SEQUENCE if self.in_sequence else 0) | self.remaining
        return bytes((flags,)) + self.local_reference.to_bytes(3, "little")


class SccpMessage(NamedTuple):
    """Any of the six; the addresses are octets, so that what is returned is returned as it came."""

    kind: SccpMessageType
    called: bytes
    calling: bytes
    data: bytes
    protocol_class: int = 0
    return_option: bool = False
    cause: ReturnCause | None = None
    hop_counter: int = 15
    segmentation: Segmentation | None = None
    importance: int | None = None


# ---- decoding


def decode_udt(data: bytes) -> tuple[int, bytes, bytes, bytes]:
    """Class octet, called and calling address, and user data of a UDT, or of a UDTS with its cause."""
    try:
        called, calling, user = 2 + data[2], 3 + data[3], 4 + data[4]
        called_end = called + 1 + data[called]
        calling_end = calling + 1 + data[calling]
        end = user + 1 + data[user]
        if called < 5 or calling < 5 or user < 5 or max(called_end, calling_end, end) > len(data):
            raise DecodeError("sccp", "a part lies outside of the message", offset=_wrong_pointer(data))
        return data[1], data[called + 1 : called_end], data[calling + 1 : calling_end], data[user + 1 : end]
    except IndexError:
        raise DecodeError("sccp", "message ends early", offset=len(data)) from None


def decode(data: bytes) -> SccpMessage:
    """Read any of the six messages."""
    kind = _KINDS.get(data[0]) if data else None
    if kind is None:
        raise DecodeError("sccp", f"message type {data[:1].hex() or 'absent'}")
    if kind is not SccpMessageType.UDT and kind is not SccpMessageType.UDTS:
        return _decode_extended(kind, data)
    octet, called, calling, user = decode_udt(data)
    return SccpMessage(kind, called, calling, user, *_second_octet(kind, octet))


def _second_octet(kind: SccpMessageType, octet: int) -> tuple[int, bool, ReturnCause | None]:
    """Protocol class and return option, or the return cause of a service message."""
    if kind in _RETURNED:
        return 0, False, _CAUSES.get(octet, ReturnCause.UNQUALIFIED)
    if octet & 0x0F > 1:
        raise DecodeError("sccp", f"protocol class {octet & 0x0F}", offset=1)
    return octet & 0x0F, octet & _RETURN_OPTION != 0, None


def _decode_extended(kind: SccpMessageType, data: bytes) -> SccpMessage:
    parts = _long_parts(data) if kind in _LONG else _extended_parts(data)
    segmentation = importance = None
    if parts.options:
        options = _options(data, parts.options)
        importance = options.get(_IMPORTANCE)
        value = options.get(_SEGMENTATION)
        segmentation = None if value is None else _segmentation(value)
    protocol_class, return_option, cause = _second_octet(kind, data[1])
    return SccpMessage(
        kind,
        parts.called,
        parts.calling,
        parts.data,
        protocol_class,
        return_option,
        cause,
        data[2],
        segmentation,
        importance[0] if importance else None,
    )


class _Parts(NamedTuple):
    """What the four pointers of an XUDT or LUDT point to; `options` is a place, 0 if there is none."""

    called: bytes
    calling: bytes
    data: bytes
    options: int


def _extended_parts(data: bytes) -> _Parts:
    if len(data) < 7:
        raise DecodeError("sccp", "message ends early", offset=len(data))
    options = 6 + data[6] if data[6] else 0
    return _Parts(_part(data, 3), _part(data, 4), _part(data, 5), options)


def _wrong_pointer(data: bytes) -> int:
    """Where a UDT points to a part that lies outside of it."""
    parts = ((at, at + data[at]) for at in (2, 3, 4))
    return next(at for at, start in parts if start < 5 or start + 1 + data[start] > len(data))


def _part(data: bytes, at: int) -> bytes:
    """The part that the pointer at `at` points to (Q.713 §1.5)."""
    return _sized_part(data, at + data[at], 7, at)


def _long_parts(data: bytes) -> _Parts:
    """Pointers and the length of the data have two octets (Q.713 §4.20)."""
    if len(data) < _LONG_HEAD:
        raise DecodeError("sccp", "message ends early", offset=len(data))
    called = _sized_part(data, _long_pointer(data, 3), _LONG_HEAD, 3)
    calling = _sized_part(data, _long_pointer(data, 5), _LONG_HEAD, 5)
    user = _long_pointer(data, 7)
    size = int.from_bytes(data[user : user + 2], "little")
    if not _LONG_HEAD <= user <= len(data) - 2 - size or size > _MAX_LONG_DATA:
        raise DecodeError("sccp", "a part lies outside of the message", offset=7)
    return _Parts(called, calling, data[user + 2 : user + 2 + size], _long_pointer(data, 9))


def _long_pointer(data: bytes, at: int) -> int:
    """Where it points to: it counts from its second octet; 0 stays 0."""
    pointer = int.from_bytes(data[at : at + 2], "little")
    return at + 1 + pointer if pointer else 0


def _sized_part(data: bytes, start: int, first: int, at: int) -> bytes:
    """The part at `start`, whose length comes first."""
    if start < first or start >= len(data) or start + 1 + data[start] > len(data):
        raise DecodeError("sccp", "a part lies outside of the message", offset=at)
    return data[start + 1 : start + 1 + data[start]]


def _options(data: bytes, at: int) -> dict[int, bytes]:
    if at >= len(data):
        raise DecodeError("sccp", "a part lies outside of the message")
    options: dict[int, bytes] = {}
    while at < len(data) and data[at] != _END:
        if at + 2 > len(data) or at + 2 + data[at + 1] > len(data):
            raise DecodeError("sccp", "an optional parameter ends early", offset=at)
        end = at + 2 + data[at + 1]
        options[data[at]] = data[at + 2 : end]
        at = end
    return options


def _segmentation(value: bytes) -> Segmentation:
    if len(value) != _SEGMENTATION_SIZE:
        raise DecodeError("sccp", f"segmentation of {len(value)} octets")
    flags = value[0]
    reference = int.from_bytes(value[1:], "little")
    return Segmentation(flags & _FIRST != 0, flags & _IN_SEQUENCE != 0, flags & 0x0F, reference)


# ---- encoding


def udt_head(called: bytes, calling: bytes, octet: int, kind: SccpMessageType = SccpMessageType.UDT) -> bytes:
    """A UDT or UDTS up to its user data, whose length octet and octets follow."""
    pointers = (3, 3 + len(called), 3 + len(called) + len(calling))
    return bytes((kind, octet, *pointers)) + _sized(called) + _sized(calling)


def encode(message: SccpMessage) -> bytes:
    """The octets of any of the six messages."""
    kind, called, calling, data = message[:4]
    if len(data) > (_MAX_LONG_DATA if kind in _LONG else _MAX_DATA):
        raise LocalError(f"{len(data)} octets of user data in one message")
    if len(called) + len(calling) > _MAX_ADDRESSES:
        raise LocalError(f"addresses of {len(called)} and {len(calling)} octets")
    octet = message.protocol_class | (_RETURN_OPTION if message.return_option else 0)
    if message.cause is not None:
        octet = message.cause.value
    if kind is SccpMessageType.UDT or kind is SccpMessageType.UDTS:
        return udt_head(called, calling, octet, kind) + _sized(data)
    head = bytes((kind, octet, message.hop_counter))
    return _encode_long(head, message) if kind in _LONG else _encode_extended(head, message)


def _encode_extended(head: bytes, message: SccpMessage) -> bytes:
    _, called, calling, data = message[:4]
    addresses, user = _sized(called) + _sized(calling), _sized(data)
    options = _encode_options(message)
    after = len(addresses) + len(user) + 1
    head += bytes((4, 4 + len(called)))
    if not options or after <= _MAX_POINTER:
        return head + bytes((2 + len(addresses), after if options else 0)) + addresses + user + options
    # Then the pointer would not reach over the data: the parts may stand in any order (Q.713 §1.5).
    pointers = bytes((2 + len(addresses) + len(options), 1 + len(addresses)))
    return head + pointers + addresses + options + user


def _encode_long(head: bytes, message: SccpMessage) -> bytes:
    _, called, calling, data = message[:4]
    addresses, options = _sized(called) + _sized(calling), _encode_options(message)
    user = _LONG_HEAD + len(addresses)
    after = user + 2 + len(data)
    places = (_LONG_HEAD, _LONG_HEAD + 1 + len(called), user, after if options else 10)
    pointers = b"".join((place - 4 - 2 * i).to_bytes(2, "little") for i, place in enumerate(places))
    return head + pointers + addresses + len(data).to_bytes(2, "little") + data + options


def _encode_options(message: SccpMessage) -> bytes:
    options = b""
    if message.segmentation is not None:
        options = bytes((_SEGMENTATION, _SEGMENTATION_SIZE)) + message.segmentation.encode()
    if message.importance is not None:
        options += bytes((_IMPORTANCE, _IMPORTANCE_SIZE, message.importance))
    return options + bytes((_END,)) if options else b""


def _sized(octets: bytes) -> bytes:
    return bytes((len(octets),)) + octets
