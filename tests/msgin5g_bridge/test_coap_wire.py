"""aiocoap under the CoAP stack: real datagrams on loopback, blockwise, with OSCORE, and with nobody there."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiocoap
import pytest

from msgin5g_bridge.coap_endpoint import CoapBounds, CoapEndpoint, OscoreKey
from msgin5g_bridge.exchange import Answered, Ask, Asked, Incoming, NoAnswer, Reply, Request, Response
from msgin5g_bridge.names import URI_PATH

pytestmark = pytest.mark.wire

HERE, THERE = ("127.0.7.1", 5683), ("127.0.7.2", 5700)
JSON = (("content-type", "application/json"),)
LIMIT = 30.0


class Node:
    """An endpoint that answers everything with what it was asked, and keeps what it hears."""

    def __init__(self, keys: tuple[OscoreKey, ...] = (), bounds: CoapBounds | None = None) -> None:
        self.heard: asyncio.Queue[Incoming] = asyncio.Queue()
        self.answers = True
        loop = asyncio.get_running_loop()
        self.endpoint = CoapEndpoint(self._take, loop.time, bounds, keys)

    def _take(self, incoming: Incoming) -> None:
        self.heard.put_nowait(incoming)
        if isinstance(incoming, Asked) and self.answers:
            self.endpoint.send(Reply(incoming.exchange, Response(204, JSON, incoming.request.body)))

    async def next(self) -> Incoming:
        async with asyncio.timeout(LIMIT):
            return await self.heard.get()

    def ask(self, to: tuple[str, int], body: bytes, within: float = LIMIT) -> None:
        until = asyncio.get_running_loop().time() + within
        request = Request("POST", URI_PATH, JSON, body)
        self.endpoint.send(Ask(7, f"coap://{to[0]}:{to[1]}", request, until))


def play(story: Callable[[Node, Node], Awaitable[None]], *keys: tuple[OscoreKey, ...]) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            nodes = []
            for local, mine in zip((HERE, THERE), keys or ((), ()), strict=True):
                node = Node(mine)
                await node.endpoint.start(local)
                stack.push_async_callback(node.endpoint.stop)
                nodes.append(node)
            await story(*nodes)

    asyncio.run(run())


@pytest.mark.parametrize("size", [2, 1024, 9000])
def test_a_body_goes_there_and_back_in_one_piece_or_in_blocks(size: int) -> None:
    async def story(here: Node, there: Node) -> None:
        body = b"x" * size
        here.ask(THERE, body)
        asked = await there.next()
        assert isinstance(asked, Asked)
        assert asked.request == Request("POST", URI_PATH, JSON, body)
        assert (asked.peer.address, asked.peer.identity) == ("coap://127.0.7.1:5683", "")
        assert await here.next() == Answered(7, Response(204, JSON, body))

    play(story)


def test_who_was_asked_can_ask_back_at_the_same_address() -> None:
    async def story(here: Node, there: Node) -> None:
        here.ask(THERE, b"{}")
        await there.next()
        await here.next()
        there.ask(HERE, b"[]")
        asked = await here.next()
        assert isinstance(asked, Asked)
        assert asked.peer.address == "coap://127.0.7.2:5700"
        assert isinstance(await there.next(), Answered)

    play(story)


def test_nobody_there_is_no_bug() -> None:
    async def story(here: Node, there: Node) -> None:
        here.ask(("127.0.7.3", 5683), b"{}", within=0.05)
        here.ask(THERE, b"{}")
        assert isinstance(await here.next(), Answered | NoAnswer)

    play(story)


def test_an_answer_may_come_later_and_may_be_a_no() -> None:
    async def story(here: Node, there: Node) -> None:
        there.answers = False
        here.ask(THERE, b"{}")
        asked = await there.next()
        assert isinstance(asked, Asked)
        assert there.heard.empty()
        there.endpoint.send(Reply(asked.exchange, Response(404, (), b"nobody")))
        assert await here.next() == Answered(7, Response(404, (), b"nobody"))

    play(story)


def key(folder: Path, identity: str, ours: bytes, theirs: bytes) -> OscoreKey:
    return OscoreKey(identity=identity, folder=folder, secret=b"k" * 16, ours=ours, theirs=theirs)


def test_with_a_provisioned_key_both_know_who_the_other_is(tmp_path: Path) -> None:
    async def story(here: Node, there: Node) -> None:
        here.endpoint.secure("coap://127.0.7.2:5700", "meter@lab")
        there.endpoint.secure("coap://127.0.7.1:5683", "m5s@lab")
        for one, other, to, identity in ((here, there, THERE, "m5s@lab"), (there, here, HERE, "meter@lab")):
            one.ask(to, b"y" * 3000)
            asked = await other.next()
            assert isinstance(asked, Asked)
            assert (asked.peer.identity, asked.peer.secure) == (identity, True)
            assert await one.next() == Answered(7, Response(204, JSON, b"y" * 3000))

    play(
        story, (key(tmp_path / "a", "meter@lab", b"s", b"c"),), (key(tmp_path / "b", "m5s@lab", b"c", b"s"),)
    )


def test_with_a_wrong_key_nothing_is_told(tmp_path: Path) -> None:
    async def story(here: Node, there: Node) -> None:
        here.endpoint.secure("coap://127.0.7.2:5700", "meter@lab")
        here.ask(THERE, b"{}")
        answer = await here.next()
        assert isinstance(answer, NoAnswer) or (
            isinstance(answer, Answered) and answer.response.status >= 400
        )
        assert there.heard.empty()

    wrong = key(tmp_path / "b", "m5s@lab", b"c", b"s")
    other = OscoreKey(identity="m5s@lab", folder=wrong.folder, secret=b"z" * 16, ours=b"c", theirs=b"s")
    play(story, (key(tmp_path / "a", "meter@lab", b"s", b"c"),), (other,))


def test_a_body_above_the_bound_is_refused_before_it_is_whole() -> None:
    async def run() -> None:
        node = Node(bounds=CoapBounds(max_body=4096))
        await node.endpoint.start(HERE)
        client = await aiocoap.Context.create_client_context(transports=["simple6"])
        try:
            message = aiocoap.Message(
                code=aiocoap.POST, uri=f"coap://{HERE[0]}{URI_PATH}", payload=b"x" * 100_000
            )
            async with asyncio.timeout(LIMIT):
                response = await client.request(message).response
            assert response.code == aiocoap.REQUEST_ENTITY_TOO_LARGE
            assert node.heard.empty()
        finally:
            await client.shutdown()
            await node.endpoint.stop()

    asyncio.run(run())
