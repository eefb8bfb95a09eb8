"""What goes wrong on the way: silence by netem, ABORT by the socket (tc-netem(8))."""

import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest

from tests.interop.sctp.node import Node

__all__ = ["TUNED", "abort", "as_root", "cut_off", "need", "silence", "tuned"]

_SCTP = Path("/proc/sys/net/sctp")
TUNED = {"rto_min": 50, "rto_initial": 100, "rto_max": 200, "association_max_retrans": 4}

ATTEMPTS, MOMENT = 10, 1.0


async def cut_off(node: Node, association: str, seen: Callable[[], bool]) -> None:
    """Cut a connection until the far end has seen it.

    An ABORT is sent once: on a busy machine it may get lost, and then only the next association tells. It
    returns in the same turn of our loop: nobody has read what the far end says next, nor connected again.
    """
    for _ in range(ATTEMPTS):
        node.cut(association)
        end = monotonic() + MOMENT
        while monotonic() < end:
            if seen():
                return
        await node.until(lambda node: association not in node.active)
        await node.until(lambda node: association in node.active)
    raise AssertionError(f"{node.name}: the far end has not seen that {association} was cut {ATTEMPTS} times")


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
