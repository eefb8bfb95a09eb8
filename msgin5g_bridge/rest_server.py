"""Requests of others by hypercorn: HTTP/1.1, HTTP/2, and HTTP/2 in the clear (TS 29.500 §5.2).

The one adapter of the server library. Each connection is served by itself, since only so the certificate of
its peer is known; hypercorn hands no identity on.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Callable
from functools import partial
from itertools import count

from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.config import Config
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope
from msgspec import Struct

from msgin5g_bridge.exchange import Asked, Gone, Incoming, Peer, Reply, Request, Response

__all__ = ["RestServer", "ServerBounds", "ServerTls"]

_GONE = (OSError, KeyError)
"""hypercorn ends with KeyError where DATA comes for a stream that its peer has reset before."""
_ABSOLUTE = re.compile("^https?://[^/]*", re.IGNORECASE)
"""In front of the path where a client takes us for a proxy: that is accepted (RFC 9112 §3.2.2)."""
_TOO_SLOW = Response(408, (("connection", "close"),))


class ServerTls(Struct, frozen=True, kw_only=True):
    """PEM files; with `mutual` who connects has to show a certificate of these authorities."""

    certificate: str
    key: str
    authorities: str
    mutual: bool = True


class ServerBounds(Struct, frozen=True, kw_only=True):
    """What the connections of others may cost; seconds and octets."""

    connections: int = 1_000
    streams: int = 100
    """Requests at once on one HTTP/2 connection."""
    max_body: int = 65_536
    body_within: float = 10.0
    idle: int = 60
    """How long a connection may be silent; longer than any answer takes."""
    handshake: float = 10.0
    grace: float = 0.5
    """How long answers that are on their way may take at the end."""


class RestServer:
    """Listens at one address; what comes is told to `receive`, what is answered goes in by `send`."""

    def __init__(
        self, receive: Callable[[Incoming], None], bounds: ServerBounds, tls: ServerTls | None
    ) -> None:
        self._receive = receive
        self._bounds = bounds
        self._tls = None if tls is None else _context(tls)
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Response]] = {}
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._context = WorkerContext(None)
        self._config = _config(bounds)

    @property
    def secure(self) -> bool:
        return self._tls is not None

    async def start(self, local: tuple[str, int]) -> tuple[str, int]:
        """Listen; an OSError where the address is taken."""
        family = socket.AF_INET6 if ":" in local[0] else socket.AF_INET
        self._server = await asyncio.start_server(
            self._serve,
            *local,
            family=family,
            ssl=self._tls,
            ssl_handshake_timeout=None if self._tls is None else self._bounds.handshake,
            # Who does not say goodbye (RFC 8446 §6.1) is not waited for: half a minute by default.
            ssl_shutdown_timeout=None if self._tls is None else self._bounds.grace,
            backlog=self._bounds.connections,
        )
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    def send(self, reply: Reply) -> None:
        """The answer to a request, if somebody still waits for it."""
        waiting = self._waiting.get(reply.exchange)
        if waiting is not None and not waiting.done():
            waiting.set_result(reply.response)

    async def stop(self) -> None:
        """No more connections; those that are there get their answers, but not for long."""
        if self._server is None:
            return
        self._server.close()
        await self._context.terminated.set()
        tasks = set(self._connections)
        if tasks:
            await asyncio.wait(tasks, timeout=self._bounds.grace)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it ends."""
        task = asyncio.current_task()
        if task is None or len(self._connections) >= self._bounds.connections:
            writer.close()
            return
        self._connections.add(task)
        loop = asyncio.get_running_loop()
        app = ASGIWrapper(partial(self._answer, _peer(writer)))
        try:
            await TCPServer(app, loop, self._config, self._context, {}, reader, writer)
        except (BaseExceptionGroup, asyncio.CancelledError) as fault:
            if not isinstance(fault, asyncio.CancelledError) and fault.split(_GONE)[1] is not None:
                raise  # neither has its peer gone, nor have we ended it
        except OSError:
            pass  # its peer has not said goodbye (RFC 8446 §6.1)
        finally:
            self._connections.discard(task)

    async def _answer(
        self, peer: Peer, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """One request: an ASGI application."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000, "reason": None})
            return
        body = await self._body(receive)
        if body is None:
            return
        if isinstance(body, Response):
            await _respond(send, body)
            return
        response = await self._exchange(Asked(next(self._numbers), _request(scope, body), peer), receive)
        if response is not None:
            await _respond(send, response)

    async def _body(self, receive: ASGIReceiveCallable) -> bytes | Response | None:
        """All of it, or so much that it is too long; None: he has gone."""
        body = b""
        try:
            async with asyncio.timeout(self._bounds.body_within):
                more = True
                while more:
                    message = await receive()
                    if message["type"] != "http.request":
                        return None
                    # The rest of a body that is too long is read all the same: hypercorn ends a whole HTTP/2
                    # connection when DATA comes for a stream that has been answered.
                    if len(body) <= self._bounds.max_body:
                        body += message["body"]
                    more = message["more_body"]
        except TimeoutError:
            return _TOO_SLOW
        return body

    async def _exchange(self, asked: Asked, receive: ASGIReceiveCallable) -> Response | None:
        """The answer; None: he has gone before it."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Response] = loop.create_future()
        self._waiting[asked.exchange] = answer
        watch = loop.create_task(self._watch(asked.exchange, receive))
        try:
            self._receive(asked)
            return await answer
        except asyncio.CancelledError:
            if not watch.done() or watch.cancelled():
                self._receive(Gone(asked.exchange))
                raise
            return None
        finally:
            watch.cancel()
            del self._waiting[asked.exchange]

    async def _watch(self, exchange: int, receive: ASGIReceiveCallable) -> None:
        """Tells when nobody waits any more."""
        while (await receive())["type"] != "http.disconnect":
            pass
        answer = self._waiting.get(exchange)
        if answer is not None and not answer.done():
            self._receive(Gone(exchange))
            answer.cancel()


def _config(bounds: ServerBounds) -> Config:
    config = Config()
    config.errorlog = None
    config.include_server_header = False
    config.keep_alive_max_requests = 1_000_000_000
    config.keep_alive_timeout = bounds.idle
    # hypercorn stops looking for idleness at the HTTP/2 preface: so the connection may not be silent either.
    config.read_timeout = bounds.idle
    config.h2_max_concurrent_streams = bounds.streams
    config.h11_max_incomplete_size = 64 * 1024
    return config


def _context(tls: ServerTls) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=tls.authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(tls.certificate, tls.key)
    context.verify_mode = ssl.CERT_REQUIRED if tls.mutual else ssl.CERT_OPTIONAL
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


def _peer(writer: asyncio.StreamWriter) -> Peer:
    """Who has connected; of a certificate its first DNS name, its first URI, or its common name."""
    host, port = (writer.get_extra_info("peername") or ("", 0))[:2]
    secure = writer.get_extra_info("ssl_object") is not None
    certificate = writer.get_extra_info("peercert") or {}
    alternatives = certificate.get("subjectAltName", ())
    names = [name for kind, name in alternatives if kind in ("DNS", "URI")]
    subject = (pair for part in certificate.get("subject", ()) for pair in part)
    common = [value for kind, value in subject if kind == "commonName"]
    # RFC 9525 §6.1: any of them may be meant, and the common name where there are no others.
    every = [name for kind, name in alternatives if kind in ("DNS", "URI", "IP Address")] or common
    return Peer(f"{host}:{port}", next(iter([*names, *common]), ""), secure, tuple(every))


def _request(scope: HTTPScope, body: bytes) -> Request:
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]
    )
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    path = _ABSOLUTE.sub("", path) or "/"
    return Request(scope["method"], path, headers, body, query)


async def _respond(send: ASGISendCallable, response: Response) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    if response.body:
        headers.append((b"content-length", str(len(response.body)).encode()))
    elif response.status != 204:
        headers.append((b"content-length", b"0"))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": False})
