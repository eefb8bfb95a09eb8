"""How connections over TCP end: what is given back, what still counts, who takes whose place."""

import asyncio
import socket
import struct
from contextlib import ExitStack, suppress
from errno import EMFILE, EPIPE

import pytest

from mapstack.m3ua.message import MessageType, Tag, encode
from mapstack.transport import AssociationSpec
from mapstack.transport.tcp import TcpMedium, TcpTransport, TcpWire
from tests.mapstack.transport.node import PATIENCE, Node, beat
from tests.mapstack.transport.test_tcp import ANY, connecting, hung_up, is_up, listening

pytestmark = pytest.mark.wire


def test_what_was_handed_to_a_connection_that_has_just_ended_is_given_back() -> None:
    async def scenario() -> None:
        async with listening() as server, connecting(server) as client:
            await server.until(is_up)
            await client.until(is_up)
            server.transport.cut("a")
            server.say("one", "two")
            server.say("three")
            await server.until(lambda node: len(node.unsent) == 3)
            flow = server.downs[0]
            assert server.unsent == [(beat(text), flow) for text in ("one", "two", "three")]
            await client.until(lambda node: len(node.downs) == 1)
            assert client.heard == []

    asyncio.run(scenario())


def test_what_a_peer_never_took_is_given_back_whole_and_what_it_may_have_got_is_not() -> None:
    messages = [
        encode(MessageType.BEAT, (Tag.HEARTBEAT_DATA, bytes((n & 0xFF,)) * 60_000)) for n in range(300)
    ]

    async def scenario() -> None:
        async with listening() as server:
            loop = asyncio.get_running_loop()
            with socket.create_connection(server.transport.listening[0]) as peer:
                await server.until(is_up)
                for message in messages:
                    server.transport.send([(message, server.ups[0])])
                await server.until(lambda node: bool(node.unsent))
                got = bytearray()
                peer.settimeout(PATIENCE)
                while piece := await loop.run_in_executor(None, peer.recv, 1 << 20):
                    got += piece
            unsent = [message for message, _ in server.unsent]
            assert len(unsent) > 10  # more than 4 MB wait, and that is too much
            assert messages[-len(unsent) :] == unsent
            sent = b"".join(messages[: -len(unsent)])
            assert sent.startswith(bytes(got))
            assert len(sent) - len(got) < len(messages[0])  # of one message a part may have left

    asyncio.run(scenario())


def test_a_slow_peer_and_then_a_cut_leave_every_message_sent_or_given_back() -> None:
    """The socket takes parts again and again, before it is cut."""
    messages = [encode(MessageType.BEAT, (Tag.HEARTBEAT_DATA, bytes((n,)) * (9_000 + n))) for n in range(200)]

    async def scenario() -> None:
        async with listening() as server:
            loop = asyncio.get_running_loop()
            with socket.socket() as peer:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                peer.connect(server.transport.listening[0])
                await server.until(is_up)
                server.transport._lines["a"]._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
                got = bytearray()
                peer.settimeout(PATIENCE)
                for message in messages:
                    server.transport.send([(message, server.ups[0])])
                    got += await loop.run_in_executor(None, peer.recv, 3_000)
                server.transport.cut("a")
                await server.until(lambda node: bool(node.unsent))
                with suppress(ConnectionResetError):  # a cut is RST
                    while piece := await loop.run_in_executor(None, peer.recv, 1 << 20):
                        got += piece
            unsent = [message for message, _ in server.unsent]
            assert messages[-len(unsent) :] == unsent
            assert b"".join(messages[: -len(unsent)]).startswith(bytes(got))

    asyncio.run(scenario())


def test_what_came_before_a_reset_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapstack.transport.tcp.READ_SIZE", len(beat("last")))
    with socket.create_server(ANY) as listener, socket.create_connection(listener.getsockname()) as peer:
        connected, _ = listener.accept()
        with connected:
            peer.send(beat("last"))
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()
            assert TcpWire(connected).read() == ([(beat("last"), 0)], "[Errno 104] Connection reset by peer")


def test_what_came_before_nonsense_has_come() -> None:
    async def scenario() -> None:
        async with listening() as server:
            with socket.create_connection(server.transport.listening[0]) as peer:
                await server.until(is_up)
                peer.send(beat("sense") + b"GET / HTTP/1.1\r\n\r\n")
                await server.until(lambda node: not is_up(node))
                assert [data for data, _ in server.heard] == [beat("sense")]

    asyncio.run(scenario())


