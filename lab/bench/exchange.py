"""The generator's sockets: the S-CSCF's UDP, and TCP on which HLR and SM-SC listen; one epoll, no asyncio."""

import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import NamedTuple, Self

from lab.bench.place import HLR, PLAN, SMSC
from lab.bench.signalling import Peer
from lab.bench.stories import Story
from mapstack.transport.framing import Framer

__all__ = ["Exchange", "Lost", "Target"]

_BATCH = 64
_READ = 65_536
_PATIENCE = 20.0
_DATA = b"\x01\x01"  # class and type of DATA (RFC 4666 §3.1.2)


class Lost(Exception):
    """A packet has not come, and with it the run is worth nothing."""


class Target(NamedTuple):
    """Who is measured: where its UDP is, and the host that its TCP comes from."""

    sip: tuple[str, int]
    host: str


class _Line:
    """One TCP connection of the system under test."""

    def __init__(self, connected: socket.socket) -> None:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connected
        self.framer = Framer()


class Exchange:
    """Everybody around the system under test, in one loop that answers batch by batch."""

    def __init__(self, rng: Random) -> None:
        self.peers = {HLR: Peer(HLR, rng), SMSC: Peer(SMSC, rng)}
        self._lines: dict[tuple[str, str], _Line] = {}
        self._poll = select.epoll()
        self._readers: dict[int, Callable[[Story, Target], None]] = {}
        self._udp = _bind(PLAN.sip("scscf"), socket.SOCK_DGRAM)
        self._udp.setblocking(False)
        self._watch(self._udp, self._read_datagrams)
        self._listeners = [self._listen(node) for node in self.peers]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for opened in (self._udp, *self._listeners, *(line.socket for line in self._lines.values())):
            opened.close()
        self._poll.close()

    def connected(self, host: str) -> bool:
        """Whether the SM-SC has a connection from there."""
        return (SMSC, host) in self._lines

    def run(self, story: Story, target: Target) -> None:
        """Play until the story is done; `Lost` when nothing moves any more."""
        while True:
            self.say(story, target)
            if story.done:
                return
            if not self.hear(story, target, _PATIENCE):
                raise Lost(f"nothing has come for {_PATIENCE:g} s: a packet was lost, or nobody answers")

    def hear(self, story: Story, target: Target, patience: float) -> bool:
        """Give the story what has come; false if nothing came for so many seconds."""
        ready = self._poll.poll(patience)
        for number, _ in ready:
            self._readers[number](story, target)
        return bool(ready)

    def bury(self, story: Story, target: Target) -> None:
        """The system under test has died: hear what it had sent before, and close what led to it."""
        for node, host in [key for key in self._lines if key[1] == target.host]:
            line = self._lines.pop((node, host))
            with suppress(Lost, OSError):
                while True:
                    self._read_line(node, line, story)
            self._forget(line.socket)
            self.peers[node].link_down(time.time())
        while self.hear(story, target, 0):
            pass

    def say(self, story: Story, target: Target) -> None:
        """Send what the story has to say."""
        story.launch()
        sendto, remote = self._udp.sendto, target.sip
        for datagram in story.datagrams:
            sendto(datagram, remote)
        story.datagrams.clear()
        if story.frames:
            self._lines[SMSC, target.host].socket.sendall(b"".join(story.frames))
            story.frames.clear()

    def _read_datagrams(self, story: Story, target: Target) -> None:
        batch: list[bytes] = []
        with suppress(BlockingIOError):
            while len(batch) < _BATCH:
                batch.append(self._udp.recv(_READ))
        story.on_datagrams(batch)

    def _read_line(self, node: str, line: _Line, story: Story) -> None:
        data = line.socket.recv(_READ, socket.MSG_DONTWAIT)
        if not data:
            raise Lost(f"the connection to {node} was closed")
        frames = line.framer.feed(data)
        traffic = [frame for frame in frames if frame[2:4] == _DATA] if node == SMSC else []
        if traffic:
            story.on_frames(traffic)
        if len(traffic) < len(frames):
            others = [frame for frame in frames if node == HLR or frame[2:4] != _DATA]
            line.socket.sendall(b"".join(self.peers[node].receive(others, time.time())))

    def _listen(self, node: str) -> socket.socket:
        listener = _bind(PLAN.m3ua(node), socket.SOCK_STREAM)
        listener.listen()

        def accept(story: Story, target: Target) -> None:
            connected, (host, _) = listener.accept()
            line = self._lines[node, host] = _Line(connected)
            if host == PLAN.host("ipsmgw"):
                self.peers[node].link_up(time.time())
            self._watch(connected, lambda story, target: self._read_line(node, line, story))

        self._watch(listener, accept)
        return listener

    def _forget(self, opened: socket.socket) -> None:
        self._poll.unregister(opened)
        del self._readers[opened.fileno()]
        opened.close()

    def _watch(self, opened: socket.socket, reader: Callable[[Story, Target], None]) -> None:
        self._readers[opened.fileno()] = reader
        self._poll.register(opened, select.EPOLLIN)


def _bind(address: tuple[str, int], kind: socket.SocketKind) -> socket.socket:
    opened = socket.socket(socket.AF_INET, kind)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(kind is socket.SOCK_STREAM))
    if kind is socket.SOCK_DGRAM:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
    opened.bind(address)
    return opened
