"""HTTP/2 servers as nginx, Envoy and Java have them: how they end connections, and limit streams."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived, StreamEnded
from h2.settings import SettingCodes, Settings
from hyperframe.frame import GoAwayFrame

from msgin5g_bridge.exchange import Answered, Ask, Incoming, Request
from msgin5g_bridge.rest_client import ClientBounds, RestClient
from tests.msgin5g_bridge.test_rest_wire import play

pytestmark = pytest.mark.wire

LONG = 30.0
REFUSED_STREAM = 7


class Connection:
    """The peer's end of one; a server of the tests says what it does with each request."""

    def __init__(self, server: "Server", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server = server
        self._reader, self._writer = reader, writer
        self._h2 = H2Connection(H2Configuration(client_side=False))
        if server.says_nothing:
            self._h2.local_settings = Settings(client=False)
        self.streams: list[int] = []

    async def serve(self) -> None:
        self._h2.initiate_connection()
        self._flush()
        while data := await self._reader.read(65_536):
            for event in self._h2.receive_data(data):
                if isinstance(event, RequestReceived):
                    self.streams.append(event.stream_id)
                elif isinstance(event, StreamEnded):
                    self.server.asked(self, event.stream_id)
            self._flush()
        self._writer.close()
        await self._writer.wait_closed()

    def answer(self, *streams: int) -> None:
        for stream in streams:
            self._h2.send_headers(stream, [(":status", "204")], end_stream=True)
        self._flush()

    def refuse(self, stream: int) -> None:
        self._h2.reset_stream(stream, REFUSED_STREAM)
        self._flush()

    def allow(self, streams: int) -> None:
        self._h2.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: streams})
        self._flush()

    def end(self, last: int) -> None:
        """GOAWAY without an error; what is up to there is answered still."""
        self._flush()
        self._writer.write(GoAwayFrame(0, last_stream_id=last).serialize())

    def _flush(self) -> None:
        self._writer.write(self._h2.data_to_send())


class Server:
    """`asked` is told of each request, when all of it is there."""

    says_nothing = False
    """Of its settings, as a server on bare Netty."""

    def __init__(self, asked: Callable[[Connection, int], None]) -> None:
        self.asked = asked
        self.connections: list[Connection] = []
        self._serving: list[asyncio.Task[None]] = []

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(self, reader, writer)
        self.connections.append(connection)
        task = asyncio.create_task(connection.serve())
        self._serving.append(task)
        await task

    async def stop(self) -> None:
        """Who has connected is gone."""
        await asyncio.gather(*self._serving)


class Client:
    """What it asks is answered, or has failed."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._now = asyncio.get_running_loop().time
        self._told: dict[int, asyncio.Future[Incoming]] = {}
        self.rest = RestClient(self._hear, self._now, ClientBounds(), None)

    def _hear(self, event: Incoming) -> None:
        self._told[event.exchange].set_result(event)

    async def ask(self) -> Incoming:
        number = len(self._told)
        self._told[number] = asyncio.get_running_loop().create_future()
        self.rest.send(Ask(number, self._origin, Request("POST", "/x", (), b"{}"), self._now() + LONG))
        return await self._told[number]


def between(
    asked: Callable[[Connection, int], None], story: Callable[[Client, Server], Awaitable[None]]
) -> None:
    async def told() -> None:
        server = Server(asked)
        async with AsyncExitStack() as stack:
            listening = await asyncio.start_server(server.accept, "127.0.0.1", 0)
            stack.callback(listening.close)
            stack.push_async_callback(server.stop)
            client = Client("http://{}:{}".format(*listening.sockets[0].getsockname()))
            stack.push_async_callback(client.rest.stop)
            async with asyncio.timeout(LONG):
                await story(client, server)

    play(told)


def test_what_a_server_has_begun_when_it_says_goodbye_it_answers() -> None:
    """nginx after keepalive_requests: GOAWAY, then the answer to the last."""

    def asked(connection: Connection, stream: int) -> None:
        connection.end(stream)
        asyncio.get_running_loop().call_later(0.01, connection.answer, stream)

    async def story(client: Client, server: Server) -> None:
        for _ in range(3):
            got = await client.ask()
            assert isinstance(got, Answered)
            assert got.response.status == 204
        assert [each.streams for each in server.connections] == [[1]] * 3  # and nothing was asked twice

    between(asked, story)


def test_what_it_has_not_begun_goes_to_the_next_connection_once() -> None:
    def asked(connection: Connection, stream: int) -> None:
        if connection is not connection.server.connections[0] or stream == 1:
            connection.answer(stream)
        elif stream == 7:
            connection.end(3)
            connection.answer(3)

    async def story(client: Client, server: Server) -> None:
        await client.ask()  # from now on it is known how many streams there may be
        got = await asyncio.gather(*(client.ask() for _ in range(3)))
        assert [type(each) for each in got] == [Answered] * 3
        assert [len(each.streams) for each in server.connections] == [4, 2]

    between(asked, story)


@pytest.mark.parametrize(("refusals", "answered"), [(1, True), (2, False)])
def test_a_stream_that_is_refused_is_asked_for_once_more(refusals: int, answered: bool) -> None:
    """RFC 9113 §8.7: nothing was done with it."""
    seen: list[int] = []

    def asked(connection: Connection, stream: int) -> None:
        seen.append(stream)
        (connection.refuse if len(seen) <= refusals else connection.answer)(stream)

    async def story(client: Client, server: Server) -> None:
        assert isinstance(await client.ask(), Answered) is answered
        assert len(seen) == 2

    between(asked, story)


def test_a_limit_of_streams_that_falls_below_those_under_way_ends_none_of_them() -> None:
    """RFC 9113 §5.1.2: they may complete, and from then on there are no more than so many."""
    under_way: list[int] = []

    def asked(connection: Connection, stream: int) -> None:
        under_way.append(stream)
        if stream in (1, 7):
            connection.allow(1 if stream == 7 else 100)
            connection.answer(*under_way)
            under_way.clear()
        elif stream > 7:
            assert len(under_way) == 1
            asyncio.get_running_loop().call_later(0.01, done, connection)

    def done(connection: Connection) -> None:
        connection.answer(under_way.pop())

    async def story(client: Client, server: Server) -> None:
        await client.ask()
        for _ in range(2):
            got = await asyncio.gather(*(client.ask() for _ in range(3)))
            assert [type(each) for each in got] == [Answered] * 3
        assert len(server.connections) == 1

    between(asked, story)


def test_a_server_that_says_nothing_of_a_limit_is_asked_more_than_one_thing_at_a_time() -> None:
    """RFC 9113 §6.5.2: initially there is no limit."""
    under_way: list[int] = []

    def asked(connection: Connection, stream: int) -> None:
        under_way.append(stream)
        if stream == 1 or len(under_way) == 3:
            connection.answer(*under_way)
            under_way.clear()

    async def story(client: Client, server: Server) -> None:
        server.says_nothing = True
        await client.ask()
        got = await asyncio.gather(*(client.ask() for _ in range(3)))
        assert [type(each) for each in got] == [Answered] * 3

    between(asked, story)
