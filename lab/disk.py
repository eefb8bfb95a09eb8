"""A disk in virtual time: a sync takes its time, and a crash forgets what was not synced (DESIGN §10)."""

from collections.abc import Callable
from errno import ENOSPC
from functools import partial

from ipsmgw.drive import Clock, Handle
from lab.chance import Chance
from lab.faults import NONE, Faults

__all__ = ["VirtualDisk"]


class VirtualDisk:
    """One file, as `ipsmgw.journal.Disk`; it outlives its node.

    A sync makes durable what the file was when the sync started. One runs at a time; those asked for
    meanwhile are answered together by the next.
    """

    def __init__(self, clock: Clock, chance: Chance, faults: Faults = NONE, *, limit: int = 1 << 30) -> None:
        """`limit`: octets, beyond which the disk is full."""
        self._clock = clock
        self._chance = chance
        self._faults = faults
        self._limit = limit
        self._memory = bytearray()
        self._durable = bytearray()
        self._agreed = 0  # up to here memory and disk are the same
        self._untouched = 0  # up to here memory is what it was when the running sync started
        self._running: list[Callable[[], None]] = []
        self._waiting: list[Callable[[], None]] = []
        self._completion: Handle | None = None
        self.syncs = 0
        self.crashes = 0

    def append(self, data: bytes) -> None:
        if len(self._memory) + len(data) > self._limit:
            raise OSError(ENOSPC, "the virtual disk is full")
        self._memory += data

    def sync(self, done: Callable[[], None]) -> None:
        self._waiting.append(done)
        if self._completion is None:
            self._start()

    def size(self) -> int:
        return len(self._memory)

    def read(self, start: int = 0) -> bytes:
        return bytes(self._memory[start:])

    def truncate(self, size: int) -> None:
        """As durable as what is appended: after the next sync."""
        del self._memory[size:]
        self._agreed = min(self._agreed, size)
        self._untouched = min(self._untouched, size)

    def close(self) -> None:
        """Whoever still waits for a sync is not told of it."""
        if self._completion is not None:
            self._completion.cancel()
            self._completion = None
        self._running, self._waiting = [], []

    def crash(self) -> None:
        """What was not synced is lost, perhaps but for some octets of its beginning."""
        self.close()
        self.crashes += 1
        left = bytes(self._durable)
        if self._agreed < max(len(left), len(self._memory)) and self._tears():
            left = bytes(self._memory[: self._chance.between("torn", self._agreed, len(self._memory))])
        self._memory, self._durable, self._agreed = bytearray(left), bytearray(left), len(left)

    def _tears(self) -> bool:
        self._chance.turn()
        return self._chance.happens("torn", self._faults.torn)

    def _start(self) -> None:
        self._chance.turn()
        self._running, self._waiting = self._waiting, []
        self._untouched = len(self._memory)
        complete = partial(self._complete, self._agreed, bytes(self._memory[self._agreed :]))
        when = self._clock.now() + self._chance.lasts("sync", self._faults.sync)
        self._completion = self._clock.call_at(when, complete)

    def _complete(self, start: int, tail: bytes) -> None:
        self._durable[start:] = tail
        self._agreed = self._untouched
        self._completion = None
        self.syncs += 1
        answered, self._running = self._running, []
        if self._waiting:
            self._start()
        for done in answered:
            done()
