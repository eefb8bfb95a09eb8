"""The addresses of the bench are there once: who plays on them waits for his turn."""

from collections.abc import Iterator

import pytest

from tests.lab.turn import turn


@pytest.fixture
def bench_network(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[None]:
    with turn("bench-network", tmp_path_factory, worker_id):
        yield
