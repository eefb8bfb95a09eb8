"""Connections under the client library: each is closed in the end, whatever becomes of its request."""

import asyncio
import select
import ssl
from collections.abc import Coroutine, Iterable
from time import monotonic
from typing import Protocol

import httpcore
from httpcore import _synchronization

__all__ = ["Sockets", "to_the_end"]

# It looks for a package that tells trio from asyncio, several times in each request, along all of sys.path
# where that is not installed: a tenth of what a request costs. Here is asyncio.
_synchronization.current_async_library = lambda: "asyncio"


class _Socket(Protocol):
    """A socket, or what asyncio shows of one."""

    def fileno(self) -> int: ...


class _Stream(httpcore.AsyncNetworkStream):
    """A connection, among those that are open until it is closed."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, among: "set[_Stream]") -> None:
        self._stream = stream
        self._reading = False
        self._latest = monotonic()
        """When something was last read or written."""
        self._socket: _Socket = stream.get_extra_info("socket")
        self._among = among
        among.add(self)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._reading = True
        try:
            return await self._stream.read(max_bytes, timeout)
        finally:
            self._reading, self._latest = False, monotonic()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Who has not read for a while does not know yet that the peer has closed: then nothing is sent.

        Only then: what comes with the answer to a request is read, and acknowledged, before the end.
        """
        if not self._reading and monotonic() - self._latest > _WHILE and _is_closed(self._socket):
            raise httpcore.WriteError("the peer has closed the connection")
        if buffer:
            await to_the_end(self._write(buffer, timeout))
        self._latest = monotonic()

    async def _write(self, buffer: bytes, timeout: float | None) -> None:
        """All of it: a part alone would spoil what follows, so then nothing follows."""
        written = False
        try:
            await self._stream.write(buffer, timeout)
            written = True
        finally:
            if not written:
                await self.aclose()

    async def aclose(self) -> None:
        self._among.discard(self)
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        self._among.discard(self)
        return _Stream(stream, self._among)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class Sockets(httpcore.AsyncNetworkBackend):
    """Connects as the library does by itself.

    Who is cancelled there just when his connection is there leaves it open (anyio): here that is waited for
    apart, and closed.
    """

    def __init__(self) -> None:
        self._backend = httpcore.AnyIOBackend()
        self._open: set[_Stream] = set()
        self._connecting: set[asyncio.Task[_Stream]] = set()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        async def connect() -> _Stream:
            stream = await self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
            return _Stream(stream, self._open)

        task = asyncio.create_task(connect())
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_ended)
            raise

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)

    async def close(self) -> None:
        """What still connects, and what nobody has closed."""
        if self._connecting:
            await asyncio.wait(self._connecting, timeout=_CONNECTING)
        for task in tuple(self._connecting):
            task.cancel()
        await asyncio.gather(*self._connecting, return_exceptions=True)
        for stream in tuple(self._open):
            await stream.aclose()


async def to_the_end(writing: Coroutine[None, None, None]) -> None:
    """Also where who writes is cancelled: without these octets all that follow mean something else."""
    task = asyncio.ensure_future(writing)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        if not (await asyncio.wait((task,), timeout=_WRITING))[0]:
            task.cancel()
        task.add_done_callback(_ended)
        raise


def _is_closed(socket: _Socket) -> bool:
    """Whether its peer says no more, whatever of it has not been read yet."""
    if socket.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(socket, _RDHUP)
    return bool(poll.poll(0))


_WHILE = 0.1
"""Seconds without a word: nobody is between reading and writing any more."""
_WRITING = 1.0
"""Seconds that a peer may take to read, once nobody waits for its answer; then its connection is closed."""
_RDHUP = getattr(select, "POLLRDHUP", 0)
"""Of Linux; what means an error is always asked for."""
_CONNECTING = 0.25
"""Seconds: to hosts that do not answer nobody waits for the end."""


def _ended(task: "asyncio.Task[_Stream] | asyncio.Task[None]") -> None:
    """Nobody waits for it any more: how it has failed is asked for once."""
    if not task.cancelled():
        task.exception()
