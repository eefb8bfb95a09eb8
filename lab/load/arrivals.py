"""When what begins: an open loop, which asks nobody whether the last message has been answered."""

from collections.abc import Mapping
from random import Random

from lab.load.flow import Flow

__all__ = ["Arrivals"]


class Arrivals:
    """Poisson, or evenly spaced; the flows are mixed by their rates.

    Times are those at which a message should begin, whenever it does: latency counts from there, so that a
    gateway that stops for a second is seen by all who would have come in it.
    """

    def __init__(
        self, rates: Mapping[Flow, float], begin: float, seconds: float, rng: Random, *, poisson: bool = True
    ) -> None:
        self._rates = {flow: rate for flow, rate in rates.items() if rate > 0}
        self._flows, self._weights = list(self._rates), list(self._rates.values())
        self._total = sum(self._weights)
        self._end = begin + seconds
        self._rng = rng
        self._poisson = poisson
        self._credit = [0.0] * len(self._flows)
        half = 0.5 if not poisson else rng.expovariate(1.0)
        self._next = begin + half / self._total if self._total else self._end

    @property
    def deadline(self) -> float | None:
        """When the next one begins; None: there is none any more."""
        return self._next if self._next < self._end else None

    def stop(self) -> None:
        """Nothing begins any more."""
        self._end = self._next

    def due(self, now: float, most: int = 64) -> list[tuple[float, Flow]]:
        """What should have begun by now; a part of it, where that is much."""
        found: list[tuple[float, Flow]] = []
        total, rng = self._total, self._rng
        while self._next <= now and self._next < self._end and len(found) < most:
            found.append((self._next, self._flow()))
            self._next += rng.expovariate(total) if self._poisson else 1 / total
        return found

    def _flow(self) -> Flow:
        """At random; or, evenly spaced, whoever is most behind its share."""
        if len(self._flows) == 1:
            return self._flows[0]
        if self._poisson:
            return self._rng.choices(self._flows, self._weights)[0]
        credit = self._credit
        for index, weight in enumerate(self._weights):
            credit[index] += weight
        behind = max(range(len(credit)), key=credit.__getitem__)
        credit[behind] -= self._total
        return self._flows[behind]
