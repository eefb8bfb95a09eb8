"""The addresses of the bench are there once: who plays on them waits for his turn."""

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def bench_network(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[None]:
    """Workers of one run share the folder above theirs."""
    base = tmp_path_factory.getbasetemp()
    folder: Path = base if worker_id == "master" else base.parent
    with (folder / "bench-network").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
