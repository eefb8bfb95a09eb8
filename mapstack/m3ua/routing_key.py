"""Routing keys: which traffic belongs to an AS (RFC 4666 §1.4.2, §3.6.1)."""

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["PointCodes", "RoutingKey"]

_MAX_MASK = 24
_MAX_POINT_CODE = 0x3FFF
_SCCP = 3


class PointCodes(NamedTuple):
    """A point code whose lowest `mask` bits may be anything (RFC 4666 §3.4.1)."""

    mask: int
    point_code: int

    def covers(self, point_code: int) -> bool:
        """Whether that point code is meant."""
        return (self.point_code ^ point_code) >> min(self.mask, _MAX_MASK) == 0

    def contains(self, other: "PointCodes") -> bool:
        """Whether all that the other means is meant."""
        return self.mask >= other.mask and self.covers(other.point_code)

    @property
    def octets(self) -> bytes:
        """As a parameter carries it."""
        return (self.mask << 24 | self.point_code).to_bytes(4)

    def __str__(self) -> str:
        return f"{self.point_code}/{self.mask}" if self.mask else str(self.point_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingKey:
    """Traffic to a point code, or a part of it; the NA and the traffic mode are those of the AS."""

    point_code: int | None = None
    """The destination; None: our own."""
    service_indicators: tuple[int, ...] = (_SCCP,)
    """Empty: every user part."""
    originating: tuple[PointCodes, ...] = ()
    """Empty: from whomever."""

    def __post_init__(self) -> None:
        if self.point_code is not None and not 0 <= self.point_code <= _MAX_POINT_CODE:
            raise ValueError(f"point code {self.point_code} is not within 0..{_MAX_POINT_CODE}")
        if any(not 0 <= one <= 15 for one in self.service_indicators):
            raise ValueError("a service indicator is not within 0..15")
