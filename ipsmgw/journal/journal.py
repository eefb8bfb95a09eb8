"""The CDR journal: append, group commit, and only then what waited for it (DESIGN §4, §8)."""

from collections.abc import Callable
from time import monotonic
from typing import Generic, Protocol, TypeVar

from ipsmgw.cdr import Cdr, encode

__all__ = ["Disk", "Journal"]

ThenT = TypeVar("ThenT")
_LOOK = 64 * 1024  # octets of the end of a journal, which may be large


class Disk(Protocol):
    """A file that grows; `done` is called when everything appended before `sync` is durable."""

    def append(self, data: bytes) -> None: ...
    def sync(self, done: Callable[[], None]) -> None: ...
    def size(self) -> int: ...
    def read(self, start: int = 0) -> bytes: ...
    def truncate(self, size: int) -> None: ...
    def close(self) -> None: ...


class Journal(Generic[ThenT]):
    """Records, each with what may happen once it is on disk.

    The commit clocks itself: a group is written when the sync of the group before returns, so that
    groups grow exactly when load makes syncs the bottleneck.
    """

    def __init__(
        self, disk: Disk, release: Callable[[list[ThenT]], None], clock: Callable[[], float] = monotonic
    ) -> None:
        self._disk = disk
        self._release = release
        self._lines: list[bytes] = []
        self._waiting: list[ThenT] = []
        self._syncing: list[ThenT] | None = None
        self.written = 0
        self.groups = 0
        self._clock = clock
        self._begun = 0.0
        self.sync_seconds = 0.0
        """That all syncs which have returned have taken."""
        _drop_torn_line(disk)

    def append(self, cdr: Cdr, then: ThenT) -> None:
        self._lines.append(encode(cdr))
        self._waiting.append(then)

    @property
    def pending(self) -> int:
        """How many records are not yet known to be durable."""
        return len(self._waiting) + len(self._syncing or ())

    @property
    def syncs(self) -> int:
        """Those that have returned."""
        return self.groups - (self._syncing is not None)

    @property
    def stalled(self) -> float:
        """For how many seconds the disk has not answered."""
        return 0.0 if self._syncing is None else self._clock() - self._begun

    def flush(self) -> None:
        """End of a batch: start the next group unless one is on its way to the disk."""
        if self._syncing is not None or not self._lines:
            return
        self._disk.append(b"\n".join([*self._lines, b""]))
        self.written += len(self._lines)
        self.groups += 1
        self._syncing, self._waiting, self._lines = self._waiting, [], []
        self._begun = self._clock()
        self._disk.sync(self._synced)

    def close(self) -> None:
        self._disk.close()

    def _synced(self) -> None:
        group, self._syncing = self._syncing or [], None
        self.sync_seconds += self._clock() - self._begun
        self._release(group)


def _drop_torn_line(disk: Disk) -> None:
    """A crash may have left half a line at the end: it was never acknowledged, so it goes."""
    size, look = disk.size(), _LOOK
    while True:
        start = max(0, size - look)
        end = disk.read(start).rfind(b"\n") + 1
        if end or start == 0:
            break
        look *= 2
    if start + end != size:
        disk.truncate(start + end)
