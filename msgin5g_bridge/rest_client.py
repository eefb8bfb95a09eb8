"""Requests of ours by httpx: HTTP/1.1 or HTTP/2, in the clear or over TLS (TS 29.500 §5.2).

The one adapter of the client library.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
from urllib.parse import urlsplit

import httpx
from httpcore import AsyncConnectionPool
from msgspec import Struct

from msgin5g_bridge.exchange import Answered, Ask, Headers, Incoming, NoAnswer, Response
from msgin5g_bridge.rest_http2 import have_pools_use_these, is_unheard
from msgin5g_bridge.rest_sockets import Sockets

__all__ = ["ClientBounds", "ClientTls", "RestClient"]

_ALONE = 32_767
"""Octets: half of 65,535, which every connection begins with (RFC 9113 §6.9.1).

httpcore loses a wake-up where two requests wait for the peer's window at once: one of them then hangs until
its deadline. So nobody waits for it: what is under way together stays below the least that a peer leaves
open, half of the initial window, and a body that does not fit has a connection for itself.
"""
_IDEMPOTENT = frozenset(("GET", "PUT", "DELETE"))
_SPOKEN = {"user-agent": "ipsmgw", "accept-encoding": "identity"}


class ClientTls(Struct, frozen=True, kw_only=True):
    """PEM files: the certificate that we show, if any, and the authorities that we believe."""

    authorities: str
    certificate: str = ""
    key: str = ""


class ClientBounds(Struct, frozen=True, kw_only=True):
    """What our connections may cost; octets and seconds."""

    connections: int = 32
    keep_alive: float = 60.0
    max_body: int = 1_048_576
    local: str = ""
    """The address that we connect from; nothing: any."""
    hosts: Mapping[str, str] = {}
    """Addresses of hosts that no DNS is asked for."""
    http2: bool = True
    """In the clear by prior knowledge, over TLS as the peer likes; false: HTTP/1.1 only."""


class _Window:
    """Room for bodies; who comes first has it first."""

    def __init__(self) -> None:
        self._free = _ALONE
        self._waiting = 0
        self._room = asyncio.Condition()

    @asynccontextmanager
    async def take(self, octets: int) -> AsyncIterator[None]:
        """Room for so many, as long as the request is under way."""
        if self._waiting or self._free < octets:
            await self._wait(octets)
        self._free -= octets
        try:
            yield
        finally:
            self._free += octets
            if self._waiting:
                async with self._room:
                    self._room.notify_all()

    async def _wait(self, octets: int) -> None:
        self._waiting += 1
        try:
            async with self._room:
                await self._room.wait_for(lambda: self._free >= octets)
        finally:
            self._waiting -= 1


class _Body(httpx.AsyncByteStream):
    """The body of one request; `offered`: the connection has asked for it, and may have sent it."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self.offered = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.offered = True
        yield self._octets


