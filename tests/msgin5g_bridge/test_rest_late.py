"""REST where answers come late, or never: whoever gives up leaves the connection to those who come then."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from time import monotonic

import pytest

from msgin5g_bridge.exchange import Answered, Ask, Asked, Incoming, Reply, Request, Response
from msgin5g_bridge.rest_client import ClientBounds, RestClient
from msgin5g_bridge.rest_server import RestServer, ServerBounds
from tests.msgin5g_bridge.test_rest_wire import play

pytestmark = pytest.mark.wire

MANY = 150
"""More than the streams that a server allows on a connection."""
PATIENCE = 10.0


class Pair:
    """A client and a server; it answers after so many seconds, or not at all."""

    def __init__(self) -> None:
        self.wait: float | None = 0.0
        self.asked: list[Asked] = []
        self.told: dict[int, Incoming] = {}
        self._now = asyncio.get_running_loop().time
        self.server = RestServer(self._serve, ServerBounds(), None)
        self.client = RestClient(self._hear, self._now, ClientBounds(), None)
        self._count = 0

    def _serve(self, event: Incoming) -> None:
        if isinstance(event, Asked):
            self.asked.append(event)
            if self.wait is not None:
                reply = Reply(event.exchange, Response(200, (), b"{}"))
                asyncio.get_running_loop().call_later(self.wait, self.server.send, reply)

    def _hear(self, event: Incoming) -> None:
        self.told[event.exchange] = event

    def ask(self, origin: str, within: float) -> int:
        self._count += 1
        request = Request("POST", "/x", (("content-type", "application/json"),), b'{"a": "0123456789"}')
        self.client.send(Ask(self._count, origin, request, self._now() + within))
        return self._count

    async def answered(self, origin: str) -> bool:
        """Whether one who has time gets through."""
        number, until = self.ask(origin, PATIENCE), self._now() + PATIENCE
        while number not in self.told and self._now() < until:
            await asyncio.sleep(0.01)
        return isinstance(self.told.get(number), Answered)


def _busy(seconds: float) -> None:
    """Nobody else gets his turn."""
    until = monotonic() + seconds
    while monotonic() < until:
        pass


def between(story: Callable[[Pair, str], Awaitable[None]]) -> None:
    async def told() -> None:
        pair = Pair()
        origin = "http://{}:{}".format(*await pair.server.start(("127.0.0.1", 0)))
        await story(pair, origin)
        await pair.client.stop()
        await pair.server.stop()

    play(told)


def test_a_server_that_was_silent_is_heard_again_on_the_same_connection() -> None:
    async def story(pair: Pair, origin: str) -> None:
        assert await pair.answered(origin)
        pair.wait = None
        for _ in range(MANY):
            pair.ask(origin, 0.2)
        await asyncio.sleep(0.4)
        pair.wait = 0.0
        assert await pair.answered(origin)
        assert len({asked.peer for asked in pair.asked}) == 1

    between(story)


@pytest.mark.parametrize("seed", range(3))
def test_whoever_is_interrupted_at_any_point_spoils_nothing_for_others(seed: int) -> None:
    """The loop has other things to do, and deadlines pass in between."""

    async def story(pair: Pair, origin: str) -> None:
        chance = Random(seed)
        for _ in range(100):
            for _ in range(chance.randint(1, 6)):
                pair.ask(origin, chance.choice((0.002, 0.01, 0.05, 0.2)))
            pair.wait = chance.choice((0.0, 0.002, 0.02))
            await asyncio.sleep(0.01 * chance.random())
            if chance.random() < 0.3:
                _busy(0.03 * chance.random())
        pair.wait = 0.0
        await asyncio.sleep(0.3)
        assert [await pair.answered(origin) for _ in range(5)] == [True] * 5

    between(story)
