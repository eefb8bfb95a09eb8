"""The lab's carrier around osmo-stp: each SS7 node is an AS there, of two ASPs over kernel SCTP."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

import lab.gateway_file
from lab.carrier import Carrier
from lab.elements import hlr, signalling, smsc
from lab.plan import Plan
from mapstack import MapSettings
from mapstack.m3ua.settings import Role, TrafficMode
from mapstack.transport import AssociationSpec
from tests.interop.sctp.place import M3UA, Place
from tests.interop.sctp.stp import Peer, Server, Stp

__all__ = ["around_stp"]

# Who speaks to whom: an association for each, as in the lab, but all of them end at the STP.
_PEERS = {"hlr": ("ipsmgw", "smsc"), "smsc": ("ipsmgw", "hlr"), "ipsmgw": ("hlr", "smsc")}
_PORTS = {"hlr": 3001, "smsc": 3002, "ipsmgw": 3003}
"""Of the association with that peer."""


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


def _specs(plan: Plan, node: str) -> list[AssociationSpec]:
    return [
        AssociationSpec(peer, "sctp", True, _local(plan, node, peer), _stp(plan)) for peer in _PEERS[node]
    ]


@contextmanager
def around_stp(place: Place, patch: pytest.MonkeyPatch) -> Iterator[Stp]:
    """Carriers that are built as long as the context lasts speak through this STP."""
    plan = Plan(network=place.network)
    peers = {
        node: [Peer(name=f"{node}-{peer}", address=_local(plan, node, peer)) for peer in _PEERS[node]]
        for node in _PEERS
    }
    servers = [
        Server(
            name=node,
            context=plan.point_code(node),
            point_code=plan.point_code(node),
            asps=tuple(peer.name for peer in peers[node]),
            mode="loadshare",
        )
        for node in _PEERS
    ]
    asps = [peer for node in _PEERS for peer in peers[node]]
    stp = Stp(place, asps, servers)
    linked = Carrier.linked
    patch.setattr(hlr, "hlr_settings", lambda site, plan: _over_sctp(signalling.hlr_settings(site, plan)))
    patch.setattr(smsc, "smsc_settings", lambda site, plan: _over_sctp(signalling.smsc_settings(site, plan)))
    patch.setattr(hlr, "associations", _specs)
    patch.setattr(smsc, "associations", _specs)
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
