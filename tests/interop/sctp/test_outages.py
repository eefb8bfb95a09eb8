"""The STP or the far node goes away and comes back: what is kept, what is refused, what is told."""

import asyncio
import socket
from errno import EINPROGRESS

import pytest

from mapstack import MT_FORWARD_SM, Answered, DialogueLost, LostReason
from mapstack.events import DestinationStateChanged
from mapstack.m3ua.destination import DestinationState
from mapstack.m3ua.settings import M3uaTimers
from mapstack.transport.association import LEAVING
from tests.interop.sctp.faults import cut_off, silence
from tests.interop.sctp.node import Node, Outcome, running
from tests.interop.sctp.pair import hlr_end, pair, sc_end
from tests.interop.sctp.place import HLR, HLR_POINT_CODE, Place
from tests.mapstack.stack.samples import ARGUMENTS

pytestmark = pytest.mark.interop


async def asked(node: Node) -> Outcome:
    return await node.outcome(node.ask(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM]))


GONE, BACK = DestinationState.UNAVAILABLE, DestinationState.AVAILABLE


def told(node: Node, mark: int) -> list[DestinationState]:
    """What SSNM has said of the HLR since then, in its order."""
    events = [event for event in node.events[mark:] if isinstance(event, DestinationStateChanged)]
    return [event.state for event in events if event.point_code == HLR_POINT_CODE]


def test_what_is_sent_while_the_far_as_is_pending_is_kept_by_the_stp_and_delivered(place: Place) -> None:
    async def scenario() -> None:
        async with pair(sc_end(place)) as (stp, sc, hlr):
            mark = len(sc.events)
            await cut_off(hlr, "hlr-1", lambda: stp.server("hlr") == "AS_PENDING")
            kept = [sc.ask(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM]) for _ in range(20)]
            assert hlr.invoked == []
            for dialogue in kept:
                assert isinstance(await sc.outcome(dialogue), Answered)
            await sc.until(lambda node: told(node, mark)[-2:] == [GONE, BACK])

    asyncio.run(scenario())


def test_a_destination_that_goes_is_refused_at_once_and_one_that_comes_back_is_used(place: Place) -> None:
    async def scenario() -> None:
        async with pair(sc_end(place)) as (_, sc, hlr):
            mark = len(sc.events)
            await hlr.close()
            await sc.until(lambda node: told(node, mark)[-1:] == [GONE])
            refused = await asked(sc)
            assert isinstance(refused, DialogueLost)
            assert refused.reason is LostReason.NO_ROUTE
            again = hlr_end(place).node()
            async with running(again):
                await sc.until(lambda node: told(node, mark)[-1:] == [BACK])
                assert isinstance(await asked(sc), Answered)

    asyncio.run(scenario())


def test_an_stp_that_dies_and_comes_back_is_found_again(place: Place) -> None:
    async def scenario() -> None:
        async with pair(sc_end(place), invoke_timers={MT_FORWARD_SM.name: 2.0}) as (stp, sc, hlr):
            under_way = [sc.ask(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM]) for _ in range(20)]
            stp.freeze()  # unread, so that the kernel ends with ABORT instead of SHUTDOWN
            under_way += [sc.ask(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM]) for _ in range(20)]
            stp.kill()
            await sc.until(lambda node: not node.active)
            await hlr.until(lambda node: not node.active)
            refused = await asked(sc)
            assert isinstance(refused, DialogueLost)
            assert refused.reason is LostReason.NO_ROUTE
            await stp.start()
            for node in (sc, hlr):
                await node.until(lambda node: len(node.active) == 1)
            assert isinstance(await asked(sc), Answered)
            ended = [await sc.outcome(dialogue) for dialogue in under_way]
            lost = [each for each in ended if isinstance(each, DialogueLost)]
            assert len(lost) >= 20
            assert {each.reason for each in lost} == {LostReason.TIMEOUT}
            assert len(sc.stack) == len(hlr.stack) == 0

    asyncio.run(scenario())


def test_a_peer_that_is_there_and_does_nothing_is_cut_off_by_the_heartbeat(place: Place) -> None:
    async def scenario() -> None:
        async with pair(sc_end(place), timers=M3uaTimers(t_beat=0.3)) as (stp, sc, _):
            await asyncio.sleep(1.0)
            assert sc.active == {"sc-1"}, "osmo-stp answers BEAT"
            stp.freeze()
            await sc.until(lambda node: not node.active, within=2.0)

    asyncio.run(scenario())


def test_a_node_that_stops_while_its_stp_is_away_leaves_its_port_free(place: Place) -> None:
    async def scenario() -> None:
        end = sc_end(place)
        (association, local), *_ = end.addresses.items()
        async with pair(end) as (_, sc, _):
            with silence(sc, association):
                await sc.close()
                with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SCTP) as again:
                    again.setblocking(False)
                    again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    again.bind(local)
                    assert again.connect_ex(place.stp) == EINPROGRESS

    asyncio.run(scenario())


def test_a_node_that_stops_is_gone_in_order_and_at_once(place: Place) -> None:
    async def scenario() -> None:
        async with pair(sc_end(place)) as (stp, sc, _):
            began = asyncio.get_running_loop().time()
            await sc.close()
            assert asyncio.get_running_loop().time() - began < LEAVING
            await stp.until(lambda: "SHUTDOWN" in stp.log.upper(), "it has seen the SHUTDOWN")

    asyncio.run(scenario())
