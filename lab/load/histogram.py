"""Latencies in buckets of equal relative width: bounded memory, exact to a part in 128."""

from collections.abc import Iterable
from math import ceil

import msgspec

__all__ = ["PRECISION", "Histogram"]

_BITS = 7
PRECISION = 1 / (1 << _BITS)
"""What is told is at most this part above what was measured, and never below it."""
_SECOND = 1_000_000.0
_EXACT = 1 << (_BITS + 1)


class Histogram(msgspec.Struct):
    """Microseconds; an octave has 128 buckets, so a day needs less than 4,000 of them."""

    counts: dict[int, int] = {}
    most: int = 0
    total: int = 0

    def add(self, seconds: float) -> None:
        """One more."""
        value = round(seconds * _SECOND) if seconds > 0 else 0
        shift = value.bit_length() - _BITS - 1
        index = value if shift <= 0 else (shift << _BITS) + (value >> shift)
        self.counts[index] = self.counts.get(index, 0) + 1
        self.total += value
        if value > self.most:
            self.most = value

    def merge(self, other: "Histogram") -> None:
        """All of another one's."""
        counts = self.counts
        for index, count in other.counts.items():
            counts[index] = counts.get(index, 0) + count
        self.total += other.total
        self.most = max(self.most, other.most)

    def __len__(self) -> int:
        return sum(self.counts.values())

    @property
    def mean(self) -> float | None:
        """Seconds."""
        count = len(self)
        return self.total / count / _SECOND if count else None

    def quantile(self, part: float, beyond: int = 0) -> float | None:
        """Seconds within which this part of all was done; None where it was not, or nothing was.

        `beyond`: how many were never done. They count as slower than all others.
        """
        wanted = ceil(part * (len(self) + beyond) - 1e-9)
        seen = 0
        for index, count in sorted(self.counts.items()):
            seen += count
            if seen >= wanted:
                return min(_highest(index), self.most) / _SECOND
        return None

    def steps(self) -> Iterable[tuple[float, int]]:
        """Seconds at the upper end of each bucket, and how many are in it."""
        return [(_highest(index) / _SECOND, count) for index, count in sorted(self.counts.items())]


def _highest(index: int) -> int:
    """The largest value that falls into a bucket."""
    if index < _EXACT:
        return index
    shift = (index >> _BITS) - 1
    return ((index - (shift << _BITS) + 1) << shift) - 1
