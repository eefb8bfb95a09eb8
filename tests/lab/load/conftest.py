"""The addresses of the load are there once: who plays on them waits for his turn."""

from collections.abc import Iterator

import pytest

from tests.lab.turn import turn


@pytest.fixture
def load_network(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[None]:
    with turn("load-network", tmp_path_factory, worker_id):
        yield
