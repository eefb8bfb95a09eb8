"""TP-VP in its three formats (TS 23.040 §9.2.3.3, §9.2.3.12)."""

from enum import IntEnum
from typing import NamedTuple, Self

from ipsmgw.sms.timestamp import Timestamp

__all__ = ["VP_OCTETS", "Enhanced", "Relative", "ValidityPeriod", "ValidityPeriodFormat", "validity_period"]


class ValidityPeriodFormat(IntEnum):
    """TP-VPF."""

    NONE = 0
    ENHANCED = 1
    RELATIVE = 2
    ABSOLUTE = 3


VP_OCTETS = (0, 7, 1, 7)

_MINUTE, _HOUR, _DAY, _WEEK = 60, 3600, 86400, 604800


class Relative(NamedTuple):
    """One octet: minutes, hours, days or weeks (§9.2.3.12.1)."""

    octet: int

    @property
    def seconds(self) -> int:
        """How long the message is valid."""
        if self.octet <= 143:
            return (self.octet + 1) * 5 * _MINUTE
        if self.octet <= 167:
            return 12 * _HOUR + (self.octet - 143) * 30 * _MINUTE
        if self.octet <= 196:
            return (self.octet - 166) * _DAY
        return (self.octet - 192) * _WEEK

    @classmethod
    def at_least(cls, seconds: float) -> Self:
        """The shortest period that is not shorter; 63 weeks when there is none."""
        return cls(next((octet for octet in range(255) if Relative(octet).seconds >= seconds), 255))

    def encode(self) -> bytes:
        """The octet."""
        return bytes((self.octet,))


class Enhanced(NamedTuple):
    """Seven octets: functionality, then a value in one of several forms (§9.2.3.12.3)."""

    octets: bytes

    @property
    def single_shot(self) -> bool:
        """The SC is to make one attempt only."""
        return bool(self.octets[0] & 0x40)

    @property
    def seconds(self) -> int | None:
        """How long the message is valid; None when this does not say so."""
        form = self.octets[0] & 7
        at = 2 if self.octets[0] & 0x80 else 1
        if form == 1:
            return Relative(self.octets[at]).seconds
        if form == 2:
            return self.octets[at]
        return _hms(self.octets[at : at + 3]) if form == 3 else None

    def encode(self) -> bytes:
        """The octets."""
        return self.octets


def _hms(octets: bytes) -> int | None:
    digits = octets.hex()
    if not digits.isdecimal():
        return None
    hours, minutes, seconds = (int(digits[at + 1] + digits[at]) for at in (0, 2, 4))
    return hours * _HOUR + minutes * _MINUTE + seconds


ValidityPeriod = Relative | Enhanced | Timestamp


def validity_period(vpf: int, octets: bytes) -> ValidityPeriod | None:
    """TP-VP read by its TP-VPF."""
    match vpf:
        case ValidityPeriodFormat.RELATIVE:
            return Relative(octets[0])
        case ValidityPeriodFormat.ENHANCED:
            return Enhanced(octets)
        case ValidityPeriodFormat.ABSOLUTE:
            return Timestamp(octets)
        case _:
            return None
