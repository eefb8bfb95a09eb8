"""Addresses: each worker of xdist has some of its own."""

import re

import pytest


@pytest.fixture
def subnet(worker_id: str) -> str:
    """The first three numbers of an address of loopback."""
    number = re.search(r"\d+", worker_id)
    return f"127.2.{int(number[0]) if number else 0}"
