"""Where the lab chooses what goes wrong, and how long things take: one place for every choice (DESIGN §10).

Whoever replaces `Chance` sees every choice, or makes them all himself.
"""

from collections.abc import Callable
from math import inf
from random import Random

from ipsmgw.drive import Clock
from lab.faults import Range, draw

__all__ = ["Chance", "Chances", "seeded"]


class Chance:
    """The choices of one source, a link or a disk, from its seed.

    A choice belongs to a turn of its source (a datagram, a message, an attempt to connect) and has a kind:
    the name of the field in `Faults` that rules it. How long a fault lasts is asked under the fault's name.
    """

    __slots__ = ("_rng",)

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def turn(self) -> None:
        """The next datagram, message, attempt or sync."""

    def happens(self, kind: str, share: float) -> bool:
        """Whether it goes wrong; where it never does, that costs no randomness."""
        return share > 0 and self._rng.random() < share

    def lasts(self, kind: str, span: Range) -> float:
        """How long it takes."""
        return draw(self._rng, span)

    def comes(self, kind: str, rate: float) -> float:
        """After how long it happens; infinity for never."""
        return self._rng.expovariate(rate) if rate else inf

    def ends(self, kind: str, size: int) -> list[int]:
        """Where a message of so many octets is cut into pieces: after which octets, in order."""
        rng = self._rng
        return sorted({rng.randrange(1, size) for _ in range(rng.randint(1, 4))})

    def between(self, kind: str, least: int, most: int) -> int:
        """A number from the least to the most."""
        return self._rng.randint(least, most)


Chances = Callable[[str, Random, Clock], Chance]
"""Makes the chance of a source: its name, its randomness, and the clock of the carrier."""


def seeded(name: str, rng: Random, clock: Clock) -> Chance:
    """As the seed has it."""
    return Chance(rng)
