"""aiocoap behind a proxy that loses and doubles datagrams: each request is told once and answered once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random

import pytest

from ipsmgw.app import LoopClock
from lab.chance import Chance
from lab.faults import COAP, NONE, Faults
from lab.lossy_datagrams import LossyDatagrams
from msgin5g_bridge.coap_endpoint import CoapBounds
from msgin5g_bridge.exchange import Answered, Asked, Response
from tests.msgin5g_bridge.coap_node import JSON, Node

pytestmark = pytest.mark.wire

MANY = 20
BOUNDS = CoapBounds(ack_timeout=0.2, max_retransmit=8)
Fate = Callable[[int, str], int]
"""Of the datagram of this number, from here or from there: how often it comes."""
Story = Callable[[Node, Node, LossyDatagrams], Awaitable[None]]
Play = Callable[[Callable[[str], Chance], Faults, Story], None]
_KINDS = {"loss": 0, "duplicate": 2}


class Fated(Chance):
    """The datagrams of one direction, as somebody wants it."""

    def __init__(self, fate: Fate, link: str) -> None:
        super().__init__(Random(1))
        self._fate = fate
        self._source = link.split()[1]
        self._number = 0

    def turn(self) -> None:
        self._number += 1

    def happens(self, kind: str, share: float) -> bool:
        return self._fate(self._number, self._source) == _KINDS.get(kind)


@pytest.fixture
def play(subnet: str) -> Play:
    async def run(chance_of: Callable[[str], Chance], faults: Faults, story: Story) -> None:
        proxy = LossyDatagrams(LoopClock(asyncio.get_running_loop()), chance_of, faults)
        here, there = (Node((f"{subnet}.{n}", 5683), bounds=BOUNDS) for n in (1, 2))
        for name, node in (("here", here), ("there", there)):
            await node.endpoint.start(await proxy.take(name, node.address))
        try:
            await story(here, there, proxy)
        finally:
            await here.endpoint.stop()
            await there.endpoint.stop()
            proxy.close()

    return lambda *what: asyncio.run(run(*what))


@pytest.mark.parametrize("size", [10, 3000], ids=["whole", "in blocks"])
@pytest.mark.parametrize(
    "fate",
    [
        lambda number, source: 0 if (number, source) == (1, "here") else 1,
        lambda number, source: 0 if (number, source) == (1, "there") else 1,
        lambda number, source: 2,
    ],
    ids=["the first request is lost", "the first answer is lost", "everything comes twice"],
)
def test_a_request_is_told_once_and_answered_once(fate: Fate, size: int, play: Play) -> None:
    async def story(here: Node, there: Node, proxy: LossyDatagrams) -> None:
        here.ask(there.origin, b"x" * size)
        answers = [await here.next(), *here.all_heard()]
        assert answers == [Answered(7, Response(204, JSON, b"x" * size))]
        assert [type(each) for each in there.all_heard()] == [Asked]

    play(lambda link: Fated(fate, link), NONE, story)


def test_in_a_storm_each_request_is_taken_once_and_its_answer_is_its_own(play: Play) -> None:
    async def story(here: Node, there: Node, proxy: LossyDatagrams) -> None:
        for number in range(MANY):
            here.ask(there.origin, b"%d" % number, exchange=number)
        answers = [await here.next() for _ in range(MANY)]
        told = {each.exchange: each.response.body for each in answers if isinstance(each, Answered)}
        assert told == {number: b"%d" % number for number in range(MANY)}
        asked = Counter(each.request.body for each in there.all_heard() if isinstance(each, Asked))
        assert asked == Counter(told.values())
        assert proxy.fates["lost"]
        assert proxy.fates["duplicated"]

    play(lambda link: Chance(Random(f"1 {link}")), COAP, story)


def test_what_strangers_send_goes_nowhere_and_a_calm_proxy_loses_nothing(play: Play) -> None:
    async def story(here: Node, there: Node, proxy: LossyDatagrams) -> None:
        stranger = Node((here.address[0], 5999), bounds=BOUNDS)
        await stranger.endpoint.start(stranger.address)
        stranger.ask(there.origin, b"?")
        proxy.calm()
        here.ask(there.origin, b"x")
        assert isinstance(await here.next(), Answered)
        assert [type(each) for each in there.all_heard()] == [Asked]
        await stranger.endpoint.stop()

    play(lambda link: Chance(Random(1)), Faults(loss=1.0), story)
