"""UDP for a SIP stack: drains its socket in batches, writes without blocking (RFC 3261 §18)."""

import asyncio
import socket
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from sipbridge.flow import Flow

__all__ = ["UdpTransport"]

_LARGEST_DATAGRAM = 65_535
_SO_MEMINFO, _COUNTERS = 55, 9  # Linux; the last one counts what had no room (sock_diag(7), SK_MEMINFO_DROPS)
_LATELY = 0.1
"""Seconds. A socket that is too small for what comes overflows again and again."""
_Address = tuple[str, int] | tuple[str, int, int, int]


class UdpTransport:
    """One bound socket. `on_batches` gets what it holds, a batch at a time, read when asked for; what does
    not fit into the kernel waits in a bounded queue.
    """

    def __init__(
        self,
        local: tuple[str, int],
        on_batches: Callable[[Iterator[list[tuple[bytes, Flow]]]], None],
        *,
        batch: int = 64,
        batches: int = 4,
        queue: int = 4_096,
        flows: int = 4_096,
        receive_buffer: int = 4 * 1024 * 1024,
    ) -> None:
        self.local = local
        self.dropped = 0
        self._on_batches = on_batches
        self._batch = batch
        self._most_batches = batches
        self._most_queued = queue
        self._most_flows = flows
        self._receive_buffer = receive_buffer
        self._socket: socket.socket | None = None
        self._flows: dict[_Address, Flow] = {}
        self._queue: deque[tuple[bytes, Flow]] = deque()
        self._full = False
        """The last reading took as much as it may."""
        self.overflowed = 0
        """Datagrams that the kernel had no room for, where it tells."""
        self._overflowed_at = -_LATELY

    @property
    def behind(self) -> bool:
        """Whether the socket holds more than was read at a time, or has had no room a moment ago."""
        if self._full and not self._holds():
            self._full = False
        return self._full or asyncio.get_running_loop().time() - self._overflowed_at < _LATELY

    def start(self) -> None:
        """Bind, and read from now on; OSError where the port is taken. Port 0 becomes the port that was
        given.
        """
        family = socket.AF_INET6 if ":" in self.local[0] else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_DGRAM)
        try:
            bound.setblocking(False)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
            if family == socket.AF_INET6:  # an IPv4 listener may have the same port
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            bound.bind(self.local)
        except OSError:
            bound.close()
            raise
        self._socket = bound
        self.local = bound.getsockname()[:2]
        asyncio.get_running_loop().add_reader(bound, self._drain, bound)

    def stop(self) -> None:
        """Close the socket; what still waits in the queue is lost, as datagrams may be."""
        bound, self._socket = self._socket, None
        if bound is None:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(bound)
        loop.remove_writer(bound)
        bound.close()
        self._queue.clear()
        self._flows.clear()

    def send(self, batch: Sequence[tuple[bytes, Flow]]) -> None:
        """Send datagrams, in order; those that the kernel refuses for good are counted in `dropped`."""
        bound = self._socket
        if bound is None or self._queue:
            self._wait(batch)
            return
        sendto = bound.sendto
        for sent, (octets, flow) in enumerate(batch):
            try:
                sendto(octets, flow.remote)
            except (BlockingIOError, InterruptedError):
                self._wait(batch[sent:])
                asyncio.get_running_loop().add_writer(bound, self._flush, bound)
                return
            except (OSError, OverflowError, UnicodeError):
                self.dropped += 1

    def _drain(self, bound: socket.socket) -> None:
        self._look(bound)
        self._on_batches(self._batches(bound))

    def _look(self, bound: socket.socket) -> None:
        try:
            told = bound.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 4 * _COUNTERS)
        except OSError:  # another kernel
            return
        lost = int.from_bytes(told[-4:], sys.byteorder) if len(told) == 4 * _COUNTERS else 0
        if lost != self.overflowed:
            self.overflowed = lost
            self._overflowed_at = asyncio.get_running_loop().time()

    def _batches(self, bound: socket.socket) -> Iterator[list[tuple[bytes, Flow]]]:
        """Until the socket is empty, or it has been long enough: then the loop calls again.

        A batch fits into the processor's caches; more of them at a time make fewer and larger writes.
        """
        for _ in range(self._most_batches):
            batch = self._read(bound)
            if batch:
                yield batch
            if len(batch) < self._batch:
                self._full = False
                return
        self._full = True

    def _holds(self) -> bool:
        try:
            return self._socket is not None and bool(self._socket.recv(1, socket.MSG_PEEK))
        except OSError:  # there is nothing, or what there was is an error
            return False

    def _read(self, bound: socket.socket) -> list[tuple[bytes, Flow]]:
        received: list[tuple[bytes, Flow]] = []
        flows = self._flows
        try:
            for _ in range(self._batch):
                octets, address = bound.recvfrom(_LARGEST_DATAGRAM)
                received.append((octets, flows.get(address) or self._flow(address)))
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:  # an ICMP error of an earlier datagram: the next read goes on
            self.dropped += 1
        return received

    def _flow(self, address: _Address) -> Flow:
        if len(self._flows) >= self._most_flows:
            self._flows.clear()
        flow = self._flows[address] = Flow("udp", self.local, (address[0], address[1]))
        return flow

    def _wait(self, batch: Sequence[tuple[bytes, Flow]]) -> None:
        room = self._most_queued - len(self._queue) if self._socket is not None else 0
        self._queue.extend(batch[:room])
        self.dropped += max(0, len(batch) - room)

    def _flush(self, bound: socket.socket) -> None:
        """The kernel takes datagrams again."""
        waiting, self._queue = self._queue, deque()
        asyncio.get_running_loop().remove_writer(bound)
        self.send(list(waiting))
