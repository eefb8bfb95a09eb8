"""TCP on loopback: connect, batches, a peer that does not read, closing and connecting again."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from mapstack.flow import Flow
from mapstack.m3ua.message import MessageType, Tag, encode
from mapstack.transport import AssociationSpec, Backoff
from mapstack.transport.tcp import TcpTransport
from tests.mapstack.transport.node import PATIENCE, Node, beat

pytestmark = pytest.mark.wire

ANY = ("127.0.0.1", 0)


@asynccontextmanager
async def listening(*specs: AssociationSpec) -> AsyncIterator[Node]:
    node = Node(TcpTransport, *(specs or (AssociationSpec("a", "tcp", False, ANY),)))
    await node.transport.start()
    try:
        yield node
    finally:
        await node.transport.stop()


@asynccontextmanager
async def connecting(to: Node, local: tuple[str, int] | None = None) -> AsyncIterator[Node]:
    remote = to.transport.listening[0]
    node = Node(TcpTransport, AssociationSpec("b", "tcp", True, local, remote))
    await node.transport.start()
    try:
        yield node
    finally:
        await node.transport.stop()


def is_up(node: Node) -> bool:
    return len(node.ups) > len(node.downs)


def hung_up(peer: socket.socket) -> bool:
    peer.settimeout(PATIENCE)
    return peer.recv(1) == b""


def test_messages_go_both_ways_on_named_associations() -> None:
    async def scenario() -> None:
        async with listening() as server, connecting(server) as client:
            await server.until(is_up)
            await client.until(is_up)
            client.say("one", "two")
            server.say("three")
            await server.until(lambda node: len(node.heard) == 2)
            await client.until(lambda node: len(node.heard) == 1)
            there, back = client.ups[0], server.ups[0]
            assert there == Flow("tcp", back.remote, back.local, "b")
            assert back.connection == "a"
            assert server.heard == [(beat("one"), back), (beat("two"), back)]
            assert client.heard == [(beat("three"), there)]

    asyncio.run(scenario())


def test_what_is_sent_together_arrives_as_one_batch() -> None:
    async def scenario() -> None:
        async with listening() as server, connecting(server) as client:
            await server.until(is_up)
            await client.until(is_up)
            client.say(*map(str, range(100)))
            await server.until(lambda node: len(node.heard) == 100)
            assert len(server.batches) == 1

    asyncio.run(scenario())


def test_messages_in_pieces_are_put_together_and_nonsense_ends_the_connection() -> None:
    async def scenario() -> None:
        async with listening() as server:
            loop = asyncio.get_running_loop()
            with socket.create_connection(server.transport.listening[0]) as peer:
                await server.until(is_up)
                for octet in beat("in pieces"):
                    await loop.run_in_executor(None, peer.send, bytes((octet,)))
                await server.until(lambda node: len(node.heard) == 1)
                assert server.heard[0][0] == beat("in pieces")
                peer.send(b"GET / HTTP/1.1\r\n\r\n")
                await server.until(lambda node: not is_up(node))
                assert await loop.run_in_executor(None, hung_up, peer)
            assert server.downs == server.ups

    asyncio.run(scenario())


def test_what_came_before_the_end_is_delivered_before_it() -> None:
    async def scenario() -> None:
        async with listening() as server:
            with socket.create_connection(server.transport.listening[0]) as peer:
                await server.until(is_up)
                peer.send(beat("last words"))
            await server.until(lambda node: not is_up(node))
            assert [data for data, _ in server.heard] == [beat("last words")]

    asyncio.run(scenario())


def test_a_peer_that_reads_slowly_gets_everything_in_the_end() -> None:
    big = encode(MessageType.BEAT, (Tag.HEARTBEAT_DATA, bytes(60_000)))

    async def scenario() -> None:
        async with listening() as server:
            loop = asyncio.get_running_loop()
            with socket.socket() as peer:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                peer.connect(server.transport.listening[0])
                await server.until(is_up)
                for _ in range(60):  # 3.6 MB: more than the two sockets take, less than may wait
                    server.transport.send([(big, server.ups[0])])
                got = bytearray()
                peer.settimeout(PATIENCE)
                while len(got) < 60 * len(big):
                    got += await loop.run_in_executor(None, peer.recv, 1 << 20)
                assert bytes(got) == big * 60
                assert is_up(server)

    asyncio.run(scenario())


def test_a_peer_that_does_not_read_at_all_is_cut_off() -> None:
    big = encode(MessageType.BEAT, (Tag.HEARTBEAT_DATA, bytes(60_000)))

    async def scenario() -> None:
        async with listening() as server:
            with socket.create_connection(server.transport.listening[0]):
                await server.until(is_up)
                for _ in range(300):
                    server.transport.send([(big, server.ups[0])])
                await server.until(lambda node: not is_up(node))

    asyncio.run(scenario())


def test_a_connection_that_ends_is_made_again() -> None:
    async def scenario() -> None:
        async with listening() as server, connecting(server) as client:
            await server.until(is_up)
            await client.until(is_up)
            server.transport.cut("a")
            await client.until(lambda node: len(node.ups) == 2)
            await server.until(lambda node: len(node.ups) == 2)
            assert client.downs == client.ups[:1]
            assert server.downs == server.ups[:1]
            client.say("again")
            await server.until(lambda node: len(node.heard) == 1)

    asyncio.run(scenario())


def test_a_server_that_comes_late_is_found() -> None:
    async def scenario() -> None:
        async with listening() as first:
            address = first.transport.listening[0]
        client = Node(TcpTransport, AssociationSpec("b", "tcp", True, None, address))
        await client.transport.start()
        async with listening(AssociationSpec("a", "tcp", False, address)):
            await client.until(is_up)
        await client.transport.stop()

    asyncio.run(scenario())


def test_an_association_may_be_tried_more_often_than_others() -> None:
    async def scenario() -> None:
        async with listening() as first:
            address = first.transport.listening[0]
        spec = AssociationSpec("b", "tcp", True, None, address, reconnect=0.01)
        client = Node(TcpTransport, spec, backoff=Backoff(shortest=3600.0, longest=3600.0))
        await client.transport.start()
        await asyncio.sleep(0.05)
        async with listening(AssociationSpec("a", "tcp", False, address)):
            await client.until(is_up)
        await client.transport.stop()

    asyncio.run(scenario())


def test_a_client_binds_its_own_address_and_is_known_by_it() -> None:
    async def scenario() -> None:
        specs = [
            AssociationSpec("anybody", "tcp", False, ANY),
            AssociationSpec("known", "tcp", False, ANY, ("127.0.0.2", 0)),
        ]
        async with listening(*specs) as server, connecting(server, ("127.0.0.2", 0)) as client:
            await server.until(is_up)
            await client.until(is_up)
            assert len(server.transport.listening) == 1
            assert server.ups[0].connection == "known"
            assert client.ups[0].local[0] == server.ups[0].remote[0] == "127.0.0.2"

    asyncio.run(scenario())


def test_a_peer_that_nobody_expects_is_refused() -> None:
    async def scenario() -> None:
        spec = AssociationSpec("known", "tcp", False, ANY, ("127.0.0.9", 0))
        async with listening(spec) as server:
            loop = asyncio.get_running_loop()
            with socket.create_connection(server.transport.listening[0]) as peer:
                assert await loop.run_in_executor(None, hung_up, peer)
        async with listening() as server, connecting(server) as client:
            await client.until(is_up)
            with socket.create_connection(server.transport.listening[0]) as second:
                assert await loop.run_in_executor(None, hung_up, second)
            assert len(server.ups) == 1

    asyncio.run(scenario())


def test_why_an_association_is_not_there_is_said() -> None:
    async def scenario() -> None:
        spec = AssociationSpec("known", "tcp", False, ANY, ("127.0.0.9", 0))
        async with listening(spec) as server:
            (host, port) = server.transport.listening[0]
            loop = asyncio.get_running_loop()
            with socket.create_connection((host, port)) as peer:
                assert await loop.run_in_executor(None, hung_up, peer)
                stranger = peer.getsockname()
            came = f"127.0.0.1:{stranger[1]} came, and 127.0.0.9 is expected"
            assert server.transport.trouble == {"known": came}
        client = Node(TcpTransport, AssociationSpec("b", "tcp", True, None, (host, port)))
        await client.transport.start()
        async with asyncio.timeout(PATIENCE):
            while not client.transport.trouble:
                await asyncio.sleep(0.01)
        assert client.transport.trouble == {"b": f"{host}:{port}: Connection refused"}
        async with listening(AssociationSpec("a", "tcp", False, (host, port))) as server:
            await client.until(is_up)
            assert client.transport.trouble == {}
            server.transport.cut("a")
            await client.until(lambda node: len(node.downs) == 1)
            assert server.transport.trouble == {"a": "cut"}
        await client.transport.stop()

    asyncio.run(scenario())


def test_a_port_that_is_taken_is_named() -> None:
    async def scenario() -> None:
        async with listening() as server:
            host, port = server.transport.listening[0]
            other = Node(TcpTransport, AssociationSpec("b", "tcp", False, (host, port)))
            with pytest.raises(OSError, match=f"tcp {host}:{port}: Address already in use"):
                await other.transport.start()

    asyncio.run(scenario())


def test_what_is_sent_on_an_association_that_is_not_up_is_lost_quietly() -> None:
    async def scenario() -> None:
        async with listening() as server:
            server.transport.send([(beat("nobody"), Flow("tcp", ANY, ANY, "a"))])
            server.transport.cut("a")

    asyncio.run(scenario())


def test_what_has_come_before_a_connection_broke_is_read_and_why_it_did_is_said() -> None:
    async def scenario() -> None:
        async with listening() as server:
            with socket.create_connection(server.transport.listening[0]) as peer:
                await server.until(is_up)
                peer.send(beat("last words"))
            for _ in range(3):  # the first is answered with RST, so that the next cannot be sent
                server.transport.send([(beat("to nobody"), server.ups[0])])
            await server.until(lambda node: not is_up(node))
            assert [data for data, _ in server.heard] == [beat("last words")]
            assert server.transport.trouble == {"a": "the peer closed the connection"}

    asyncio.run(scenario())


def test_a_cut_is_told_to_the_peer_at_once_and_leaves_nothing_behind() -> None:
    async def scenario() -> None:
        async with listening() as server:
            with socket.create_connection(server.transport.listening[0]) as peer:
                await server.until(is_up)
                server.transport.cut("a")
                await server.until(lambda node: not is_up(node))
                with pytest.raises(ConnectionResetError):
                    await asyncio.get_running_loop().run_in_executor(None, peer.recv, 1)

    asyncio.run(scenario())


def test_a_peer_that_hangs_up_without_a_word_is_said_to_and_where_it_was_met() -> None:
    async def scenario() -> None:
        async with listening() as server:
            host, port = server.transport.listening[0]
            with socket.create_connection((host, port)):
                await server.until(is_up)
            await server.until(lambda node: not is_up(node))
            said = f"the peer closed the connection, without a word to {host}:{port}"
            assert server.transport.trouble == {"a": said}

    asyncio.run(scenario())


NOBODY = ("127.0.0.1", 9)


@pytest.mark.parametrize(
    ("local", "remote", "said"),
    [
        (("203.0.113.1", 0), NOBODY, "cannot be from 203.0.113.1, Cannot assign requested address"),
        (None, ("a..b", 9), "encoding with 'idna' codec failed"),
    ],
)
def test_why_no_connection_comes_about_is_said(
    local: tuple[str, int] | None, remote: tuple[str, int], said: str
) -> None:
    async def scenario() -> None:
        client = Node(TcpTransport, AssociationSpec("b", "tcp", True, local, remote))
        await client.transport.start()
        async with asyncio.timeout(PATIENCE):
            while not client.transport.trouble:
                await asyncio.sleep(0.01)
        assert client.transport.trouble["b"].startswith(f"{remote[0]}:{remote[1]}: {said}")
        await client.transport.stop()

    asyncio.run(scenario())


def test_two_between_the_same_ends_are_said_to_be_one_too_many() -> None:
    async def scenario() -> None:
        async with listening() as server:
            remote = server.transport.listening[0]
            with socket.create_server(("127.0.0.3", 0)) as free:
                local = free.getsockname()
            specs = [AssociationSpec(name, "tcp", True, local, remote) for name in ("b", "c")]
            client = Node(TcpTransport, *specs)
            await client.transport.start()
            async with asyncio.timeout(PATIENCE):
                while not client.transport.trouble:
                    await asyncio.sleep(0.01)
            (said,) = client.transport.trouble.values()
            assert said.endswith(": there is a connection between the same addresses and ports")
            await client.transport.stop()

    asyncio.run(scenario())
