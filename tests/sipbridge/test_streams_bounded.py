"""How many connections there are at most, and what happens where this machine has no room for one more."""

import asyncio
import socket
from errno import EMFILE

import pytest

from sipbridge import Connections, Flow
from tests.sipbridge.element import message, stack
from tests.sipbridge.streams import HERE, Listener, Peer, Told, play

pytestmark = pytest.mark.wire

BODY = b"x" * 1_300


def ours(local: tuple[str, int], remote: tuple[str, int]) -> Flow:
    return Flow("tcp", local, remote)


def test_the_loss_of_a_connection_back_is_no_sign_of_a_peer_without_tcp() -> None:
    async def story() -> None:
        element, told, now = stack(), Told(), asyncio.get_running_loop().time
        transport = told.transport()
        here = transport.listen("tcp", HERE)
        peer = await Peer.to(here)
        await told.until(lambda: bool(told.up))
        for flow, identity in told.up:
            element.link_up(flow, identity, now())
        remote = peer.socket.getsockname()

        def large() -> Flow:
            way = Flow("udp", here, remote)
            element.request("MESSAGE", "sip:a", now(), flow=way, sender="sip:a", recipient="sip:b", body=BODY)
            ((data, flow),) = element.take_output()
            transport.send([(data, flow)])
            return flow

        assert large() == ours(here, remote)
        assert len(await peer.hear(1300)) == 1300
        element.expire(now() + 0.6)  # the peer has had it for a while
        peer.close()
        await told.until(lambda: len(told.down) == 2)
        for flow in told.down:
            element.link_down(flow, now() + 0.6)
        assert element.take_output() == []  # nothing again by UDP
        assert large().transport == "tcp"
        transport.stop()

    play(story)


def test_connections_are_counted_and_not_the_ways_over_them() -> None:
    async def story() -> None:
        told = Told()
        transport = told.transport(Connections(most=4))
        here = transport.listen("tcp", HERE)
        peers = [await Peer.to(here) for _ in range(4)]
        for peer in peers:
            await peer.say(message())
        await told.until(lambda: len(told.came) == 4)
        assert (len(transport), transport.refused, told.down) == (4, 0, [])
        one_more = await Peer.to(here)
        assert await one_more.closed()
        assert (len(transport), transport.refused) == (4, 1)
        peers[0].close()
        await told.until(lambda: len(told.down) == 2)
        assert len(transport) == 3
        for peer in (one_more, *peers):
            peer.close()
        transport.stop()
        assert len(transport) == 0

    play(story)


def test_connections_are_bounded_in_all_and_a_flood_gives_way_to_who_speaks() -> None:
    async def story() -> None:
        told = Told()
        transport = told.transport(Connections(most=8, per_peer=100))
        here = transport.listen("tcp", HERE)
        speaker = await Peer.to(here)
        await speaker.say(message())
        await told.until(lambda: bool(told.came))
        flood = [await Peer.to(here) for _ in range(30)]
        await told.until(lambda: len(told.up) == 2 * 31)
        await told.until(lambda: len(transport) <= 8)
        assert told.came[0][1] not in told.down
        await speaker.say(message())
        await told.until(lambda: len(told.came) == 2)
        for peer in (speaker, *flood):
            peer.close()
        transport.stop()

    play(story)


def test_connections_are_bounded_for_each_peer() -> None:
    async def story() -> None:
        told = Told()
        transport = told.transport(Connections(per_peer=2))
        here = transport.listen("tcp", HERE)
        flood = [await Peer.to(here) for _ in range(5)]
        for peer in flood[2:]:
            assert await peer.closed()
        assert (len(transport), transport.refused) == (2, 3)
        flood[0].close()
        await told.until(lambda: bool(told.down))
        other = await Peer.to(here)
        await other.say(message())
        await told.until(lambda: bool(told.came))
        for peer in (other, *flood):
            peer.close()
        transport.stop()

    play(story)


class Shortage:
    """No descriptor is left for who comes, nor for who is to be called, until there are `some`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
        self.some = False
        self.refused = 0
        real = getattr(socket.socket, call)

        def scarce(opened: socket.socket, *arguments: object) -> object:
            if self.some or opened.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) != socket.SOCK_STREAM:
                return real(opened, *arguments)
            self.refused += 1
            raise OSError(EMFILE, "Too many open files")

        monkeypatch.setattr(socket.socket, call, scarce)


def test_without_descriptors_accepting_rests_and_all_else_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        told = Told()
        transport = told.transport()
        here = transport.listen("tcp", HERE)
        silent, speaker = await Peer.to(here), await Peer.to(here)
        await speaker.say(message())
        await told.until(lambda: len(told.came) == 1 and len(told.up) == 4)
        shortage = Shortage(monkeypatch, "accept")
        waiting = await Peer.to(here)
        await waiting.say(message(branch="z9hG4bK2"))
        assert await silent.closed()  # the silent one has made room
        for turn in range(100):  # a listener that nobody leaves alone comes up in each turn of the loop
            await speaker.say(message())
            while len(told.came) < turn + 2:
                await asyncio.sleep(0)
        assert 1 <= shortage.refused < 20
        shortage.some = True
        await told.until(lambda: told.came[-1][0] == message(branch="z9hG4bK2"))
        transport.stop()

    play(story)


def test_a_stop_ends_the_rest_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        transport = Told().transport()
        here = transport.listen("tcp", HERE)
        shortage = Shortage(monkeypatch, "accept")
        peer = await Peer.to(here)
        while not shortage.refused:
            await asyncio.sleep(0)
        transport.stop()
        await asyncio.sleep(0.15)
        assert await peer.closed()

    play(story)


def test_that_we_have_no_descriptor_is_no_failure_of_the_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        told, listener = Told(), Listener()
        transport = told.transport(Connections(shortest_retry=30.0))
        shortage = Shortage(monkeypatch, "connect")
        flow = ours(("", 0), listener.address)
        transport.send([(b"lost", flow)])
        await told.until(lambda: told.down == [flow])
        shortage.some = True
        transport.send([(b"found", flow)])
        peer = await listener.accept()
        assert await peer.hear(5) == b"found"
        transport.stop()

    play(story)
