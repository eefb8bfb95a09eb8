"""The messages of connectionless SCCP: UDT, UDTS, XUDT, XUDTS (Q.713 §4.10, §4.11, §4.18, §4.19)."""

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
_MAX_POINTER = 255
_MAX_ADDRESSES = 240  # both together: the pointers reach over them and the optional part


class SccpMessageType(IntEnum):
    """Q.713 §2.1, the connectionless ones; a service message is the next number of what it returns."""

    UDT = UDT
    UDTS = 0x0A
    XUDT = 0x11
    XUDTS = 0x12


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
    """Any of the four; the addresses are octets, so that what is returned is returned as it came."""

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
            raise DecodeError("sccp", "a part lies outside of the message")
        return data[1], data[called + 1 : called_end], data[calling + 1 : calling_end], data[user + 1 : end]
    except IndexError:
        raise DecodeError("sccp", "message ends early", offset=len(data)) from None


def decode(data: bytes) -> SccpMessage:
    """Read any of the four messages."""
    kind = _KINDS.get(data[0]) if data else None
    if kind is None:
        raise DecodeError("sccp", f"message type {data[:1].hex() or 'absent'}")
    if kind is SccpMessageType.XUDT or kind is SccpMessageType.XUDTS:
        return _decode_extended(kind, data)
    octet, called, calling, user = decode_udt(data)
    return SccpMessage(kind, called, calling, user, *_second_octet(kind, octet))


def _second_octet(kind: SccpMessageType, octet: int) -> tuple[int, bool, ReturnCause | None]:
    """Protocol class and return option, or the return cause of a service message."""
    if kind is SccpMessageType.UDTS or kind is SccpMessageType.XUDTS:
        return 0, False, _CAUSES.get(octet, ReturnCause.UNQUALIFIED)
    if octet & 0x0F > 1:
        raise DecodeError("sccp", f"protocol class {octet & 0x0F}", offset=1)
    return octet & 0x0F, octet & _RETURN_OPTION != 0, None


def _decode_extended(kind: SccpMessageType, data: bytes) -> SccpMessage:
    if len(data) < 7:
        raise DecodeError("sccp", "message ends early", offset=len(data))
    called, calling, user = _part(data, 3), _part(data, 4), _part(data, 5)
    segmentation = importance = None
    if data[6]:
        options = _options(data, 6 + data[6])
        importance = options.get(_IMPORTANCE)
        value = options.get(_SEGMENTATION)
        segmentation = None if value is None else _segmentation(value)
    protocol_class, return_option, cause = _second_octet(kind, data[1])
    return SccpMessage(
        kind,
        called,
        calling,
        user,
        protocol_class,
        return_option,
        cause,
        data[2],
        segmentation,
        importance[0] if importance else None,
    )


def _part(data: bytes, at: int) -> bytes:
    """The part that the pointer at `at` points to (Q.713 §1.5)."""
    start = at + data[at]
    if start < 7 or start >= len(data) or start + 1 + data[start] > len(data):
        raise DecodeError("sccp", "a part lies outside of the message", offset=at)
    return data[start + 1 : start + 1 + data[start]]


def _options(data: bytes, at: int) -> dict[int, bytes]:
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
    """The octets of any of the four messages."""
    if len(message.data) > _MAX_DATA:
        raise LocalError(f"{len(message.data)} octets of user data in one message")
    kind, called, calling, data = message[:4]
    if len(called) + len(calling) > _MAX_ADDRESSES:
        raise LocalError(f"addresses of {len(called)} and {len(calling)} octets")
    octet = message.protocol_class | (_RETURN_OPTION if message.return_option else 0)
    if message.cause is not None:
        octet = message.cause.value
    if kind in (SccpMessageType.UDT, SccpMessageType.UDTS):
        return udt_head(called, calling, octet, kind) + _sized(data)
    addresses, user = _sized(called) + _sized(calling), _sized(data)
    options = _encode_options(message)
    after = len(addresses) + len(user) + 1
    head = bytes((kind, octet, message.hop_counter, 4, 4 + len(called)))
    if not options or after <= _MAX_POINTER:
        return head + bytes((2 + len(addresses), after if options else 0)) + addresses + user + options
    # Then the pointer would not reach over the data: the parts may stand in any order (Q.713 §1.5).
    pointers = bytes((2 + len(addresses) + len(options), 1 + len(addresses)))
    return head + pointers + addresses + options + user


def _encode_options(message: SccpMessage) -> bytes:
    options = b""
    if message.segmentation is not None:
        options = bytes((_SEGMENTATION, _SEGMENTATION_SIZE)) + message.segmentation.encode()
    if message.importance is not None:
        options += bytes((_IMPORTANCE, _IMPORTANCE_SIZE, message.importance))
    return options + bytes((_END,)) if options else b""


def _sized(octets: bytes) -> bytes:
    return bytes((len(octets),)) + octets
