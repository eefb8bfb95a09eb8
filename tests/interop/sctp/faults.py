"""What goes wrong on the way: silence by netem, ABORT by the socket (tc-netem(8))."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.interop.sctp.node import Node

__all__ = ["TUNED", "abort", "as_root", "need", "silence", "tuned"]

_SCTP = Path("/proc/sys/net/sctp")
TUNED = {"rto_min": 50, "rto_initial": 100, "rto_max": 200, "association_max_retrans": 4}


@contextmanager
def abort(node: Node, association: str) -> Iterator[None]:
    """A connection of the node ends with ABORT."""
    node.cut(association)
    yield


@contextmanager
def silence(node: Node, association: str) -> Iterator[None]:
    """Nothing passes between the address of the association and any other, and nobody is told."""
    host = node.addresses[association]
    need("tc")
    try:
        _tc("qdisc add dev lo root handle 1: prio")
        _tc("qdisc add dev lo parent 1:3 handle 30: netem loss 100%")
        for end in ("src", "dst"):
            _tc(f"filter add dev lo parent 1: protocol ip prio 1 u32 match ip {end} {host}/32 flowid 1:3")
        yield
    finally:
        _tc("qdisc del dev lo root")


@contextmanager
def tuned(values: Mapping[str, int] = TUNED) -> Iterator[None]:
    """The kernel gives an association up in a second, not a minute, as carriers tune it (RFC 9260 §16)."""
    before = {name: (_SCTP / name).read_text() for name in values}
    try:
        _set({name: str(value) for name, value in values.items()})
        yield
    except PermissionError:
        pytest.skip("tuning SCTP needs root")
    finally:
        _set(dict(reversed(before.items())))  # RTO.Min is never above RTO.Max


def _set(values: dict[str, str]) -> None:
    for name, value in values.items():
        (_SCTP / name).write_text(value)


def _tc(words: str) -> None:
    as_root(f"tc {words}")


def need(tool: str) -> None:
    """A tool of iproute2, or the test is skipped."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed (Debian: apt-get install iproute2)")


def as_root(command: str) -> None:
    """Run what only root may, or skip the test."""
    done = subprocess.run(command.split(), capture_output=True, text=True, timeout=10, check=False)
    if "Operation not permitted" in done.stderr:
        pytest.skip(f"{command} needs root: {done.stderr.strip()}")
    assert done.returncode == 0, f"{command}: {done.stderr}"
