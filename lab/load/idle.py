"""The gateway that does nothing, as a process."""

import select
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from random import Random

import msgspec

from lab.bench.signalling import gateway_stack
from lab.load.null import Null
from lab.load.share import Share, carrier, share
from lab.load.talk import Setup
from mapstack import Flow
from mapstack.transport.framing import Framer

__all__ = ["main"]

_READ = 65_536
_BATCH = 64
_DATA = b"\x01\x01"


class _Line:
    """An association with a node of one generator; a real stack brings it up."""

    def __init__(self, plan: Share, node: str, null: Null) -> None:
        self.node = node
        self.index = plan.index
        self._null = null
        self._stack = gateway_stack(Random(1), plan, node)
        self._framer = Framer()
        self._flow = Flow("tcp", (plan.host("ipsmgw"), 0), plan.m3ua(node), node)
        self.socket = socket.create_connection(plan.m3ua(node), source_address=(plan.host("ipsmgw"), 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._stack.link_up(self._flow, "", time.time())
        self._manage()

    def fileno(self) -> int:
        return self.socket.fileno()

    def read(self) -> bool:
        """False when it was closed."""
        data = self.socket.recv(_READ)
        frames = self._framer.feed(data)
        self._null.on_frames(self.node, [frame for frame in frames if frame[2:4] == _DATA])
        for frame in frames:
            if frame[2:4] != _DATA:
                self._stack.receive(frame, self._flow, time.time())
        self._manage()
        return bool(data)

    def send(self, frames: list[bytes]) -> None:
        if frames:
            self.socket.sendall(b"".join(frames))
            frames.clear()

    def _manage(self) -> None:
        self.send([frame for frame, _ in self._stack.take_output()])


class _Idle:
    """One socket for SIP, and lines to all."""

    def __init__(self, shares: Sequence[Share]) -> None:
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        self._udp.bind(shares[0].sip("ipsmgw"))
        self._udp.setblocking(False)
        self._nulls = {each.sip("scscf"): Null(Random(1), each) for each in shares}
        self._of = {each.index: self._nulls[each.sip("scscf")] for each in shares}
        self._lines = [_Line(each, node, self._of[each.index]) for each in shares for node in each.played]

    def run(self) -> None:
        """Until a generator is no more."""
        while True:
            sources: list[socket.socket | _Line] = [self._udp, *self._lines]
            ready, _, _ = select.select(sources, (), ())
            for opened in ready:
                if isinstance(opened, socket.socket):
                    self._read_datagrams()
                elif not opened.read():
                    return
            self._send()

    def _read_datagrams(self) -> None:
        batches: dict[tuple[str, int], list[bytes]] = {}
        with suppress(BlockingIOError):
            for _ in range(_BATCH):
                data, remote = self._udp.recvfrom(_READ)
                batches.setdefault(remote, []).append(data)
        for remote, batch in batches.items():
            if remote in self._nulls:
                self._nulls[remote].on_datagrams(batch)

    def _send(self) -> None:
        for remote, null in self._nulls.items():
            for datagram in null.datagrams:
                with suppress(BlockingIOError):
                    self._udp.sendto(datagram, remote)
            null.datagrams.clear()
        for line in self._lines:
            line.send(self._of[line.index].frames[line.node])


def main() -> None:
    """Until SIGTERM; what the first generator is told says where we are."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    setup = msgspec.json.decode(sys.stdin.buffer.read(), type=Setup)
    plan = carrier(setup.carrier, setup.network, home=setup.home)
    _Idle([share(plan, index) for index in range(setup.generators)]).run()


if __name__ == "__main__":
    main()
