"""What is there once, and whose turn it is: workers of one run share the folder above theirs."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["turn"]


@contextmanager
def turn(name: str, factory: pytest.TempPathFactory, worker: str) -> Iterator[None]:
    """Nobody else has it meanwhile."""
    base = factory.getbasetemp()
    folder: Path = base if worker == "master" else base.parent
    with (folder / name).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
