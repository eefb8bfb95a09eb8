"""A generator without sockets, for a carrier of its own; no clock but the test's."""

from random import Random

from lab.load.flow import Flow
from lab.load.ledger import Ledger
from lab.load.parts import Parts
from lab.load.people import People
from lab.load.share import Share, carrier, share
from lab.load.templates import templates
from lab.load.traffic import Traffic

__all__ = ["NETWORK", "enrol", "offer", "plan", "traffic"]

NETWORK = 250
PATIENCE = 10.0


def plan(index: int = 0, *, home: bool = False) -> Share:
    """That of a generator."""
    return share(carrier("", NETWORK, home=home), index)


def traffic(*, home: bool = False, settled: int = 20, passing: int = 5, first: int = 0) -> Traffic:
    """Nobody is registered yet."""
    rng = Random(1)
    people = People(0, settled, passing, rng)
    parts = Parts(templates(rng, plan(home=home)), people, Ledger(PATIENCE, first))
    return Traffic(parts, home=home)


def offer(to: Traffic, flow: Flow, times: int, now: float = 0.0) -> None:
    """So many at once."""
    for _ in range(times):
        to.offer(flow, now, now, counted=True)


def enrol(to: Traffic) -> None:
    """REGISTERs of everybody."""
    ledger = to.parts.ledger
    for subscriber in to.parts.people.registered:
        to.begin(ledger.begin(Flow.REGISTER, subscriber, 0.0, 0.0, counted=False), 0.0)
