"""The journal in segments: closed when large or old, and made into files by a process of its own."""

import logging
import subprocess
import sys
from contextlib import suppress
from math import inf

from ipsmgw.disk import WireDisk
from ipsmgw.drive import Clock, Handle
from ipsmgw.journal.closing import Closing, left_over, segment
from ipsmgw.settings import JournalSettings

__all__ = ["Segments"]

_log = logging.getLogger(__name__)
_LAST_FILES = 5.0
_LOOK_AGAIN = 1.0  # an old journal is being synced just now


class Segments:
    """A `WireDisk` as `ipsmgw.journal.Disk`, which begins anew between two groups of records."""

    def __init__(self, disk: WireDisk, settings: JournalSettings, closing: Closing, clock: Clock) -> None:
        self._disk = disk
        self._largest, self._oldest = settings.size or inf, settings.after or inf
        self._closing = closing
        self._clock = clock
        self._size = disk.size()
        self._old = self._clock.now() + self._oldest
        self._timer: Handle | None = None
        self._processes: list[subprocess.Popen[bytes]] = []
        self.sync = disk.sync
        self.read = disk.read
        self.size = disk.size
        if left_over(closing.journal):  # the life before was ended in the middle of it
            self._close_segments()
        self._wake(self._old)

    def append(self, data: bytes) -> None:
        """A group of records; the one before is on the disk, which is the moment to begin anew."""
        if self._size >= self._largest:
            self._begin_anew("size")
        elif self._clock.now() >= self._old:
            self._begin_anew("time")
        self._size += len(data)
        self._disk.append(data)

    def truncate(self, size: int) -> None:
        self._disk.truncate(size)
        self._size = size

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._disk.close()
        with suppress(subprocess.TimeoutExpired):  # then it goes on alone
            for each in self._processes:
                each.wait(_LAST_FILES)

    def _begin_anew(self, reason: str) -> None:
        """Where that cannot be, records go on into the same file: nothing is lost, somebody should look."""
        self._old = self._clock.now() + self._oldest
        if not self._size:
            return
        closing = self._closing
        try:
            self._disk.keep_as(segment(closing.journal, closing.folder, reason))
        except OSError as fault:
            _log.error("the journal cannot be closed, and is continued: %s", fault)
            return
        self._size = 0
        self._close_segments()

    def _close_segments(self) -> None:
        journal, folder, node, address, formats = self._closing
        ended = [each.poll() for each in self._processes]
        if any(ended):
            _log.error("a segment of the journal could not be made into files, and is tried again")
        self._processes = [each for each in self._processes if each.returncode is None]
        one = subprocess.Popen(
            [sys.executable, "-m", "ipsmgw.journal", journal, folder, node, address, *formats],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._processes.append(one)

    def _on_time(self) -> None:
        """It has grown old while nothing came."""
        now = self._clock.now()
        if now >= self._old and not self._disk.syncing:
            self._begin_anew("time")
        self._wake(self._old if self._old > now else now + _LOOK_AGAIN)

    def _wake(self, when: float) -> None:
        self._timer = self._clock.call_at(when, self._on_time) if when < inf else None
