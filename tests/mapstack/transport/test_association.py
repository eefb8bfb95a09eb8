"""What the transports refuse before they open a socket, and how long they wait between attempts."""

import asyncio
from random import Random

import pytest

from mapstack.transport import AssociationSpec, Backoff
from mapstack.transport.association import Attempts
from mapstack.transport.tcp import TcpTransport

HERE = ("127.0.0.1", 2905)


@pytest.mark.parametrize(
    "spec",
    [
        AssociationSpec("a", "sctp", connect=True, remote=HERE),
        AssociationSpec("a", "tcp", connect=True, local=HERE),
        AssociationSpec("a", "tcp", connect=False, remote=HERE),
        AssociationSpec("a", "tcp", connect=True, remote=HERE, other_remote=("127.0.0.2",)),
        AssociationSpec("a", "tcp", connect=False, local=HERE, other_local=("127.0.0.2",)),
    ],
)
def test_an_association_that_cannot_be_is_refused(spec: AssociationSpec) -> None:
    loop = asyncio.new_event_loop()
    try:
        with pytest.raises(ValueError, match="association a"):
            TcpTransport(loop, [spec], lambda _: None, lambda *_: None, lambda _: None, rng=Random(1))
    finally:
        loop.close()


def test_attempts_are_doubled_apart_up_to_a_bound_and_never_in_step() -> None:
    backoff, rng = Backoff(shortest=0.5, longest=20.0), Random(1)
    for failures, longest in ((0, 0.5), (1, 1.0), (2, 2.0), (9, 20.0), (100_000, 20.0)):
        waits = [backoff.after(failures, rng) for _ in range(50)]
        assert all(longest / 2 <= wait <= longest for wait in waits)
        assert len(set(waits)) > 40


@pytest.mark.parametrize(
    ("lived", "heard", "shortest"),
    [(0.01, True, False), (3600.0, True, True), (3600.0, False, False)],
    ids=["hangs up at once", "was there for an hour", "said nothing"],
)
def test_only_a_connection_that_was_worth_its_wait_ends_the_back_off(
    lived: float, heard: bool, shortest: bool
) -> None:
    attempts = Attempts(Backoff(shortest=0.2, longest=30.0), Random(1))
    waits = []
    for _ in range(10):
        waits.append(attempts.wait())
        attempts.connected(lived, heard=heard)
    assert all(0.1 <= wait <= 0.2 for wait in waits) is shortest
    assert (15.0 <= waits[-1] <= 30.0) is not shortest
