"""Which process runs where: the gateway has a core of its own, as long as there are two."""

import os

__all__ = ["Cores"]


class Cores:
    """Generators share the others, and so does who shows the figures."""

    def __init__(self) -> None:
        cores = sorted(os.sched_getaffinity(0))
        self._system = cores[-1:]
        self._others = cores[:-1] or cores
        self._generators = 0
        os.sched_setaffinity(0, self._others)

    def pin_system(self, pid: int) -> None:
        os.sched_setaffinity(pid, self._system)

    def pin_generator(self, pid: int) -> None:
        os.sched_setaffinity(pid, [self._others[self._generators % len(self._others)]])
        self._generators += 1
