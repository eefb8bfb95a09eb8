"""What the wire tests of connections share: a transport that tells a list, and peers that are sockets."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

from sipbridge import Connections, Flow, Limits
from sipbridge.transport import StreamTransport
from sipbridge.transport.wire import TlsContexts

HERE = ("127.0.0.1", 0)
Sent = list[tuple[bytes, Flow]]


@dataclass
class Told:
    """What a transport tells its stack, and a way to wait for it."""

    came: Sent = field(default_factory=list)
    up: list[tuple[Flow, str]] = field(default_factory=list)
    down: list[Flow] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def transport(
        self, bounds: Connections | None = None, limits: Limits | None = None, tls: TlsContexts | None = None
    ) -> StreamTransport:
        return StreamTransport(
            self._came,
            self._up,
            self._down,
            limits=limits or Limits(),
            bounds=bounds or Connections(),
            tls=tls,
        )

    async def until(self, condition: Callable[[], bool]) -> None:
        """Within some seconds, or the test fails."""
        async with asyncio.timeout(5):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    def _came(self, batch: Sent) -> None:
        self.came += batch
        self.changed.set()

    def _up(self, flow: Flow, identity: str) -> None:
        self.up.append((flow, identity))
        self.changed.set()

    def _down(self, flow: Flow) -> None:
        self.down.append(flow)
        self.changed.set()


class Peer:
    """A bare socket in the event loop."""

    def __init__(self, opened: socket.socket) -> None:
        self.socket = opened
        opened.setblocking(False)
        _OPENED.append(opened)

    @classmethod
    async def to(cls, address: tuple[str, int], source: tuple[str, int] = HERE) -> "Peer":
        opened = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
        opened.setblocking(False)
        if ":" not in address[0]:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.bind(source)
        await asyncio.get_running_loop().sock_connect(opened, address)
        return cls(opened)

    async def say(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.socket, data)

    async def hear(self, octets: int) -> bytes:
        """So many octets, or less where the other side closes."""
        heard = b""
        async with asyncio.timeout(5):
            while len(heard) < octets:
                data = await asyncio.get_running_loop().sock_recv(self.socket, octets - len(heard))
                if not data:
                    break
                heard += data
        return heard

    async def closed(self) -> bool:
        """Waits until the other side has closed."""
        try:
            async with asyncio.timeout(5):
                while await asyncio.get_running_loop().sock_recv(self.socket, 65_536):
                    pass
        except ConnectionError:
            pass
        return True

    def close(self) -> None:
        self.socket.close()


class Listener:
    """A bare listening socket."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.socket = socket.create_server((host, 0))
        self.socket.setblocking(False)
        _OPENED.append(self.socket)
        self.address: tuple[str, int] = self.socket.getsockname()

    async def accept(self) -> Peer:
        async with asyncio.timeout(5):
            opened, _ = await asyncio.get_running_loop().sock_accept(self.socket)
        return Peer(opened)

    def close(self) -> None:
        self.socket.close()


def play(story: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run a story; what it has left open is closed."""
    try:
        asyncio.run(story())
    finally:
        while _OPENED:
            _OPENED.pop().close()


_OPENED: list[socket.socket] = []
