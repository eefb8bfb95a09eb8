"""The messages of M3UA: common header and parameters (RFC 4666 §3.1-§3.8)."""

from collections.abc import Iterator
from enum import IntEnum
from struct import Struct, pack, unpack
from typing import NamedTuple

from mapstack.errors import DecodeError
from mapstack.m3ua.codes import ErrorCode

__all__ = [
    "HEADER_SIZE",
    "M3uaMessage",
    "MessageType",
    "Parameter",
    "Tag",
    "check_once",
    "decode",
    "decode_parameters",
    "encode",
    "encode_parameters",
]

HEADER_SIZE = 8
_HEADER = Struct(">BBHI")
_TLV = Struct(">HH")
_VERSION = 1


class MessageType(IntEnum):
    """Class in the upper octet, type in the lower one (RFC 4666 §3.1.2)."""

    ERR = 0x0000
    NTFY = 0x0001
    DATA = 0x0101
    DUNA = 0x0201
    DAVA = 0x0202
    DAUD = 0x0203
    SCON = 0x0204
    DUPU = 0x0205
    DRST = 0x0206
    ASPUP = 0x0301
    ASPDN = 0x0302
    BEAT = 0x0303
    ASPUP_ACK = 0x0304
    ASPDN_ACK = 0x0305
    BEAT_ACK = 0x0306
    ASPAC = 0x0401
    ASPIA = 0x0402
    ASPAC_ACK = 0x0403
    ASPIA_ACK = 0x0404
    REG_REQ = 0x0901
    REG_RSP = 0x0902
    DEREG_REQ = 0x0903
    DEREG_RSP = 0x0904


class Tag(IntEnum):
    """RFC 4666 §3.2."""

    INFO_STRING = 0x0004
    ROUTING_CONTEXT = 0x0006
    DIAGNOSTIC_INFORMATION = 0x0007
    HEARTBEAT_DATA = 0x0009
    TRAFFIC_MODE_TYPE = 0x000B
    ERROR_CODE = 0x000C
    STATUS = 0x000D
    ASP_IDENTIFIER = 0x0011
    AFFECTED_POINT_CODE = 0x0012
    CORRELATION_ID = 0x0013
    NETWORK_APPEARANCE = 0x0200
    USER_CAUSE = 0x0204
    CONGESTION_INDICATIONS = 0x0205
    CONCERNED_DESTINATION = 0x0206
    ROUTING_KEY = 0x0207
    REGISTRATION_RESULT = 0x0208
    DEREGISTRATION_RESULT = 0x0209
    LOCAL_RK_IDENTIFIER = 0x020A
    DESTINATION_POINT_CODE = 0x020B
    SERVICE_INDICATORS = 0x020C
    ORIGINATING_POINT_CODE_LIST = 0x020E
    PROTOCOL_DATA = 0x0210
    REGISTRATION_STATUS = 0x0212
    DEREGISTRATION_STATUS = 0x0213


MANDATORY: dict[MessageType, Tag] = {  # RFC 4666 §3.3-§3.8
    MessageType.ERR: Tag.ERROR_CODE,
    MessageType.NTFY: Tag.STATUS,
    MessageType.DATA: Tag.PROTOCOL_DATA,
    MessageType.DUNA: Tag.AFFECTED_POINT_CODE,
    MessageType.DAVA: Tag.AFFECTED_POINT_CODE,
    MessageType.DAUD: Tag.AFFECTED_POINT_CODE,
    MessageType.SCON: Tag.AFFECTED_POINT_CODE,
    MessageType.DUPU: Tag.AFFECTED_POINT_CODE,
    MessageType.DRST: Tag.AFFECTED_POINT_CODE,
    MessageType.REG_REQ: Tag.ROUTING_KEY,
    MessageType.REG_RSP: Tag.REGISTRATION_RESULT,
    MessageType.DEREG_REQ: Tag.ROUTING_CONTEXT,
    MessageType.DEREG_RSP: Tag.DEREGISTRATION_RESULT,
}
_CLASSES = frozenset(kind >> 8 for kind in MessageType)
_KINDS = {int(kind): kind for kind in MessageType}
_FOUR_OCTETS = frozenset(
    {
        Tag.TRAFFIC_MODE_TYPE,
        Tag.ERROR_CODE,
        Tag.STATUS,
        Tag.ASP_IDENTIFIER,
        Tag.CORRELATION_ID,
        Tag.NETWORK_APPEARANCE,
        Tag.USER_CAUSE,
        Tag.CONGESTION_INDICATIONS,
        Tag.CONCERNED_DESTINATION,
        Tag.LOCAL_RK_IDENTIFIER,
        Tag.DESTINATION_POINT_CODE,
        Tag.REGISTRATION_STATUS,
        Tag.DEREGISTRATION_STATUS,
    }
)
_LISTS = frozenset({Tag.ROUTING_CONTEXT, Tag.AFFECTED_POINT_CODE, Tag.ORIGINATING_POINT_CODE_LIST})
# §3.2: what may stand more than once; of parameters that we do not know nothing is expected
_ONCE = frozenset(Tag) - {Tag.ROUTING_KEY, Tag.REGISTRATION_RESULT, Tag.DEREGISTRATION_RESULT}
_PROTOCOL_DATA_HEAD = 12


class Parameter(NamedTuple):
    """One parameter; a tag that we do not know stays a number (RFC 4666 §3.1.5: it is passed over)."""

    tag: int
    value: bytes


