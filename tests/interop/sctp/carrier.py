"""The lab's carrier around osmo-stp: each SS7 node is an AS there, of two ASPs over kernel SCTP."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

import lab.gateway_file
from lab.carrier import Carrier
from lab.elements import hlr, serving_node, signalling, smsc, ss7_element
from lab.elements.site import Site
from lab.plan import Plan
from mapstack import MapSettings
from mapstack.m3ua.settings import Role, TrafficMode
from mapstack.transport import AssociationSpec
from tests.interop.sctp.place import M3UA, Place
from tests.interop.sctp.stp import Peer, Server, Stp

__all__ = ["around_stp"]

_PORTS = {"hlr": 3001, "smsc": 3002, "ipsmgw": 3003, "msc": 3004, "sgsn": 3005}
"""Of the association with that peer."""


def _peers(plan: Plan, node: str) -> list[str]:
    """Whom it speaks to: an association for each, as in the lab, but all of them end at the STP."""
    legs = plan.legs if node not in plan.legs else ()
    return [peer for peer in ("hlr", "smsc", "ipsmgw", *legs) if peer != node]


def _local(plan: Plan, node: str, peer: str) -> tuple[str, int]:
    return plan.host(node), _PORTS[peer]


def _stp(plan: Plan) -> tuple[str, int]:
    return f"127.0.{plan.network}.1", M3UA


def _lines(plan: Plan, peer: str) -> list[str]:
    """An association of the gateway, in its configuration."""
    local, remote = _local(plan, "ipsmgw", peer), _stp(plan)
    return [
        "[[map.association]]",
        f'name = "{peer}"',
        'transport = "sctp"\nrole = "asp"',
        f'local = "{local[0]}:{local[1]}"\nremote = "{remote[0]}:{remote[1]}"',
        f"point_code = {plan.point_code(peer)}",
        f"routing_context = {plan.point_code('ipsmgw')}",
    ]


def _over_sctp(settings: MapSettings) -> MapSettings:
    """The same for an element of the lab: everybody is an ASP of an AS of his own."""
    m3ua = settings.m3ua
    associations = tuple(
        replace(each, role=Role.ASP, routing_context=m3ua.point_code, traffic_mode=TrafficMode.LOADSHARE)
        for each in m3ua.associations
    )
    return replace(settings, m3ua=replace(m3ua, associations=associations))


def _over(settings: Callable[[Site, Plan], MapSettings]) -> Callable[[Site, Plan], MapSettings]:
    return lambda site, plan: _over_sctp(settings(site, plan))


def _specs(plan: Plan, node: str) -> list[AssociationSpec]:
    return [
        AssociationSpec(peer, "sctp", True, _local(plan, node, peer), _stp(plan))
        for peer in _peers(plan, node)
    ]


@contextmanager
def around_stp(place: Place, patch: pytest.MonkeyPatch, legs: tuple[str, ...] = ()) -> Iterator[Stp]:
    """Carriers that are built as long as the context lasts speak through this STP."""
    plan = Plan(network=place.network, legs=legs)
    nodes = ("ipsmgw", *plan.ss7)
    peers = {
        node: [Peer(name=f"{node}-{peer}", address=_local(plan, node, peer)) for peer in _peers(plan, node)]
        for node in nodes
    }
    servers = [
        Server(
            name=node,
            context=plan.point_code(node),
            point_code=plan.point_code(node),
            asps=tuple(peer.name for peer in peers[node]),
            mode="loadshare",
        )
        for node in nodes
    ]
    asps = [peer for node in nodes for peer in peers[node]]
    stp = Stp(place, asps, servers)
    linked = Carrier.linked
    for element, name in ((hlr, "hlr_settings"), (smsc, "smsc_settings"), (serving_node, "leg_settings")):
        patch.setattr(element, name, _over(getattr(signalling, name)))
    patch.setattr(ss7_element, "associations", _specs)
    patch.setattr(lab.gateway_file, "_association", _lines)
    patch.setattr(
        Carrier,
        "linked",
        lambda self: linked(self) and all(stp.asp(asp.name) == "ASP_ACTIVE" for asp in asps),
    )
    try:
        asyncio.run(stp.start())
        yield stp
    finally:
        stp.kill()
