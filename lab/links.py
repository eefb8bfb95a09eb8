"""The lab's links: datagrams, and the two directions of an association, with faults (DESIGN §10)."""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from math import inf
from typing import Literal, Protocol

from ipsmgw.drive import Clock
from lab.chance import Chance
from lab.faults import Faults, Weather
from mapstack.flow import Flow as MapFlow
from mapstack.transport.framing import Framer
from sipbridge.flow import Flow as SipFlow

__all__ = [
    "FATES",
    "Address",
    "DatagramLink",
    "Fate",
    "Mailbox",
    "MapPort",
    "Pipe",
    "SipPort",
    "Tap",
    "pieces",
]

Address = tuple[str, int]

Fate = Literal["", "lost", "duplicated", "cut"]

FATES: tuple[Fate, ...] = ("lost", "", "duplicated")
"""Of a datagram, by how often it arrives."""

Tap = Callable[[float, str, str, str, bytes, Fate], None]
"""(when, source node, target node, "sip" | "m3ua" | "smpp" | DTAP, octets, fate): once for each PDU, then.

The fate is what is known then: octets on their way when somebody calls `cut` or `down` are lost with fate "".
"""


class SipPort(Protocol):
    """What a network needs of a `ipsmgw.drive.Port` that takes datagrams."""

    def receive(self, batch: Sequence[tuple[bytes, SipFlow]], /) -> None: ...


class MapPort(Protocol):
    """What a network needs of a `ipsmgw.drive.Port` with associations."""

    def receive(self, batch: Sequence[tuple[bytes, MapFlow]], /) -> None: ...
    def link_up(self, flow: MapFlow, identity: str = "", /) -> None: ...
    def link_down(self, flow: MapFlow, /) -> None: ...


class Mailbox:
    """An address that was bound; what arrives at one instant is one batch."""

    __slots__ = ("_clock", "_due", "address", "in_flight", "node", "port")

    def __init__(self, clock: Clock, address: Address) -> None:
        self._clock = clock
        self._due: dict[float, list[tuple[bytes, SipFlow]]] = {}
        self.address = address
        self.node = ""
        self.port: SipPort | None = None
        self.in_flight = 0

    def put(self, when: float, data: bytes, flow: SipFlow) -> None:
        batch = self._due.get(when)
        if batch is None:
            self._due[when] = batch = []
            self._clock.call_at(when, partial(self._deliver, when))
        batch.append((data, flow))
        self.in_flight += 1

    def _deliver(self, when: float) -> None:
        batch = self._due.pop(when)
        self.in_flight -= len(batch)
        # As with UDP, a late datagram meets whoever has the address by then, perhaps a node's next life.
        if self.port is not None:
            self.port.receive(batch)


class DatagramLink:
    """Datagrams from one node to another: in order, but for those that `reorder` holds up."""

    __slots__ = ("_chance", "_last", "_weather")

    def __init__(self, chance: Chance, weather: Weather) -> None:
        self._chance = chance
        self._weather = weather
        self._last = -inf

    def carry(self, data: bytes, flow: SipFlow, target: Mailbox, now: float) -> Fate:
        arrivals = self.arrivals(now)
        for when in arrivals:
            target.put(when, data, flow)
        return FATES[len(arrivals)]

    def arrivals(self, now: float) -> tuple[float, ...]:
        """When the next one arrives: never, once, or twice."""
        chance, faults = self._chance, self._weather.at(now)
        chance.turn()
        if chance.happens("loss", faults.loss):
            return ()
        when = now + chance.lasts("delay", faults.delay)
        if chance.happens("reorder", faults.reorder):
            when += chance.lasts("reorder", faults.held)
        elif when < self._last:
            when = self._last
        else:
            self._last = when
        if chance.happens("duplicate", faults.duplicate):
            return when, when + chance.lasts("duplicate", faults.held)
        return (when,)


class Pipe:
    """One direction of one life of an association: delayed, a stream also in pieces, always in order."""

    __slots__ = (
        "_chance",
        "_clock",
        "_closed",
        "_due",
        "_flow",
        "_framer",
        "_last",
        "_nonsense",
        "_port",
        "_weather",
        "in_flight",
    )

    def __init__(
        self,
        clock: Clock,
        chance: Chance,
        weather: Weather,
        *,
        port: MapPort,
        flow: MapFlow,
        nonsense: Callable[[], None],
    ) -> None:
        """`flow` is as the receiver sees it; `nonsense` is called for a stream that cannot be framed."""
        self._clock = clock
        self._chance = chance
        self._weather = weather
        self._port = port
        self._flow = flow
        self._nonsense = nonsense
        self._framer = Framer() if flow.transport == "tcp" else None
        self._due: deque[tuple[float, list[tuple[bytes, MapFlow]]]] = deque()
        self._last = -inf
        self._closed = False
        self.in_flight = 0

    def put(self, data: bytes, stream: int, now: float) -> float:
        """Returns when the last octet arrives."""
        chance, faults = self._chance, self._weather.at(now)
        chance.turn()
        if self._framer is None:
            flow = self._flow if stream == 0 else self._flow._replace(stream=stream)
            self._schedule(data, flow, now + chance.lasts("delay", faults.delay))
            return self._last
        for piece in pieces(data, chance, faults):
            self._schedule(piece, self._flow, now + chance.lasts("delay", faults.delay))
        return self._last

    def close(self) -> None:
        self._closed = True
        self._due.clear()

    def _schedule(self, data: bytes, flow: MapFlow, when: float) -> None:
        if when > self._last:
            self._last = when
        if not self._due or self._due[-1][0] != self._last:
            self._due.append((self._last, []))
            self._clock.call_at(self._last, self._arrive)
        self._due[-1][1].append((data, flow))
        self.in_flight += 1

    def _arrive(self) -> None:
        if self._closed:
            return
        batch = self._due.popleft()[1]
        self.in_flight -= len(batch)
        if self._framer is not None:
            batch = self._framed(self._framer, batch)
        if batch:
            self._port.receive(batch)

    def _framed(self, framer: Framer, pieces: list[tuple[bytes, MapFlow]]) -> list[tuple[bytes, MapFlow]]:
        flow = self._flow
        messages = [(message, flow) for message in framer.feed(b"".join([data for data, _ in pieces]))]
        if framer.fault:
            self._nonsense()
        return messages


def pieces(data: bytes, chance: Chance, faults: Faults) -> list[bytes]:
    """A message of a stream as the weather cuts it."""
    if len(data) < 2 or not chance.happens("split", faults.split):
        return [data]
    ends = [*chance.ends("split", len(data)), len(data)]
    return [data[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]
