"""The lab's connections between ESMEs and an SMSC: delayed, in pieces, cut and made again (DESIGN §10)."""

from collections.abc import Callable, Sequence
from functools import partial
from math import inf
from typing import Protocol

from ipsmgw.drive import Clock, Handle
from ipsmgw.smpp import Flow, SessionSpec
from lab.chance import Chance
from lab.faults import Faults, Weather
from lab.links import Address, Fate, Tap, pieces

__all__ = ["SessionPort", "Sessions"]

_FIRST_EPHEMERAL, _EPHEMERALS = 49_152, 16_384  # RFC 6335 §6


class SessionPort(Protocol):
    """What a network needs of a `ipsmgw.drive.Port` with SMPP sessions."""

    def receive(self, batch: Sequence[tuple[bytes, Flow]], /) -> None: ...
    def link_up(self, flow: Flow, identity: str = "", /) -> None: ...
    def link_down(self, flow: Flow, /) -> None: ...


class _End:
    """One end of a connection: what arrives there."""

    __slots__ = ("flow", "framer", "last", "node", "open", "outward", "port")

    def __init__(self, socket: "_Socket", flow: Flow) -> None:
        self.node = socket.node
        self.port = socket.port
        self.flow = flow
        self.outward = socket.outward
        self.framer = socket.spec.framer()
        self.last = -inf
        self.open = True


class _Connection:
    """Two ends, and when the weather cuts them apart."""

    __slots__ = ("cut_at", "ends", "scheduled", "weather")

    def __init__(self, ends: tuple[_End, _End], weather: Weather) -> None:
        self.ends = ends
        self.weather = weather
        self.cut_at = inf
        self.scheduled: Handle | None = None

    def across(self, end: _End) -> _End:
        return self.ends[1] if end is self.ends[0] else self.ends[0]


class _Socket:
    """What a node has opened: it listens, or it connects for ever."""

    __slots__ = ("dialling", "fortune", "node", "outward", "port", "spec")

    def __init__(
        self, node: str, spec: SessionSpec, port: SessionPort, seeded: Callable[[str], Chance]
    ) -> None:
        self.node = node
        self.spec = spec
        self.port = port
        self.outward = seeded(f"smpp {node} outward")
        self.fortune = seeded(f"smpp {node} fortune")
        self.dialling = False


