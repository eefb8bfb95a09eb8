"""TCP over loopback: connections are opened, reused, bounded, and let go when a peer is slow or silent."""

import asyncio
import socket

import pytest

from sipbridge import Connections, Flow, Limits
from tests.sipbridge.element import message
from tests.sipbridge.streams import HERE, Listener, Peer, Told, play

pytestmark = pytest.mark.wire

HASTY = Connections(connect=0.2, stalled=0.2, idle=0.4, keep_alive=0.2, pong=0.2, shortest_retry=0.05)


def ours(local: tuple[str, int], remote: tuple[str, int]) -> Flow:
    return Flow("tcp", local, remote)


def test_what_comes_goes_up_and_its_answer_takes_the_same_connection() -> None:
    async def story() -> None:
        told = Told()
        transport = told.transport()
        here = transport.listen("tcp", HERE)
        peer = await Peer.to(here)
        await peer.say(message() + message(branch="z9hG4bK2")[:50])
        await told.until(lambda: bool(told.came))
        await peer.say(message(branch="z9hG4bK2")[50:])
        await told.until(lambda: len(told.came) == 2)
        ((data, flow), (other, same)) = told.came
        assert (data, other) == (message(), message(branch="z9hG4bK2"))
        assert flow == same == Flow("tcp", here, peer.socket.getsockname(), "#1")
        assert told.up == [(flow, ""), (flow._replace(connection=""), "")]
        transport.send([(b"one ", flow), (b"two", flow)])
        assert await peer.hear(7) == b"one two"
        peer.close()
        await told.until(lambda: flow in told.down)
        transport.send([(b"late", flow)])
        assert (transport.dropped, len(transport)) == (1, 0)
        transport.stop()

    play(story)


def test_a_double_line_end_is_answered_by_one() -> None:
    async def story() -> None:
        transport = Told().transport()
        peer = await Peer.to(transport.listen("tcp", HERE))
        await peer.say(b"\r\n\r\n")
        assert await peer.hear(2) == b"\r\n"
        peer.close()
        transport.stop()

    play(story)


def test_a_flow_without_connection_opens_one_and_keeps_to_it() -> None:
    async def story() -> None:
        told, listener = Told(), Listener()
        transport = told.transport()
        flow = ours(("127.0.0.1", 5060), listener.address)
        transport.send([(b"first ", flow)])
        transport.send([(b"second ", flow)])
        peer = await listener.accept()
        await told.until(lambda: told.up == [(flow, "")])
        transport.send([(b"third", flow)])
        assert await peer.hear(18) == b"first second third"
        await peer.say(message())
        await told.until(lambda: told.came == [(message(), flow)])
        peer.close()
        await told.until(lambda: told.down == [flow])
        transport.send([(b"again", flow)])
        again = await listener.accept()
        assert await again.hear(5) == b"again"
        again.close()
        listener.close()
        transport.stop()

    play(story)


def test_who_connects_from_its_own_port_is_reached_over_that_connection() -> None:
    async def story() -> None:
        told = Told()
        transport = told.transport()
        here = transport.listen("tcp", HERE)
        peer = await Peer.to(here)
        await told.until(lambda: bool(told.up))
        back = ours(here, peer.socket.getsockname())
        transport.send([(b"request", back)])
        assert await peer.hear(7) == b"request"
        peer.close()
        await told.until(lambda: set(told.down) == {back, told.up[0][0]})
        assert {flow for flow, _ in told.up} == set(told.down)  # down without up: it could not be reached
        transport.stop()

    play(story)


def test_a_refused_connection_is_told_and_not_tried_at_once_again() -> None:
    async def story() -> None:
        told, listener = Told(), Listener()
        gone = listener.address
        listener.close()
        transport = told.transport(Connections(shortest_retry=30.0))
        flow = ours(("", 0), gone)
        transport.send([(b"request", flow)])
        await told.until(lambda: told.down == [flow])
        with socket.create_server(gone):  # there it is, but we do not know yet
            transport.send([(b"request", flow)])
            await told.until(lambda: told.down == [flow, flow])
        assert (told.up, len(transport)) == ([], 0)
        transport.stop()

    play(story)


@pytest.mark.parametrize("remote", [("no address", 1), ("127.0.0.1", 70_000), ("240.0.0.1", 9)])
def test_an_address_that_nobody_can_connect_to_is_down(remote: tuple[str, int]) -> None:
    async def story() -> None:
        told = Told()
        transport = told.transport(HASTY)
        flow = ours(("", 0), remote)
        transport.send([(b"request", flow)])
        await told.until(lambda: told.down == [flow])
        transport.stop()

    play(story)


