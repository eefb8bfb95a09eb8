"""What the tests over kernel SCTP need, or the reason why they are skipped."""

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.sctp.capture import Capture
from tests.interop.sctp.place import ECHO, STP, STP_TOO, Place

_FIRST_NETWORK = 130
SOURCE = Path(__file__).with_name("sccp_echo.c")


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


@pytest.fixture(scope="session")
def network(worker_id: str) -> int:
    """Each worker of xdist has addresses of its own."""
    number = re.search(r"\d+", worker_id)
    return _FIRST_NETWORK + (int(number[0]) if number else 0)


@pytest.fixture
def place(osmo_stp: None, network: int, tmp_path: Path) -> Place:
    """A folder of its own for each test."""
    return Place(network, tmp_path)


@pytest.fixture(scope="session", autouse=True)
def capture(kernel: None, network: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Capture]:
    """All that we send over SCTP while the tests run; `test_wire` is the last of them and looks at it."""
    folder = tmp_path_factory.mktemp("wire")
    place = Place(network, folder)
    capture = Capture(
        folder / "sctp.pcap",
        f"{place.host(0)}/24",
        not_from=(place.host(STP), place.host(STP_TOO), place.host(ECHO)),
    )
    yield capture
    capture.close()


@pytest.fixture(scope="session")
def echo(osmo_stp: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The echo, compiled."""
    for tool in ("gcc", "pkg-config"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed (Debian: apt-get install {tool})")
    asked = ["pkg-config", "--cflags", "--libs", "libosmo-sigtran", "libosmocore"]
    flags = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    if flags.returncode:
        pytest.skip("libosmo-sigtran is not installed (Debian: apt-get install libosmo-sigtran-dev)")
    program = tmp_path_factory.mktemp("echo") / "sccp_echo"
    command = ["gcc", "-Wall", "-Werror", "-o", str(program), str(SOURCE), *flags.stdout.split()]
    subprocess.run(command, timeout=60, check=True)
    return program
