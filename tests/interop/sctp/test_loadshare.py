"""Two ASPs of one AS share the load, and one takes over when the other goes (RFC 4666 §4.3.4.3, §1.4.4.1)."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from mapstack import MT_FORWARD_SM, SEND_ROUTING_INFO_FOR_SM, Answered, DialogueLost, LostReason
from mapstack.m3ua.settings import M3uaTimers, TrafficMode
from mapstack.map.short_message import MtForwardSmArg
from tests.interop.sctp.faults import abort, silence, tuned
from tests.interop.sctp.node import Node
from tests.interop.sctp.pair import End, Pair, pair, sc_end
from tests.interop.sctp.place import HLR, SC, Place
from tests.mapstack.stack.samples import ARGUMENTS

pytestmark = pytest.mark.interop

WATCHFUL = M3uaTimers(t_beat=0.5)
ANSWER = {SEND_ROUTING_INFO_FOR_SM.name: 3.0}
BURST = 10


def two(place: Place) -> End:
    return sc_end(place, asps=2, mode=TrafficMode.LOADSHARE)


def test_both_associations_carry_a_share_each_way(place: Place) -> None:
    async def scenario() -> None:
        async with pair(two(place)) as (_, sc, hlr):
            arg = ARGUMENTS[MT_FORWARD_SM]
            for node, called in ((sc, HLR), (hlr, SC)):
                for dialogue in [node.ask(MT_FORWARD_SM, called, arg) for _ in range(40)]:
                    assert isinstance(await node.outcome(dialogue), Answered)
            for direction in ("sent", "received"):
                shares = [sc.data[direction, name] for name in ("sc-1", "sc-2")]
                assert sum(shares) == 80
                assert min(shares) >= 20, shares

    asyncio.run(scenario())


@pytest.mark.parametrize("cut", [abort, silence])
def test_when_one_is_cut_under_load_the_other_takes_over_and_no_invoke_is_lost_untold(
    place: Place, cut: Callable[[Node, str], AbstractContextManager[None]]
) -> None:
    async def scenario(both: Pair) -> None:
        _, sc, hlr = both
        assert await answered(sc, await asked(sc, lambda: len(sc.outcomes) >= 10 * BURST))
        with cut(sc, "sc-1"):
            amid = await asked(sc, lambda: "sc-1" not in sc.active)
            await answered(sc, amid)
            # What leaves now leaves by the other. (Answers can still be lost: when its kernel gives an
            # association up, osmo-stp 1.6 hears of it and goes on to send half of the load there.)
            heard, end = len(hlr.invoked), len(sc.outcomes) + 10 * BURST
            after = await asked(sc, lambda: len(sc.outcomes) + len(sc.stack) >= end)
            await answered(sc, after)
            assert len(hlr.invoked) - heard == len(after)
        await sc.until(lambda node: "sc-1" in node.active)
        sent = sc.data["sent", "sc-1"]
        assert await answered(sc, await asked(sc, lambda: sc.data["sent", "sc-1"] >= sent + BURST))
        assert len(sc.stack) == len(hlr.stack) == 0

    async def whole() -> None:
        with tuned():
            async with pair(two(place), timers=WATCHFUL, invoke_timers=ANSWER) as both:
                await scenario(both)

    asyncio.run(whole())


async def asked(node: Node, enough: Callable[[], bool]) -> list[int]:
    """Invokes in bursts, until there are enough."""
    dialogues: list[int] = []
    async with asyncio.timeout(20):
        while not enough():
            arg = ARGUMENTS[SEND_ROUTING_INFO_FOR_SM]
            dialogues += [node.ask(SEND_ROUTING_INFO_FOR_SM, HLR, arg) for _ in range(BURST)]
            await asyncio.sleep(0.01)
    return dialogues


async def answered(node: Node, dialogues: list[int]) -> bool:
    """Whether all were; those that were not are told to be lost, once each, when their time is up."""
    ended = [await node.outcome(dialogue) for dialogue in dialogues]
    lost = [each for each in ended if not isinstance(each, Answered)]
    assert {each.reason for each in lost if isinstance(each, DialogueLost)} <= {LostReason.TIMEOUT}
    return not lost


def test_long_messages_come_whole_over_associations_that_share_the_load(place: Place) -> None:
    sample = ARGUMENTS[MT_FORWARD_SM]
    assert isinstance(sample, MtForwardSmArg)
    arg = replace(sample, sm_rp_ui=bytes(200))

    async def scenario() -> None:
        async with pair(two(place)) as (_, sc, hlr):
            for node, called in ((sc, HLR), (hlr, SC)):
                for dialogue in [node.ask(MT_FORWARD_SM, called, arg) for _ in range(40)]:
                    assert isinstance(await node.outcome(dialogue), Answered)
            for direction in ("sent", "received"):
                shares = [sc.data[direction, name] for name in ("sc-1", "sc-2")]
                assert sum(shares) == 120, "each invoke in two segments"
                assert min(shares) >= 30, shares

    asyncio.run(scenario())
