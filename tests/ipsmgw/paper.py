"""A disk of a test: a sync is done when the test says so, a crash forgets what was not synced."""

from collections.abc import Callable

__all__ = ["Paper"]


class Paper:
    """`ipsmgw.journal.Disk` in memory."""

    def __init__(self, durable: bytes = b"") -> None:
        self.durable = durable
        self.written = durable
        self.closed = False
        self.most_read = 0
        self._syncs: list[tuple[int, Callable[[], None]]] = []

    def append(self, data: bytes) -> None:
        self.written += data

    def sync(self, done: Callable[[], None]) -> None:
        self._syncs.append((len(self.written), done))

    def size(self) -> int:
        return len(self.written)

    def read(self, start: int = 0) -> bytes:
        self.most_read = max(self.most_read, len(self.written) - start)
        return self.written[start:]

    def truncate(self, size: int) -> None:
        self.written = self.written[:size]

    def close(self) -> None:
        self.closed = True

    @property
    def syncing(self) -> int:
        return len(self._syncs)

    def finish(self) -> None:
        size, done = self._syncs.pop(0)
        self.durable = self.written[:size]
        done()

    def crash(self, torn: int = 0) -> "Paper":
        """What the next life finds: what was synced, and perhaps some octets more."""
        return Paper(self.written[: len(self.durable) + torn])
