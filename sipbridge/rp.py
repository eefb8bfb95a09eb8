"""The short message relay protocol: RP-DATA, RP-ACK, RP-ERROR, RP-SMMA (TS 24.011 §7.3, §8.2)."""

from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from sipbridge.errors import DecodeError, LocalError

__all__ = [
    "Direction", "RpAck", "RpAddress", "RpCause", "RpData", "RpError", "RpSmma", "Rpdu", "decode", "encode",
]  # fmt: skip

_USER_DATA = 0x41
_LONGEST_ADDRESS = 12  # §8.2.5.1, §8.2.5.2: the type octet and up to 20 digits, with an octet to spare


class Direction(IntEnum):
    """Which way an RPDU goes: the low bit of its RP-MTI (§8.2.2)."""

    MS_TO_NETWORK = 0
    NETWORK_TO_MS = 1


_TO_NETWORK = Direction.MS_TO_NETWORK
_DATA_TO_NETWORK, _DATA_TO_MS = b"%b\0%b%b", b"%b%b\0%b"  # the address that there is not is empty


class RpCause(IntEnum):
    """RP-Cause values (§8.2.5.4, tables 8.4 to 8.6)."""

    UNASSIGNED_NUMBER = 1
    OPERATOR_DETERMINED_BARRING = 8
    CALL_BARRED = 10
    RESERVED = 11
    SHORT_MESSAGE_TRANSFER_REJECTED = 21
    MEMORY_CAPACITY_EXCEEDED = 22
    DESTINATION_OUT_OF_ORDER = 27
    UNIDENTIFIED_SUBSCRIBER = 28
    FACILITY_REJECTED = 29
    UNKNOWN_SUBSCRIBER = 30
    NETWORK_OUT_OF_ORDER = 38
    TEMPORARY_FAILURE = 41
    CONGESTION = 42
    RESOURCES_UNAVAILABLE = 47
    REQUESTED_FACILITY_NOT_SUBSCRIBED = 50
    REQUESTED_FACILITY_NOT_IMPLEMENTED = 69
    INVALID_SHORT_MESSAGE_TRANSFER_REFERENCE = 81
    SEMANTICALLY_INCORRECT_MESSAGE = 95
    INVALID_MANDATORY_INFORMATION = 96
    MESSAGE_TYPE_NON_EXISTENT = 97
    MESSAGE_NOT_COMPATIBLE_WITH_STATE = 98
    INFORMATION_ELEMENT_NON_EXISTENT = 99
    PROTOCOL_ERROR = 111
    INTERWORKING = 127

    @property
    def text(self) -> str:
        """The words of the specification's table."""
        return self.name.replace("_", " ").capitalize()


class RpAddress(NamedTuple):
    """A service centre address: digits (0-9 * # a b c) and the type octet, 0x91 for an international
    number.
    """

    digits: str
    type_of_address: int = 0x91


class RpData(NamedTuple):
    """A TPDU on its way: the service centre is the destination from the phone, the originator towards it
    (§7.3.1).
    """

    message_reference: int
    service_centre: RpAddress
    user_data: bytes

    def encode(self, direction: Direction) -> bytes:
        """The octets; the address that a direction does not have is empty."""
        form = _DATA_TO_NETWORK if direction is _TO_NETWORK else _DATA_TO_MS
        start, address = _start(0, direction, self.message_reference), _encode_address(self.service_centre)
        return form % (start, address, _lv(self.user_data))


class RpAck(NamedTuple):
    """An RPDU was accepted; the user data is a report TPDU (§7.3.3)."""

    message_reference: int
    user_data: bytes | None = None

    def encode(self, direction: Direction) -> bytes:
        """The octets."""
        return _start(2, direction, self.message_reference) + _optional(self.user_data)


class RpError(NamedTuple):
    """An RPDU was refused; `cause` is an RpCause where it is a known one (§7.3.4)."""

    message_reference: int
    cause: int
    user_data: bytes | None = None
    diagnostic: bytes = b""

    def encode(self, direction: Direction) -> bytes:
        """The octets."""
        if not 0 <= self.cause < 128:
            raise LocalError("RP-Cause has seven bits")
        start = _start(4, direction, self.message_reference)
        return start + _lv(bytes((self.cause,)) + self.diagnostic) + _optional(self.user_data)


class RpSmma(NamedTuple):
    """The phone has memory again (§7.3.2)."""

    message_reference: int

    def encode(self, direction: Direction) -> bytes:
        """The octets; only a phone sends it."""
        if direction is Direction.NETWORK_TO_MS:
            raise LocalError("RP-SMMA goes to the network only")
        return _start(6, direction, self.message_reference)


Rpdu = RpData | RpAck | RpError | RpSmma


def encode(rpdu: Rpdu, direction: Direction) -> bytes:
    """The octets of any RPDU."""
    return rpdu.encode(direction)


