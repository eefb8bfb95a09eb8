"""aiocoap behind a proxy that loses and doubles datagrams: each request is told once and answered once."""

import asyncio
from collections.abc import Callable

import pytest

from msgin5g_bridge.exchange import Answered, Asked, Response
from tests.msgin5g_bridge.test_coap_wire import HERE, JSON, THERE, Node

pytestmark = pytest.mark.wire

PROXY = ("127.0.7.9", 5701)
Fate = Callable[[int, bool], int]
"""Of the datagram of this number, there or back: how often it comes."""


class Proxy(asyncio.DatagramProtocol):
    """Between whoever speaks to it and THERE."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate
        self._numbers = {True: 0, False: 0}
        self._client: tuple[str, int] = HERE
        self.transport: asyncio.DatagramTransport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        there = addr != THERE
        if there:
            self._client = addr
        self._numbers[there] += 1
        for _ in range(self._fate(self._numbers[there], there)):
            self.transport.sendto(data, THERE if there else self._client)


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
