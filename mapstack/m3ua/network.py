"""What a node is connected to: peers, their AS, the destinations behind them (RFC 4666 §1.4, §4.5)."""

from collections import deque
from collections.abc import Iterable, Sequence

from mapstack.events import DestinationStateChanged, ManagementEvent
from mapstack.flow import Flow
from mapstack.m3ua.application_server import AsState
from mapstack.m3ua.asp import AspState, Side
from mapstack.m3ua.association import Peer
from mapstack.m3ua.data import Unsent
from mapstack.m3ua.destination import AVAILABLE, UNAVAILABLE, Destination, DestinationState
from mapstack.m3ua.member import Change, Member
from mapstack.m3ua.routing import Routing
from mapstack.m3ua.routing_key import PointCodes, Ranges
from mapstack.m3ua.settings import M3uaSettings, Role, TrafficMode
from mapstack.m3ua.sgp import ApplicationServer
from mapstack.m3ua.ssnm import tell
from mapstack.m3ua.way import WayOut

__all__ = ["Network", "NetworkEvent"]

NetworkEvent = ManagementEvent | Unsent


class Network:
    """Keeps AS, routes and destinations in step with the ASPs."""

    def __init__(self, settings: M3uaSettings, output: list[tuple[bytes, Flow]]) -> None:
        self._settings = settings
        self.routing = Routing(settings)
        self.servers: dict[str, ApplicationServer] = {}
        self.destinations: dict[int, Destination] = {}
        self.since: dict[int, float] = {}
        """When each destination came into its state."""
        self.ways: dict[int, tuple[WayOut, ...]] = {}
        self._unsent: list[Unsent] = []
        """What waited for an AS that has gone."""
        self.peers = {one.name: Peer(one, settings, output) for one in settings.associations}
        for peer in self.peers.values():
            for member in peer.members:
                self.enrol(member)

    # ---- who serves what

    def enrol(self, member: Member) -> None:
        """An ASP joins its AS, and the routes through it are there."""
        if member.asp.side is not Side.NEAR:
            server = self.servers.get(member.name)
            if server is None:
                server = self.servers[member.name] = ApplicationServer(member.served, self._settings)
            server.members.append(member)
            member.server = server
        self.routing.add(member)

    def leave(self, member: Member) -> None:
        """An ASP leaves an AS that it has registered for; the last one takes the AS with it."""
        member.asp.members.remove(member)
        self.routing.remove(member)
        server = member.server
        if server is not None:
            server.members.remove(member)
            if not server.members:
                del self.servers[server.name]
                self._unsent += server.end()

    def lapsed(self) -> list[Member]:
        """ASPs whose registration has ended for good: neither they nor their AS have come back."""
        return [
            member
            for server in self.servers.values()
            for member in server.members
            if not member.registered and server.state is AsState.DOWN
        ]

    # ---- following the ASPs

    def settle(self, changes: Sequence[Change], now: float) -> list[NetworkEvent]:
        """ASPs have taken steps: their AS, the ways through them and the destinations follow."""
        events: list[NetworkEvent] = []
        waiting = deque(changes)
        done: list[Change] = []
        while waiting:
            change = waiting.popleft()
            done.append(change)
            change.member.since = now
            events.append(change.event())
            if change.member.server is not None:
                displaced, more = change.member.server.changed(change, now)
                waiting.extend(displaced)
                events += more
        if not done:
            return events
        for peer in {id(change.member.asp.peer): change.member.asp.peer for change in done}.values():
            peer.settled()
        events += self.reroute(now)
        for peer in {id(one.member.asp.peer): one.member.asp.peer for one in done if _starts(one)}.values():
            self._started(peer, now)
        return events

    def reroute(
        self, now: float, affected: Iterable[PointCodes] | None = None, *, congested: bool = False
    ) -> list[NetworkEvent]:
        """Find the ways again, to all that is known or to those; what has changed is told on both sides.

        That one is `congested` is told each time: SCCP takes one step more with each (Q.714 §5.2.4).
        """
        changed: list[int] = []
        known = self.routing.known()
        some = None if affected is None else Ranges(affected)
        for point_code in known:
            if some is None or some.covering(point_code):
                before = self.destinations.get(point_code, UNAVAILABLE)
                found = self._find(point_code)
                if found != before:
                    self.since[point_code] = now
                    changed.append(point_code)
                elif congested and found.state is DestinationState.CONGESTED:
                    changed.append(point_code)
        gone = self._forget(known)
        unsent = self._release()
        self._tell(changed)
        for peer in self.peers.values():
            peer.audit_later(wanted=peer.settings.role is Role.ASP and len(peer.told) > 0, now=now)
        events = [DestinationStateChanged(code, *self.destinations[code]) for code in changed]
        return [*events, *(DestinationStateChanged(code, *UNAVAILABLE) for code in gone), *unsent]

    def way_to(self, point_code: int) -> tuple[WayOut, ...]:
        """The ways to a point code that nobody has asked for yet: a route with a mask may lead to it."""
        found = self.routing.find(point_code)
        if point_code in self.destinations or found.destination == UNAVAILABLE:
            return ()
        if not self._has_room():
            return self.routing.ways(point_code, found)
        self.routing.used[point_code] = None
        self._find(point_code)
        return self.ways.get(point_code, ())

    def _has_room(self) -> bool:
        """Room for a point code in use; the oldest goes of which nobody has to be told that it is back."""
        used = self.routing.used
        if len(used) < self._settings.limits.destinations:
            return True
        oldest = next((code for code in used if self.destinations[code] == AVAILABLE), None)
        if oldest is not None:
            del used[oldest]
            self._drop(oldest)
        return oldest is not None

    def others_have_it(self, connection: str, point_code: int) -> bool:
        """Whether what was sent there over an association was a copy: a broadcast reaches all the ASPs."""
        servers = (member.server for member in self.peers[connection].members)
        return any(
            server is not None
            and server.mode is TrafficMode.BROADCAST
            and server.state is AsState.ACTIVE
            and any(member.served.point_code == point_code for member in server.members)
            for server in servers
        )

    def audit(self, peer: Peer, now: float) -> None:
        """Ask a peer again for what it said is not available (§4.5.3)."""
        behind = self.routing.behind(peer)
        peer.audit([PointCodes(0, code) for code in behind if peer.told.state(code) != AVAILABLE], now)

    def _find(self, point_code: int) -> Destination:
        found = self.routing.find(point_code)
        ways = self.routing.ways(point_code, found)
        if ways:
            self.ways[point_code] = ways
        else:
            self.ways.pop(point_code, None)
        self.destinations[point_code] = found.destination
        return found.destination

    def _forget(self, known: Iterable[int]) -> list[int]:
        """Point codes that no route leads to any more; those that were reachable until now."""
        gone = set(self.destinations) - set(known)
        reachable = [code for code in sorted(gone) if self.destinations[code] != UNAVAILABLE]
        for code in gone:
            self._drop(code)
        return reachable

    def _drop(self, point_code: int) -> None:
        del self.destinations[point_code]
        self.ways.pop(point_code, None)
        self.since.pop(point_code, None)

    def _release(self) -> list[Unsent]:
        """Traffic that waited for an AS goes out; what has no way now is given back."""
        unsent, self._unsent = self._unsent, []
        for server in self.servers.values():
            released, server.released = server.released, []
            for each in released:
                ways = self.ways.get(each.point_code)
                if ways:
                    ways[each.sls % len(ways)].transfer(each.sls, each.data)
                else:
                    unsent.append(each)
        return unsent

    # ---- telling our ASPs

    def _tell(self, changed: Sequence[int]) -> None:
        for peer in self.peers.values():
            if changed and peer.settings.role is Role.SGP and peer.is_active:
                tell(peer, self._of_others(peer, changed))

    def _started(self, peer: Peer, now: float) -> None:
        """Traffic starts: an ASP asks what it can reach, and is told what it cannot (§4.5.1, §4.5.3)."""
        if peer.settings.role is Role.ASP:
            peer.audit([PointCodes(0, code) for code in self.routing.behind(peer)], now)
        elif peer.settings.role is Role.SGP:
            told = self._of_others(peer, self.destinations)
            tell(peer, [one for one in told if one[1].state is not DestinationState.AVAILABLE])

    def _of_others(self, peer: Peer, codes: Iterable[int]) -> list[tuple[PointCodes, Destination]]:
        """What an ASP hears of: all but itself."""
        own = {member.served.point_code for member in peer.members}
        return [(PointCodes(0, code), self.destinations[code]) for code in codes if code not in own]


def _starts(change: Change) -> bool:
    return change.new is AspState.ACTIVE and change.member.state is AspState.ACTIVE
