"""How associations, AS and destinations stand, for whoever asks why it does not work (RFC 4666 §4)."""

from collections.abc import Iterable
from dataclasses import dataclass

from mapstack.events import ManagementKind
from mapstack.m3ua.application_server import AsState
from mapstack.m3ua.asp import AspState, Side
from mapstack.m3ua.association import Peer
from mapstack.m3ua.destination import DestinationState
from mapstack.m3ua.member import Member
from mapstack.m3ua.network import Network
from mapstack.m3ua.routing_key import PointCodes
from mapstack.m3ua.settings import M3uaSettings, Role, TrafficMode
from mapstack.m3ua.sgp import ApplicationServer

__all__ = [
    "AsStatus",
    "AspStatus",
    "AssociationStatus",
    "DestinationStatus",
    "Heard",
    "M3uaStatus",
    "snapshot",
]


@dataclass(frozen=True, slots=True)
class Heard:
    """The last ERR, NTFY or result of its kind that came, or what we refused last (`kind` is None)."""

    kind: ManagementKind | None
    code: int
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class AspStatus:
    """An ASP in one AS, at the near end or the far one."""

    application_server: str
    state: AspState
    since: float | None
    ours: bool
    """We ask for it to be active; else the peer does."""
    routing_context: int | None
    traffic_mode: TrafficMode | None
    registers: bool
    """Its routing context is to be assigned by the peer."""


@dataclass(frozen=True, slots=True)
class AssociationStatus:
    """An association, and all that is on it."""

    name: str
    role: Role
    remote: str
    """Address of the peer while it is connected, else empty."""
    since: float | None
    """When it was connected, or was lost."""
    asps: tuple[AspStatus, ...]
    heard: tuple[Heard, ...]
    """The newest last."""
    asp_identifier: int | None
    network_appearance: int | None
    ended: str = ""
    """Why we ended the last connection, if it was us."""
    trouble: str = ""
    """What the transport says of the last attempt to connect."""
    sent: int = 0
    """DATA since it was connected."""
    received: int = 0
    unanswered: int = 0
    """DATA that went out since any came the last time, over this one or over one that shares its load …"""
    unanswered_since: float | None = None
    """… where it is so since then; when it was noticed."""


@dataclass(frozen=True, slots=True)
class AsStatus:
    """An application server behind us."""

    name: str
    point_code: int | None
    state: AsState
    since: float | None
    active: tuple[str, ...]
    """The associations whose ASP is active in it."""


@dataclass(frozen=True, slots=True)
class DestinationStatus:
    """A point code, and how it is reached."""

    point_code: int
    state: DestinationState
    level: int
    since: float | None
    via: tuple[str, ...]
    """The associations that messages for it take now."""
    told: tuple[str, ...]
    """What each association says of it that has something to say: `name: unavailable`."""
    sent: int = 0
    """DATA since the associations that it went over were connected."""


@dataclass(frozen=True, slots=True)
class M3uaStatus:
    """All of a node."""

    now: float
    point_code: int
    t_ack: float
    associations: tuple[AssociationStatus, ...]
    servers: tuple[AsStatus, ...]
    destinations: tuple[DestinationStatus, ...]


def snapshot(settings: M3uaSettings, network: Network, now: float) -> M3uaStatus:
    """How everything stands now."""
    destinations = tuple(_destination(network, code) for code in network.routing.known())
    sharing = [set(one.via) for one in destinations]
    quiet = {name: _quiet_since(peer, network, sharing) for name, peer in network.peers.items()}
    return M3uaStatus(
        now=now,
        point_code=settings.point_code,
        t_ack=settings.timers.t_ack,
        associations=tuple(_association(peer, quiet[name]) for name, peer in network.peers.items()),
        servers=tuple(_server(server) for server in network.servers.values()),
        destinations=destinations,
    )


def _quiet_since(peer: Peer, network: Network, sharing: list[set[str]]) -> float | None:
    """Since when nothing comes back, over this one or over another to the same destinations."""
    since = None if peer.flow is None else peer.traffic.since
    others = set().union(*(names for names in sharing if peer.name in names))
    heard = (network.peers[name].traffic.heard for name in others)
    return None if since is None or any(at is not None and at > since for at in heard) else since


def _association(peer: Peer, quiet_since: float | None) -> AssociationStatus:
    settings, history, sent = peer.settings, peer.history, peer.sent
    heard = [Heard(event.kind, event.code, event.text, at) for event, at in history.last]
    if history.misbehaved is not None:
        reason, at = history.misbehaved
        heard.append(Heard(None, 0, reason, at))
    appearances = {member.served.network_appearance for member in peer.members} - {None}
    return AssociationStatus(
        name=peer.name,
        role=settings.role,
        remote="" if peer.flow is None else f"{peer.flow.remote[0]}:{peer.flow.remote[1]}",
        since=history.link_since,
        asps=tuple(_asp(member) for member in peer.members),
        heard=tuple(sorted(heard, key=lambda one: one.at)),
        asp_identifier=settings.asp_identifier,
        network_appearance=next(iter(appearances), None),
        ended=history.ended,
        sent=sent,
        received=peer.received,
        unanswered=0 if quiet_since is None else peer.traffic.unanswered(sent),
        unanswered_since=quiet_since,
    )


def _asp(member: Member) -> AspStatus:
    return AspStatus(
        application_server=member.name,
        state=member.state,
        since=member.since,
        ours=member.asp.side is not Side.FAR,
        routing_context=member.context,
        traffic_mode=member.served.traffic_mode,
        registers=member.served.register is not None,
    )


def _server(server: ApplicationServer) -> AsStatus:
    active = (member for member in server.members if member.state is AspState.ACTIVE)
    return AsStatus(
        name=server.name,
        point_code=server.members[0].served.point_code,
        state=server.state,
        since=server.since,
        active=_names(member.asp.peer for member in active),
    )


def _destination(network: Network, point_code: int) -> DestinationStatus:
    found = network.routing.find(point_code)
    only = PointCodes(0, point_code)
    behind = [peer for peer in network.peers.values() if network.routing.concerns(peer, only)]
    told = [(peer.name, peer.told.state(point_code).state) for peer in behind if len(peer.told)]
    return DestinationStatus(
        point_code=point_code,
        state=found.destination.state,
        level=found.destination.level,
        since=network.since.get(point_code),
        via=_names(member.asp.peer for member in found.members),
        told=tuple(
            f"{name}: {state.value}" for name, state in told if state is not DestinationState.AVAILABLE
        ),
        sent=sum(
            member.ways[point_code].sent
            for peer in network.peers.values()
            for member in peer.members
            if point_code in member.ways
        ),
    )


def _names(peers: Iterable[Peer]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(peer.name for peer in peers))