class Sessions:
    """All connections of a network."""

    def __init__(
        self,
        clock: Clock,
        seeded: Callable[[str], Chance],
        between: Callable[[str, str], Weather],
        *,
        tap: Tap | None,
    ) -> None:
        self._clock = clock
        self._seeded = seeded
        self._between = between
        self._tap = tap
        self._sockets: dict[str, list[_Socket]] = {}
        self._connections: dict[tuple[str, Flow], _Connection] = {}
        self._count = 0
        self.cuts: list[tuple[float, str, str]] = []
        """When a connection was cut, and between whom."""

    def open(self, node: str, spec: SessionSpec, port: SessionPort) -> "SessionOutlet":
        """Listen, or connect again and again."""
        socket = _Socket(node, spec, port, self._seeded)
        self._sockets.setdefault(node, []).append(socket)
        if spec.remote is not None:
            self._dial(socket, 0.0)
        return SessionOutlet(self, node)

    def down(self, node: str) -> None:
        """The node is gone; its peers are told."""
        self._sockets.pop(node, None)
        for connection in self._of(node):
            self._cut(connection)

    def cut(self, one: str, other: str) -> None:
        for connection in self._of(one):
            if {end.node for end in connection.ends} == {one, other}:
                self._cut(connection)

    def weather_changes(self) -> None:
        """How long a connection lives has no memory, so its end may be drawn again under the new rate."""
        for connection in dict.fromkeys(self._connections.values()):
            self._schedule_cut(connection)

    def send(self, node: str, data: bytes, flow: Flow) -> None:
        connection = self._connections.get((node, flow))
        if connection is None:
            return
        end = connection.ends[0] if connection.ends[0].node == node else connection.ends[1]
        other, now = connection.across(end), self._clock.now()
        faults = connection.weather.at(now)
        end.outward.turn()
        for piece in pieces(data, end.outward, faults):
            other.last = max(other.last, now + end.outward.lasts("delay", faults.delay))
            self._clock.call_at(other.last, partial(self._arrive, other, piece))
        if self._tap is not None:
            fate: Fate = "cut" if other.last >= connection.cut_at else ""
            self._tap(now, node, other.node, flow.protocol, data, fate)

    def finish(self, node: str, flow: Flow) -> None:
        """An end closes: what it has sent arrives, and then the other end hears of it."""
        connection = self._connections.get((node, flow))
        if connection is None:
            return
        end = connection.ends[0] if connection.ends[0].node == node else connection.ends[1]
        other, now = connection.across(end), self._clock.now()
        end.open = False
        other.last = max(other.last, now + end.outward.lasts("delay", connection.weather.at(now).delay))
        self._clock.call_at(other.last, partial(self._cut, connection, recorded=False))

    def finish_later(self, node: str, flow: Flow) -> None:
        """When what the same input has decided has left."""
        self._clock.call_at(self._clock.now(), partial(self.finish, node, flow))

    def _of(self, node: str) -> list[_Connection]:
        return [connection for (whose, _), connection in self._connections.items() if whose == node]

    def _dial(self, socket: _Socket, after: float) -> None:
        if not socket.dialling:
            socket.dialling = True
            when = self._clock.now() + after + socket.fortune.lasts("delay", self._faults(socket).delay)
            self._clock.call_at(when, partial(self._attempt, socket))

    def _faults(self, socket: _Socket) -> Faults:
        listener = self._listener(socket.spec.remote)
        return self._between(socket.node, listener.node if listener else "").at(self._clock.now())

    def _listener(self, address: Address | None) -> _Socket | None:
        sockets = (each for several in self._sockets.values() for each in several)
        listening = (each for each in sockets if each.spec.remote is None)
        return next((each for each in listening if each.spec.local == address), None)

    def _socket(self, end: _End) -> _Socket | None:
        """That this end belongs to, in the same life of the node."""
        return next((each for each in self._sockets.get(end.node, ()) if each.port is end.port), None)

    def _attempt(self, socket: _Socket) -> None:
        socket.dialling = False
        if socket not in self._sockets.get(socket.node, ()):
            return
        faults, listener = self._faults(socket), self._listener(socket.spec.remote)
        socket.fortune.turn()
        if listener is None or socket.fortune.happens("refuse", faults.refuse):
            self._dial(socket, socket.fortune.lasts("reconnect", faults.reconnect))
        else:
            self._connect(socket, listener)

    def _connect(self, socket: _Socket, listener: _Socket) -> None:
        self._count += 1
        here = (socket.spec.local[0], _FIRST_EPHEMERAL + self._count % _EPHEMERALS)
        there, name = listener.spec.local, str(self._count)
        near = _End(socket, Flow(here, there, name, socket.spec.protocol))
        far = _End(listener, Flow(there, here, name, listener.spec.protocol))
        connection = _Connection((near, far), self._between(near.node, far.node))
        for end in (far, near):
            self._connections[end.node, end.flow] = connection
        self._schedule_cut(connection)
        for end in (far, near):
            if end.open:
                end.port.link_up(end.flow)

    def _arrive(self, end: _End, data: bytes) -> None:
        if not end.open:
            return
        batch = [(pdu, end.flow) for pdu in end.framer.feed(data)]
        if batch:
            end.port.receive(batch)

    def _schedule_cut(self, connection: _Connection) -> None:
        if connection.scheduled is not None:
            connection.scheduled.cancel()
        now = self._clock.now()
        rate = connection.weather.at(now).cut
        fortune = connection.ends[0].outward
        connection.cut_at = now + fortune.comes("cut", rate)
        connection.scheduled = (
            self._clock.call_at(connection.cut_at, partial(self._cut, connection)) if rate else None
        )

    def _cut(self, connection: _Connection, *, recorded: bool = True) -> None:
        """Both ends are told by an event of their own: who cuts may stand on a stack's shoulders."""
        near, far = connection.ends
        if self._connections.pop((near.node, near.flow), None) is None:
            return
        del self._connections[far.node, far.flow]
        if connection.scheduled is not None:
            connection.scheduled.cancel()
        now = self._clock.now()
        if recorded:
            self.cuts.append((now, near.node, far.node))
        for end in connection.ends:
            end.open = False
            self._clock.call_at(now, partial(self._tell_down, end))
        socket = self._socket(near)
        if socket is not None:
            self._dial(socket, socket.fortune.lasts("reconnect", connection.weather.at(now).reconnect))

    def _tell_down(self, end: _End) -> None:
        if self._socket(end) is not None:
            end.port.link_down(end.flow)


class SessionOutlet:
    """What a node sends by: it is silent once the node is down, for then it has no connection."""

    __slots__ = ("_node", "_sessions")

    def __init__(self, sessions: Sessions, node: str) -> None:
        self._sessions = sessions
        self._node = node

    def __call__(self, batch: list[tuple[bytes, Flow]], /) -> None:
        for data, flow in batch:
            self._sessions.send(self._node, data, flow)

    def cut(self, flow: Flow) -> None:
        self._sessions.finish_later(self._node, flow)
