"""The usual network: an SM-SC and an HLR as ASPs, and osmo-stp between them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

from mapstack import MapSettings
from mapstack.m3ua.settings import Association, M3uaSettings, M3uaTimers, Role, TrafficMode
from mapstack.sccp.settings import GtRoute, SccpSettings
from mapstack.transport import AssociationSpec
from tests.interop.sctp.node import Node, running
from tests.interop.sctp.place import (
    HLR_CONTEXT,
    HLR_GT,
    HLR_POINT_CODE,
    SC_CONTEXT,
    SC_GT,
    SC_POINT_CODE,
    Place,
)
from tests.interop.sctp.stp import Peer, Server, Stp, stp_running

__all__ = ["End", "Pair", "pair", "sc_end", "settings"]

PORT = 3000


class End(NamedTuple):
    """One of the two nodes: an AS with one ASP, or more, each with an address of its own."""

    place: Place
    name: str
    point_code: int
    far: int
    """The point code that it speaks to."""
    context: int
    gt: str
    first_host: int
    asps: int = 1
    mode: TrafficMode = TrafficMode.OVERRIDE

    @property
    def addresses(self) -> dict[str, tuple[str, int]]:
        """Of its ASPs."""
        hosts = range(self.first_host, self.first_host + self.asps)
        return {f"{self.name}-{host % 10}": (self.place.host(host), PORT) for host in hosts}

    @property
    def peers(self) -> list[Peer]:
        """As osmo-stp knows its ASPs."""
        return [Peer(name=name, address=address) for name, address in self.addresses.items()]

    @property
    def server(self) -> Server:
        """As osmo-stp knows it."""
        mode = self.mode.name.lower()
        return Server(
            name=self.name,
            context=self.context,
            point_code=self.point_code,
            asps=tuple(self.addresses),
            mode=mode,
        )

    def node(
        self, timers: M3uaTimers | None = None, invoke_timers: Mapping[str, float] | None = None
    ) -> Node:
        """The node itself."""
        specs = [
            AssociationSpec(name, "sctp", True, address, self.place.stp)
            for name, address in self.addresses.items()
        ]
        return Node(self.name, settings(self.m3ua(timers), self.gt, invoke_timers), specs)

    def m3ua(self, timers: M3uaTimers | None = None) -> M3uaSettings:
        """An ASP on each association."""
        associations = tuple(
            Association(
                name=name,
                role=Role.ASP,
                point_code=self.far,
                routing_context=self.context,
                traffic_mode=self.mode,
            )
            for name in self.addresses
        )
        return M3uaSettings(
            point_code=self.point_code, associations=associations, timers=timers or M3uaTimers()
        )


def sc_end(place: Place, *, asps: int = 1, mode: TrafficMode = TrafficMode.OVERRIDE) -> End:
    """The SM-SC."""
    return End(place, "sc", SC_POINT_CODE, HLR_POINT_CODE, SC_CONTEXT, SC_GT, 11, asps, mode)


def hlr_end(place: Place) -> End:
    """The HLR."""
    return End(place, "hlr", HLR_POINT_CODE, SC_POINT_CODE, HLR_CONTEXT, HLR_GT, 21)


def settings(m3ua: M3uaSettings, gt: str, invoke_timers: Mapping[str, float] | None = None) -> MapSettings:
    """A node that knows the way to both."""
    routes = (
        GtRoute(prefix=SC_GT, point_code=SC_POINT_CODE),
        GtRoute(prefix=HLR_GT, point_code=HLR_POINT_CODE),
    )
    return MapSettings(
        m3ua=m3ua,
        sccp=SccpSettings(routes=routes),
        own_gt=gt,
        node=m3ua.point_code % 16,
        invoke_timers=invoke_timers or {},
    )


class Pair(NamedTuple):
    """All that runs."""

    stp: Stp
    sc: Node
    hlr: Node


@asynccontextmanager
async def pair(
    sc: End, *, timers: M3uaTimers | None = None, invoke_timers: Mapping[str, float] | None = None
) -> AsyncIterator[Pair]:
    """Both with all their ASPs active."""
    far = hlr_end(sc.place)
    async with stp_running(sc.place, sc.peers + far.peers, [sc.server, far.server]) as stp:
        nodes = sc.node(timers, invoke_timers), far.node(timers, invoke_timers)
        async with running(*nodes):
            for node, end in zip(nodes, (sc, far), strict=True):
                wanted = len(end.addresses) if end.mode is not TrafficMode.OVERRIDE else 1
                await node.until(lambda node, wanted=wanted: len(node.active) == wanted)  # type: ignore[misc]  # as it is now
            yield Pair(stp, *nodes)
