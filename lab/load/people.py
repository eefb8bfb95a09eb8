"""Who there is: numbers follow from an index, so that a hundred thousand cost nothing."""

from collections import deque
from random import Random

from lab.bench.frames import semi_octets
from lab.bench.place import IMSI, MSISDN, digits

__all__ = ["MOST", "People", "imsi_octets", "imsi_of", "msisdn_octets", "msisdn_of"]

MOST = 500_000
"""Subscribers of one generator, those among them that come and go."""


def msisdn_of(index: int) -> bytes:
    """Its digits."""
    return (MSISDN + digits(index)).encode()


def imsi_of(index: int) -> bytes:
    """Its digits."""
    return (IMSI + digits(index)).encode()


def imsi_octets(index: int) -> bytes:
    """As in MAP."""
    return semi_octets(f"{IMSI}{digits(index)}f")


def msisdn_octets(index: int) -> bytes:
    """The same of an AddressString, behind the octet that says of which kind it is."""
    return semi_octets(f"{MSISDN}{digits(index)}f")


class People:
    """Some are registered all the time, and have the messages; the others come and go."""

    def __init__(self, first: int, settled: int, passing: int, rng: Random) -> None:
        self._first = first
        self._settled = settled
        self._rng = rng
        self._present = deque(range(first + settled, first + settled + passing))
        self._absent: deque[int] = deque()
        self._fresh = first + settled + passing
        self._end = first + MOST

    @property
    def registered(self) -> range:
        """Who is to be registered before anything is measured."""
        return range(self._first, self._first + self._settled + len(self._present))

    def anybody(self) -> int:
        """One of those that are registered all the time."""
        return self._first + int(self._rng.random() * self._settled)

    def comer(self) -> int | None:
        """Somebody who is not registered; None where all are."""
        if self._fresh < self._end:
            index, self._fresh = self._fresh, self._fresh + 1
        elif self._absent:
            index = self._absent.popleft()
        else:
            return None
        self._present.append(index)
        return index

    def goer(self) -> int | None:
        """Who has been there longest of those that come and go; None where nobody is left."""
        if not self._present:
            return None
        index = self._present.popleft()
        self._absent.append(index)
        return index
