"""UDP over loopback: batches up, answers back, nothing left behind."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from sipbridge import Flow
from sipbridge.transport import UdpTransport

pytestmark = pytest.mark.wire

HERE = ("127.0.0.1", 0)
Batch = list[tuple[bytes, Flow]]


def peer() -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(HERE)
    opened.settimeout(5)
    return opened


def test_datagrams_come_up_in_batches_and_answers_go_back() -> None:
    async def story() -> None:
        batches: list[Batch] = []
        done = asyncio.Event()

        def on_batches(read: Iterator[Batch]) -> None:
            for batch in read:
                batches.append(batch)
                transport.send([(b"answer " + data, flow) for data, flow in batch])
            if sum(map(len, batches)) == 100:
                done.set()

        transport = UdpTransport(HERE, on_batches, batch=64)
        with peer() as phone:
            transport.start()
            for number in range(100):
                phone.sendto(b"%d" % number, transport.local)
            await asyncio.wait_for(done.wait(), 5)
            assert [data for batch in batches for data, _ in batch] == [
                b"%d" % number for number in range(100)
            ]
            assert max(map(len, batches)) <= 64 < 100
            flow = batches[0][0][1]
            assert flow == Flow("udp", transport.local, phone.getsockname())
            assert all(other is flow for batch in batches for _, other in batch)
            assert [phone.recv(100) for _ in range(100)] == [b"answer %d" % number for number in range(100)]
            transport.stop()
            transport.stop()
            transport.send([(b"late", flow)])
            assert transport.dropped == 1

    asyncio.run(story())


def test_what_comes_meanwhile_is_read_too_but_not_for_ever() -> None:
    async def story() -> None:
        turns: list[list[int]] = []
        done = asyncio.Event()

        def on_batches(read: Iterator[Batch]) -> None:
            turns.append([])
            for batch in read:
                turns[-1].append(len(batch))
                if len(turns) == 1:
                    say(10)
            if sum(map(sum, turns)) == 40:
                done.set()

        def say(count: int) -> None:
            for _ in range(count):
                phone.sendto(b"x", transport.local)

        transport = UdpTransport(HERE, on_batches, batch=10, batches=3)
        with peer() as phone:
            transport.start()
            say(10)
            await asyncio.wait_for(done.wait(), 5)
        assert turns == [[10, 10, 10], [10]]
        transport.stop()

    asyncio.run(story())


@pytest.mark.parametrize(("come", "told"), [(29, [False]), (30, [False]), (31, [True, False])])
def test_it_is_told_when_more_has_come_than_is_read_at_a_time(come: int, told: list[bool]) -> None:
    async def story() -> None:
        seen: list[bool] = []
        read = 0
        done = asyncio.Event()

        def on_batches(batches: Iterator[Batch]) -> None:
            nonlocal read
            read += sum(map(len, batches))
            seen.append(transport.behind)
            if read == come:
                done.set()

        transport = UdpTransport(HERE, on_batches, batch=10, batches=3)
        with peer() as phone:
            transport.start()
            for _ in range(come):
                phone.sendto(b"x", transport.local)
            await asyncio.wait_for(done.wait(), 5)
        assert seen == told
        assert not transport.behind
        transport.stop()

    asyncio.run(story())


def test_a_socket_that_has_overflowed_is_behind_for_a_moment() -> None:
    async def story() -> None:
        seen: list[bool] = []
        read = asyncio.Event()

        def on_batches(batches: Iterator[Batch]) -> None:
            for _ in batches:
                pass
            seen.append(transport.behind)
            read.set()

        transport = UdpTransport(HERE, on_batches, receive_buffer=4_096)
        with peer() as phone:
            transport.start()
            for _ in range(60):
                phone.sendto(b"x" * 1_000, transport.local)
            await asyncio.wait_for(read.wait(), 5)
            assert 0 < transport.overflowed < 60
            assert seen == [True]
            async with asyncio.timeout(5):
                while transport.behind:
                    await asyncio.sleep(0)
        transport.stop()

    asyncio.run(story())


def test_a_port_that_is_taken_is_an_oserror() -> None:
    async def story() -> None:
        with peer() as taken, pytest.raises(OSError, match="in use"):
            UdpTransport(taken.getsockname(), lambda batches: None).start()

    asyncio.run(story())


def test_what_can_never_be_sent_is_dropped_and_counted() -> None:
    async def story() -> None:
        transport = UdpTransport(HERE, lambda batches: None)
        transport.start()
        with peer() as phone:
            good = Flow("udp", HERE, phone.getsockname())
            bad = [Flow("udp", HERE, ("127.0.0.1", 70_000)), Flow("udp", HERE, ("no address", 1))]
            transport.send([(b"a", bad[0]), (b"b" * 70_000, good), (b"c", bad[1]), (b"d", good)])
            assert phone.recv(100) == b"d"
        assert transport.dropped == 3
        transport.stop()

    asyncio.run(story())


class Stuffed:
    """A socket whose buffer is full until it is told otherwise."""

    def __init__(self, real: socket.socket) -> None:
        self.real, self.full = real, True

    def sendto(self, data: bytes, address: tuple[str, int]) -> int:
        if self.full:
            raise BlockingIOError
        return self.real.sendto(data, address)

    def fileno(self) -> int:
        return self.real.fileno()


def test_a_full_kernel_makes_datagrams_wait_in_order_and_within_the_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story() -> None:
        transport = UdpTransport(HERE, lambda batches: None, queue=3)
        transport.start()
        assert transport._socket is not None
        stuffed = Stuffed(transport._socket)
        monkeypatch.setattr(transport, "_socket", stuffed)
        with peer() as phone:
            flow = Flow("udp", HERE, phone.getsockname())
            transport.send([(b"%d" % number, flow) for number in range(2)])
            transport.send([(b"%d" % number, flow) for number in range(2, 5)])
            assert transport.dropped == 2
            stuffed.full = False
            phone.setblocking(False)
            loop = asyncio.get_running_loop()
            assert [await loop.sock_recv(phone, 10) for _ in range(3)] == [b"0", b"1", b"2"]
        monkeypatch.undo()
        transport.stop()

    asyncio.run(story())
