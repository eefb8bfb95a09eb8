"""How a phone attaches to MSC and SGSN, and leaves: as little as that takes (TS 24.008 §9.2, §9.4)."""

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from sipbridge.errors import DecodeError

__all__ = ["IDENTIFIED", "Kind", "Mobility", "decode"]

_LAI = bytes.fromhex("00f1100001")  # 001-01, location area 1
_RAI = _LAI + b"\x01"
_CLASSMARK = b"\x33"
_SGSN_START = bytes.fromhex("02e5e0")  # MS network capability
_SGSN_END = bytes.fromhex("03113180")  # MS radio access capability: GSM E, one class
_LOCATION, _GPRS = 0x72, 0x71  # no key; IMSI attach, GPRS attach
_DRX = b"\x0a\x00"


class Kind(Enum):
    """Protocol discriminator and message type."""

    LOCATION_UPDATING_REQUEST = b"\x05\x08"
    LOCATION_UPDATING_ACCEPT = b"\x05\x02"
    LOCATION_UPDATING_REJECT = b"\x05\x04"
    IMSI_DETACH_INDICATION = b"\x05\x01"
    ATTACH_REQUEST = b"\x08\x01"
    ATTACH_ACCEPT = b"\x08\x02"
    ATTACH_REJECT = b"\x08\x04"
    DETACH_REQUEST = b"\x08\x05"


class Mobility(NamedTuple):
    """One message; who attaches says who he is, who is refused hears why (TS 24.008 §10.5.3.6)."""

    kind: Kind
    imsi: str = ""
    cause: int = 0

    def encode(self) -> bytes:
        """The octets, with what the lab has no use for filled in."""
        return self.kind.value + _CONTENTS[self.kind](self)


def decode(octets: bytes) -> Mobility:
    """Read one; DecodeError where it is none of these."""
    try:
        kind = Kind(octets[:2])
    except ValueError:
        raise DecodeError("no message of mobility management that the lab knows") from None
    if kind in IDENTIFIED:
        return Mobility(kind, _imsi(octets[IDENTIFIED[kind] :]))
    return Mobility(kind, cause=octets[2] if kind in _REJECTS and len(octets) > 2 else 0)


def _request(message: Mobility) -> bytes:
    return bytes((_LOCATION,)) + _LAI[:3] + b"\xff\xfe" + _CLASSMARK + _identity(message.imsi)


def _gprs_request(message: Mobility) -> bytes:
    return _SGSN_START + bytes((_GPRS,)) + _DRX + _identity(message.imsi) + _RAI + _SGSN_END


_REJECTS = (Kind.LOCATION_UPDATING_REJECT, Kind.ATTACH_REJECT)
IDENTIFIED = {
    Kind.LOCATION_UPDATING_REQUEST: 9,
    Kind.IMSI_DETACH_INDICATION: 3,
    Kind.ATTACH_REQUEST: 8,
}
"""Messages that say who sends them, and at which octet."""
_CONTENTS: dict[Kind, Callable[[Mobility], bytes]] = {
    Kind.LOCATION_UPDATING_REQUEST: _request,
    Kind.LOCATION_UPDATING_ACCEPT: lambda message: _LAI,
    Kind.LOCATION_UPDATING_REJECT: lambda message: bytes((message.cause,)),
    Kind.IMSI_DETACH_INDICATION: lambda message: _CLASSMARK + _identity(message.imsi),
    Kind.ATTACH_REQUEST: _gprs_request,
    Kind.ATTACH_ACCEPT: lambda message: b"\x01\x49\x44" + _RAI,
    Kind.ATTACH_REJECT: lambda message: bytes((message.cause,)),
    Kind.DETACH_REQUEST: lambda message: b"\x09",  # GPRS, and the power goes off
}


def _identity(imsi: str) -> bytes:
    """A mobile identity with its length: an IMSI of 15 digits (TS 24.008 §10.5.1.4)."""
    swapped = bytes(int(imsi[at + 1] + imsi[at], 16) for at in range(1, 15, 2))
    return bytes((8, int(imsi[0]) << 4 | 0x09)) + swapped


def _imsi(octets: bytes) -> str:
    if len(octets) < 9 or octets[0] != 8 or octets[1] & 15 != 9:
        raise DecodeError("no IMSI of 15 digits")
    digits = f"{octets[1] >> 4:x}" + "".join(f"{octet & 15:x}{octet >> 4:x}" for octet in octets[2:9])
    if not digits.isdecimal():
        raise DecodeError("no IMSI")
    return digits
