"""What may go wrong in virtual time, how often and how long; every choice is seeded (DESIGN §10)."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from math import inf
from random import Random
from typing import NamedTuple

__all__ = ["ALL", "COAP", "NONE", "Faults", "Range", "Weather", "draw"]


class Range(NamedTuple):
    """Seconds, from the least to the most."""

    least: float
    most: float


def draw(rng: Random, span: Range) -> float:
    """A time of the range; one that leaves no choice costs no randomness."""
    least, most = span
    return least if least == most else least + (most - least) * rng.random()


_MILLISECOND = Range(0.001, 0.001)
_HALF_A_MILLISECOND = Range(0.0005, 0.0005)
_HALF_A_SECOND = Range(0.5, 0.5)
_SECOND = Range(1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Shares are of 1, rates are per second of virtual time. The default is a good network."""

    delay: Range = _MILLISECOND
    """Of each datagram, and of each piece of a stream."""
    loss: float = 0.0
    """Share of datagrams."""
    duplicate: float = 0.0
    """Share of datagrams that come twice."""
    reorder: float = 0.0
    """Share of datagrams that are held up, so that later ones overtake them."""
    held: Range = _MILLISECOND
    """How much longer these take."""
    split: float = 0.0
    """Share of messages on an octet stream (TCP) that are cut into pieces."""
    refuse: float = 0.0
    """Share of attempts to connect an association."""
    cut: float = 0.0
    """Rate at which an association that is up is cut."""
    reconnect: Range = _HALF_A_SECOND
    """From a cut or a refusal to the next attempt."""
    sync: Range = _HALF_A_MILLISECOND
    """How long a disk takes to sync."""
    torn: float = 0.0
    """Share of crashes that leave on the disk a part of what was not synced."""
    restart: float = 0.0
    """Rate at which a node goes down."""
    outage: Range = _SECOND
    """For how long."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple):
                if not 0 <= value[0] <= value[1] < inf:
                    raise ValueError(f"{field.name}: {value} is not a range of seconds")
            elif not 0 <= value < inf or (value > 1 and field.name not in ("cut", "restart")):
                raise ValueError(f"{field.name}: {value} is not a share, or rate")

    def restarts(self, rng: Random, begin: float, end: float) -> Iterator[tuple[float, float]]:
        """When a node goes down and when it is up again, for the time between `begin` and `end`."""
        when = begin
        while self.restart and (when := when + rng.expovariate(self.restart)) < end:
            back = when + draw(rng, self.outage)
            yield when, back
            when = back


NONE = Faults()
"""A good network: a millisecond each way, half a millisecond to sync."""

ALL = Faults(
    delay=Range(0.0005, 0.2),
    loss=0.05,
    duplicate=0.05,
    reorder=0.05,
    held=Range(0.01, 2.0),
    split=0.3,
    refuse=0.2,
    cut=1 / 60,
    reconnect=Range(0.1, 3.0),
    sync=Range(0.0002, 0.05),
    torn=0.5,
    restart=1 / 120,
    outage=Range(0.2, 5.0),
)
"""Everything that DESIGN §10 lets happen."""

COAP = Faults(
    delay=Range(0.0005, 0.01),
    loss=0.1,
    duplicate=0.1,
    reorder=0.2,
    held=Range(0.01, 0.1),
)
"""What datagrams of CoAP meet on the wire: their other end has to make it good, within seconds of ours."""


class _Spell(NamedTuple):
    since: float
    until: float
    faults: Faults


class Weather:
    """The faults between one pair of nodes: those of the network, and for a time others."""

    __slots__ = ("_spells", "_usual")

    def __init__(self, usual: Faults) -> None:
        self._usual = usual
        self._spells: list[_Spell] = []

    def change(self, faults: Faults, since: float, until: float) -> None:
        """Where two spells overlap, the later change counts."""
        self._spells.insert(0, _Spell(since, until, faults))

    def at(self, now: float) -> Faults:
        if self._spells:
            for since, until, faults in self._spells:
                if since <= now < until:
                    return faults
        return self._usual
