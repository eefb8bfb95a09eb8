"""Routing keys: our ASPs register at osmo-stp, and libosmo-sigtran at our SGP (RFC 4666 §3.6, §4.4)."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from mapstack import Answered, SccpAddress
from mapstack.m3ua.routing_key import RoutingKey
from mapstack.m3ua.settings import Association, M3uaSettings, MtpRoute, PointCodes, Role, Served, TrafficMode
from mapstack.sccp.sccp import UnitData
from mapstack.transport import AssociationSpec
from tests.interop.sctp.faults import cut_off
from tests.interop.sctp.node import Node, running
from tests.interop.sctp.pair import settings
from tests.interop.sctp.place import (
    ECHO,
    HLR,
    HLR_GT,
    HLR_POINT_CODE,
    M3UA,
    SC_GT,
    SC_POINT_CODE,
    Place,
)
from tests.interop.sctp.stp import Stp, stp_running
from tests.interop.sctp.test_sccp_peer import ECHO_POINT_CODE, ECHO_SSN, INTERNATIONAL, OURS, Peer
from tests.mapstack.stack.samples import ARGUMENTS, RESULTS

pytestmark = pytest.mark.interop


def registrant(place: Place, name: str, own: int, far: int, gt: str) -> Node:
    """Its port is any, and the STP knows nothing of it."""
    key = RoutingKey(service_indicators=())  # osmo-stp 1.6 takes keys of a point code and nothing else
    served = Served(name=name, register=key, traffic_mode=TrafficMode.OVERRIDE)
    link = Association(name=name, role=Role.ASP, servers=(served,))
    m3ua = M3uaSettings(point_code=own, associations=(link,), routes=(MtpRoute(point_code=far, via=name),))
    host = place.host(11 if own == SC_POINT_CODE else 21)
    return Node(name, settings(m3ua, gt), [AssociationSpec(name, "sctp", True, (host, 0), place.stp)])


def registered(stp: Stp, point_code: str) -> bool:
    return f"{point_code}/" in stp.tell("show cs7 instance 0 route")


async def again(stp: Stp, node: Node, point_code: str) -> None:
    await cut_off(node, node.name, lambda: not registered(stp, point_code))
    await node.until(lambda node: not node.active)
    await node.until(lambda node: len(node.active) == 1)


def test_dialogues_pass_under_the_routing_contexts_that_osmo_stp_assigns(place: Place) -> None:
    async def scenario() -> None:
        async with stp_running(place, [], []) as stp:
            sc = registrant(place, "sc", SC_POINT_CODE, HLR_POINT_CODE, SC_GT)
            hlr = registrant(place, "hlr", HLR_POINT_CODE, SC_POINT_CODE, HLR_GT)
            async with running(sc, hlr):
                for node in (sc, hlr):
                    await node.until(lambda node: len(node.active) == 1)
                assert registered(stp, "1.1.1")
                assert registered(stp, "1.1.2")
                for operation, arg in ARGUMENTS.items():
                    dialogue = sc.ask(operation, HLR, arg)
                    assert await sc.outcome(dialogue) == Answered(dialogue, operation, RESULTS[operation])
                await again(stp, sc, "1.1.1")
                await again(stp, hlr, "1.1.2")
                for operation, arg in ARGUMENTS.items():
                    dialogue = sc.ask(operation, HLR, arg)
                    assert await sc.outcome(dialogue) == Answered(dialogue, operation, RESULTS[operation])

    asyncio.run(scenario())


def test_libosmo_sigtran_registers_at_our_sgp_and_is_served(place: Place, echo: Path) -> None:
    here = (place.host(21), M3UA)
    grant = PointCodes(0, ECHO_POINT_CODE)
    m3ua = M3uaSettings(
        point_code=SC_POINT_CODE,
        network_indicator=INTERNATIONAL,
        associations=(Association(name="echo", role=Role.SGP, grants=(grant,)),),
    )
    called = SccpAddress(None, ECHO_SSN, ECHO_POINT_CODE, route_on_gt=False)

    async def scenario() -> None:
        peer = Peer(m3ua, AssociationSpec("echo", "sctp", False, here))
        await peer.sockets.start()
        command = [str(echo), str(ECHO_POINT_CODE), here[0], place.host(ECHO)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            try:
                await peer.until(lambda peer: peer.active)
                back = await peer.say(called, b"served")
                assert isinstance(back, UnitData)
                assert (back.called, back.calling, back.data) == (OURS, called, b"served")
            finally:
                process.kill()
                await peer.sockets.stop()

    asyncio.run(scenario())
