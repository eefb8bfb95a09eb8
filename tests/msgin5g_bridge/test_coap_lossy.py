"""aiocoap behind a proxy that loses and doubles datagrams: each request is told once and answered once."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

import pytest

from msgin5g_bridge.coap_endpoint import CoapBounds
from msgin5g_bridge.exchange import Answered, Ask, Asked, Request, Response
from msgin5g_bridge.names import URI_PATH
from tests.lab.turn import turn
from tests.msgin5g_bridge.test_coap_wire import JSON, LIMIT, Node

pytestmark = pytest.mark.wire

HERE, PROXY, THERE = ("127.0.7.8", 5683), ("127.0.7.9", 5701), ("127.0.7.10", 5700)
MANY = 20
SHORE, SEA, SHELTER = ("127.0.7.21", 5683), ("127.0.7.22", 5701), ("127.0.7.23", 5700)
"""Where the storm is: other tests may be under way at the addresses above."""
BOUNDS = CoapBounds(ack_timeout=0.2, max_retransmit=8)
Fate = Callable[[int, bool], int]
"""Of the datagram of this number, there or back: how often it comes."""


@pytest.fixture(autouse=True)
def alone(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[None]:
    """The addresses are there once."""
    with turn("lossy-coap", tmp_path_factory, worker_id):
        yield


class Proxy(asyncio.DatagramProtocol):
    """Between whoever speaks to it and an address."""

    def __init__(self, fate: Fate, to: tuple[str, int] = THERE) -> None:
        self._to = to
        self._fate = fate
        self._numbers = {True: 0, False: 0}
        self._client: tuple[str, int] = HERE
        self.transport: asyncio.DatagramTransport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        there = addr != self._to
        if there:
            self._client = addr
        self._numbers[there] += 1
        for _ in range(self._fate(self._numbers[there], there)):
            self.transport.sendto(data, self._to if there else self._client)


def play(fate: Fate, size: int) -> tuple[list[Answered], list[Asked]]:
    async def run() -> tuple[list[Answered], list[Asked]]:
        here, there = Node(), Node()
        loop = asyncio.get_running_loop()
        transport, proxy = await loop.create_datagram_endpoint(lambda: Proxy(fate), local_addr=PROXY)
        proxy.transport = transport
        await here.endpoint.start(HERE)
        await there.endpoint.start(THERE)
        try:
            here.ask(PROXY, b"x" * size)
            answers = [await here.next()]
            while not here.heard.empty():
                answers.append(here.heard.get_nowait())
            asked = [there.heard.get_nowait() for _ in range(there.heard.qsize())]
            return (
                [each for each in answers if isinstance(each, Answered)],
                [each for each in asked if isinstance(each, Asked)],
            )
        finally:
            await here.endpoint.stop()
            await there.endpoint.stop()
            transport.close()

    return asyncio.run(run())


@pytest.mark.parametrize("size", [10, 3000], ids=["whole", "in blocks"])
@pytest.mark.parametrize(
    "fate",
    [
        lambda number, there: 0 if there and number == 1 else 1,
        lambda number, there: 0 if not there and number == 1 else 1,
        lambda number, there: 2,
    ],
    ids=["the first request is lost", "the first answer is lost", "everything comes twice"],
)
def test_a_request_is_told_once_and_answered_once(fate: Fate, size: int) -> None:
    answers, asked = play(fate, size)
    assert answers == [Answered(7, Response(204, JSON, b"x" * size))]
    assert len(asked) == 1


class Storm(Proxy):
    """Loses, doubles and holds datagrams back, so that others overtake them."""

    def __init__(self, rng: Random) -> None:
        super().__init__(lambda number, there: rng.choices((0, 1, 2), (10, 80, 10))[0], SHELTER)
        self._rng = rng
        self.overtaken = 0

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._rng.random() < 0.3:
            self.overtaken += 1
            later = super().datagram_received
            asyncio.get_running_loop().call_later(self._rng.uniform(0, 0.1), later, data, addr)
        else:
            super().datagram_received(data, addr)


def test_in_a_storm_each_request_is_taken_once_and_its_answer_is_its_own() -> None:
    async def run() -> None:
        here, there = Node(bounds=BOUNDS), Node(bounds=BOUNDS)
        loop = asyncio.get_running_loop()
        transport, storm = await loop.create_datagram_endpoint(lambda: Storm(Random(1)), local_addr=SEA)
        storm.transport = transport
        await here.endpoint.start(SHORE)
        await there.endpoint.start(SHELTER)
        for number in range(MANY):
            request = Request("POST", URI_PATH, JSON, b"%d" % number)
            here.endpoint.send(Ask(number, "coap://{}:{}".format(*SEA), request, loop.time() + LIMIT))
        answers = [await here.next() for _ in range(MANY)]
        asked = [there.heard.get_nowait() for _ in range(there.heard.qsize())]
        await here.endpoint.stop()
        await there.endpoint.stop()
        transport.close()
        told = {each.exchange: each.response.body for each in answers if isinstance(each, Answered)}
        assert told == {number: b"%d" % number for number in range(MANY)}
        assert Counter(each.request.body for each in asked if isinstance(each, Asked)) == Counter(
            told.values()
        )
        assert storm.overtaken > MANY // 4

    asyncio.run(run())
