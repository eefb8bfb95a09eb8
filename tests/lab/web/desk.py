"""A lab in virtual time, and somebody who asks it over its API."""

from collections.abc import Callable, Coroutine
from dataclasses import replace

import msgspec
from httpx import ASGITransport, AsyncClient, Response

from lab import clock as clocks
from lab.carrier import Carrier
from lab.clock import VirtualClock
from lab.ground import VirtualGround
from lab.plan import Gmsc, Plan
from lab.steps import registered
from lab.web import LabFace

__all__ = ["EVERYWHERE", "Desk", "at_the_desk"]

EVERYWHERE = replace(Plan(), legs=("msc", "sgsn"), gmsc=Gmsc(ip_messaging=True, gprs=True))


class Desk:
    """Who sits in front of a running lab."""

    def __init__(self, carrier: Carrier, client: AsyncClient) -> None:
        self.carrier = carrier
        self._client = client

    async def get(self, path: str) -> dict[str, object]:
        answer = await self._client.get(path)
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content, type=dict[str, object])

    async def ask(self, method: str, path: str, **body: object) -> Response:
        return await self._client.request(method, path, json=body)

    async def do(self, path: str, **body: object) -> None:
        """An order that is taken."""
        answer = await self.ask("POST", path, **body)
        assert answer.status_code in (200, 202), answer.text

    async def refused(self, path: str, **body: object) -> str:
        """Status and sentence of a no."""
        answer = await self.ask("POST", path, **body)
        return f"{answer.status_code} {answer.json()['error']}"

    async def quiet(self) -> None:
        """Nothing is under way any more."""
        await self.carrier.until(lambda: not self.carrier.open_work, "nothing is under way", within=200.0)


def at_the_desk(story: Callable[[Desk], Coroutine[object, object, None]], plan: Plan = EVERYWHERE) -> None:
    """With all phones registered."""

    async def told(clock: VirtualClock) -> None:
        carrier = Carrier(plan, VirtualGround(clock, seed=1))
        await carrier.start()
        await registered(carrier, *carrier.phones)
        page = LabFace(carrier)
        transport = ASGITransport(app=page.app)
        async with AsyncClient(transport=transport, base_url="http://127.0.1.10:8080") as client:
            await story(Desk(carrier, client))
        await page.close()
        await carrier.stop()

    clocks.run(told)
