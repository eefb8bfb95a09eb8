"""One live connection of an association, and what TCP and SCTP each have to do for it."""

import asyncio
import os
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Protocol

from mapstack.flow import Flow

__all__ = ["Batch", "Line", "Medium", "Wire", "in_words"]

Batch = list[tuple[bytes, Flow]]
_ABORT = struct.pack("ii", 1, 0)


class Wire(Protocol):
    """A connected socket that carries M3UA messages; a message goes with its stream."""

    @property
    def backlog(self) -> int:
        """Octets that wait for the socket."""

    def read(self) -> tuple[list[tuple[bytes, int]], str]:
        """A bounded amount of what has come; and why nothing more will, or "" while it may."""

    def write(self, messages: list[tuple[bytes, int]]) -> None:
        """Send, and keep what the socket does not take now."""

    def unsent(self) -> list[tuple[bytes, int]]:
        """What the socket has taken no octet of."""


class Medium(Protocol):
    """A way to get such sockets."""

    name: str

    multi_homed: bool
    """Whether an end may have several addresses."""

    def open(self) -> socket.socket:
        """A socket to connect or to listen with; `TransportUnavailable` where the kernel has none."""

    def bind(self, opened: socket.socket, addresses: Sequence[tuple[str, int]]) -> None:
        """Give a socket its addresses."""

    def begin(self, opened: socket.socket, addresses: Sequence[tuple[str, int]]) -> None:
        """Begin to connect to an end that has several addresses; writable: it is, or is not."""

    def remotes(self, connected: socket.socket) -> list[tuple[str, int]]:
        """All addresses of the peer, the one in use first."""

    def wire(self, connected: socket.socket) -> Wire:
        """What runs over a connected one."""


class Line:
    """A wire in the event loop: reads until nothing is left, writes once per batch."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, connected: socket.socket, wire: Wire, flow: Flow
    ) -> None:
        self._loop = loop
        self._socket = connected
        self._wire = wire
        self._flows = {0: flow}
        self._writing = False
        self._on_batch: Callable[[Batch], None] = _dropped
        self.flow = flow
        self.heard = False
        self.closed: asyncio.Future[str] = loop.create_future()
        self.unsent: list[tuple[bytes, int]] = []
        """When it has closed: messages of which nothing has left."""

    def open(self, on_batch: Callable[[Batch], None]) -> None:
        """Begin to read."""
        self._on_batch = on_batch
        self._loop.add_reader(self._socket.fileno(), self._read)

    def send(self, messages: list[tuple[bytes, int]], max_backlog: int) -> None:
        """Send a batch; a peer that lets more than `max_backlog` octets wait is cut off."""
        if self.closed.done():
            self.unsent += messages
            return
        try:
            self._wire.write(messages)
        except OSError as error:
            self._broken(error)
            return
        if self._wire.backlog > max_backlog:
            self.close(f"{self._wire.backlog} octets wait to be sent")
        elif self._wire.backlog and not self._writing:
            self._writing = True
            self._loop.add_writer(self._socket.fileno(), self._write)

    def abort(self, reason: str) -> None:
        """End it at once, with RST or ABORT.

        A peer that is away does not answer FIN or SHUTDOWN, and until the kernel gives it up, minutes later,
        no new connection may have the same addresses and ports.
        """
        if not self.closed.done():
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)  # RFC 6458 §8.1.4
            self.close(reason)

    async def leave(self, reason: str, patience: float) -> None:
        """End it in order, with FIN or SHUTDOWN, and at once if the peer does not do so as well in time."""
        if self.closed.done():
            return
        self._on_batch = _dropped
        self._loop.remove_writer(self._socket.fileno())
        try:
            self._socket.shutdown(socket.SHUT_WR)
            await asyncio.wait([self.closed], timeout=patience)
        except OSError:
            pass  # it has gone already
        self.abort(reason)

    def close(self, reason: str) -> None:
        """End it; whoever awaits `closed` hears of it in a later turn of the loop."""
        if self.closed.done():
            return
        self._loop.remove_reader(self._socket.fileno())
        self._loop.remove_writer(self._socket.fileno())
        self._socket.close()
        self.unsent += self._wire.unsent()
        self.closed.set_result(reason)

    def _write(self) -> None:
        try:
            self._wire.write([])
        except OSError as error:
            self._broken(error)
            return
        if not self._wire.backlog:
            self._writing = False
            self._loop.remove_writer(self._socket.fileno())

    def _broken(self, error: OSError) -> None:
        """It takes nothing more; what has come before is read, and may say why, in a turn of its own."""
        self._loop.remove_writer(self._socket.fileno())
        self._loop.call_soon(self._read_rest, in_words(error))

    def _read_rest(self, reason: str) -> None:
        while not self.closed.done() and self._read():
            pass
        self._ended(reason)

    def _read(self) -> list[tuple[bytes, int]]:
        """What has come."""
        try:
            messages, reason = self._wire.read()
        except OSError as error:
            messages, reason = [], in_words(error)
        if messages:
            self.heard = True
            flows = self._flows
            self._on_batch([(data, flows.get(stream) or self._flow(stream)) for data, stream in messages])
        if reason:
            self._ended(reason)
        return messages

    def _ended(self, reason: str) -> None:
        """By the peer, or on the way; who is not wanted is told which address the peer has seen."""
        host, port = self.flow.local
        self.close(reason if self.heard else f"{reason}, without a word to {host}:{port}")

    def _flow(self, stream: int) -> Flow:
        flow = self._flows[stream] = self.flow._replace(stream=stream)
        return flow


def in_words(error: Exception) -> str:
    """What went wrong, without its number."""
    if isinstance(error, socket.gaierror):
        return str(error.strerror)
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)


def _dropped(batch: Batch) -> None:
    """Until somebody reads."""
