"""The short message control protocol: CP-DATA, CP-ACK, CP-ERROR (TS 24.011 §7.2, §8.1; TS 24.007 §11.2.3)."""

from enum import IntEnum
from typing import NamedTuple

from sipbridge.errors import DecodeError, LocalError

__all__ = ["CpAck", "CpCause", "CpData", "CpError", "CpMessage", "Ti", "decode"]

_SHORT_MESSAGES = 9  # the protocol discriminator
_DATA, _ACK, _ERROR = 0x01, 0x04, 0x10
_FLAG = 0x80
_EXTENDED = 7  # a TI value that is reserved
_LONGEST = 248  # octets of CP-User-Data (§8.1.4.1)


class CpCause(IntEnum):
    """CP-Cause values (§8.1.4.2, table 8.2)."""

    NETWORK_FAILURE = 17
    CONGESTION = 22
    INVALID_TRANSACTION_IDENTIFIER = 81
    SEMANTICALLY_INCORRECT_MESSAGE = 95
    INVALID_MANDATORY_INFORMATION = 96
    MESSAGE_TYPE_NON_EXISTENT = 97
    MESSAGE_NOT_COMPATIBLE_WITH_STATE = 98
    INFORMATION_ELEMENT_NON_EXISTENT = 99
    PROTOCOL_ERROR = 111


class Ti(NamedTuple):
    """A transaction identifier; the flag is set in messages to the side that has chosen the value."""

    value: int
    flag: bool = False

    @property
    def back(self) -> "Ti":
        """The same transaction in the other direction."""
        return Ti(self.value, not self.flag)


class CpData(NamedTuple):
    """An RPDU on its way (§7.2.1)."""

    ti: Ti
    user_data: bytes

    def encode(self) -> bytes:
        """The octets."""
        if len(self.user_data) > _LONGEST:
            raise LocalError(f"CP-User-Data of {len(self.user_data)} octets")
        return _start(self.ti, _DATA) + bytes((len(self.user_data),)) + self.user_data


class CpAck(NamedTuple):
    """A CP-DATA has come (§7.2.2)."""

    ti: Ti

    def encode(self) -> bytes:
        """The octets."""
        return _start(self.ti, _ACK)


class CpError(NamedTuple):
    """A CP-DATA cannot be taken; `cause` is a CpCause where it is a known one (§7.2.3)."""

    ti: Ti
    cause: int

    def encode(self) -> bytes:
        """The octets."""
        return _start(self.ti, _ERROR) + bytes((self.cause,))


CpMessage = CpData | CpAck | CpError


def decode(octets: bytes) -> CpMessage:
    """Read a message of the control protocol."""
    if len(octets) < 2 or octets[0] & 15 != _SHORT_MESSAGES:
        raise DecodeError("no message of the short message control protocol")
    ti = Ti(octets[0] >> 4 & 7, octets[0] & _FLAG != 0)
    if ti.value == _EXTENDED:
        raise DecodeError("reserved transaction identifier")
    kind = octets[1]
    if kind == _DATA:
        return CpData(ti, _user_data(octets))
    if kind == _ACK:
        return CpAck(ti)
    if kind == _ERROR and len(octets) > 2:
        return CpError(ti, octets[2])
    raise DecodeError(f"CP message type {kind}, or cut short")


def _user_data(octets: bytes) -> bytes:
    if len(octets) < 3 or len(octets) < 3 + octets[2]:
        raise DecodeError("CP-User-Data ends too early")
    return octets[3 : 3 + octets[2]]


def _start(ti: Ti, kind: int) -> bytes:
    if not 0 <= ti.value < _EXTENDED:
        raise LocalError(f"no transaction identifier {ti.value}")
    return bytes((_FLAG * ti.flag | ti.value << 4 | _SHORT_MESSAGES, kind))
