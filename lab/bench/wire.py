"""The generator's sockets: the S-CSCF's UDP, and TCP on which SS7 nodes listen; no asyncio."""

import select
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import NamedTuple, Protocol, Self

from lab.bench.signalling import Peer
from lab.plan import Plan
from mapstack.transport.framing import Framer

__all__ = ["Heard", "Line", "Wire"]

_BATCH = 64
_READ = 65_536
_DATA = b"\x01\x01"  # class and type of DATA (RFC 4666 §3.1.2)


class Readable(Protocol):
    """What `select` can wait for."""

    def fileno(self) -> int: ...


class Line:
    """One TCP connection of a system under test, to one of the nodes."""

    def __init__(self, node: str, host: str, connected: socket.socket) -> None:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.setblocking(False)
        self.node = node
        self.host = host
        self.socket = connected
        self.framer = Framer()
        self.backlog = bytearray()
        """What the kernel has no room for yet: whoever does not read must not stop us."""

    def fileno(self) -> int:
        """For `select`."""
        return self.socket.fileno()


class Heard(NamedTuple):
    """What has come together: datagrams, DATA of SS7 nodes, lines that were closed, and whether something
    else that is watched can be read.
    """

    datagrams: list[bytes]
    frames: list[tuple[Line, list[bytes]]]
    closed: list[Line]
    others: list[Readable]


class Wire:
    """Waits by `select`: the sockets are few, and epoll knows whole milliseconds only.

    What is not DATA is answered here, by real stacks.
    """

    def __init__(self, plan: Plan, nodes: Sequence[str], rng: Random) -> None:
        self.peers = {node: Peer(node, rng, plan) for node in nodes}
        self.lines: dict[tuple[str, str], Line] = {}
        self._gateway = plan.host("ipsmgw")
        self._udp = _bind(plan.sip("scscf"), socket.SOCK_DGRAM)
        self._udp.setblocking(False)
        self._listeners = {_listening(plan.m3ua(node)): node for node in nodes}
        self._others: list[Readable] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for opened in (self._udp, *self._listeners, *(line.socket for line in self.lines.values())):
            opened.close()

    def watch(self, other: Readable) -> None:
        """Let `hear` return when this can be read, too."""
        self._others.append(other)

    @property
    def active(self) -> bool:
        """Whether the application server of the gateway is active at all nodes."""
        return all(peer.active for peer in self.peers.values())

    def hear(self, patience: float) -> Heard | None:
        """What comes within so many seconds; None where nothing does."""
        lines = self.lines.values()
        late = [line for line in lines if line.backlog]
        sources: list[Readable] = [self._udp, *self._listeners, *lines, *self._others]
        ready, writable, _ = select.select(sources, late, (), max(0.0, patience))
        if not ready and not writable:
            return None
        heard = Heard([], [], [], [])
        for line in writable:
            self._flush(line)
        for opened in ready:
            if opened is self._udp:
                self._read_datagrams(heard.datagrams)
            elif isinstance(opened, Line):
                self._read_line(opened, heard)
            elif isinstance(opened, socket.socket):
                self._accept(opened)
            else:
                heard.others.append(opened)
        return heard

    def send(self, datagrams: Sequence[bytes], remote: tuple[str, int]) -> None:
        """As a network would: what has no room is lost."""
        sendto = self._udp.sendto
        for datagram in datagrams:
            with suppress(BlockingIOError, ConnectionRefusedError):
                sendto(datagram, remote)

    def send_frames(self, node: str, host: str, frames: Sequence[bytes]) -> None:
        """In one write; to who is not there nothing is sent."""
        line = self.lines.get((node, host))
        if line is not None:
            line.backlog += b"".join(frames)
            self._flush(line)

    def manage(self, line: Line, frames: list[bytes]) -> None:
        """Let the node's stack answer them."""
        answers = self.peers[line.node].receive(frames, time.time())
        if answers:
            self.send_frames(line.node, line.host, answers)

    def drop(self, line: Line) -> None:
        """It leads nowhere any more."""
        if self.lines.pop((line.node, line.host), None) is not None:
            line.socket.close()
            if line.host == self._gateway:
                self.peers[line.node].link_down(time.time())

    def _flush(self, line: Line) -> None:
        try:
            sent = line.socket.send(line.backlog)
        except BlockingIOError:
            return
        except OSError:  # reading it will tell
            line.backlog.clear()
            return
        del line.backlog[:sent]

    def _read_datagrams(self, batch: list[bytes]) -> None:
        receive = self._udp.recv
        with suppress(BlockingIOError):
            while len(batch) < _BATCH:
                batch.append(receive(_READ))

    def _read_line(self, line: Line, heard: Heard) -> None:
        try:
            data = line.socket.recv(_READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            heard.closed.append(line)
            self.drop(line)
            return
        frames = line.framer.feed(data)
        traffic = [frame for frame in frames if frame[2:4] == _DATA]
        if traffic:
            heard.frames.append((line, traffic))
        if len(traffic) < len(frames):
            self.manage(line, [frame for frame in frames if frame[2:4] != _DATA])

    def _accept(self, listener: socket.socket) -> None:
        connected, (host, _) = listener.accept()
        node = self._listeners[listener]
        self.lines[node, host] = Line(node, host, connected)
        if host == self._gateway:
            self.peers[node].link_up(time.time())


def _listening(address: tuple[str, int]) -> socket.socket:
    listener = _bind(address, socket.SOCK_STREAM)
    listener.listen()
    return listener


def _bind(address: tuple[str, int], kind: socket.SocketKind) -> socket.socket:
    opened = socket.socket(socket.AF_INET, kind)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(kind is socket.SOCK_STREAM))
    if kind is socket.SOCK_DGRAM:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
    try:
        opened.bind(address)
    except OSError:
        opened.close()
        raise
    return opened