class RestClient:
    """Asks what it is given; what is answered, or that nothing is, is told to `receive`."""

    def __init__(
        self,
        receive: Callable[[Incoming], None],
        now: Callable[[], float],
        bounds: ClientBounds,
        tls: ClientTls | None,
    ) -> None:
        self._receive = receive
        self._now = now
        self._bounds = bounds
        self._context = _context(tls)
        self._sockets = Sockets()
        self._clear = self._client(http1=not bounds.http2)
        self._secure = self._client(http1=True)
        self._alone = {"http": self._client(http1=not bounds.http2), "https": self._client(http1=True)}
        """For bodies that have a connection for themselves."""
        self._one = asyncio.Lock()
        self._window = _Window()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False

    def send(self, ask: Ask) -> None:
        """Ask; not later than at the deadline there is an end to it."""
        if self._stopped:
            return
        task = asyncio.get_running_loop().create_task(self._ask(ask))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Nothing is awaited any more."""
        self._stopped = True
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._clear.aclose()
        await self._secure.aclose()
        for client in self._alone.values():
            await client.aclose()
        await self._sockets.close()

    async def _ask(self, ask: Ask) -> None:
        try:
            async with asyncio.timeout(max(0.0, ask.until - self._now())):
                told: Incoming = await self._exchange(ask)
        except TimeoutError:
            return  # the stack has the same deadline, and has told of it
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as fault:
            told = NoAnswer(ask.exchange, _in_words(fault))
        self._receive(told)

    async def _exchange(self, ask: Ask) -> Incoming:
        octets = len(ask.request.body)
        if octets > _ALONE:
            async with self._one:
                return await self._repeated(self._alone[ask.origin.partition(":")[0]], ask)
        async with self._window.take(octets):
            return await self._repeated(self._secure if ask.origin.startswith("https:") else self._clear, ask)

    async def _repeated(self, client: httpx.AsyncClient, ask: Ask) -> Incoming:
        """Once more, at once, where its connection was cut and the peer cannot have heard it, or may hear it
        twice (RFC 9110 §9.2.2): on HTTP/2 all that wait on a connection fail with it. So where it says itself
        that it has not.
        """
        body = _Body(ask.request.body)
        try:
            return await self._by(client, ask, body)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError) as fault:
            heard = (body.offered or not ask.request.body) and not is_unheard(fault.__cause__)
            if heard and ask.request.method not in _IDEMPOTENT:
                raise
        return await self._by(client, ask, _Body(ask.request.body))

    async def _by(self, client: httpx.AsyncClient, ask: Ask, body: _Body) -> Incoming:
        asked = ask.request
        origin, headers, extensions = self._placed(ask.origin)
        url = _url(f"{origin}{asked.path}" + (f"?{asked.query}" if asked.query else ""))
        async with client.stream(
            asked.method,
            url,
            headers=[*asked.headers, *headers, *_length(asked.body)],
            content=body if asked.body else None,
            extensions=extensions,
        ) as response:
            octets = b""
            async for part in response.aiter_bytes():
                octets += part
                if len(octets) > self._bounds.max_body:
                    return NoAnswer(ask.exchange, f"an answer longer than {self._bounds.max_body} octets")
            headers = tuple((name.lower(), value) for name, value in response.headers.multi_items())
            return Answered(ask.exchange, Response(response.status_code, headers, octets))

    def _placed(self, origin: str) -> tuple[str, Headers, dict[str, str]]:
        """Where to connect to; the name of the host stays in the request, and in TLS (RFC 6066 §3)."""
        parts = urlsplit(origin)
        host = parts.hostname or ""
        address = self._bounds.hosts.get(host)
        if address is None:
            return origin, (), {}
        placed = f"{parts.scheme}://{address}" + (f":{parts.port}" if parts.port else "")
        return placed, (("host", parts.netloc),), {"sni_hostname": host}

    def _client(self, *, http1: bool) -> httpx.AsyncClient:
        bounds = self._bounds
        have_pools_use_these()
        transport = httpx.AsyncHTTPTransport(verify=self._context, trust_env=False)
        transport._pool = AsyncConnectionPool(  # as it makes one itself, but on sockets of ours
            ssl_context=self._context,
            max_connections=bounds.connections,
            keepalive_expiry=bounds.keep_alive,
            http1=http1,
            http2=bounds.http2,
            local_address=bounds.local or None,
            network_backend=self._sockets,
        )
        return httpx.AsyncClient(
            transport=transport,
            timeout=None,  # each request has its deadline
            headers=_SPOKEN,
            trust_env=False,
        )


def _context(tls: ClientTls | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=None if tls is None else tls.authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls is not None and tls.certificate:
        context.load_cert_chain(tls.certificate, tls.key)
    return context


@lru_cache(maxsize=256)
def _url(text: str) -> httpx.URL:
    """The same few come again and again, and each takes long to read."""
    return httpx.URL(text)


def _length(body: bytes) -> Headers:
    """Of a body there is; without it one in pieces would be announced."""
    return (("content-length", str(len(body))),) if body else ()


def _in_words(fault: Exception) -> str:
    return str(fault) or type(fault).__name__
