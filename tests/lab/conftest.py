"""Addresses: each worker of xdist has those of a network, and who plays on the bench's waits for his turn."""

import re
from collections.abc import Iterator

import pytest

from tests.lab.turn import turn

_FIRST_NETWORK = 101


@pytest.fixture
def network(worker_id: str) -> int:
    """For scenarios on the wire."""
    number = re.search(r"\d+", worker_id)
    return _FIRST_NETWORK + (int(number[0]) if number else 0)


@pytest.fixture
def bench_network(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[None]:
    with turn("bench-network", tmp_path_factory, worker_id):
        yield