@pytest.mark.parametrize("said", [b"", b"MESSAGE sip:a SIP/2.0\r\nVia", message()[:-1]])
def test_a_peer_that_is_silent_or_says_half_a_message_is_dropped(said: bytes) -> None:
    async def story() -> None:
        told = Told()
        transport = told.transport(HASTY)
        peer = await Peer.to(transport.listen("tcp", HERE))
        await peer.say(said)
        assert await peer.closed()
        await told.until(lambda: bool(told.down))
        assert (told.came, len(transport)) == ([], 0)
        transport.stop()

    play(story)


def test_octet_by_octet_does_not_prolong_a_message() -> None:
    async def story() -> None:
        told = Told()
        transport = told.transport(HASTY)
        peer = await Peer.to(transport.listen("tcp", HERE))

        async def drip() -> None:
            for octet in message():
                await peer.say(bytes([octet]))
                await asyncio.sleep(0.02)

        with pytest.raises(ConnectionError):
            await drip()
        assert told.came == []
        transport.stop()

    play(story)


def test_output_that_nobody_reads_ends_the_connection() -> None:
    async def story() -> None:
        told = Told()
        transport = told.transport(Connections(unread=100_000, stalled=30.0))
        peer = await Peer.to(transport.listen("tcp", HERE))
        await told.until(lambda: bool(told.up))
        flow = told.up[0][0]
        for _ in range(200):
            transport.send([(b"x" * 65_536, flow)])
        await told.until(lambda: flow in told.down)
        peer.close()
        transport.stop()

    play(story)


def test_a_little_output_that_nobody_reads_for_long_ends_it_too() -> None:
    async def story() -> None:
        told = Told()
        transport = told.transport(Connections(unread=50_000_000, stalled=0.2))
        peer = await Peer.to(transport.listen("tcp", HERE))
        await told.until(lambda: bool(told.up))
        flow = told.up[0][0]
        transport.send([(b"x" * 20_000_000, flow)])
        await told.until(lambda: flow in told.down)
        peer.close()
        transport.stop()

    play(story)


def test_what_the_socket_does_not_take_at_once_follows_in_order() -> None:
    async def story() -> None:
        told = Told()
        transport = told.transport(Connections(unread=50_000_000))
        peer = await Peer.to(transport.listen("tcp", HERE))
        await told.until(lambda: bool(told.up))
        said = b"".join(b"%07d " % number for number in range(1_000_000))
        transport.send([(said, told.up[0][0])])
        transport.send([(b"end", told.up[0][0])])
        assert await peer.hear(len(said) + 3) == said + b"end"
        peer.close()
        transport.stop()

    play(story)


def test_a_connection_of_ours_is_kept_alive_and_dropped_without_answer() -> None:
    async def story() -> None:
        told, listener = Told(), Listener()
        transport = told.transport(HASTY)
        flow = ours(("", 0), listener.address)
        transport.send([(b"x", flow)])
        peer = await listener.accept()
        assert await peer.hear(1) == b"x"
        for _ in range(2):
            assert await peer.hear(4) == b"\r\n\r\n"
            await peer.say(b"\r\n")
        assert told.down == []
        await told.until(lambda: told.down == [flow])
        peer.close()
        listener.close()
        transport.stop()

    play(story)


def test_a_stream_without_messages_is_told_and_closed() -> None:
    async def story() -> None:
        told = Told()
        transport = told.transport(limits=Limits(message=1000))
        here = transport.listen("tcp", HERE)
        for said in (b"GET / HTTP/1.1\r\n\r\n", message(body=b"x" * 2000)):
            peer = await Peer.to(here)
            await peer.say(said)
            assert await peer.closed()
            peer.close()
        assert [len(data) for data, _ in told.came] == [18, 1001]
        transport.stop()

    play(story)


def test_cutting_is_told_and_a_stop_is_not() -> None:
    async def story() -> None:
        told = Told()
        transport = told.transport()
        here = transport.listen("tcp", HERE)
        one, other = await Peer.to(here), await Peer.to(here)
        await told.until(lambda: len(told.up) == 4)
        transport.cut(told.up[0][0])
        await told.until(lambda: set(told.down) == {told.up[0][0], told.up[1][0]})
        transport.stop()
        assert await other.closed()
        assert len(told.down) == 2
        one.close()
        other.close()

    play(story)


def test_ipv6_is_an_address_like_another() -> None:
    async def story() -> None:
        told = Told()
        transport = told.transport()
        try:
            here = transport.listen("tcp", ("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6 loopback")
        transport.listen("tcp", ("127.0.0.1", here[1]))
        peer = await Peer.to(here)
        await peer.say(message())
        await told.until(lambda: bool(told.came))
        assert told.came[0][1].remote[0] == "::1"
        transport.send([(b"back", told.came[0][1])])
        assert await peer.hear(4) == b"back"
        peer.close()
        transport.stop()

    play(story)
