"""One TCP or TLS connection: reads until nothing is left, writes once per batch (RFC 3261 §18)."""

import asyncio
import socket
from collections.abc import Callable
from typing import Protocol

from sipbridge.flow import Flow
from sipbridge.framing import PING, PONG, Framer
from sipbridge.liveness import Liveness, LivenessInput, LivenessState
from sipbridge.settings import Connections, Limits
from sipbridge.transport.wire import Wire

__all__ = ["Connection", "Watcher"]

_READ = 65_536
_READS = 4


class Watcher(Protocol):
    """Whom a connection tells."""

    def came(self, connection: "Connection", messages: list[bytes]) -> None: ...
    def stands(self, connection: "Connection") -> bool:
        """It is there, with the names that its certificate proves; False: it is not whom we meant."""

    def ended(self, connection: "Connection") -> None: ...


class Connection:
    """A socket that connects or is connected, and what waits for it."""

    def __init__(
        self,
        opened: socket.socket,
        flow: Flow,
        watcher: Watcher,
        *,
        wire: Callable[[], Wire],
        limits: Limits,
        bounds: Connections,
        ours: bool,
    ) -> None:
        self._loop = loop = asyncio.get_running_loop()
        self._socket = opened
        self._open_wire = wire
        self._wire: Wire | None = None
        self._watcher = watcher
        self._bounds = bounds
        self._framer = Framer(limits)
        self._waiting: list[bytes] = []
        self._unread = bytearray()
        self._unread_since = 0.0
        self._queued = 0
        self.flow = flow
        self.flows = [flow]
        self.names: tuple[str, ...] = ()
        self.heard = False
        self.stood = False
        self.reason = ""
        self.life = Liveness(bounds, loop.time(), ours=ours)
        if ours:
            loop.add_writer(opened, self._connected)

    def accepted(self) -> None:
        """The peer has connected."""
        self._begin()

    def send(self, data: bytes) -> None:
        """Say it, now or once the connection stands; who lets too much wait is cut off."""
        if self.reason:
            return
        if not self.life.secured:
            self._waiting.append(data)
            self._queued += len(data)
            if self._queued > self._bounds.unread:
                self.close("too much waits for the connection")
            return
        self._put(data)

    def expire(self, now: float) -> None:
        """Whatever has taken too long."""
        state = self.life.state
        reason = self.life.expire(now)
        if not reason and self._unread and now - self._unread_since >= self._bounds.stalled:
            reason = "output that nobody reads"
        if reason:
            self.close(reason)
        elif state is not LivenessState.PROBING and self.life.state is LivenessState.PROBING:
            self.send(PING)

    def close(self, reason: str) -> None:
        """End it; the watcher hears of it in a later turn of the loop."""
        if self.reason:
            return
        self.shut(reason)
        self._loop.call_soon(self._watcher.ended, self)

    def shut(self, reason: str) -> None:
        """End it, and tell nobody."""
        if self.reason:
            return
        self.reason = reason
        self.life.run(LivenessInput.GONE, self._loop.time())
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()
        self._waiting.clear()
        self._unread.clear()

    # Inside.

    def _connected(self) -> None:
        """The socket can be written: it is connected, or never will be."""
        self._loop.remove_writer(self._socket)
        fault = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if fault:
            self.close(f"refused ({fault})")
        else:
            self._begin()

    def _begin(self) -> None:
        self.life.run(LivenessInput.CONNECTED, self._loop.time())
        self._loop.add_reader(self._socket, self._read)
        try:
            self._wire = self._open_wire()
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as fault:
            self.close(str(fault))
            return
        self._go_on(self._wire)

    def _go_on(self, wire: Wire) -> None:
        """Hand on what the wire has; the handshake may have ended with it."""
        if wire.ready and not self.life.secured:
            self.names = wire.names()
            if not self._watcher.stands(self):
                self.close("not the peer that was meant")
                return
            self.life.run(LivenessInput.SECURED, self._loop.time())
            self.stood = True
            for data in self._waiting:
                wire.put(data)
            self._waiting.clear()
        self._flush(wire)

    def _put(self, data: bytes) -> None:
        assert self._wire is not None
        try:
            self._wire.put(data)
        except OSError as fault:
            self.close(str(fault))
            return
        self._flush(self._wire)

    def _flush(self, wire: Wire) -> None:
        data = wire.outgoing()
        if not data or self.reason:
            return
        if self._unread:
            self._unread += data
        else:
            self._unread_since = self._loop.time()
            self._unread += data[self._sent(data) :]
            if self._unread and not self.reason:
                self._loop.add_writer(self._socket, self._write)
        if len(self._unread) > self._bounds.unread:
            self.close("output that nobody reads")

    def _sent(self, data: bytes | bytearray) -> int:
        try:
            return self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as fault:
            self.close(str(fault))
            return 0

    def _write(self) -> None:
        sent = self._sent(self._unread)
        if self.reason:
            return
        if sent:
            self._unread_since = self._loop.time()
            del self._unread[:sent]
        if not self._unread:
            self._loop.remove_writer(self._socket)

    def _read(self) -> None:
        wire, reason = self._wire, ""
        assert wire is not None
        for _ in range(_READS):
            try:
                data = self._socket.recv(_READ)
                said = wire.take(data) if data else b""
            except (BlockingIOError, InterruptedError):
                break
            except OSError as fault:
                reason = str(fault) or "gone"
                break
            if not data:
                reason = "the peer closed the connection"
                break
            self._go_on(wire)
            if said and not self.reason:
                self._said(said)
            if self.reason or len(data) < _READ:
                break
        if reason:
            self._flush(wire)  # an alert, where TLS has one
            self.close(reason)

    def _said(self, data: bytes) -> None:
        framer, now = self._framer, self._loop.time()
        messages = framer.feed(data)
        if messages or not framer.partial:
            self.life.run(LivenessInput.WHOLE, now)
        if framer.partial:
            self.life.run(LivenessInput.PART, now)
        if framer.pings:
            framer.pings = 0
            self.send(PONG)
        if messages:
            self.heard = True
            self._watcher.came(self, messages)
        if framer.fault:
            self.close(framer.fault)
