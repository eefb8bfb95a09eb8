"""aiocoap under the CoAP stack: real datagrams on loopback, blockwise, with OSCORE, and with nobody there."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiocoap
import pytest
from aiocoap.oscore import FilesystemSecurityContext

from msgin5g_bridge.coap_endpoint import CoapBounds, OscoreKey
from msgin5g_bridge.exchange import Answered, Asked, NoAnswer, Reply, Request, Response
from msgin5g_bridge.names import URI_PATH
from tests.msgin5g_bridge.coap_node import JSON, LIMIT, Node

pytestmark = pytest.mark.wire

MANY = 40
Story = Callable[[Node, Node], Awaitable[None]]
Play = Callable[..., None]
"""A story, and the keys of each of its two nodes."""


@pytest.fixture
def play(subnet: str) -> Play:
    async def run(story: Story, *keys: tuple[OscoreKey, ...]) -> None:
        async with AsyncExitStack() as stack:
            nodes = []
            for address, mine in zip(
                ((f"{subnet}.1", 5683), (f"{subnet}.2", 5700)), keys or ((), ()), strict=True
            ):
                node = Node(address, mine)
                await node.endpoint.start(address)
                stack.push_async_callback(node.endpoint.stop)
                nodes.append(node)
            await story(*nodes)

    return lambda story, *keys: asyncio.run(run(story, *keys))


@pytest.mark.parametrize("size", [2, 1024, 9000])
def test_a_body_goes_there_and_back_in_one_piece_or_in_blocks(size: int, play: Play) -> None:
    async def story(here: Node, there: Node) -> None:
        body = b"x" * size
        here.ask(there.origin, body)
        asked = await there.next()
        assert isinstance(asked, Asked)
        assert asked.request == Request("POST", URI_PATH, JSON, body)
        assert (asked.peer.address, asked.peer.identity) == (here.origin, "")
        assert await here.next() == Answered(7, Response(204, JSON, body))

    play(story)


def test_who_was_asked_can_ask_back_at_the_same_address(play: Play) -> None:
    async def story(here: Node, there: Node) -> None:
        here.ask(there.origin, b"{}")
        await there.next()
        await here.next()
        there.ask(here.origin, b"[]")
        asked = await here.next()
        assert isinstance(asked, Asked)
        assert asked.peer.address == there.origin
        assert isinstance(await there.next(), Answered)

    play(story)


def test_nobody_there_is_no_bug(play: Play, subnet: str) -> None:
    async def story(here: Node, there: Node) -> None:
        here.ask(f"coap://{subnet}.3:5683", b"{}", within=0.05)
        here.ask(there.origin, b"{}")
        assert isinstance(await here.next(), Answered | NoAnswer)

    play(story)


def test_an_answer_may_come_later_and_may_be_a_no(play: Play) -> None:
    async def story(here: Node, there: Node) -> None:
        there.silent = True
        here.ask(there.origin, b"{}")
        asked = await there.next()
        assert isinstance(asked, Asked)
        assert there.heard.empty()
        there.endpoint.send(Reply(asked.exchange, Response(404, (), b"nobody")))
        assert await here.next() == Answered(7, Response(404, (), b"nobody"))

    play(story)


def key(folder: Path, identity: str, ours: bytes, theirs: bytes, **others: bytes) -> OscoreKey:
    chosen = {"secret": b"k" * 16, **others}
    return OscoreKey(identity=identity, folder=folder, ours=ours, theirs=theirs, **chosen)


def test_with_a_provisioned_key_both_know_who_the_other_is(tmp_path: Path, play: Play) -> None:
    async def story(here: Node, there: Node) -> None:
        here.endpoint.secure(there.origin, "m5s@lab")
        there.endpoint.secure(here.origin, "meter@lab")
        for one, other, identity in ((here, there, "meter@lab"), (there, here, "m5s@lab")):
            one.ask(other.origin, b"y" * 3000)
            asked = await other.next()
            assert isinstance(asked, Asked)
            assert (asked.peer.identity, asked.peer.secure) == (identity, True)
            assert await one.next() == Answered(7, Response(204, JSON, b"y" * 3000))

    play(
        story, (key(tmp_path / "a", "m5s@lab", b"c", b"s"),), (key(tmp_path / "b", "meter@lab", b"s", b"c"),)
    )


def test_with_a_wrong_key_nothing_is_told(tmp_path: Path, play: Play) -> None:
    async def story(here: Node, there: Node) -> None:
        here.endpoint.secure(there.origin, "m5s@lab")
        here.ask(there.origin, b"{}")
        assert await here.next() == NoAnswer(7, "an answer without OSCORE: 4.00 Decryption failed")
        assert there.heard.empty()

    other = key(tmp_path / "b", "meter@lab", b"s", b"c", secret=b"z" * 16)
    play(story, (key(tmp_path / "a", "m5s@lab", b"c", b"s"),), (other,))


def test_a_request_is_looked_up_by_its_key_however_many_there_are(
    tmp_path: Path, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the contexts of all others nothing is read."""
    ids = {f"ue-{number}": (bytes([number // 2, 1]), bytes([number % 2])) for number in range(MANY)}
    touched: set[object] = set()

    def read(context: FilesystemSecurityContext, name: str) -> object:
        touched.add(object.__getattribute__(context, "authenticated_claims")[0])
        return object.__getattribute__(context, name)

    async def story(here: Node, there: Node) -> None:
        monkeypatch.setattr(FilesystemSecurityContext, "__getattribute__", read, raising=False)
        for name in ("ue-0", f"ue-{MANY - 1}"):
            touched.clear()
            here.ask(there.origin, b"{}", identity=name)
            asked = await there.next()
            assert isinstance(asked, Asked)
            assert asked.peer.identity == name
            assert isinstance(await here.next(), Answered)
            assert touched & ids.keys() == {name}
        monkeypatch.undo()

    mine = tuple(key(tmp_path / f"a{name}", name, id_, b"s", context=c) for name, (id_, c) in ids.items())
    theirs = tuple(key(tmp_path / f"b{name}", name, b"s", id_, context=c) for name, (id_, c) in ids.items())
    play(story, mine, theirs)


def test_a_body_above_the_bound_is_refused_before_it_is_whole(subnet: str) -> None:
    async def run() -> None:
        node = Node((f"{subnet}.1", 5683), bounds=CoapBounds(max_body=4096))
        await node.endpoint.start(node.address)
        client = await aiocoap.Context.create_client_context(transports=["simple6"])
        try:
            message = aiocoap.Message(
                code=aiocoap.POST, uri=f"{node.origin}{URI_PATH}", payload=b"x" * 100_000
            )
            async with asyncio.timeout(LIMIT):
                response = await client.request(message).response
            assert response.code == aiocoap.REQUEST_ENTITY_TOO_LARGE
            assert node.heard.empty()
        finally:
            await client.shutdown()
            await node.endpoint.stop()

    asyncio.run(run())
