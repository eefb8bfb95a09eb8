"""Queries to DNS servers: a socket for each, so that nobody guesses its port (RFC 5452 §9)."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from functools import partial

from sipbridge.flow import Flow

__all__ = ["DnsTransport"]

_READ = 65_536
_LENGTH = 2
_Batch = list[tuple[bytes, Flow]]


class DnsTransport:
    """Opens a socket for a query, and closes it with the answer or after a time."""

    def __init__(
        self, on_batch: Callable[[_Batch], None], on_down: Callable[[Flow], None], *, lifetime: float = 10.0
    ) -> None:
        self._on_batch = on_batch
        self._on_down = on_down
        self._lifetime = lifetime
        self._open: dict[Flow, tuple[socket.socket, asyncio.TimerHandle]] = {}

    def __len__(self) -> int:
        return len(self._open)

    def stop(self) -> None:
        """Close everything."""
        for flow in list(self._open):
            self._close(flow)

    def send(self, batch: Sequence[tuple[bytes, Flow]]) -> None:
        """Send queries."""
        loop = asyncio.get_running_loop()
        for octets, flow in batch:
            try:
                opened = self._opened(flow)
            except (OSError, OverflowError, UnicodeError):
                loop.call_soon(self._on_down, flow)
                continue
            self._close(flow)
            self._open[flow] = opened, loop.call_later(self._lifetime, self._close, flow)
            loop.add_writer(opened, self._ask, octets, opened, flow)

    def _opened(self, flow: Flow) -> socket.socket:
        host = flow.remote[0]
        kind = socket.SOCK_STREAM if flow.transport == "tcp" else socket.SOCK_DGRAM
        opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind)
        opened.setblocking(False)
        try:
            opened.connect(flow.remote)
        except BlockingIOError:
            pass
        except (OSError, OverflowError, UnicodeError):
            opened.close()
            raise
        return opened

    def _ask(self, octets: bytes, opened: socket.socket, flow: Flow) -> None:
        """The socket is connected; a query is smaller than any buffer."""
        loop = asyncio.get_running_loop()
        loop.remove_writer(opened)
        by_tcp = flow.transport == "tcp"
        try:
            opened.send(len(octets).to_bytes(_LENGTH, "big") + octets if by_tcp else octets)
        except OSError:
            self._fail(flow)
            return
        loop.add_reader(opened, partial(self._read, opened, flow, bytearray() if by_tcp else None))

    def _read(self, opened: socket.socket, flow: Flow, stream: bytearray | None) -> None:
        try:
            data = opened.recv(_READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:  # an ICMP error, or a reset
            self._fail(flow)
            return
        if stream is None:
            self._on_batch([(data, flow)])  # it may be forged: the socket stays for the real one
            return
        stream += data
        size = int.from_bytes(stream[:_LENGTH], "big") + _LENGTH
        if len(stream) >= max(size, _LENGTH + 1):
            self._close(flow)
            self._on_batch([(bytes(stream[_LENGTH:size]), flow)])
        elif not data:
            self._fail(flow)

    def _fail(self, flow: Flow) -> None:
        self._close(flow)
        self._on_down(flow)

    def _close(self, flow: Flow) -> None:
        opened, timer = self._open.pop(flow, (None, None))
        if opened is None or timer is None:
            return
        timer.cancel()
        loop = asyncio.get_running_loop()
        loop.remove_reader(opened)
        loop.remove_writer(opened)
        opened.close()
