"""How a story of the MSGin5G service draws what happens when, until there is peace (DESIGN §10)."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from random import Random

from lab.carrier import Carrier

__all__ = ["Act", "AtRandom"]

Act = Callable[[], object]
"""Something that happens; what takes its time is awaited."""


class AtRandom(ABC):
    """So many acts while the carrier is busy; nodes that go down are back within `outage`."""

    acts = 80
    outage = 0.5
    ages = 300.0
    """Seconds after which everything that can end has ended."""

    def __init__(self, carrier: Carrier) -> None:
        self.carrier = carrier
        self.side = carrier.msgin5g
        self.rng: Random = carrier.ground.rng("story")

    async def play(self) -> None:
        """From the first registration until everything has ended."""
        carrier, rng = self.carrier, self.rng
        await self.begin()
        pause = carrier.plan.timers.busy / self.acts
        chances = self.chances()
        for _ in range(self.acts):
            await carrier.pause(rng.uniform(0, 2 * pause))
            done = rng.choices(list(chances), list(chances.values()))[0]()
            if isinstance(done, Awaitable):
                await done
        carrier.ground.calm()
        for node in list(carrier.down):
            await carrier.revive(node)
        self.calm()
        await carrier.until(self.over, "every transfer has ended", within=self.ages)

    @abstractmethod
    async def begin(self) -> None:
        """Who is there at first."""

    @abstractmethod
    def chances(self) -> Mapping[Act, int]:
        """What may happen, and how often beside the others."""

    @abstractmethod
    def calm(self) -> None:
        """Everybody is there again, and does what he should."""

    def over(self) -> bool:
        """Whether every server has nothing under way."""
        homes = self.side.homes.values()
        return all(each.state.final for home in homes for each in home.data.transfers.values())

    async def restart(self, *nodes: str) -> None:
        """One of these goes down, and is back soon."""
        await self.carrier.restart(self.rng.choice(nodes), self.rng.uniform(0.01, self.outage))
