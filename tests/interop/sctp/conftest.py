"""What the tests over kernel SCTP need, or the reason why they are skipped."""

import re
import shutil
import socket
from pathlib import Path

import pytest

from tests.interop.sctp.place import Place

_FIRST_NETWORK = 130


@pytest.fixture(scope="session")
def kernel() -> None:
    """A kernel with SCTP; `make interop` starts one where this machine's has none."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SCTP).close()
    except OSError:
        pytest.skip("this kernel has no SCTP; `make interop` runs one that has")


@pytest.fixture(scope="session")
def osmo_stp(kernel: None) -> None:
    """The peer that we did not write."""
    if shutil.which("osmo-stp") is None:
        pytest.skip("osmo-stp is not installed (Debian: apt-get install osmo-stp)")


@pytest.fixture
def place(osmo_stp: None, worker_id: str, tmp_path: Path) -> Place:
    """Addresses of its own for each worker of xdist, a folder of its own for each test."""
    number = re.search(r"\d+", worker_id)
    return Place(_FIRST_NETWORK + (int(number[0]) if number else 0), tmp_path)
