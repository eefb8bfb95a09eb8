"""Our SGP serves osmo-stp, which is the ASP and the client here (RFC 4666 §1.4.2.2)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from mapstack import MT_FORWARD_SM, Answered
from mapstack.events import AsStateChanged
from mapstack.m3ua.application_server import AsState
from mapstack.m3ua.settings import Association, M3uaSettings, M3uaTimers, Role
from mapstack.transport import AssociationSpec
from tests.interop.sctp.node import Node, running
from tests.interop.sctp.pair import Pair, sc_end, settings
from tests.interop.sctp.place import (
    HLR,
    HLR_CONTEXT,
    HLR_GT,
    HLR_POINT_CODE,
    M3UA,
    SC,
    SC_POINT_CODE,
    STP,
    Place,
)
from tests.interop.sctp.stp import Peer, Server, stp_running
from tests.mapstack.stack.samples import ARGUMENTS, RESULTS

pytestmark = pytest.mark.interop


@asynccontextmanager
async def served(place: Place) -> AsyncIterator[Pair]:
    """The SM-SC is an ASP of osmo-stp, and osmo-stp one of the HLR."""
    here, sc = (place.host(21), M3UA), sc_end(place)
    peer = Peer(name="hlr-1", address=here, role="asp")
    server = Server(name="hlr", context=HLR_CONTEXT, point_code=HLR_POINT_CODE, asps=("hlr-1",))
    link = Association(name="stp", role=Role.SGP, point_code=SC_POINT_CODE, routing_context=HLR_CONTEXT)
    m3ua = M3uaSettings(point_code=HLR_POINT_CODE, associations=(link,), timers=M3uaTimers(t_recovery=10.0))
    hlr = Node(
        "hlr", settings(m3ua, HLR_GT), [AssociationSpec("stp", "sctp", False, here, (place.host(STP), 0))]
    )
    async with running(hlr), stp_running(place, [*sc.peers, peer], [sc.server, server]) as stp:
        asp = sc.node()
        async with running(asp):
            await asp.until(lambda node: node.active == {"sc-1"})
            await hlr.until(lambda node: node.active == {"stp"})
            await stp.until(lambda: stp.server("hlr") == "AS_ACTIVE", "it has activated our AS")
            yield Pair(stp, asp, hlr)


def test_dialogues_pass_both_ways_through_an_asp_that_we_serve(place: Place) -> None:
    async def scenario() -> None:
        async with served(place) as (_, sc, hlr):
            for operation, arg in ARGUMENTS.items():
                for node, called in ((sc, HLR), (hlr, SC)):
                    dialogue = node.ask(operation, called, arg)
                    assert await node.outcome(dialogue) == Answered(dialogue, operation, RESULTS[operation])

    asyncio.run(scenario())


def test_what_we_send_while_it_is_away_is_kept_and_delivered_when_it_is_back(place: Place) -> None:
    async def scenario() -> None:
        async with served(place) as (_, sc, hlr):
            hlr.cut("stp")
            await hlr.until(lambda node: not node.active)
            kept = [hlr.ask(MT_FORWARD_SM, SC, ARGUMENTS[MT_FORWARD_SM]) for _ in range(20)]
            assert sc.invoked == []
            for dialogue in kept:
                assert isinstance(await hlr.outcome(dialogue), Answered)
            states = [event.new for event in hlr.events if isinstance(event, AsStateChanged)]
            assert states == [AsState.INACTIVE, AsState.ACTIVE, AsState.PENDING, AsState.ACTIVE]

    asyncio.run(scenario())
