"""REST over real sockets: both adapters against each other, and what comes over a bare connection."""

import asyncio
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ipsmgw.drive import Driver, ExchangePort
from ipsmgw.sockets import LoopClock
from msgin5g_bridge import encode
from msgin5g_bridge.apis import DELIVER_UE_MESSAGE, MSGS_MSGDELIVERY
from msgin5g_bridge.exchange import Answered, Ask, Asked, Incoming, Outgoing, Reply, Request, Response
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_client import ClientBounds, ClientTls, RestClient
from msgin5g_bridge.rest_events import Called, Left, RestEvent, RestSettings, Returned, Unanswered
from msgin5g_bridge.rest_server import RestServer, ServerBounds, ServerTls
from tests.msgin5g_bridge.test_rest import ACK, REPLY
from tests.sipbridge.certificates import Authority

pytestmark = pytest.mark.wire

LONG = 30.0


class Node:
    """A stack with both adapters; what it is called it answers, unless it is mute."""

    def __init__(
        self,
        *,
        http2: bool = True,
        bounds: ServerBounds | None = None,
        tls: ServerTls | None = None,
        client_tls: ClientTls | None = None,
    ) -> None:
        clock = LoopClock(asyncio.get_running_loop())
        self.driver = Driver(clock)
        self.stack = RestStack(MSGS_MSGDELIVERY, RestSettings(wait=LONG, answer_within=LONG))
        self.port: ExchangePort[RestEvent] = self.driver.open_exchanges(self.stack, self.on)
        self.server = RestServer(self.port.receive, bounds or ServerBounds(), tls)
        self.client = RestClient(self.port.receive, clock.now, ClientBounds(http2=http2), client_tls)
        self.port.send = self.send
        self.told: list[RestEvent] = []
        self.mute = False
        self.news = asyncio.Event()

    def send(self, batch: list[Outgoing]) -> None:
        for out in batch:
            if isinstance(out, Ask):
                self.client.send(out)
            elif isinstance(out, Reply):
                self.server.send(out)

    def on(self, event: RestEvent, now: float) -> None:
        self.told.append(event)
        if isinstance(event, Called) and not self.mute:
            self.stack.respond(event.exchange, 200, ACK)
        self.news.set()

    def call(self, root: str, within: float = LONG) -> None:
        self.driver.turn(lambda now: self.stack.call(DELIVER_UE_MESSAGE, root, REPLY, now, within=within))

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(LONG):
            while not done():
                self.news.clear()
                await self.news.wait()

    async def close(self) -> None:
        self.driver.close()
        await self.client.stop()
        await self.server.stop()


def play(story: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await story()

    asyncio.run(whole())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("rest-tls"))


@pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "h2c"])
def test_many_calls_are_answered_at_once(http2: bool) -> None:
    async def story() -> None:
        here, there = Node(http2=http2), Node()
        host, port = await there.server.start(("127.0.0.1", 0))
        for _ in range(20):
            here.call(f"http://{host}:{port}")
        await here.until(lambda: len(here.told) == 20)
        assert all(isinstance(event, Returned) and event.body == ACK for event in here.told)
        assert len(there.told) == 20
        await here.close()
        await there.close()

    play(story)


