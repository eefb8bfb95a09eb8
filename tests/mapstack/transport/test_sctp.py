"""SCTP on loopback where the kernel has it; where it has not, one sentence."""

import asyncio
import socket
from errno import EMFILE

import pytest

from mapstack.flow import Flow
from mapstack.transport import AssociationSpec, TransportUnavailable
from mapstack.transport.sctp import SctpTransport
from tests.mapstack.transport.node import PATIENCE, Node, beat

pytestmark = pytest.mark.wire

ANY = ("127.0.0.1", 0)
STREAMS = 10


def has_sctp() -> bool:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SCTP).close()
    except OSError:
        return False
    return True


async def without_sctp() -> None:
    node = Node(SctpTransport, AssociationSpec("a", "sctp", False, ANY))
    with pytest.raises(TransportUnavailable) as caught:
        await node.transport.start()
    assert caught.value.strerror == "this kernel has no SCTP (Protocol not supported); use tcp"


async def with_sctp() -> None:
    server = Node(SctpTransport, AssociationSpec("a", "sctp", False, ANY))
    await server.transport.start()
    address = server.transport.listening[0]
    client = Node(SctpTransport, AssociationSpec("b", "sctp", True, ("127.0.0.1", 0), address))
    await client.transport.start()
    await server.until(lambda node: len(node.ups) == 1)
    await client.until(lambda node: len(node.ups) == 1)
    assert server.ups[0] == Flow("sctp", address, client.ups[0].local, "a")
    for stream in range(STREAMS):
        client.say(f"there {stream}", stream=stream)
        server.say(f"back {stream}", stream=stream)
    await server.until(lambda node: len(node.heard) == STREAMS)
    await client.until(lambda node: len(node.heard) == STREAMS)
    assert {(data, flow.stream) for data, flow in server.heard} == {
        (beat(f"there {stream}"), stream) for stream in range(STREAMS)
    }
    assert {(data, flow.stream) for data, flow in client.heard} == {
        (beat(f"back {stream}"), stream) for stream in range(STREAMS)
    }
    client.say(*[f"{n}" for n in range(1000)], stream=3)
    client.say("beyond", stream=STREAMS)  # the peer allows ten
    await server.until(lambda node: len(node.heard) == STREAMS + 1001)
    in_order = [data for data, flow in server.heard[STREAMS:] if flow.stream == 3]
    assert in_order == [beat(f"{n}") for n in range(1000)]
    assert (beat("beyond"), 1) in {(data, flow.stream) for data, flow in server.heard}
    server.transport.cut("a")
    await client.until(lambda node: len(node.ups) == 2)
    assert len(client.downs) == 1
    await client.transport.stop()
    await server.until(lambda node: len(node.downs) == 2)
    await server.transport.stop()


def test_messages_keep_their_streams_or_the_lack_of_sctp_is_said_in_a_sentence() -> None:
    asyncio.run(with_sctp() if has_sctp() else without_sctp())


def test_a_lack_of_descriptors_is_no_lack_of_sctp(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*arguments: object) -> socket.socket:
        raise OSError(EMFILE, "Too many open files")

    monkeypatch.setattr(socket, "socket", none_left)
    with pytest.raises(OSError, match="Too many open files") as caught:
        SctpTransport.medium.open()
    assert not isinstance(caught.value, TransportUnavailable)


async def several_addresses() -> None:
    """The server knows one address of the client and has two; either way they meet, and all are known."""
    server = Node(
        SctpTransport,
        AssociationSpec("other", "sctp", False, ANY, ("127.0.0.9", 0), other_local=("127.0.0.2",)),
        AssociationSpec("a", "sctp", False, ANY, ("127.0.0.4", 0), other_local=("127.0.0.2",)),
    )
    await server.transport.start()
    (first, port) = server.transport.listening[0]
    assert first == ANY[0]
    client = Node(
        SctpTransport,
        AssociationSpec(
            "b",
            "sctp",
            True,
            ("127.0.0.3", 0),
            (first, port),
            other_local=("127.0.0.4",),
            other_remote=("127.0.0.2",),
        ),
    )
    await client.transport.start()
    await server.until(lambda node: len(node.ups) == 1)
    await client.until(lambda node: len(node.ups) == 1)
    assert server.ups[0].connection == "a"
    line = server.transport._lines["a"]
    known = {host for host, _ in SctpTransport.medium.remotes(line._socket)}
    assert known == {"127.0.0.3", "127.0.0.4"}
    client.say("there", stream=2)
    await server.until(lambda node: len(node.heard) == 1)
    await client.transport.stop()
    await server.transport.stop()
    assert await refusal(AssociationSpec("b", "sctp", True, None, (first, port), other_remote=("127.0.0.2",)))


async def refusal(spec: AssociationSpec) -> str:
    """What a node says that finds nobody."""
    node = Node(SctpTransport, spec)
    await node.transport.start()
    async with asyncio.timeout(PATIENCE):
        while "b" not in node.transport.trouble:
            await asyncio.sleep(0.01)
    await node.transport.stop()
    return node.transport.trouble["b"]


def test_both_ends_may_have_several_addresses() -> None:
    asyncio.run(several_addresses() if has_sctp() else without_sctp())


async def a_message_without_an_end() -> None:
    """A message may have any length, and SCTP hands it over in pieces: a peer could fill our memory."""
    server = Node(SctpTransport, AssociationSpec("a", "sctp", False, ANY))
    await server.transport.start()
    client = Node(SctpTransport, AssociationSpec("b", "sctp", True, None, server.transport.listening[0]))
    await client.transport.start()
    await server.until(lambda node: len(node.ups) == 1)
    await client.until(lambda node: len(node.ups) == 1)
    client.say("before", stream=1)
    client.transport.send([(bytes(150_000), client.ups[0]._replace(stream=1))])
    await server.until(lambda node: len(node.downs) == 1)
    assert [data for data, _ in server.heard] == [beat("before")]
    assert "a message of more than 65536 octets" in server.transport.trouble["a"]
    server.say("after")
    await client.transport.stop()
    await server.transport.stop()


def test_a_message_that_is_too_long_ends_the_association() -> None:
    asyncio.run(a_message_without_an_end() if has_sctp() else without_sctp())
