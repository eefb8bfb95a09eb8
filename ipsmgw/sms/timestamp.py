"""TP-SCTS, TP-DT and the absolute TP-VP: seven octets of date, time and zone (TS 23.040 §9.2.3.11)."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Self

from ipsmgw.sms.address import SWAP
from ipsmgw.sms.errors import DecodeError

__all__ = ["OCTETS", "Timestamp"]

OCTETS = 7

_SIGN = 0x08
_UTC_OFFSET = timedelta()
_QUARTER = timedelta(minutes=15)
_SEMI_OCTETS = bytes((number % 10 << 4 | number // 10) & 0xFF for number in range(256))
_PIVOT = 90  # the field has no century; there was no short message before the nineties


class Timestamp(bytes):
    """The seven octets as they stand; many senders put there what is no date."""

    __slots__ = ()

    @classmethod
    def parse(cls, octets: bytes, at: int) -> Self:
        """The field that starts at an octet of a TPDU."""
        if len(octets) < at + OCTETS:
            raise DecodeError("the TPDU ends in a time stamp", len(octets))
        return cls(octets[at : at + OCTETS])

    @classmethod
    def of(cls, when: datetime) -> Self:
        """Of a moment in its zone (UTC when it has none), to the second and the quarter of an hour."""
        offset = when.utcoffset() or _UTC_OFFSET
        quarters = round(offset / _QUARTER)
        return cls._of_local(when + (quarters * _QUARTER - offset), quarters)

    @classmethod
    def at(cls, now: float, *, quarters: int = 0) -> Self:
        """Of seconds since 1970, told in the zone of so many quarters of an hour."""
        return cls._of_local(datetime.fromtimestamp(now + 900 * quarters, UTC), quarters)

    @classmethod
    def _of_local(cls, local: datetime, quarters: int) -> Self:
        year, month, day, hour, minute, second = local.timetuple()[:6]
        fields = bytes((year % 100, month, day, hour, minute, second, abs(quarters))).translate(_SEMI_OCTETS)
        return cls(fields if quarters >= 0 else fields[:6] + bytes((fields[6] | _SIGN,)))

    @property
    def quarters(self) -> int | None:
        """The zone in quarters of an hour; None when it is no number."""
        octet = self[6]
        if octet >> 4 > 9:
            return None
        quarters = (octet & 7) * 10 + (octet >> 4)
        return -quarters if octet & _SIGN else quarters

    @property
    def when(self) -> datetime | None:
        """The moment; None when the octets are no date."""
        digits = self[:6].translate(SWAP).hex()
        quarters = self.quarters
        if quarters is None or not digits.isdecimal():
            return None
        year, month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(0, 12, 2))
        year += 1900 if year >= _PIVOT else 2000
        try:
            return datetime(year, month, day, hour, minute, second, tzinfo=timezone(quarters * _QUARTER))
        except ValueError:  # the thirteenth month
            return None

    @property
    def text(self) -> str:
        """As ISO 8601, or the octets where they are no date."""
        when = self.when
        return when.isoformat(" ") if when else f"no date: {self.hex()}"
