"""A network in virtual time: `ipsmgw.drive.Network` with seeded faults instead of sockets (DESIGN §10)."""

from collections.abc import Sequence
from errno import EADDRINUSE
from math import inf
from random import Random
from typing import TypeVar

from ipsmgw.drive import Clock, ExchangePort, Port
from ipsmgw.smpp import Flow as SmppFlow
from ipsmgw.smpp import SessionSpec
from lab.associations import Associations
from lab.chance import Chance, Chances, seeded
from lab.elements.air import DTAP
from lab.exchange_spec import ExchangeSpec
from lab.exchanges import Exchanges
from lab.faults import NONE, Faults, Weather
from lab.links import Address, DatagramLink, Fate, Mailbox, SipPort, Tap
from lab.sessions import Sessions
from mapstack.flow import Flow as MapFlow
from mapstack.transport import AssociationSpec
from sipbridge.flow import Flow as SipFlow
from sipbridge.transport import SipSpec

__all__ = ["VirtualNetwork"]

EventT = TypeVar("EventT")


class VirtualNetwork:
    """Nodes with their addresses and associations; the same seed gives the same trace, octet for octet.

    `limit` bounds what is in flight: datagrams to one address (more are lost), pieces of messages on one
    direction of an association (more cut it).
    """

    def __init__(
        self,
        clock: Clock,
        rng: Random,
        faults: Faults = NONE,
        *,
        tap: Tap | None = None,
        limit: int = 65_536,
        chances: Chances = seeded,
    ) -> None:
        self._chance_of = chances
        self._clock = clock
        self._seed = rng.getrandbits(64)
        self._faults = faults
        self._tap = tap
        self._limit = limit
        self._down: set[str] = set()
        self._mailboxes: dict[Address, Mailbox] = {}
        self._weathers: dict[tuple[str, str], Weather] = {}
        self._links: dict[tuple[str, str], DatagramLink] = {}
        self._chances: dict[str, Chance] = {}
        self._associations = Associations(clock, self._chance, self._between, tap=tap, limit=limit)
        self._sessions = Sessions(clock, self._chance, self._between, tap=tap)
        self._exchanges = Exchanges(clock, self._chance, self._between, tap=tap)

    def datagrams(self, node: str, local: Address, port: Port[EventT, SipFlow]) -> None:
        """Bind an address."""
        self._bind(node, local, port, "sip")

    def air(self, node: str, local: Address, port: Port[EventT, SipFlow]) -> None:
        """The same, for a phone or an antenna."""
        self._bind(node, local, port, DTAP)

    def _bind(self, node: str, local: Address, port: Port[EventT, SipFlow], protocol: str) -> None:
        self._require_up(node)
        mailbox = self._mailboxes.get(local)
        if mailbox is None:
            mailbox = self._mailboxes[local] = Mailbox(self._clock, local)
        elif mailbox.port is not None:
            raise OSError(EADDRINUSE, f"{node}: {local[0]}:{local[1]} is taken by {mailbox.node}")
        mailbox.node, mailbox.port = node, port
        port.send = _Outlet(self, mailbox, port, self._clock, tap=self._tap, protocol=protocol)

    def signalling(self, node: str, spec: SipSpec, port: Port[EventT, SipFlow]) -> None:
        """Virtual links carry datagrams: connections are for the wire."""
        self.datagrams(node, spec.listeners[0].local, port)

    def associations(self, node: str, specs: Sequence[AssociationSpec], port: Port[EventT, MapFlow]) -> None:
        """Listen, and connect; what is cut is connected again."""
        self._require_up(node)
        outlet = self._associations.open(node, specs, port)
        port.send, port.cut = outlet, outlet.cut

    def sessions(self, node: str, spec: SessionSpec, port: Port[EventT, SmppFlow]) -> None:
        """Listen for ESMEs, or connect to an SMSC; what is cut is connected again."""
        self._require_up(node)
        outlet = self._sessions.open(node, spec, port)
        port.send, port.cut = outlet, outlet.cut

    def exchanges(self, node: str, spec: ExchangeSpec, port: ExchangePort[EventT]) -> None:
        """Take requests, and make them."""
        self._require_up(node)
        port.send = self._exchanges.open(node, spec, port.receive)

    def down(self, node: str) -> None:
        """The node is gone, with its ports; its peers' associations go down, late octets to it are lost."""
        self._down.add(node)
        for mailbox in self._mailboxes.values():
            if mailbox.node == node:
                mailbox.port = None
        self._associations.down(node)
        self._sessions.down(node)
        self._exchanges.down(node)

    def up(self, node: str) -> None:
        """The node may open ports again."""
        self._down.discard(node)

    def cut(self, one: str, other: str) -> None:
        """Cut the associations between two nodes, now; they reconnect as after any cut."""
        self._associations.cut(one, other)
        self._sessions.cut(one, other)
        self._exchanges.cut(one, other)

    def change(self, faults: Faults) -> None:
        """Other faults between all nodes, from now on."""
        self._faults = faults
        now = self._clock.now()
        for weather in self._weathers.values():
            weather.change(faults, now, inf)
        self._associations.weather_changes()
        self._sessions.weather_changes()

    @property
    def cuts(self) -> Sequence[tuple[float, str, str]]:
        """When each association or session was cut, and between whom."""
        return [*self._associations.cuts, *self._sessions.cuts]

    def impair(
        self, one: str, other: str, faults: Faults, *, since: float | None = None, until: float = inf
    ) -> None:
        """Other faults between two nodes, both ways, for a time."""
        now = self._clock.now()
        begin = now if since is None else since
        self._between(one, other).change(faults, begin, until)
        for when in (begin, until):
            if now <= when < inf:
                self._clock.call_at(when, self._associations.weather_changes)
                self._clock.call_at(when, self._sessions.weather_changes)

    def route(self, source: Mailbox, remote: Address) -> "_Route | None":
        """The way to an address that somebody has bound at some time."""
        target = self._mailboxes.get(remote)
        if target is None:
            return None
        pair = (source.node, target.node)
        link = self._links.get(pair)
        if link is None:
            chance = self._chance(f"sip {pair[0]} {pair[1]}")
            link = self._links[pair] = DatagramLink(chance, self._between(*pair))
        return _Route(link, source.address, target, self._limit)

    def _require_up(self, node: str) -> None:
        if node in self._down:
            raise ValueError(f"{node} is down and opens no port")

    def _between(self, one: str, other: str) -> Weather:
        pair = (min(one, other), max(one, other))
        weather = self._weathers.get(pair)
        if weather is None:
            weather = self._weathers[pair] = Weather(self._faults)
        return weather

    def _chance(self, name: str) -> Chance:
        """A source of choices of its own for each link, which goes on when a node comes back."""
        chance = self._chances.get(name)
        if chance is None:
            rng = Random(f"{self._seed:016x} {name}")
            chance = self._chances[name] = self._chance_of(name, rng, self._clock)
        return chance


