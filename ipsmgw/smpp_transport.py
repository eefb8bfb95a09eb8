"""SMPP over TCP: an SMSC listens, an ESME connects again and again (SMPP v3.4 §2.2)."""

import asyncio
import os
import ssl
from collections.abc import Callable, Mapping
from random import Random
from typing import TypeVar

from ipsmgw.drive import Port
from ipsmgw.smpp import Flow, SessionSpec, TlsFiles

__all__ = ["SmppTransport"]

EventT = TypeVar("EventT")

_BACKLOG = 1 << 20
"""Octets that may wait for a peer that does not read; with more it is cut off."""
_LINGER = 2.0
"""How long the last octets may take to leave when a session has ended."""
_SHORTEST = 0.5
"""Seconds between attempts to connect, at first: doubled each time, and drawn."""


class _Connection(asyncio.Protocol):
    """One connection: octets in, PDUs to the port."""

    def __init__(self, owner: "SmppTransport", number: int, spec: SessionSpec) -> None:
        self._owner = owner
        self._number = number
        self._framer = spec.framer()
        self._protocol = spec.protocol
        self._transport: asyncio.Transport
        self.flow: Flow

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        host, port = transport.get_extra_info("sockname")[:2]
        far, there = transport.get_extra_info("peername", ("", 0))[:2]
        self.flow = Flow((host, port), (far, there), str(self._number), self._protocol)
        self._owner.up(self)

    def data_received(self, data: bytes) -> None:
        framer = self._framer
        pdus = framer.feed(data)
        if pdus:
            self._owner.receive([(pdu, self.flow) for pdu in pdus])
        if framer.fault and not self._transport.is_closing():
            self._transport.pause_reading()  # the stack has been told, and cuts it

    def connection_lost(self, exc: Exception | None) -> None:
        self._owner.down(self)

    def write(self, data: bytes) -> None:
        if self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > _BACKLOG:
            self._transport.abort()

    def close(self) -> None:
        """In order; at once where the peer does not take the rest."""
        self._transport.close()
        asyncio.get_running_loop().call_later(_LINGER, self._transport.abort)

    def abort(self) -> None:
        self._transport.abort()


class SmppTransport:
    """The sockets of one port."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        spec: SessionSpec,
        port: Port[EventT, Flow],
        rng: Random,
    ) -> None:
        self._loop = loop
        self._spec = spec
        self._rng = rng
        self._connections: dict[Flow, _Connection] = {}
        self._numbers = 0
        self._server: asyncio.Server | None = None
        self._dialling: asyncio.Task[None] | None = None
        self._lost = asyncio.Event()
        self._trouble = ""
        self._link_up: Callable[[Flow], None] = port.link_up
        self._link_down: Callable[[Flow], None] = port.link_down
        self.receive = port.receive

    async def start(self) -> None:
        """Listen, or begin to connect; OSError in words where the address is taken."""
        if self._spec.remote is not None:
            tls = None if self._spec.tls is None else _context(self._spec.tls, self._spec.where)
            self._dialling = self._loop.create_task(self._dial(*self._spec.remote, tls))
            return
        host, port = self._spec.local
        tls = None if self._spec.tls is None else _ours(self._spec.tls, self._spec.where)
        try:
            self._server = await self._loop.create_server(self._new, host, port, reuse_address=True, ssl=tls)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise OSError(error.errno, f"tcp {host}:{port}: {reason}") from None

    async def stop(self) -> None:
        """Close everything at once."""
        if self._dialling is not None:
            self._dialling.cancel()
            await asyncio.gather(self._dialling, return_exceptions=True)
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections.values()):
            connection.abort()
        await asyncio.sleep(0)

    def trouble(self) -> Mapping[str, str]:
        """Why there is no connection, by where it would go."""
        remote = self._spec.remote
        return {f"{remote[0]}:{remote[1]}": self._trouble} if remote is not None and self._trouble else {}

    def send(self, batch: list[tuple[bytes, Flow]]) -> None:
        """What leaves for a connection that is gone leaves for nowhere: the stack has been told."""
        for data, flow in batch:
            connection = self._connections.get(flow)
            if connection is not None:
                connection.write(data)

    def cut(self, flow: Flow) -> None:
        """End a connection, when what the same input has decided has left."""
        connection = self._connections.get(flow)
        if connection is not None:
            self._loop.call_soon(connection.close)

    def up(self, connection: _Connection) -> None:
        self._connections[connection.flow] = connection
        self._link_up(connection.flow)

    def down(self, connection: _Connection) -> None:
        if self._connections.pop(connection.flow, None) is not None:
            self._link_down(connection.flow)
        self._lost.set()

    def _new(self) -> _Connection:
        self._numbers += 1
        return _Connection(self, self._numbers, self._spec)

    async def _dial(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        """Again and again; a connection that has not lasted counts as an attempt that has failed."""
        spec, loop = self._spec, self._loop
        local = spec.local if spec.local[0] else None
        name = spec.tls.name if spec.tls is not None else None
        wait = _SHORTEST
        while True:
            self._lost.clear()
            began = loop.time()
            try:
                async with asyncio.timeout(spec.within):
                    await loop.create_connection(
                        self._new, host, port, local_addr=local, ssl=tls, server_hostname=name
                    )
                began, self._trouble = loop.time(), ""
                await self._lost.wait()
            except OSError as fault:  # that it takes too long is one too
                began = loop.time()
                self._trouble = str(fault.strerror or fault) or f"timed out after {spec.within:g} s"
            wait = _SHORTEST if loop.time() - began > wait else min(2 * wait, spec.longest)
            await asyncio.sleep(wait * self._rng.uniform(0.5, 1.0))


def _ours(files: TlsFiles, where: str) -> ssl.SSLContext:
    """For who connects to us."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(files.certificate, files.key)
    except OSError as fault:
        raise OSError(fault.errno, f"{where}: {fault}") from None
    return context


def _context(files: TlsFiles, where: str) -> ssl.SSLContext:
    """OSError with the name of a file that is none."""
    try:
        context = ssl.create_default_context(cafile=files.authorities or None)
        if files.certificate:
            context.load_cert_chain(files.certificate, files.key)
    except OSError as fault:
        raise OSError(fault.errno, f"{where}: {fault}") from None
    return context
