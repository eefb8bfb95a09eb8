"""The systems under test as processes of their own, and the CPU that they and their helpers have used."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple, Self

import msgspec

from lab.bench.place import configuration
from lab.bench.relay import Score

__all__ = ["GATEWAY", "Place", "Process", "children", "gateway", "placement", "relay"]

_LAST = 10.0
GATEWAY = "from ipsmgw.cli import main; main()"
"""What `python -c` runs as the gateway."""


class Place(NamedTuple):
    """Where a process keeps its files, and what pins it to its core."""

    folder: Path
    pin: Callable[[int], None]


class Process:
    """A child and its own children."""

    def __init__(self, arguments: list[str], place: Place, *, name: str, stdin: bytes | None = b"") -> None:
        """What it hears on standard input; None: whatever is written to `stdin` later."""
        self._log = place.folder / f"{name}.log"
        with self._log.open("wb") as told, TemporaryFile() as heard:
            heard.write(stdin or b"")
            heard.seek(0)
            self._child = subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.PIPE if stdin is None else heard,
                stdout=subprocess.PIPE,
                stderr=told,
                start_new_session=True,  # Ctrl-C is for us; what becomes of the child is our affair
            )
        place.pin(self._child.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def stdin(self) -> IO[bytes]:
        """Where somebody writes who has not said everything at the start."""
        assert self._child.stdin is not None
        return self._child.stdin

    @property
    def stdout(self) -> IO[bytes]:
        assert self._child.stdout is not None
        return self._child.stdout

    @property
    def ended(self) -> str | None:
        """What it said, once it has ended."""
        return None if self._child.poll() is None else self._log.read_text(errors="replace")

    def cpu(self) -> float:
        """Seconds of CPU, user and system, of all its threads and helpers until now."""
        return sum(_cpu(pid) for pid in (self.pid, *children(self.pid)))

    def stop(self) -> str:
        """End it; returns what it said on standard output."""
        self._child.terminate()
        try:
            self._child.wait(_LAST)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        told = self._child.stdout
        if told is None or told.closed:
            return ""
        with told:
            return told.read().decode(errors="replace")


def gateway(place: Place) -> Process:
    """`ipsmgw run -c FILE`."""
    path = place.folder / "gateway.toml"
    path.write_text(configuration(place.folder))
    return Process(["-c", GATEWAY, "run", "-c", str(path)], place, name="gateway")


def relay(score: Score, place: Place) -> Process:
    """The relay, with what it has to send."""
    arguments = ["-m", "lab.bench.relay"]
    return Process(arguments, place, name=f"relay-{score.local[0]}", stdin=msgspec.json.encode(score))


_CORES = sorted(os.sched_getaffinity(0))


def placement(*, apart: bool) -> Callable[[int], None]:
    """Pin us to a core; what is returned pins a process to another one, or to the same.

    Apart is how R1 is defined, and how people run it: packets come while others are worked on. On one core,
    scheduled as a batch (no preemption when a packet wakes the other side), generator and system under test
    take turns, each with all packets of the other at hand: there the relay costs least and repeats best
    (9.3 to 9.8 us, 72 packets a read; apart 11 to 12 us, 6 to 17 packets), which is the stricter yardstick.
    """
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    os.sched_setaffinity(0, _CORES[:1])
    theirs = _CORES[-1:] if apart else _CORES[:1]
    return lambda pid: os.sched_setaffinity(pid, theirs)


def _cpu(pid: int) -> float:
    """The process's CPU clock (the number that clock_getcpuclockid(3) computes)."""
    try:
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:  # it has ended meanwhile
        return 0.0


def children(pid: int) -> list[int]:
    """Those of a process: field 4 of /proc/PID/stat, after the name in brackets, is the parent (proc(5))."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(entry.parent.name))
    return found
