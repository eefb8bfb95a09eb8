"""What the laws ask of a disk: when each octet of it became durable (DESIGN §10, law 3)."""

from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from functools import partial
from math import inf

from ipsmgw.drive import Clock
from ipsmgw.gateway import Disk

__all__ = ["Durability", "WitnessedDisk"]

_SYNCS = 1_000_000  # that are remembered


class Durability:
    """How much of a file was on disk, and from when on; it outlives the node that writes."""

    def __init__(self) -> None:
        self._sizes: deque[tuple[float, int]] = deque(maxlen=_SYNCS)
        self._least: list[int] = []

    def note(self, when: float, size: int) -> None:
        """From now on this much is on disk; less than before, if the end was cut off."""
        self._sizes.append((when, size))
        self._least.clear()

    def since(self, end: int) -> float:
        """From when on everything before this octet has been on disk; infinity if it is not."""
        if len(self._least) != len(self._sizes):
            least, self._least = self._sizes[-1][1] if self._sizes else 0, []
            for _, size in reversed(self._sizes):
                least = min(least, size)
                self._least.append(least)
            self._least.reverse()
        found = bisect_left(self._least, end)
        return self._sizes[found][0] if found < len(self._least) else inf


class WitnessedDisk:
    """A disk that is watched; it takes nobody's word for a sync but the disk's own."""

    def __init__(self, disk: Disk, clock: Clock, durability: Durability) -> None:
        self._disk = disk
        self._clock = clock
        self._durability = durability
        self._size = disk.size()
        durability.note(clock.now(), self._size)

    def append(self, data: bytes) -> None:
        self._size += len(data)
        self._disk.append(data)

    def sync(self, done: Callable[[], None]) -> None:
        self._disk.sync(partial(self._synced, self._size, done))

    def size(self) -> int:
        return self._size

    def read(self, start: int = 0) -> bytes:
        return self._disk.read(start)

    def truncate(self, size: int) -> None:
        self._size = size
        self._durability.note(self._clock.now(), size)
        self._disk.truncate(size)

    def close(self) -> None:
        self._disk.close()

    def _synced(self, size: int, done: Callable[[], None]) -> None:
        self._durability.note(self._clock.now(), size)
        done()
