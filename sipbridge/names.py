"""Requests to a next hop that has a name: they wait until it is found, within bounds (RFC 3263 §4)."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sipbridge.dns.locator import Locator
from sipbridge.events import ClientTx
from sipbridge.flow import Flow
from sipbridge.hop import Hop
from sipbridge.settings import Limits

__all__ = ["Names"]

Start = Callable[[ClientTx, bytes, Sequence[Flow], float], bool]


class _Waiting(NamedTuple):
    """A request that waits for DNS."""

    tx: ClientTx
    octets: bytes
    until: float


class Names:
    """Asks the locator, where there is one; what it does not find goes to a last resort, or nowhere."""

    def __init__(self, start: Start, limits: Limits) -> None:
        self._start = start
        self._limits = limits
        self.waiting: dict[Hop, deque[_Waiting]] = {}
        self._last_resorts: dict[Hop, Flow] = {}
        self._count = 0
        self.locator: Locator | None = None
        self.refused: list[ClientTx] = []
        """Those that have no way."""

    def __len__(self) -> int:
        return self._count

    def last_resort(self, hop: Hop, flow: Flow) -> None:
        """Where it goes when DNS knows nothing: where somebody of that name has sent from."""
        if len(self._last_resorts) >= self._limits.cached_addresses:
            self._last_resorts.clear()
        self._last_resorts[hop] = flow

    def start(self, tx: ClientTx, octets: bytes, hop: Hop, now: float) -> bool:
        """Send it, or keep it until the name is found; False where it is one too many, or nobody there."""
        ways = self._ways(hop, now)
        if ways is not None:
            return bool(ways) and self._start(tx, octets, ways, now)
        if self._count >= self._limits.waiting:
            return False
        waiting = self.waiting.setdefault(hop, deque())
        waiting.append(_Waiting(tx, octets, now + self._limits.wait))
        self._count += 1
        return True

    def found(self, now: float) -> None:
        """There is a new answer: some may go."""
        for hop in list(self.waiting):
            ways = self._ways(hop, now)
            if ways is not None:
                self._release(hop, ways, now)

    def failed(self, flow: Flow, now: float) -> None:
        """One of several ways has failed."""
        if self.locator is not None:
            self.locator.failed(flow, now)

    def expire(self, now: float) -> None:
        """Who has waited for too long goes to the last resort, or nowhere."""
        for hop, waiting in list(self.waiting.items()):
            while waiting and waiting[0].until <= now:
                self._go(waiting.popleft(), self._resort(hop), now)
            if not waiting:
                del self.waiting[hop]

    def deadline(self) -> float | None:
        """When somebody has waited for too long."""
        return min((waiting[0].until for waiting in self.waiting.values()), default=None)

    def _ways(self, hop: Hop, now: float) -> Sequence[Flow] | None:
        ways = self.locator.locate(hop, now) if self.locator is not None else []
        return self._resort(hop) if ways is not None and not ways else ways

    def _resort(self, hop: Hop) -> list[Flow]:
        flow = self._last_resorts.get(hop)
        return [] if flow is None else [flow]

    def _release(self, hop: Hop, ways: Sequence[Flow], now: float) -> None:
        """Each draws its own: many that have waited are not all for one target."""
        for waiting in self.waiting.pop(hop):
            self._go(waiting, ways, now)
            ways = self._ways(hop, now) or ways

    def _go(self, waiting: _Waiting, ways: Sequence[Flow], now: float) -> None:
        self._count -= 1
        if not ways or not self._start(waiting.tx, waiting.octets, ways, now):
            self.refused.append(waiting.tx)
