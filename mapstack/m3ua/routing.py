"""Where each point code is reached: routes, what peers tell, who takes over (RFC 4666 §1.4.3, §4.5)."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from mapstack.m3ua.application_server import AsState
from mapstack.m3ua.association import Peer
from mapstack.m3ua.destination import AVAILABLE, UNAVAILABLE, Destination, DestinationState
from mapstack.m3ua.member import Member
from mapstack.m3ua.routing_key import PointCodes
from mapstack.m3ua.settings import M3uaSettings, TrafficMode
from mapstack.m3ua.way import Broadcast, WayOut

__all__ = ["Found", "Routing"]

_FIRST = 1


class Route(NamedTuple):
    """One line of the table, for one ASP of the AS that it names."""

    codes: PointCodes
    priority: int
    member: Member

    @property
    def rank(self) -> tuple[int, int]:
        """The narrowest first, then by priority."""
        return self.codes.mask, self.priority


class Found(NamedTuple):
    """How a point code is reached now; no ways, and yet available: its AS is pending."""

    destination: Destination
    members: tuple[Member, ...] = ()
    group: tuple[Member, ...] = ()
    """All that share the load when all are there."""


class Routing:
    """The routing table of a node."""

    def __init__(self, settings: M3uaSettings) -> None:
        self._settings = settings
        self._routes: list[Route] = []
        self.used: dict[int, None] = {}
        """Point codes in use that only a route with a mask covers."""

    # ---- the table

    def add(self, member: Member) -> None:
        """An ASP joins: the routes that name its AS or its association, and the one to its point code."""
        if not member.carries:
            return
        served, names = member.served, (member.asp.peer.name, member.name)
        if served.point_code is not None:
            self._routes.append(Route(PointCodes(0, served.point_code), _FIRST, member))
        for route in self._settings.routes:
            if route.via in names:
                codes = PointCodes(route.mask, route.point_code)
                self._routes.append(Route(codes, route.priority, member))
        self._routes.sort(key=lambda each: each.rank)

    def remove(self, member: Member) -> None:
        """An ASP leaves: its routing key was deregistered."""
        self._routes = [route for route in self._routes if route.member is not member]

    def known(self) -> list[int]:
        """The point codes whose state is kept."""
        exact = {route.codes.point_code: None for route in self._routes if not route.codes.mask}
        return [*(exact | self.used)]

    def concerns(self, peer: Peer, codes: PointCodes) -> bool:
        """Whether a route over that peer leads to any of these."""
        return any(codes.contains(route.codes) or route.codes.contains(codes) for route in self._over(peer))

    def behind(self, peer: Peer) -> list[int]:
        """The known point codes that a route over that peer leads to."""
        routes = [route.codes for route in self._over(peer)]
        return [code for code in self.known() if any(codes.covers(code) for codes in routes)]

    def _over(self, peer: Peer) -> Iterator[Route]:
        return (route for route in self._routes if route.member.asp.peer is peer)

    # ---- the way

    def find(self, point_code: int) -> Found:
        """The ASPs of the best route that is open; a restricted one if there is no other (Q.704 §13.4)."""
        routes = [route for route in self._routes if route.codes.covers(point_code)]
        restricted: Found | None = None
        for _, group in groupby(routes, key=lambda each: each.rank):
            told = [(one.member, _state(one.member, point_code)) for one in _distinct(group)]
            best = [(member, state) for member, state in told if state.state in _GOOD]
            if best:
                members = tuple(member for member, _ in best)
                state = min((state for _, state in best), key=_worst_last)
                return Found(state, members, tuple(member for member, _ in told))
            second = [(member, state) for member, state in told if state.state is DestinationState.RESTRICTED]
            if second and restricted is None:
                restricted = Found(second[0][1], tuple(member for member, _ in second))
        if restricted is not None:
            return restricted
        return Found(AVAILABLE if self.pending(point_code) else UNAVAILABLE)

    def pending(self, point_code: int) -> list[Member]:
        """The ASPs of an AS that may come back at once, and for which traffic waits (§4.3.2)."""
        routes = (route.member for route in self._routes if route.codes.covers(point_code))
        return [one for one in routes if one.server is not None and one.server.state is AsState.PENDING]

    def ways(self, point_code: int, found: Found) -> tuple[WayOut, ...]:
        """The ways, to choose from by SLS; a broadcast is one way."""
        by_server: dict[int, list[Member]] = {}
        for member in found.members:
            if member.server is not None and member.server.mode is TrafficMode.BROADCAST:
                by_server.setdefault(id(member.server), []).append(member)
        if not by_server:
            return tuple(member.asp.peer.way(member, point_code) for member in _shared(found))
        ways: list[WayOut] = [
            member.asp.peer.way(member, point_code)
            for member in found.members
            if id(member.server) not in by_server
        ]
        for members in by_server.values():
            server = members[0].server
            if server is not None:
                ways.append(Broadcast(server, [one.asp.peer.way(one, point_code) for one in members]))
        return tuple(ways)


def _shared(found: Found) -> list[Member]:
    """Who takes which SLS: who is there keeps his, for they are in sequence; the others' are shared out."""
    there, group = found.members, found.group
    if len(there) >= len(group):
        return [*there]
    places = range(len(group) * len(there))
    return [
        one if (one := group[n % len(group)]) in there else there[n // len(group) % len(there)]
        for n in places
    ]


_GOOD = (DestinationState.AVAILABLE, DestinationState.CONGESTED)


def _distinct(routes: Iterable[Route]) -> list[Route]:
    """A route that is written twice is still one."""
    return [*{id(route.member): route for route in routes}.values()]


def _state(member: Member, point_code: int) -> Destination:
    return member.asp.peer.told.state(point_code) if member.sends else UNAVAILABLE


def _worst_last(destination: Destination) -> tuple[bool, int]:
    return destination.state is not DestinationState.AVAILABLE, destination.level