def decode(octets: bytes, direction: Direction) -> Rpdu:
    """Read an RPDU that goes this way; a DecodeError carries the RP cause, and the reference where it can
    be read.
    """
    if len(octets) < 2:
        raise DecodeError("RPDU shorter than its header", cause=RpCause.INVALID_MANDATORY_INFORMATION)
    mti, reference = octets[0] & 7, octets[1]  # bits 4 to 8 are spare (§8.2.2)
    try:
        if mti == direction:
            return _decode_data(octets, direction)
        if mti == 2 + direction:
            return RpAck(reference, _decode_optional(octets, 2))
        if mti == 4 + direction:
            return _decode_error(octets)
        if mti == 6 and direction is Direction.MS_TO_NETWORK:
            return RpSmma(reference)
    except IndexError:
        cause = RpCause.INVALID_MANDATORY_INFORMATION
        raise DecodeError("RPDU ends too early", cause=cause, reference=reference) from None
    cause = RpCause.MESSAGE_TYPE_NON_EXISTENT
    raise DecodeError("RPDU of no type for this direction", cause=cause, reference=reference)


def _decode_data(octets: bytes, direction: Direction) -> RpData:
    at = 3 + octets[2]
    addresses = octets[3:at], octets[at + 1 : at + 1 + octets[at]]
    service_centre = addresses[1 - direction]
    start = at + 1 + octets[at] + 1
    end = start + octets[start - 1]
    if end > len(octets) or not 2 <= len(service_centre) <= _LONGEST_ADDRESS or start == end:
        cause = RpCause.INVALID_MANDATORY_INFORMATION
        raise DecodeError("RP-DATA malformed", cause=cause, reference=octets[1])
    address = _address(service_centre)
    if not address.digits:  # filler alone, which would become an empty global title
        cause = RpCause.INVALID_MANDATORY_INFORMATION
        raise DecodeError("RP address without a digit", cause=cause, reference=octets[1])
    return RpData(octets[1], address, octets[start:end])


def _decode_error(octets: bytes) -> RpError:
    end = 3 + octets[2]
    if end == 3 or end > len(octets):
        raise IndexError
    value = octets[3] & 0x7F
    cause = _CAUSES.get(value, value)
    return RpError(octets[1], cause, _decode_optional(octets, end), octets[4:end])


def _decode_optional(octets: bytes, at: int) -> bytes | None:
    """RP-User-Data among the optional elements; unknown and broken ones count as absent (TS 24.007
    §11.2.4).
    """
    size = len(octets)
    if size > at + 1 and octets[at] == _USER_DATA and octets[at + 1] == size - at - 2:
        return octets[at + 2 :]  # nothing else is there, as everybody writes it
    while at < size:
        element = octets[at]
        if element & 0x80:
            at += 1
            continue
        end = at + 2 + octets[at + 1] if at + 1 < size else size + 1
        if end > size:
            return None
        if element == _USER_DATA:
            return octets[at + 2 : end]
        at = end
    return None


@lru_cache(maxsize=1024)  # service centres are few
def _address(octets: bytes) -> RpAddress:
    return RpAddress(_digits(octets[1:]), octets[0])


def _digits(octets: bytes) -> str:
    """TBCD: low nibble first, f fills; a, b, c, d, e stand for * # a b c (TS 24.008 table 10.5.118)."""
    digits = octets.translate(_SWAPPED).hex()
    if digits[-1] == "f":
        digits = digits[:-1]
    return digits if digits.isdigit() else digits.partition("f")[0].translate(_FROM_HEX)


@lru_cache(maxsize=1024)
def _encode_address(address: RpAddress) -> bytes:
    digits = address.digits.translate(_TO_HEX)
    if len(digits) % 2:
        digits += "f"
    try:
        octets = bytes((address.type_of_address,)) + bytes.fromhex(digits).translate(_SWAPPED)
    except ValueError as error:
        raise LocalError("service centre address malformed") from error
    if not 2 <= len(octets) <= _LONGEST_ADDRESS:
        raise LocalError("service centre address empty or too long")
    return _lv(octets)


def _start(mti: int, direction: Direction, reference: int) -> bytes:
    if not 0 <= reference < 256:
        raise LocalError("RP-Message-Reference is one octet")
    return b"%c%c" % (mti + direction, reference)


def _lv(value: bytes) -> bytes:
    if not 0 < len(value) < 256:
        raise LocalError("an element of 1 to 255 octets")
    return b"%c%b" % (len(value), value)


def _optional(user_data: bytes | None) -> bytes:
    return b"" if user_data is None else b"%c%b" % (_USER_DATA, _lv(user_data))


_CAUSES: dict[int, RpCause] = {int(cause): cause for cause in RpCause}
_SWAPPED = bytes((octet >> 4) | (octet & 0x0F) << 4 for octet in range(256))
_FROM_HEX = str.maketrans("abcde", "*#abc")
_TO_HEX = str.maketrans("*#abc", "abcde")
