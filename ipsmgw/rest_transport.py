"""MSGin5G over real sockets: one server and one client beside each other, behind one port."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from ipsmgw.drive import ExchangePort
from ipsmgw.msgin5g_section import Msgin5gSection
from msgin5g_bridge.exchange import Ask, Incoming, Outgoing
from msgin5g_bridge.rest_client import ClientBounds, ClientTls, RestClient
from msgin5g_bridge.rest_server import RestServer, ServerBounds, ServerTls

__all__ = ["RestTransport"]

EventT = TypeVar("EventT")


class _Gathered:
    """What comes in one turn of the loop is handed on together, so that one sync is for all of it.

    While a sync lasts more comes: the slower the disk, the larger the groups.
    """

    def __init__(self, hand_on: Callable[[Sequence[Incoming]], None]) -> None:
        self._to = hand_on
        self._held: list[Incoming] = []

    def receive(self, incoming: Incoming) -> None:
        if not self._held:
            asyncio.get_running_loop().call_soon(self._hand_on)
        self._held.append(incoming)

    def _hand_on(self) -> None:
        held, self._held = self._held, []
        self._to(held)


class RestTransport:
    """Started with the other sockets; a file that cannot be read is an OSError then."""

    def __init__(self, section: Msgin5gSection, port: ExchangePort[EventT], now: Callable[[], float]) -> None:
        self._section = section
        self._receive = _Gathered(port.receive_all).receive
        self._now = now
        self._server: RestServer | None = None
        self._client: RestClient | None = None
        self._early: list[Outgoing] = []
        port.send = self.send

    async def start(self) -> None:
        listen = None if self._section.over_coap else self._section.listen
        try:
            self._open()
        except OSError as fault:  # of a file that is none
            raise OSError(fault.errno, f"msgin5g.tls: {fault}") from None
        if listen is not None and self._server is not None:
            try:
                await self._server.start(listen.pair())
            except OSError as fault:
                raise OSError(fault.errno, f"tcp {listen}: {fault.strerror}") from None
        early, self._early = self._early, []
        self.send(early)

    def _open(self) -> None:
        section, limits, files = self._section, self._section.limits, self._section.tls
        client = ClientTls(authorities=files.authorities, certificate=files.certificate, key=files.key)
        bounds = ClientBounds(connections=limits.connections, http2=section.http2)
        self._client = RestClient(self._receive, self._now, bounds, client if files.authorities else None)
        server = ServerTls(
            certificate=files.certificate, key=files.key, authorities=files.authorities, mutual=files.mutual
        )
        self._server = RestServer(
            self._receive,
            ServerBounds(connections=limits.connections, max_body=limits.body),
            server if section.secure else None,
        )

    async def stop(self) -> None:
        if self._client is not None and self._server is not None:
            await self._client.stop()
            await self._server.stop()

    def send(self, batch: list[Outgoing]) -> None:
        """Requests go out, answers back; what was asked before the start waits for it."""
        if self._client is None or self._server is None:
            self._early += batch
            return
        for outgoing in batch:
            if isinstance(outgoing, Ask):
                self._client.send(outgoing)
            else:
                self._server.send(outgoing)