class Sought:
    """Asked first for each module that is imported and not there yet."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        self.names.append(name)


def test_a_call_looks_for_no_module(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        here, there, sought = Node(), Node(), Sought()
        host, port = await there.server.start(("127.0.0.1", 0))
        for number in (1, 2):
            here.call(f"http://{host}:{port}")
            await here.until(lambda: len(here.told) == number)  # noqa: B023  # it is awaited here
            monkeypatch.setattr(sys, "meta_path", [sought, *sys.meta_path])
        monkeypatch.undo()
        assert sought.names == []
        await here.close()
        await there.close()

    play(story)


def test_both_prove_who_they_are_over_tls(authority: Authority) -> None:
    server = authority.vouch("server", "DNS:localhost", "IP:127.0.0.1")
    gateway = authority.vouch("gw", "DNS:gw.test", "URI:urn:uuid:1", "IP:192.0.2.1")

    async def story() -> None:
        tls = ServerTls(certificate=server.certificate, key=server.key, authorities=server.authorities)
        there = Node(tls=tls)
        host, port = await there.server.start(("127.0.0.1", 0))
        known = ClientTls(certificate=gateway.certificate, key=gateway.key, authorities=gateway.authorities)
        here, nobody = Node(client_tls=known), Node(client_tls=ClientTls(authorities=gateway.authorities))
        here.call(f"https://{host}:{port}")
        nobody.call(f"https://{host}:{port}")
        await here.until(lambda: bool(here.told))
        await nobody.until(lambda: bool(nobody.told))
        assert isinstance(here.told[0], Returned)
        assert isinstance(nobody.told[0], Unanswered)
        (called,) = there.told
        assert isinstance(called, Called)
        peer = called.caller.peer
        assert (peer.identity, peer.secure) == ("gw.test", True)
        assert peer.names == ("gw.test", "urn:uuid:1", "192.0.2.1")
        for node in (here, nobody, there):
            await node.close()

    play(story)


def test_an_authority_that_is_not_ours_is_not_believed(authority: Authority, tmp_path: Path) -> None:
    server = Authority(tmp_path, "other").vouch("server", "IP:127.0.0.1")

    async def story() -> None:
        tls = ServerTls(
            certificate=server.certificate, key=server.key, authorities=server.authorities, mutual=False
        )
        there = Node(tls=tls)
        host, port = await there.server.start(("127.0.0.1", 0))
        here = Node(client_tls=ClientTls(authorities=authority.certificate))
        here.call(f"https://{host}:{port}")
        await here.until(lambda: bool(here.told))
        assert isinstance(here.told[0], Unanswered)
        assert there.told == []
        await here.close()
        await there.close()

    play(story)


def test_nobody_there_is_told_at_once() -> None:
    async def story() -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            here = Node()
            here.call(f"http://127.0.0.1:{free.getsockname()[1]}")
            await here.until(lambda: bool(here.told))
        assert isinstance(here.told[0], Unanswered)
        await here.close()

    play(story)


def test_a_silent_peer_ends_at_the_deadline_and_hears_that_nobody_waits() -> None:
    async def story() -> None:
        here, there = Node(http2=False), Node()
        there.mute = True
        host, port = await there.server.start(("127.0.0.1", 0))
        here.call(f"http://{host}:{port}", within=0.3)
        await here.until(lambda: bool(here.told))
        assert here.told == [Unanswered(1, DELIVER_UE_MESSAGE, "no answer in time")]
        await there.until(lambda: len(there.told) == 2)
        assert isinstance(there.told[1], Left)
        await here.close()
        await there.close()

    play(story)


@pytest.mark.parametrize(
    ("octets", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"404"),
        (b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{", b"408"),
        (b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n" + b"x" * 90_000, b"413"),
        (b"\x16\x03\x01 rubbish\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: " + b"y" * 200_000, b"431"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 60, b""),
    ],
)
def test_rubbish_is_answered_or_cut(octets: bytes, status: bytes) -> None:
    async def story() -> None:
        there = Node(bounds=ServerBounds(body_within=0.3, idle=1))
        host, port = await there.server.start(("127.0.0.1", 0))
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(octets)
        async with asyncio.timeout(LONG):
            answer = b""
            while part := await reader.read(4096):
                answer += part
        assert answer.partition(b"\r\n")[0].split(b" ")[1:2] == ([status] if status else [])
        writer.close()
        await there.close()

    play(story)


@pytest.mark.parametrize("host", ["http://gw.example:8080", "HTTP://[2001:db8::1]"])
def test_who_takes_us_for_a_proxy_is_answered_as_the_others(host: str) -> None:
    """RFC 9112 §3.2.2: the absolute form of a request's target has to be taken by every server."""

    async def story() -> None:
        there = Node()
        reader, writer = await asyncio.open_connection(*await there.server.start(("127.0.0.1", 0)))
        body, path = encode(REPLY), DELIVER_UE_MESSAGE.path
        head = f"POST {host}{path}?x HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        async with asyncio.timeout(LONG):
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()
        await there.close()

    play(story)


def test_bodies_larger_than_a_window_do_not_wait_for_each_other_for_ever() -> None:
    """httpcore forgets one of two requests that wait for the peer's window: RFC 9113 §6.9.1."""

    async def story() -> None:
        asked: list[int] = []
        told: list[Incoming] = []

        def receive(incoming: Incoming) -> None:
            if isinstance(incoming, Asked):
                asked.append(len(incoming.request.body))
                server.send(Reply(incoming.exchange, Response(204)))

        server = RestServer(receive, ServerBounds(max_body=1 << 20), None)
        host, port = await server.start(("127.0.0.1", 0))
        clock = LoopClock(asyncio.get_running_loop())
        client = RestClient(told.append, clock.now, ClientBounds(), None)
        sizes = [90_000, 90_000, *([2_048] * 60), 90_000, 32_767, 32_768]
        for number, size in enumerate(sizes):
            request = Request("POST", "/x", (), bytes(size))
            client.send(Ask(number, f"http://{host}:{port}", request, clock.now() + LONG))
        async with asyncio.timeout(LONG):
            while len(told) < len(sizes):
                await asyncio.sleep(0.01)
        assert sorted(asked) == sorted(sizes)
        assert all(isinstance(each, Answered) for each in told)
        await client.stop()
        await server.stop()

    play(story)


def test_too_large_a_body_spares_the_other_requests_of_its_connection() -> None:
    async def story() -> None:
        here, there = Node(), Node(bounds=ServerBounds(max_body=100_000))
        host, port = await there.server.start(("127.0.0.1", 0))
        told: list[Incoming] = []
        client = RestClient(told.append, LoopClock(asyncio.get_running_loop()).now, ClientBounds(), None)
        now = LoopClock(asyncio.get_running_loop()).now()
        request = Request("POST", "/x", (), bytes(400_000))
        for number in range(2):
            client.send(Ask(number, f"http://{host}:{port}", request, now + LONG))
        async with asyncio.timeout(LONG):
            while len(told) < 2:
                await asyncio.sleep(0.01)
        assert [each.response.status for each in told if isinstance(each, Answered)] == [413, 413]
        await client.stop()
        await here.close()
        await there.close()

    play(story)


def test_one_connection_too_many_is_closed() -> None:
    async def story() -> None:
        there = Node(bounds=ServerBounds(connections=1))
        host, port = await there.server.start(("127.0.0.1", 0))
        _, first = await asyncio.open_connection(host, port)
        reader, second = await asyncio.open_connection(host, port)
        async with asyncio.timeout(LONG):
            assert await reader.read() == b""
        first.close()
        second.close()
        await there.close()

    play(story)


def test_a_file_that_is_no_certificate_is_refused_at_once(tmp_path: Path) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_text("nothing")

    async def story() -> None:
        with pytest.raises(ssl.SSLError):
            Node(tls=ServerTls(certificate=str(bad), key=str(bad), authorities=str(bad)))

    play(story)
