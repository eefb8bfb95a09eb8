"""The journal's file: written in the loop, synced by a helper process that cannot stall it (DESIGN §8)."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from errno import EBUSY, EIO, EPIPE
from pathlib import Path

from ipsmgw import syncer

__all__ = ["WireDisk", "sync_directory"]

_LAST_SYNC = 5.0


class WireDisk:
    """A file as `ipsmgw.journal.Disk`; syncs asked for while one runs are answered together by the next.

    After a failed write or sync nobody knows what is on the disk: from then on every call raises, and what
    waits for a sync is never told that it is durable. `failed` is called with the error; without it, that
    of a sync is raised in the loop's callback and so reaches the loop's exception handler.
    """

    def __init__(self, path: Path, *, failed: Callable[[OSError], None] | None = None) -> None:
        self._path = path
        self._failed = failed
        self._file = _opened(path)
        self._error: OSError | None = None
        self._running: list[Callable[[], None]] = []
        self._waiting: list[Callable[[], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        sync_directory(path.parent)
        self._socket, theirs = socket.socketpair()
        with theirs:
            # A session of its own: Ctrl-C at the terminal is for the gateway alone.
            self._helper = subprocess.Popen(
                [sys.executable, "-I", "-S", syncer.__file__, str(theirs.fileno()), str(self._file)],
                pass_fds=[theirs.fileno(), self._file],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._socket.setblocking(False)

    @property
    def helper(self) -> int:
        """The process that syncs."""
        return self._helper.pid

    def append(self, data: bytes) -> None:
        self._require_sound()
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            self._error = error
            if self._failed is not None:
                self._failed(error)
            raise

    def sync(self, done: Callable[[], None]) -> None:
        self._require_sound()
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self._socket, self._answered)
        self._waiting.append(done)
        if not self._running:
            self._start()

    def size(self) -> int:
        return os.fstat(self._file).st_size

    def read(self, start: int = 0) -> bytes:
        with self._path.open("rb") as file:
            file.seek(start)
            return file.read()

    def truncate(self, size: int) -> None:
        """As durable as what is appended: after the next sync."""
        self._require_sound()
        os.ftruncate(self._file, size)

    def keep_as(self, path: Path) -> None:
        """What is on the disk gets this name, and an empty file takes its place; nothing may wait for a sync.

        OSError where that cannot be: then everything is as before.
        """
        self._require_sound()
        if self.syncing:
            raise OSError(EBUSY, "the journal is being synced", str(self._path))
        fresh = self._path.with_name(f"{self._path.name}.next")
        file = _opened(fresh, os.O_TRUNC)
        try:
            self._path.rename(path)
        except OSError:
            os.close(file)
            raise
        fresh.rename(self._path)
        os.close(self._file)
        self._file = file
        self._tell_of(file)

    @property
    def syncing(self) -> bool:
        """Whether anybody waits for a sync."""
        return bool(self._running or self._waiting)

    def _tell_of(self, file: int) -> None:
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            socket.send_fds(self._socket, [b"n"], [file, folder])
        except OSError as error:
            self._fail(error)
        finally:
            os.close(folder)

    def close(self) -> None:
        """Whoever still waits for a sync is not told of it."""
        if self._file < 0:
            return
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._socket)
        self._running, self._waiting = [], []
        self._error = OSError(EIO, "the journal is closed", str(self._path))
        self._socket.close()
        os.close(self._file)
        self._file = -1
        _reap(self._helper)

    def _require_sound(self) -> None:
        if self._error is not None:
            raise self._error

    def _start(self) -> None:
        self._running, self._waiting = self._waiting, []
        try:
            self._socket.send(b"s")
        except OSError as error:
            self._fail(error)

    def _answered(self) -> None:
        try:
            answer = self._socket.recv(1)
        except BlockingIOError:
            return
        except ConnectionResetError:
            answer = b""
        if not answer:
            self._fail(OSError(EPIPE, "the process that syncs the journal is gone", str(self._path)))
        elif answer[0] != 0:
            number = EIO if answer[0] == syncer.FAILED_WITHOUT_NUMBER else answer[0]
            self._fail(OSError(number, f"sync: {os.strerror(number)}", str(self._path)))
        else:
            self._completed()

    def _completed(self) -> None:
        answered, self._running = self._running, []
        if self._waiting:
            self._start()
        for done in answered:
            done()

    def _fail(self, error: OSError) -> None:
        self._error = error
        self._running, self._waiting = [], []
        if self._loop is not None:
            self._loop.remove_reader(self._socket)
        if self._failed is None:
            raise error
        self._failed(error)


def _opened(path: Path, also: int = 0) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | also, 0o600)


def sync_directory(directory: Path) -> None:
    """That there is such a file has to be durable too."""
    folder = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _reap(helper: subprocess.Popen[bytes]) -> None:
    """It ends by itself when its socket closes; a disk that never answers does not keep us."""
    try:
        helper.wait(_LAST_SYNC)
    except subprocess.TimeoutExpired:
        helper.kill()
        helper.wait()