class _Route:
    """From one address to another."""

    __slots__ = ("_flow", "_limit", "_link", "target")

    def __init__(self, link: DatagramLink, source: Address, target: Mailbox, limit: int) -> None:
        self._link = link
        self._flow = SipFlow("udp", target.address, source)
        self._limit = limit
        self.target = target

    def carry(self, data: bytes, now: float) -> Fate:
        target = self.target
        if target.port is None or target.in_flight >= self._limit:
            return "lost"
        return self._link.carry(data, self._flow, target, now)


class _Outlet:
    """What a node sends datagrams by: it is silent once the node is down."""

    __slots__ = ("_clock", "_mailbox", "_network", "_port", "_protocol", "_routes", "_tap")

    def __init__(
        self,
        network: VirtualNetwork,
        mailbox: Mailbox,
        port: SipPort,
        clock: Clock,
        *,
        tap: Tap | None,
        protocol: str,
    ) -> None:
        self._network = network
        self._mailbox = mailbox
        self._port = port
        self._clock = clock
        self._tap = tap
        self._protocol = protocol
        self._routes: dict[Address, _Route] = {}

    def __call__(self, batch: list[tuple[bytes, SipFlow]], /) -> None:
        now = self._clock.now()
        for data, flow in batch:
            if self._mailbox.port is not self._port:
                return
            route = self._routes.get(flow.remote) or self._find(flow.remote)
            fate: Fate = "lost" if route is None else route.carry(data, now)
            if self._tap is not None:
                target = f"{flow.remote[0]}:{flow.remote[1]}" if route is None else route.target.node
                self._tap(now, self._mailbox.node, target, self._protocol, data, fate)

    def _find(self, remote: Address) -> _Route | None:
        route = self._network.route(self._mailbox, remote)
        if route is not None:
            self._routes[remote] = route
        return route
