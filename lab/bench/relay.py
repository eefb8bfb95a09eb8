"""The yardstick R1: the same packets over the same kinds of sockets, and nothing is read in them."""

import asyncio
import signal
import socket
import sys

import msgspec

__all__ = ["Answer", "Relay", "Score", "main"]

_BATCH = 64
_READ = 65_536


class Answer(msgspec.Struct, frozen=True):
    """What the gateway sends after one packet."""

    datagrams: list[bytes]
    frames: list[bytes]


class Score(msgspec.Struct, frozen=True):
    """Which packets follow which; `frame_size` is the length of each message that comes over TCP."""

    local: tuple[str, int]
    scscf: tuple[str, int]
    smsc: tuple[str, int]
    request: Answer
    frame: Answer
    frame_size: int


class Relay:
    """Drains its sockets, joins its writes: a packet costs its system calls and a look at its first octet."""

    def __init__(self, score: Score) -> None:
        self._score = score
        self._surplus = 0
        self.reads = self.packets = 0
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        self._udp.bind(score.local)
        self._udp.setblocking(False)
        self._tcp = socket.create_connection(score.smsc, source_address=(score.local[0], 0))
        self._tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._tcp.setblocking(False)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Answer from now on."""
        loop.add_reader(self._udp, self._on_datagrams)
        loop.add_reader(self._tcp, self._on_frames, loop)

    def _on_datagrams(self) -> None:
        receive = self._udp.recvfrom
        requests = 0
        try:
            for _ in range(_BATCH):
                data, _ = receive(_READ)
                self.packets += 1
                requests += data[0] == 77  # "M", of MESSAGE; a response begins with "S"
        except BlockingIOError:
            pass
        self.reads += 1
        self._answer(self._score.request, requests)

    def _on_frames(self, loop: asyncio.AbstractEventLoop) -> None:
        data = self._tcp.recv(_READ)
        if not data:
            loop.remove_reader(self._tcp)
            return
        count, self._surplus = divmod(self._surplus + len(data), self._score.frame_size)
        self.reads += 1
        self.packets += count
        self._answer(self._score.frame, count)

    def _answer(self, answer: Answer, times: int) -> None:
        sendto, scscf = self._udp.sendto, self._score.scscf
        for _ in range(times):
            for datagram in answer.datagrams:
                sendto(datagram, scscf)
        if answer.frames and times:
            self._tcp.send(b"".join(answer.frames * times))


async def _run(score: Score) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    relay = Relay(score)
    relay.start(loop)
    await stop.wait()
    sys.stdout.write(f"{relay.packets} {relay.reads}\n")


def main() -> None:
    """The score comes on standard input; how many packets came in how many reads is said at the end."""
    asyncio.run(_run(msgspec.json.decode(sys.stdin.buffer.read(), type=Score)))


if __name__ == "__main__":
    main()
