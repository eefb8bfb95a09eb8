"""The lab's carrier around osmo-stp: each SS7 node is an AS there, of an ASP for each of its peers."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import lab.seats
from lab.plan import PACED, Plan
from lab.wiring import links
from tests.interop.sctp.place import Place
from tests.interop.sctp.stp import Peer, Server, Stp

__all__ = ["around_stp", "with_stp"]


def with_stp(place: Place) -> Plan:
    """A carrier whose associations all end at the STP."""
    timers = replace(PACED, start=20.0)
    return Plan(network=place.network, timers=timers, stp=lab.seats.Stp(address=place.stp))


@contextmanager
def around_stp(place: Place, plan: Plan) -> Iterator[Stp]:
    """An STP that knows everybody in this plan, for as long as the context lasts."""
    peers = {
        node: [Peer(name=f"{node}-{link.peer}", address=link.local) for link in links(plan, node)]
        for node in ("ipsmgw", *plan.ss7)
    }
    servers = [
        Server(
            name=node,
            context=plan.point_code(node),
            point_code=plan.point_code(node),
            asps=tuple(peer.name for peer in asps),
            mode="loadshare",
        )
        for node, asps in peers.items()
    ]
    stp = Stp(place, [peer for asps in peers.values() for peer in asps], servers)
    try:
        asyncio.run(stp.start())
        yield stp
    finally:
        stp.kill()
