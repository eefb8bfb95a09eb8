"""Our SCCP against that of libosmo-sigtran: unitdata there and back, and its refusals (Q.714 §2.2, §4.2)."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from ipsmgw.drive import Driver
from ipsmgw.sockets import LoopClock, Sockets
from mapstack import Gt, SccpAddress
from mapstack.events import AspStateChanged, DestinationStateChanged
from mapstack.m3ua.asp import AspState
from mapstack.m3ua.destination import DestinationState
from mapstack.m3ua.settings import Association, M3uaSettings, Role
from mapstack.sccp.message import ReturnCause
from mapstack.sccp.sccp import Notice, Sccp, SccpEvent, UnitData
from mapstack.sccp.settings import GtRoute, SccpSettings
from mapstack.transport import AssociationSpec
from tests.interop.sctp.pair import sc_end
from tests.interop.sctp.place import ECHO, SC_CONTEXT, SC_POINT_CODE, STP, Place
from tests.interop.sctp.stp import PATIENCE, Stp, stp_running

pytestmark = pytest.mark.interop

ECHO_POINT_CODE, ECHO_SSN, OTHER_SSN, OWN_SSN = 2061, 6, 7, 8
ECHO_GT = Gt("15550000005")
INTERNATIONAL = 0  # what the library takes and sends where nothing else is configured
OURS = SccpAddress(None, OWN_SSN, SC_POINT_CODE, route_on_gt=False)


class Peer:
    """Our SCCP, and what it was told."""

    def __init__(self, m3ua: M3uaSettings, spec: AssociationSpec) -> None:
        self.events: list[SccpEvent] = []
        self.active = False
        self.reachable = False
        self._came = asyncio.Event()
        loop, rng = asyncio.get_running_loop(), Random(1)
        self.sockets = Sockets(loop, rng)
        self.driver = Driver(LoopClock(loop))
        routes = (GtRoute(prefix=ECHO_GT.digits, point_code=ECHO_POINT_CODE),)
        self.stack = Sccp(m3ua, SccpSettings(routes=routes), rng)
        self.sockets.associations("sccp", [spec], self.driver.open(self.stack, self._on_event))

    async def until(self, condition: Callable[["Peer"], bool]) -> None:
        """Events make it look again."""
        async with asyncio.timeout(PATIENCE):
            while not condition(self):
                self._came.clear()
                await self._came.wait()

    async def say(self, called: SccpAddress, data: bytes, **options: bool) -> UnitData | Notice:
        """N-UNITDATA request, and what comes of it."""
        already = len(self.events)
        refused: list[ReturnCause | None] = []
        self.driver.turn(
            lambda now: refused.append(self.stack.unitdata(called, OURS, data, now, sls=5, **options))
        )
        assert refused == [None]
        await self.until(lambda peer: bool(peer.answers(already)))
        return self.answers(already)[0]

    def answers(self, already: int) -> list[UnitData | Notice]:
        """What has come of unitdata since then."""
        return [event for event in self.events[already:] if isinstance(event, UnitData | Notice)]

    def _on_event(self, event: SccpEvent, now: float) -> None:
        self.events.append(event)
        if isinstance(event, AspStateChanged):
            self.active = event.new is AspState.ACTIVE
        if isinstance(event, DestinationStateChanged):
            self.reachable = event.state is DestinationState.AVAILABLE
        self._came.set()


@asynccontextmanager
async def met(place: Place, echo: Path) -> AsyncIterator[Peer]:
    """Our SCCP, osmo-stp, and the echo, which has registered its routing key."""
    end = sc_end(place)
    (name, address), *_ = end.addresses.items()
    link = Association(name=name, role=Role.ASP, point_code=ECHO_POINT_CODE, routing_context=SC_CONTEXT)
    m3ua = M3uaSettings(point_code=SC_POINT_CODE, network_indicator=INTERNATIONAL, associations=(link,))
    peer = Peer(m3ua, AssociationSpec(name, "sctp", True, address, place.stp))
    async with stp_running(place, end.peers, [end.server]) as stp:
        command = [str(echo), str(ECHO_POINT_CODE), place.host(STP), place.host(ECHO)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            try:
                await peer.sockets.start()
                await stp.until(lambda: all_active(stp), "both are active")
                await peer.until(lambda peer: peer.reachable)
                yield peer
            finally:
                process.kill()
                await peer.sockets.stop()


def all_active(stp: Stp) -> bool:
    return stp.tell("show cs7 instance 0 as active").count("AS_ACTIVE") == 2


def test_unitdata_come_back_as_they_were(place: Place, echo: Path) -> None:
    called = SccpAddress(None, ECHO_SSN, ECHO_POINT_CODE, route_on_gt=False)

    async def scenario() -> None:
        async with met(place, echo) as peer:
            for data in (b"\0", bytes(range(200)), bytes(250)):
                for in_sequence in (False, True):
                    back = await peer.say(called, data, in_sequence=in_sequence)
                    assert isinstance(back, UnitData)
                    assert (back.called, back.calling, back.data) == (OURS, called, data)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("called", "cause"),
    [
        (
            SccpAddress(None, OTHER_SSN, ECHO_POINT_CODE, route_on_gt=False),
            ReturnCause.UNEQUIPPED_USER,
        ),
        (SccpAddress(ECHO_GT, ECHO_SSN), ReturnCause.SUBSYSTEM_FAILURE),
    ],
)
def test_what_it_cannot_deliver_comes_back_with_the_cause(
    place: Place, echo: Path, called: SccpAddress, cause: ReturnCause
) -> None:
    async def scenario() -> None:
        async with met(place, echo) as peer:
            back = await peer.say(called, b"for nobody", return_option=True)
            assert back == Notice(OURS, called, cause, b"for nobody")

    asyncio.run(scenario())
