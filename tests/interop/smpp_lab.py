"""The lab on real sockets, for ESMEs that we did not write."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from lab.carrier import Carrier
from lab.ground import WireGround
from lab.laws import judge
from lab.plan import PACED, Plan

__all__ = ["in_lab", "running"]

_NETWORK = 141


@asynccontextmanager
async def running(plan: Plan, *, judged: bool) -> AsyncIterator[Carrier]:
    """A carrier that stands; when it is over no law may be broken."""
    ground = WireGround(plan, seed=1)
    carrier = Carrier(plan, ground)
    try:
        await carrier.start()
        yield carrier
        await carrier.until(lambda: not carrier.open_work, "nothing is under way", within=20.0)
        assert not judged or judge(carrier) == []
    finally:
        await carrier.stop()
        await ground.end()


def in_lab(story: Callable[[Carrier], Awaitable[None]], *, rate: float = 0.0, judged: bool = True) -> None:
    """Play a story on a carrier with the timers of the wire."""

    async def play() -> None:
        plan = Plan(network=_NETWORK, timers=PACED, smpp_rate=rate)
        async with running(plan, judged=judged) as carrier:
            await story(carrier)

    asyncio.run(play())
