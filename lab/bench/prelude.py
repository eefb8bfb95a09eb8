"""Before anything is measured: associations come up, and subscribers register one after the other."""

from collections import deque
from collections.abc import Sequence
from random import Random

from lab.bench.exchange import Exchange, Lost
from lab.bench.place import HLR
from lab.bench.rehearsal import registers

__all__ = ["Connecting", "Registering"]

_WINDOW = 32
_OK = b"SIP/2.0 200 "


class Connecting:
    """Waits for connections and, of the gateway, for active application servers."""

    def __init__(self, exchange: Exchange, host: str, *, active: bool) -> None:
        self._exchange = exchange
        self._host = host
        self._active = active
        self.datagrams: list[bytes] = []
        self.frames: list[bytes] = []

    @property
    def done(self) -> bool:
        peers = self._exchange.peers.values()
        return self._exchange.connected(self._host) and (
            not self._active or all(peer.active for peer in peers)
        )

    def launch(self) -> None: ...

    def on_datagrams(self, batch: Sequence[bytes]) -> None: ...

    def on_frames(self, batch: Sequence[bytes]) -> None: ...


class Registering:
    """Third-party REGISTERs with service-info; done when the HLR has heard of everybody."""

    def __init__(self, exchange: Exchange, count: int, rng: Random) -> None:
        self._hlr = exchange.peers[HLR]
        self._count = count
        self._waiting = deque(registers(count, rng))
        self._open = self._answered = 0
        self.datagrams: list[bytes] = []
        self.frames: list[bytes] = []

    @property
    def done(self) -> bool:
        return self._answered == self._count == self._hlr.modified

    def launch(self) -> None:
        while self._waiting and self._open < _WINDOW:
            self.datagrams.append(self._waiting.popleft())
            self._open += 1

    def on_datagrams(self, batch: Sequence[bytes]) -> None:
        for data in batch:
            if not data.startswith(_OK):
                raise Lost(f"a REGISTER was answered with {data[8:40]!r}")
            self._answered += 1
            self._open -= 1

    def on_frames(self, batch: Sequence[bytes]) -> None: ...