def test_a_peer_that_connects_again_takes_the_place_of_its_connection_that_was_never_seen_to_end() -> None:
    async def scenario() -> None:
        spec = AssociationSpec("known", "tcp", False, ANY, ("127.0.0.1", 0))
        async with listening(spec) as server:
            loop = asyncio.get_running_loop()
            address = server.transport.listening[0]
            with socket.create_connection(address) as dead, socket.create_connection(address) as again:
                await server.until(lambda node: len(node.ups) == 2)
                assert await loop.run_in_executor(None, hung_up, dead)
                again.send(beat("here I am"))
                await server.until(lambda node: len(node.heard) == 1)
                assert server.heard[0][1] == server.ups[1]
                assert server.downs == []  # `on_up` of the same association says so

    asyncio.run(scenario())


def test_of_two_connections_the_older_one_is_taken_for_the_one_that_has_died() -> None:
    async def scenario() -> None:
        specs = [AssociationSpec(name, "tcp", False, ANY, ("127.0.0.1", 0)) for name in "xy"]
        async with listening(*specs) as server:
            address = server.transport.listening[0]
            connected: list[socket.socket] = []
            for _ in range(4):
                connected.append(socket.create_connection(address))
                await server.until(lambda node: len(node.ups) == len(connected))
            assert [flow.connection for flow in server.ups] == ["x", "y", "x", "y"]
            for each in connected:
                each.close()

    asyncio.run(scenario())


def test_an_attempt_that_nobody_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapstack.transport.association.CONNECTING", 0.05)

    async def scenario() -> None:
        with socket.socket() as deaf, ExitStack() as queue:
            deaf.bind(ANY)
            deaf.listen(0)
            address = deaf.getsockname()
            for _ in range(3):  # until the kernel drops what else comes
                waiting = queue.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(address)
            client = Node(TcpTransport, AssociationSpec("b", "tcp", True, None, address))
            await client.transport.start()
            async with asyncio.timeout(PATIENCE):
                while not client.transport.trouble:
                    await asyncio.sleep(0.01)
            assert client.transport.trouble == {"b": f"{address[0]}:{address[1]}: no answer"}
            await client.transport.stop()

    asyncio.run(scenario())


def scarce(monkeypatch: pytest.MonkeyPatch, call: str) -> list[bool]:
    """No descriptor is left; one more entry each time that one is wanted, until the first becomes True."""
    real, story = getattr(socket.socket, call), [False]

    def refused(opened: socket.socket, *arguments: object) -> object:
        if story[0]:
            return real(opened, *arguments)
        story.append(False)
        raise OSError(EMFILE, "Too many open files")

    monkeypatch.setattr(socket.socket, call, refused)
    return story


def test_without_descriptors_accepting_rests_and_all_else_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        specs = (AssociationSpec("a", "tcp", False, ANY), AssociationSpec("c", "tcp", False, ANY))
        async with listening(*specs) as server, connecting(server) as client:
            await server.until(is_up)
            await client.until(is_up)
            shortage = scarce(monkeypatch, "accept")
            with socket.create_connection(server.transport.listening[-1]):
                for turn in range(100):
                    client.say("on")
                    while len(server.heard) <= turn:
                        await asyncio.sleep(0)
                assert 1 < len(shortage) < 20
                shortage[0] = True
                await server.until(lambda node: len(node.ups) == 2)

    asyncio.run(scenario())


def test_a_stop_ends_the_rest_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with listening() as server:
            shortage = scarce(monkeypatch, "accept")
            with socket.create_connection(server.transport.listening[0]):
                while len(shortage) < 2:
                    await asyncio.sleep(0)
        await asyncio.sleep(0.15)
        assert len(shortage) == 2

    asyncio.run(scenario())


def test_who_has_no_descriptor_to_connect_with_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        async with listening() as server:
            real, left = TcpMedium.open, [3]

            def scarce(medium: TcpMedium) -> socket.socket:
                left[0] -= 1
                if left[0] in (0, 1):  # the first is that of the start, which tells whether there is TCP
                    raise OSError(EMFILE, "Too many open files")
                return real(medium)

            monkeypatch.setattr(TcpMedium, "open", scarce)
            async with connecting(server) as client:
                while not client.transport.trouble:
                    await asyncio.sleep(0)
                assert client.transport.trouble["b"].endswith(": Too many open files")
                await client.until(is_up)

    asyncio.run(scenario())


def test_a_peer_that_is_there_when_we_stop_ends_in_order_and_one_that_is_not_is_reset(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mapstack.transport.association.LEAVING", 0.05)

    async def scenario() -> None:
        specs = [AssociationSpec(name, "tcp", False, ANY, ("127.0.0.1", 0)) for name in "xy"]
        async with listening(*specs) as server:
            address, loop = server.transport.listening[0], asyncio.get_running_loop()
            with socket.create_connection(address) as there, socket.create_connection(address) as away:
                await server.until(lambda node: len(node.ups) == 2)
                there.settimeout(PATIENCE)
                stopping = loop.create_task(server.transport.stop())
                assert await loop.run_in_executor(None, there.recv, 1) == b""
                there.close()
                await stopping
                assert away.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == EPIPE  # RST after FIN
                assert server.downs == []

    asyncio.run(scenario())
