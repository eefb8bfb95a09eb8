"""Server-sent events: told as it happens, without a queue for anybody, and for nothing while nobody looks."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import aclosing
from dataclasses import replace

import pytest

from ipsmgw.web.feed import Feed, TooManyClients
from ipsmgw.web.of_gateway import gateway_source
from ipsmgw.web.rows import Rows
from tests.ipsmgw.node import Node
from tests.ipsmgw.web.asked import finish, registered

LIMIT = 5.0


def feed_of(node: Node, *, clients: int = 2, queue: int = 100) -> Feed:
    loop = asyncio.get_running_loop()
    source = gateway_source(node.gateway)
    return Feed(source, Rows(source, loop.time), clients=clients, queue=queue)


async def told(events: AsyncIterator[bytes], name: str) -> tuple[int, object]:
    """The next event of this name: its number, and what it carries."""
    async for block in events:
        fields = dict(line.split(": ", 1) for line in block.decode().strip().split("\n"))
        if fields.get("event") == name:
            return int(fields.get("id", -1)), json.loads(fields["data"])
    raise AssertionError("the events have ended")


def run(story: Coroutine[None, None, None]) -> None:
    asyncio.run(asyncio.wait_for(story, LIMIT))


def rows_of(data: object) -> list[dict[str, object]]:
    assert isinstance(data, dict)
    rows: list[dict[str, object]] = data["rows"]
    return rows


def test_a_page_is_told_of_pdus_messages_and_status() -> None:
    async def story() -> None:
        node = registered()
        feed = feed_of(node)
        feed.open()
        async with aclosing(feed.events(None)) as events:
            _, status = await told(events, "status")
            assert isinstance(status, dict)
            assert (status["bindings"], status["standings"][0]["name"]) == (1, "smsc")
            finish(node, "first")
            number, data = await told(events, "pdus")
            assert [row["summary"] for row in rows_of(data)][::3] == [
                "MESSAGE RP-DATA SMS-SUBMIT",
                "mo-ForwardSM result",
            ]
            assert number == rows_of(data)[-1]["number"]
            _, messages = await told(events, "messages")
            assert isinstance(messages, list)
            assert [(one["id"], one["state"]) for one in messages] == [("ipsmgw-0.1-1", "delivered")]
            assert {row["thread"] for row in rows_of(data)} == {messages[0]["thread"]}

    run(story())


def test_a_page_that_comes_back_goes_on_where_it_was() -> None:
    async def story() -> None:
        node = registered()
        feed = feed_of(node)
        feed.open()
        async with aclosing(feed.events(5)) as events:
            _, data = await told(events, "pdus")
            assert (rows_of(data)[0]["number"], data["lost"]) == (6, 0)  # type: ignore[index]  # rows_of has looked

    run(story())


def test_who_reads_slowly_loses_some_and_is_told_how_many() -> None:
    async def story() -> None:
        node = registered()
        feed = feed_of(node, queue=4)
        feed.open()
        async with aclosing(feed.events(0)) as events:
            end, data = await told(events, "pdus")
            assert isinstance(data, dict)
            assert len(data["rows"]) == 4
            assert data["lost"] == end - 4

    run(story())


def test_so_many_pages_and_no_more() -> None:
    async def story() -> None:
        feed = feed_of(registered(), clients=1)
        feed.open()
        with pytest.raises(TooManyClients, match=r"web\.clients"):
            feed.open()
        async with aclosing(feed.events(None)) as events:
            await told(events, "status")
        feed.open()
        assert feed.clients == 1

    run(story())


def test_nothing_runs_while_nobody_looks() -> None:
    async def story() -> None:
        feed = feed_of(registered())
        before = len(asyncio.all_tasks())
        feed.open()
        async with aclosing(feed.events(None)) as events:
            await told(events, "status")
            assert len(asyncio.all_tasks()) == before + 1
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == before

    run(story())


def test_a_flood_is_looked_at_in_part_and_the_rest_is_left_out() -> None:
    """Whoever looks takes a sixth of a core at most: the messages go first."""

    async def story() -> None:
        node = registered()
        rows = Rows(gateway_source(node.gateway), lambda: 0.0)
        await rows.follow()
        before = rows.end
        for number in range(100):
            finish(node, f"call-{number}")
        await rows.follow()
        latest = rows.after(before - 1, 10_000)
        assert len(latest) == 400
        assert latest[-1].number == rows.end - 1 == before + 599

    run(story())


def test_our_bug_in_what_is_told_to_all_is_logged_once_and_they_are_told_again_after_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
        node = registered()
        sound, bugs = gateway_source(node.gateway), ["one", "and the same again"]

        def status() -> Mapping[str, object]:
            if bugs and bugs.pop():
                raise RuntimeError("our bug")
            return sound.status()

        source = replace(sound, status=status)
        feed = Feed(source, Rows(source, asyncio.get_running_loop().time), clients=2, queue=100)
        feed.open()
        async with aclosing(feed.events(None)) as events:
            _, told_of = await told(events, "status")
            assert isinstance(told_of, dict)
            assert told_of["bindings"] == 1

    run(story())
    assert [said.message for said in caplog.records] == ["bug while looking at what happens"]
