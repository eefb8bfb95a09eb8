"""TCP and TLS for a SIP stack: accepts, connects, reuses and closes connections (RFC 3261 §18.1, §18.2)."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from errno import EMFILE, ENFILE, ENOBUFS, ENOMEM
from functools import partial
from itertools import count

from sipbridge.flow import Flow
from sipbridge.settings import Connections, Limits
from sipbridge.transport.connection import Connection
from sipbridge.transport.wire import Clear, Secure, TlsContexts, Wire

__all__ = ["StreamTransport"]

_SHORTEST_LOOK, _LOOKS = 0.02, 8
_BACKLOG = 128
_REMEMBERED = 4_096
_NO_ROOM = frozenset((EMFILE, ENFILE, ENOBUFS, ENOMEM))
_REST = 0.1  # seconds without accepting: a listener whose queue nobody can empty stays readable
_ANYWHERE = ("", "0.0.0.0", "::")
_Batch = list[tuple[bytes, Flow]]
_Peer = tuple[str, tuple[str, int]]


class StreamTransport:
    """All connections of a node.

    A flow whose `connection` begins with # is one that a peer has opened. Any other flow is ours: its
    connection is opened by the first octets for it, and `connection` may name the domain whose certificate
    is wanted. `on_down` for a flow that was never up says that the peer could not be reached.
    """

    def __init__(
        self,
        on_batch: Callable[[_Batch], None],
        on_up: Callable[[Flow, str], None],
        on_down: Callable[[Flow], None],
        *,
        limits: Limits,
        bounds: Connections,
        tls: TlsContexts | None = None,
    ) -> None:
        self.tls = tls
        self._on_batch, self._on_up, self._on_down = on_batch, on_up, on_down
        self._limits = limits
        self._bounds = bounds
        self._connections: dict[Flow, Connection] = {}
        self._accepted: dict[str, int] = {}
        self._listeners: list[socket.socket] = []
        self._resting: dict[socket.socket, asyncio.TimerHandle] = {}
        self._count = 0
        self._failed: dict[_Peer, tuple[float, float]] = {}
        self._names = map("#{}".format, count(1))
        self._timer: asyncio.TimerHandle | None = None
        self.dropped = 0
        """Messages for connections that are gone."""
        self.refused = 0
        """Connections that were one too many."""

    def __len__(self) -> int:
        return self._count

    def listen(self, transport: str, local: tuple[str, int]) -> tuple[str, int]:
        """Accept at an address, which is returned with its real port; OSError where it is taken."""
        listener = _socket(local[0])
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(local)
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
        host, port = listener.getsockname()[:2]
        here = host, port
        self._listeners.append(listener)
        asyncio.get_running_loop().add_reader(listener, self._accept, listener, transport, here)
        return here

    def stop(self) -> None:
        """Close everything; `on_down` is not called for it."""
        loop = asyncio.get_running_loop()
        for listener in self._listeners:
            loop.remove_reader(listener)
            listener.close()
        for timer in self._resting.values():
            timer.cancel()
        self._resting.clear()
        self._listeners.clear()
        for connection in set(self._connections.values()):
            connection.shut("stopped")
        self._connections.clear()
        self._count = 0
        if self._timer is not None:
            self._timer.cancel()

    def send(self, batch: Sequence[tuple[bytes, Flow]]) -> None:
        """Each to the connection of its flow, one write for all that goes the same way."""
        joined: dict[Flow, list[bytes]] = {}
        for data, flow in batch:
            joined.setdefault(flow, []).append(data)
        for flow, pieces in joined.items():
            connection = self._connections.get(flow) or self._reach(flow)
            if connection is None:
                self.dropped += len(pieces)
            else:
                connection.send(b"".join(pieces))

    def cut(self, flow: Flow) -> None:
        """End a connection; `on_down` follows."""
        connection = self._connections.get(flow)
        if connection is not None:
            connection.close("cut")

    # What the connections tell.

    def came(self, connection: Connection, messages: list[bytes]) -> None:
        """Messages."""
        flow = connection.flow
        self._on_batch([(message, flow) for message in messages])

    def stands(self, connection: Connection) -> bool:
        """Whether it is whom we meant; then it is told."""
        flow, identity = connection.flow, ""
        if flow.transport == "tls" and self.tls is not None:
            if connection.life.ours and not self.tls.expected(
                connection.names, flow.connection, flow.remote[0]
            ):
                return False
            identity = self.tls.identity(connection.names)
            if identity in self.tls.peers:
                self._alias(connection)
        self._failed.pop((flow.transport, flow.remote), None)
        for each in connection.flows:  # before its first message: whether that is believed may depend on it
            self._on_up(each, identity)
        return True

    def ended(self, connection: Connection) -> None:
        """It is gone."""
        self._count -= 1
        for flow in connection.flows:
            if self._connections.get(flow) is connection:
                del self._connections[flow]
        flow = connection.flow
        if not connection.life.ours:
            self._leave(flow.remote[0])
        elif not connection.stood:
            self._remember_failure((flow.transport, flow.remote))
        if connection.stood or connection.life.ours:
            for flow in connection.flows:
                self._on_down(flow)

    # Connecting.

    def _reach(self, flow: Flow) -> Connection | None:
        """A new connection of ours; None for one of the peer's that is gone, and for whom nobody reaches."""
        if flow.accepted:
            return None
        loop = asyncio.get_running_loop()
        until, _ = self._failed.get((flow.transport, flow.remote), (0.0, 0.0))
        if loop.time() < until or not self._may_open(flow):
            loop.call_soon(self._on_down, flow)
            return None
        try:
            opened = self._connecting(flow)
        except (OSError, OverflowError, UnicodeError) as fault:
            if not self._is_ours(fault):
                self._remember_failure((flow.transport, flow.remote))
            loop.call_soon(self._on_down, flow)
            return None
        return self._add(opened, flow, ours=True)

    def _may_open(self, flow: Flow) -> bool:
        known = flow.transport == "tcp" or (flow.transport == "tls" and self.tls is not None)
        return known and (self._count < self._bounds.most or self._make_room())

    def _connecting(self, flow: Flow) -> socket.socket:
        opened = _socket(flow.remote[0])
        try:
            if flow.local[0] not in _ANYWHERE:
                opened.bind((flow.local[0], 0))
            opened.connect(flow.remote)
        except BlockingIOError:
            pass
        except (OSError, OverflowError, UnicodeError):
            opened.close()
            raise
        return opened

    def _remember_failure(self, peer: _Peer) -> None:
        """Whoever cannot be reached is not tried again at once: each failure doubles the time."""
        if len(self._failed) >= _REMEMBERED:
            self._failed.clear()
        bounds = self._bounds
        wait = min(bounds.longest_retry, self._failed.get(peer, (0.0, bounds.shortest_retry / 2))[1] * 2)
        self._failed[peer] = (asyncio.get_running_loop().time() + wait, wait)

    # Accepting.

    def _accept(self, listener: socket.socket, transport: str, here: tuple[str, int]) -> None:
        try:
            opened, address = listener.accept()
        except OSError as fault:  # as a rule it went away again between the two calls
            if self._is_ours(fault):
                self._rest(listener, transport, here)
            return
        remote = address[0], address[1]
        if self._accepted.get(remote[0], 0) >= self._bounds.per_peer or not (
            self._count < self._bounds.most or self._make_room()
        ):
            self.refused += 1
            opened.close()
            return
        opened.setblocking(False)
        self._accepted[remote[0]] = self._accepted.get(remote[0], 0) + 1
        connection = self._add(opened, Flow(transport, here, remote, next(self._names)), ours=False)
        if transport == "tcp":
            self._alias(connection)
        connection.accepted()

    def _is_ours(self, fault: Exception) -> bool:
        """Whether this machine has nothing left for a socket; then a silent one goes."""
        if not isinstance(fault, OSError) or fault.errno not in _NO_ROOM:
            return False
        self._make_room()
        return True

    def _rest(self, listener: socket.socket, transport: str, here: tuple[str, int]) -> None:
        """Who waits in the listener's queue waits a little longer; everybody else is served meanwhile."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(listener)
        again = partial(loop.add_reader, listener, self._accept, listener, transport, here)
        self._resting[listener] = loop.call_later(_REST, again)

    def _alias(self, connection: Connection) -> None:
        """Requests back to where it comes from take it; over TLS only where it has proved who it is."""
        flow = connection.flow
        back = flow._replace(connection="")
        if flow.accepted and back not in self._connections:
            self._connections[back] = connection
            connection.flows.append(back)

    def _leave(self, host: str) -> None:
        left = self._accepted.get(host, 0) - 1
        if left > 0:
            self._accepted[host] = left
        else:
            self._accepted.pop(host, None)

    def _make_room(self) -> bool:
        """The oldest connection over which no message has come goes first: a flood locks nobody out."""
        found = next(filter(_is_idle, self._connections.values()), None)
        if found is not None:
            found.close("room was needed")
        return found is not None

    def _add(self, opened: socket.socket, flow: Flow, *, ours: bool) -> Connection:
        connection = Connection(
            opened,
            flow,
            self,
            wire=partial(self._wire, flow, ours),
            limits=self._limits,
            bounds=self._bounds,
            ours=ours,
        )
        self._connections[flow] = connection
        self._count += 1
        if self._timer is None:
            self._look_later()
        return connection

    def _wire(self, flow: Flow, ours: bool) -> Wire:
        if flow.transport == "tcp" or self.tls is None:
            return Clear()
        if ours:
            return Secure(self.tls.client, server=False, host=flow.connection)
        return Secure(self.tls.server, server=True)

    # Time.

    def _look_later(self) -> None:
        bounds = self._bounds
        shortest = min(bounds.connect, bounds.stalled, bounds.idle, bounds.keep_alive, bounds.pong)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(max(_SHORTEST_LOOK, shortest / _LOOKS), self._look)

    def _look(self) -> None:
        """One timer for all connections, as long as there are any."""
        self._timer = None
        now = asyncio.get_running_loop().time()
        for connection in list(self._connections.values()):
            connection.expire(now)
        if self._connections:
            self._look_later()


def _socket(host: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setblocking(False)
    if family == socket.AF_INET6:
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return opened


def _is_idle(connection: Connection) -> bool:
    return not (connection.heard or connection.life.ours or connection.reason)
