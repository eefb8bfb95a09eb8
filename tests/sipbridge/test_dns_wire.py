"""Queries over loopback: UDP, TCP for what is too long, and servers that are not there (RFC 1035 §4.2)."""

import asyncio
import socket
from random import Random

import pytest

from sipbridge import Flow, PeerMisbehaved
from sipbridge.dns import DnsSettings, Kind, Question, Resolved, Resolver
from sipbridge.dns.message import Address
from sipbridge.transport.dns import DnsTransport
from tests.sipbridge.zone import Zone

pytestmark = pytest.mark.wire

A = Question("a.test", Kind.A)


class Server(asyncio.DatagramProtocol):
    """A zone at a port of loopback, by UDP and TCP."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None

    async def start(self) -> tuple[str, int]:
        loop = asyncio.get_running_loop()
        self._tcp = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        address: tuple[str, int] = self._tcp.sockets[0].getsockname()
        self._udp, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=address)
        return address

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self._udp is not None
        self._udp.sendto(b"nonsense", addr)
        self._udp.sendto(self._zone.answer(data), addr)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = int.from_bytes(await reader.readexactly(2), "big")
        answer = self._zone.answer(await reader.readexactly(size), by_tcp=True)
        whole = len(answer).to_bytes(2, "big") + answer
        for at in range(0, len(whole), 300):
            writer.write(whole[at : at + 300])
            await writer.drain()
        writer.close()

    def stop(self) -> None:
        assert self._udp is not None
        assert self._tcp is not None
        self._udp.close()
        self._tcp.close()


class Client:
    """A resolver with its transport."""

    def __init__(self, *servers: tuple[str, int]) -> None:
        self.resolver = Resolver(DnsSettings(servers=servers, timeout=5.0), Random(1))
        self.transport = DnsTransport(self._came, self._down, lifetime=5.0)
        self.events: list[Resolved | PeerMisbehaved] = []
        self._done = asyncio.Event()

    async def ask(self, question: Question) -> object:
        self.resolver.ask(question, 0.0)
        self.transport.send(self.resolver.take_output())
        async with asyncio.timeout(5):
            await self._done.wait()
        return self.resolver.look(question, 0.0)

    def _came(self, batch: list[tuple[bytes, Flow]]) -> None:
        for data, flow in batch:
            self._take(self.resolver.receive(data, flow, 0.0))

    def _down(self, flow: Flow) -> None:
        self._take(self.resolver.link_down(flow, 0.0))

    def _take(self, events: list[Resolved | PeerMisbehaved]) -> None:
        self.events += events
        if any(isinstance(event, Resolved) for event in events):
            self._done.set()
        self.transport.send(self.resolver.take_output())


@pytest.mark.parametrize("records", [1, 59])
def test_a_name_is_asked_for_by_udp_and_a_long_answer_by_tcp(records: int) -> None:
    async def story() -> None:
        lines = (f"a.test 60 A 192.0.2.{number}" for number in range(1, records + 1))
        server = Server(Zone(*lines, truncate=512))
        client = Client(await server.start())
        found = await client.ask(A)
        assert isinstance(found, tuple)
        assert (len(found), found[0]) == (records, Address("192.0.2.1"))
        assert any(isinstance(event, PeerMisbehaved) for event in client.events)
        client.transport.stop()
        assert len(client.transport) == 0
        server.stop()

    asyncio.run(story())


def test_a_server_that_is_not_there_gives_way_at_once() -> None:
    async def story() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            gone = taken.getsockname()
        server = Server(Zone("a.test 60 A 192.0.2.7"))
        client = Client(gone, ("no address", 53), await server.start())
        assert await client.ask(A) == (Address("192.0.2.7"),)
        client.transport.stop()
        server.stop()

    asyncio.run(story())
