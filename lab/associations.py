"""The lab's associations: who connects to whom, when one is cut, and when it is up again (DESIGN §10)."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import inf

from ipsmgw.drive import Clock, Handle
from lab.chance import Chance
from lab.faults import Faults, Weather
from lab.links import Address, MapPort, Pipe, Tap
from mapstack.flow import Flow as MapFlow
from mapstack.transport import AssociationSpec

__all__ = ["Associations", "Outlet"]

_ANY_LOCAL = ("127.0.0.1", 0)
_FIRST_EPHEMERAL = 49_152  # RFC 6335 §6
_EPHEMERALS = 65_536 - _FIRST_EPHEMERAL
_CUTS = 10_000  # that are remembered


class _End:
    """One end of an association, for as long as its node is up (`port` is None after that)."""

    __slots__ = ("dialling", "flow", "fortune", "line", "node", "outward", "peer", "pipe", "port", "spec")

    def __init__(
        self, node: str, spec: AssociationSpec, port: MapPort, seeded: Callable[[str], Chance]
    ) -> None:
        self.node = node
        self.spec = spec
        self.port: MapPort | None = port
        self.outward = seeded(f"m3ua {node}/{spec.name} outward")
        self.fortune = seeded(f"m3ua {node}/{spec.name} fortune")
        self.peer = f"{spec.remote[0]}:{spec.remote[1]}" if spec.remote else "?"
        self.dialling = False
        self.line: _Line | None = None
        self.pipe: Pipe | None = None
        self.flow: MapFlow | None = None


class _Line:
    """One life of an association: from its connection until it is cut."""

    __slots__ = ("connector", "cut_at", "listener", "scheduled")

    def __init__(self, connector: _End, listener: _End) -> None:
        self.connector = connector
        self.listener = listener
        self.cut_at = inf
        self.scheduled: Handle | None = None


class Associations:
    """All associations of a network, each known by its two ends; the one that connects does so for ever."""

    def __init__(
        self,
        clock: Clock,
        seeded: Callable[[str], Chance],
        between: Callable[[str, str], Weather],
        *,
        tap: Tap | None,
        limit: int,
    ) -> None:
        """`limit`: pieces of messages in flight one way; an association with more of them is cut."""
        self._clock = clock
        self._seeded = seeded
        self._between = between
        self._tap = tap
        self._limit = limit
        self._ends: dict[tuple[str, str], _End] = {}
        self._connections = 0
        self.cuts: deque[tuple[float, str, str]] = deque(maxlen=_CUTS)
        """When each association was cut, and between whom."""

    def open(self, node: str, specs: Sequence[AssociationSpec], port: MapPort) -> "Outlet":
        ends = {spec.name: self._open_end(node, spec, port) for spec in specs}
        for end in ends.values():
            for connector in [end] if end.spec.connect else self._connectors_to(end.spec.local):
                self._dial(connector, connector.fortune.lasts("delay", self._faults(connector).delay))
        return Outlet(self, self._clock, ends)

    def down(self, node: str) -> None:
        for end in self._ends.values():
            if end.node == node:
                end.port = None
                self._cut(end.line)

    def cut(self, one: str, other: str) -> None:
        for line in list(self._lines()):
            if {line.connector.node, line.listener.node} == {one, other}:
                self._cut(line)

    def weather_changes(self) -> None:
        """How long an association lives has no memory, so its end may be drawn again under the new rate."""
        for line in self._lines():
            self._schedule_cut(line)

    def give_up(self, end: _End) -> None:
        """An end has had enough; when what the same input has decided has left."""
        self._clock.call_at(self._clock.now(), partial(self._cut, end.line))

    def put(self, end: _End, data: bytes, stream: int, now: float) -> None:
        line, pipe = end.line, end.pipe
        delivered = line is not None and pipe is not None and pipe.put(data, stream, now) < line.cut_at
        if self._tap is not None:
            self._tap(now, end.node, end.peer, "m3ua", data, "" if delivered else "cut")
        if pipe is not None and pipe.in_flight > self._limit:
            self._cut(line)

    def _open_end(self, node: str, spec: AssociationSpec, port: MapPort) -> _End:
        if (spec.remote if spec.connect else spec.local) is None:
            raise ValueError(f"{node}: association {spec.name} has no address to connect to, or to listen at")
        known = self._ends.get((node, spec.name))
        if known is not None and known.port is not None:
            raise ValueError(f"{node}: there is an association {spec.name} already")
        end = self._ends[node, spec.name] = _End(node, spec, port, self._seeded)
        return end

    def _faults(self, end: _End) -> Faults:
        return self._between(end.node, end.peer).at(self._clock.now())

    def _lines(self) -> Iterator[_Line]:
        return (end.line for end in self._ends.values() if end.spec.connect and end.line is not None)

    def _connectors_to(self, address: Address | None) -> list[_End]:
        return [end for end in self._ends.values() if end.spec.connect and end.spec.remote == address]

    def _listener_for(self, connector: _End) -> _End | None:
        """The free end that expects this peer, else one that expects nobody (as in `mapstack.transport`)."""
        spec, local = connector.spec, connector.spec.local or _ANY_LOCAL
        there = [
            end
            for end in self._ends.values()
            if (end.spec.connect, end.spec.transport, end.spec.local) == (False, spec.transport, spec.remote)
        ]
        free = [end for end in there if end.port is not None and end.line is None]
        wanted = (local, (local[0], 0), None)
        return next((end for want in wanted for end in free if end.spec.remote == want), None)

    def _dial(self, connector: _End, after: float) -> None:
        if not connector.dialling and connector.port is not None:
            connector.dialling = True
            self._clock.call_at(self._clock.now() + after, partial(self._attempt, connector))

    def _attempt(self, connector: _End) -> None:
        connector.dialling = False
        if connector.port is None or connector.line is not None:
            return
        listener = self._listener_for(connector)
        if listener is None:
            return  # whoever opens a listener there later, or leaves one free, has this end dial again
        connector.peer, listener.peer = listener.node, connector.node
        faults, fortune = self._faults(connector), connector.fortune
        fortune.turn()
        if fortune.happens("refuse", faults.refuse):
            self._dial(connector, fortune.lasts("reconnect", faults.reconnect))
        else:
            self._connect(connector, listener)

    def _connect(self, connector: _End, listener: _End) -> None:
        line = connector.line = listener.line = _Line(connector, listener)
        transport, there = connector.spec.transport, connector.spec.remote or ("", 0)
        here = self._bound(connector.spec.local)
        connector.flow = MapFlow(transport, here, there, connector.spec.name)
        listener.flow = MapFlow(transport, there, here, listener.spec.name)
        self._lay(connector, listener, line)
        self._lay(listener, connector, line)
        self._schedule_cut(line)
        for end in (listener, connector):
            if end.port is not None and end.flow is not None and end.line is line:
                end.port.link_up(end.flow)

    def _lay(self, sender: _End, receiver: _End, line: _Line) -> None:
        assert receiver.port is not None
        assert receiver.flow is not None
        sender.pipe = Pipe(
            self._clock,
            sender.outward,
            self._between(sender.node, receiver.node),
            port=receiver.port,
            flow=receiver.flow,
            nonsense=partial(self._cut, line),
        )

    def _bound(self, local: Address | None) -> Address:
        """A connection without a port of its own is given the next ephemeral one."""
        host, port = local or _ANY_LOCAL
        if port == 0:
            port = _FIRST_EPHEMERAL + self._connections % _EPHEMERALS
            self._connections += 1
        return host, port

    def _schedule_cut(self, line: _Line) -> None:
        if line.scheduled is not None:
            line.scheduled.cancel()
        rate, now = self._faults(line.connector).cut, self._clock.now()
        line.cut_at = now + line.connector.fortune.comes("cut", rate)
        line.scheduled = self._clock.call_at(line.cut_at, partial(self._cut, line)) if rate else None

    def _cut(self, line: _Line | None) -> None:
        """Both ends are told by an event of their own: who cuts may stand on a stack's shoulders."""
        if line is None or line.connector.line is not line:
            return
        if line.scheduled is not None:
            line.scheduled.cancel()
        now = self._clock.now()
        self.cuts.append((now, line.connector.node, line.listener.node))
        for end in (line.listener, line.connector):
            if end.pipe is not None and end.flow is not None:
                end.pipe.close()
                self._clock.call_at(now, partial(_tell_down, end, end.flow))
            end.line = end.pipe = end.flow = None
        for connector in self._connectors_to(line.connector.spec.remote):
            if connector.line is None:
                self._dial(connector, connector.fortune.lasts("reconnect", self._faults(connector).reconnect))


class Outlet:
    """What a node sends by: it is silent once the node is down."""

    __slots__ = ("_associations", "_clock", "_ends")

    def __init__(self, associations: Associations, clock: Clock, ends: dict[str, _End]) -> None:
        self._associations = associations
        self._clock = clock
        self._ends = ends

    def __call__(self, batch: list[tuple[bytes, MapFlow]], /) -> None:
        now = self._clock.now()
        for data, flow in batch:
            end = self._ends[flow.connection]
            if end.port is not None:
                self._associations.put(end, data, flow.stream, now)

    def cut(self, flow: MapFlow) -> None:
        """Whoever is behind it is silent, or worse."""
        end = self._ends[flow.connection]
        if end.flow is not None and end.flow == flow._replace(stream=end.flow.stream):
            self._associations.give_up(end)


def _tell_down(end: _End, flow: MapFlow) -> None:
    if end.port is not None:
        end.port.link_down(flow)
