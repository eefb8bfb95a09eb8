"""CPU and memory of the processes of a run, from the kernel (proc(5))."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from lab.bench.process import Process, children

__all__ = ["Meter", "Named", "Usage"]

_PAGE = os.sysconf("SC_PAGE_SIZE")


class Named(NamedTuple):
    """A process, and what it is called in a table."""

    name: str
    process: Process

    @property
    def memory(self) -> int:
        """Octets that are resident, those of its helpers too."""
        return sum(_resident(pid) for pid in (self.process.pid, *children(self.process.pid)))


class Usage(msgspec.Struct):
    """Of one process with its helpers, while messages went through it."""

    name: str
    cpu: float
    """Seconds."""
    cpu_per_message: float
    """Microseconds."""
    memory: int
    """Octets at the end."""
    growth_per_message: float
    """Octets."""


class Meter:
    """From now until `read`."""

    def __init__(self, watched: Sequence[Named]) -> None:
        self._watched = watched
        self._cpu = [each.process.cpu() for each in watched]
        self._memory = [each.memory for each in watched]

    def read(self, messages: int) -> list[Usage]:
        """What has been used since, for so many messages."""
        per = max(1, messages)
        found: list[Usage] = []
        for each, cpu, memory in zip(self._watched, self._cpu, self._memory, strict=True):
            used, now = each.process.cpu() - cpu, each.memory
            found.append(
                Usage(
                    each.name, round(used, 3), round(used / per * 1e6, 1), now, round((now - memory) / per, 1)
                )
            )
        return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):  # it has ended meanwhile
        return 0
