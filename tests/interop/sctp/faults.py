"""What goes wrong on the way: silence by netem, ABORT by the socket (tc-netem(8); RFC 6458 §8.1.4)."""

import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.interop.sctp.node import Node

__all__ = ["abort", "silence", "tuned"]

_SCTP = Path("/proc/sys/net/sctp")
_TUNED = {"rto_min": 50, "rto_initial": 100, "rto_max": 200, "association_max_retrans": 4}


@contextmanager
def abort(node: Node, association: str) -> Iterator[None]:
    """A connection of the node ends with ABORT instead of SHUTDOWN."""
    (transport,) = [each for _, each in node.sockets._transports]
    line = transport._lines[association]  # type: ignore[union-attr]  # its only transport is SCTP
    line._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    node.cut(association)
    yield


@contextmanager
def silence(node: Node, association: str) -> Iterator[None]:
    """Nothing passes between the address of the association and any other, and nobody is told."""
    if shutil.which("tc") is None:
        pytest.skip("tc is not installed (Debian: apt-get install iproute2)")
    host = node.addresses[association]
    try:
        _tc("qdisc add dev lo root handle 1: prio")
        _tc("qdisc add dev lo parent 1:3 handle 30: netem loss 100%")
        for end in ("src", "dst"):
            _tc(f"filter add dev lo parent 1: protocol ip prio 1 u32 match ip {end} {host}/32 flowid 1:3")
        yield
    finally:
        _tc("qdisc del dev lo root")


@contextmanager
def tuned() -> Iterator[None]:
    """The kernel gives an association up in a second, not a minute, as carriers tune it (RFC 9260 §16)."""
    before = {name: (_SCTP / name).read_text() for name in _TUNED}
    try:
        _set({name: str(value) for name, value in _TUNED.items()})
        yield
    except PermissionError:
        pytest.skip("tuning SCTP needs root")
    finally:
        _set(dict(reversed(before.items())))  # RTO.Min is never above RTO.Max


def _set(values: dict[str, str]) -> None:
    for name, value in values.items():
        (_SCTP / name).write_text(value)


def _tc(words: str) -> None:
    done = subprocess.run(["tc", *words.split()], capture_output=True, text=True, timeout=10, check=False)
    if "Operation not permitted" in done.stderr:
        pytest.skip(f"tc needs root: {done.stderr.strip()}")
    assert done.returncode == 0, f"tc {words}: {done.stderr}"