class M3uaMessage(NamedTuple):
    """One message, its parameters in the order of arrival."""

    kind: MessageType
    parameters: tuple[Parameter, ...] = ()

    def get(self, tag: Tag) -> bytes | None:
        """The value of the first parameter with that tag."""
        for parameter in self.parameters:
            if parameter.tag == tag:
                return parameter.value
        return None

    def all(self, tag: Tag) -> list[bytes]:
        """The values of every parameter with that tag."""
        return [parameter.value for parameter in self.parameters if parameter.tag == tag]

    def numbers(self, tag: Tag) -> tuple[int, ...]:
        """The 32-bit numbers of a parameter, none where it is absent."""
        value = self.get(tag) or b""
        return unpack(f">{len(value) // 4}I", value)

    def number(self, tag: Tag) -> int | None:
        """The 32-bit number of a parameter."""
        numbers = self.numbers(tag)
        return numbers[0] if numbers else None

    def text(self) -> str:
        """The INFO String (RFC 4666 §3.4.1)."""
        return (self.get(Tag.INFO_STRING) or b"").decode("utf-8", "replace")


def encode(kind: MessageType, *parameters: tuple[Tag, bytes | int | None]) -> bytes:
    """The octets of a message; a parameter that is None is left out, an int takes 32 bits."""
    body = encode_parameters(*parameters)
    return _HEADER.pack(_VERSION, 0, kind, HEADER_SIZE + len(body)) + body


def encode_parameters(*parameters: tuple[Tag, bytes | int | None]) -> bytes:
    """The octets of parameters, as they stand in a message or in a parameter that has some inside."""
    return b"".join(_encode_parameter(tag, value) for tag, value in parameters if value is not None)


def decode_parameters(value: bytes) -> tuple[Parameter, ...]:
    """The parameters inside a parameter (RFC 4666 §3.6: routing key, results)."""
    return tuple(_decode_parameters(value, 0))


def _encode_parameter(tag: int, value: bytes | int) -> bytes:
    octets = pack(">I", value) if isinstance(value, int) else value
    return _TLV.pack(tag, 4 + len(octets)) + octets + bytes(-len(octets) % 4)


def decode(data: bytes) -> M3uaMessage:
    """Read a whole message."""
    kind = _decode_header(data)
    message = M3uaMessage(kind, tuple(_decode_parameters(data)))
    mandatory = MANDATORY.get(kind)
    if mandatory is not None and message.get(mandatory) is None:
        raise _error(f"{kind.name} without {mandatory.name}", ErrorCode.MISSING_PARAMETER)
    return message


def check_once(message: M3uaMessage) -> None:
    """DecodeError where a parameter stands twice that §3.2 allows once: which one is meant?"""
    tags = [parameter.tag for parameter in message.parameters if parameter.tag in _ONCE]
    if len(set(tags)) < len(tags):
        twice = next(tag for tag in tags if tags.count(tag) > 1)
        raise _error(f"{Tag(twice).name} twice", ErrorCode.UNEXPECTED_PARAMETER)


def _decode_header(data: bytes) -> MessageType:
    if len(data) < HEADER_SIZE:
        raise _error("shorter than its header", ErrorCode.PROTOCOL_ERROR)
    version, _, kind, length = _HEADER.unpack_from(data)
    if version != _VERSION:
        raise _error(f"version {version}", ErrorCode.INVALID_VERSION)
    if kind >> 8 not in _CLASSES:
        raise _error(f"message class {kind >> 8}", ErrorCode.UNSUPPORTED_MESSAGE_CLASS)
    if kind not in _KINDS:
        raise _error(f"message type {kind & 0xFF} of class {kind >> 8}", ErrorCode.UNSUPPORTED_MESSAGE_TYPE)
    # RFC 4666 §3.1.4: the padding of the last parameter may or may not be counted
    if length < HEADER_SIZE or not 0 <= len(data) - length < 4:
        raise _error(f"length {length} of {len(data)} octets", ErrorCode.PROTOCOL_ERROR, 4)
    return _KINDS[kind]


def _decode_parameters(data: bytes, at: int = HEADER_SIZE) -> Iterator[Parameter]:
    end = len(data)
    while end - at >= _TLV.size:
        tag, length = _TLV.unpack_from(data, at)
        if length < _TLV.size or at + length > end:
            raise _error(f"length {length} of parameter {tag:#06x}", ErrorCode.PARAMETER_FIELD_ERROR, at)
        value = data[at + _TLV.size : at + length]
        _check_length(tag, len(value), at)
        if value or tag != Tag.ROUTING_CONTEXT:  # osmo-stp sends an empty one where it means none
            yield Parameter(tag, value)
        at += length + -length % 4
    if any(data[at:]):
        raise _error("octets after the last parameter", ErrorCode.PROTOCOL_ERROR, at)


def _check_length(tag: int, size: int, at: int) -> None:
    wrong = (
        (tag in _FOUR_OCTETS and size != 4)
        or (tag in _LISTS and (size % 4 != 0 or (size == 0 and tag != Tag.ROUTING_CONTEXT)))
        or (tag == Tag.PROTOCOL_DATA and size < _PROTOCOL_DATA_HEAD)
    )
    if wrong:
        raise _error(f"{size} octets in {Tag(tag).name}", ErrorCode.PARAMETER_FIELD_ERROR, at)


def _error(reason: str, code: ErrorCode, offset: int = 0) -> DecodeError:
    return DecodeError("m3ua", reason, offset=offset, code=code)
