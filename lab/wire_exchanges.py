"""The requests and answers of one node on real sockets: aiocoap, hypercorn and httpx under its ports."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from ipsmgw.app import AddressTaken
from ipsmgw.drive import Clock
from ipsmgw.trace.exchange_octets import Protocol, request_octets, response_octets
from lab.certificates import Certificates
from lab.exchange_spec import ExchangeSpec, key_id
from lab.links import Address
from lab.lossy_datagrams import LossyDatagrams
from lab.msgin5g.door import MAX_BODY
from msgin5g_bridge.coap_endpoint import CoapBounds, CoapEndpoint, OscoreKey
from msgin5g_bridge.exchange import Ask, Asked, Incoming, Outgoing
from msgin5g_bridge.rest_client import ClientBounds, ClientTls, RestClient
from msgin5g_bridge.rest_server import RestServer, ServerBounds, ServerTls

__all__ = ["WireExchanges"]

_Seen = Callable[[str, Protocol, bytes, bool], None]
"""Who is at the other end, by address; the protocol; the octets; whether they were sent."""


class _Rest:
    """Both libraries of HTTP at one port."""

    def __init__(
        self,
        receive: Callable[[Incoming], None],
        clock: Clock,
        bounds: ClientBounds,
        server: ServerTls | None,
        client: ClientTls | None,
    ) -> None:
        self._server = RestServer(receive, ServerBounds(max_body=MAX_BODY), server)
        self._client = RestClient(receive, clock.now, bounds, client)

    async def start(self, local: Address) -> None:
        await self._server.start(local)

    def send(self, outgoing: Outgoing) -> None:
        if isinstance(outgoing, Ask):
            self._client.send(outgoing)
        else:
            self._server.send(outgoing)

    async def stop(self) -> None:
        await self._client.stop()
        await self._server.stop()


class _Coap:
    """aiocoap at one port."""

    def __init__(
        self,
        spec: ExchangeSpec,
        receive: Callable[[Incoming], None],
        clock: Clock,
        folder: Path,
        bounds: CoapBounds,
    ) -> None:
        self._spec = spec
        keys = (
            OscoreKey(
                identity=key.identity,
                folder=folder / key_id(key.identity).hex(),
                secret=key.secret,
                ours=key_id(key.speaker or spec.identity),
                theirs=key_id(key.peer or key.identity),
                context=key.context,
            )
            for key in spec.keys
        )
        bounds = replace(bounds, max_retransmit=spec.max_retransmit)
        self._endpoint = CoapEndpoint(receive, clock.now, bounds, tuple(keys))

    async def start(self, local: Address) -> None:
        await self._endpoint.start(local)
        for key in self._spec.keys:
            for origin in key.origins:
                self._endpoint.secure(origin, key.identity)

    def send(self, outgoing: Outgoing) -> None:
        self._endpoint.send(outgoing)

    async def stop(self) -> None:
        await self._endpoint.stop()


class WireExchanges:
    """All ports of one node."""

    def __init__(
        self,
        node: str,
        clock: Clock,
        folder: Path,
        certificates: Certificates,
        *,
        coap: CoapBounds,
        proxy: LossyDatagrams | None,
    ) -> None:
        """Keys have their sequence numbers in `folder`; the hosts of `coap` are those of HTTP too. With a
        `proxy` ports of CoAP are behind it.
        """
        self._node = node
        self._clock = clock
        self._folder = folder
        self._certificates = certificates
        self._coap = coap
        self._hosts = coap.hosts
        self._proxy = proxy
        self.seen: _Seen = lambda host, protocol, octets, sent: None
        self._open: list[tuple[ExchangeSpec, _Rest | _Coap]] = []
        self._peers: dict[tuple[Protocol, int], str] = {}

    def add(
        self, spec: ExchangeSpec, receive: Callable[[Incoming], None]
    ) -> Callable[[list[Outgoing]], None]:
        """A port to be opened by `start`; returns what its stack sends by."""
        protocol = spec.protocol

        def take(incoming: Incoming) -> None:
            self._note_incoming(protocol, incoming)
            receive(incoming)

        carrier = (
            self._rest(spec, take)
            if protocol == "http"
            else _Coap(spec, take, self._clock, self._folder, self._coap)
        )
        self._open.append((spec, carrier))

        def send(batch: list[Outgoing]) -> None:
            for outgoing in batch:
                self._note_outgoing(protocol, outgoing)
                carrier.send(outgoing)

        return send

    def _rest(self, spec: ExchangeSpec, take: Callable[[Incoming], None]) -> _Rest:
        bounds = ClientBounds(local=spec.local[0], hosts=self._hosts)
        server = self._certificates.server(self._node, spec)
        client = self._certificates.client(self._node, spec)
        return _Rest(take, self._clock, bounds, server, client)

    async def start(self) -> None:
        """Listen; raises `AddressTaken` with a sentence."""
        for spec, carrier in self._open:
            try:
                await carrier.start(await self._place(spec))
            except OSError as fault:
                raise AddressTaken("{}:{}: {}".format(*spec.local, fault.strerror)) from fault

    async def stop(self) -> None:
        await asyncio.gather(*(carrier.stop() for _, carrier in self._open))

    async def _place(self, spec: ExchangeSpec) -> Address:
        """Where it listens itself."""
        if self._proxy is None or spec.protocol != "coap":
            return spec.local
        return await self._proxy.take(self._node, spec.local)

    def _note_incoming(self, protocol: Protocol, incoming: Incoming) -> None:
        if isinstance(incoming, Asked):
            self._peers[protocol, incoming.exchange] = host = _host(incoming.peer.address)
            octets = request_octets(protocol, incoming.exchange, incoming.request)
            self.seen(host, protocol, octets, False)

    def _note_outgoing(self, protocol: Protocol, outgoing: Outgoing) -> None:
        if isinstance(outgoing, Ask):
            octets = request_octets(protocol, outgoing.exchange, outgoing.request)
            host = _host(outgoing.origin)
            self.seen(self._hosts.get(host, host), protocol, octets, True)
        else:
            octets = response_octets(protocol, outgoing.exchange, outgoing.response)
            self.seen(self._peers.pop((protocol, outgoing.exchange), ""), protocol, octets, True)


def _host(address: str) -> str:
    """Of host:port, with or without a scheme."""
    return address.rpartition("//")[2].rpartition(":")[0]
