"""Routing keys: which traffic belongs to an AS (RFC 4666 §1.4.2, §3.6.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["PointCodes", "Ranges", "RoutingKey"]

_MAX_MASK = 24
_MAX_POINT_CODE = 0x3FFF


class PointCodes(NamedTuple):
    """A point code whose lowest `mask` bits may be anything (RFC 4666 §3.4.1)."""

    mask: int
    point_code: int

    def covers(self, point_code: int) -> bool:
        """Whether that point code is meant."""
        return (self.point_code ^ point_code) >> min(self.mask, _MAX_MASK) == 0

    @property
    def key(self) -> tuple[int, int]:
        """The mask, and the bits that it leaves: to be looked up for a point code."""
        mask = min(self.mask, _MAX_MASK)
        return mask, self.point_code >> mask

    def contains(self, other: "PointCodes") -> bool:
        """Whether all that the other means is meant."""
        return self.mask >= other.mask and self.covers(other.point_code)

    @property
    def octets(self) -> bytes:
        """As a parameter carries it."""
        return (self.mask << 24 | self.point_code).to_bytes(4)

    def __str__(self) -> str:
        return f"{self.point_code}/{self.mask}" if self.mask else str(self.point_code)


class Ranges:
    """What many of these mean: a message may name thousands, and each point code is looked up at once."""

    __slots__ = ("_keys", "_masks")

    def __init__(self, ranges: Iterable[PointCodes]) -> None:
        self._keys = {codes.key for codes in ranges}
        self._masks = tuple({mask for mask, _ in self._keys})

    def covering(self, point_code: int) -> list[tuple[int, int]]:
        """The keys of those that mean a point code."""
        keys = self._keys
        return [key for mask in self._masks if (key := (mask, point_code >> mask)) in keys]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingKey:
    """Traffic to a point code, or a part of it; the NA and the traffic mode are those of the AS."""

    point_code: int | None = None
    """The destination; None: our own."""
    service_indicators: tuple[int, ...] = ()
    """Empty: every user part, as gateways without screening want it (osmo-stp refuses a list)."""
    originating: tuple[PointCodes, ...] = ()
    """Empty: from whomever."""

    def __post_init__(self) -> None:
        if self.point_code is not None and not 0 <= self.point_code <= _MAX_POINT_CODE:
            raise ValueError(f"point code {self.point_code} is not within 0..{_MAX_POINT_CODE}")
        if any(not 0 <= one <= 15 for one in self.service_indicators):
            raise ValueError("a service indicator is not within 0..15")
