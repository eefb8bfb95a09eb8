"""A gateway without sockets: it is given what a network would give, and nothing happens by itself."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import TypeVar

from ipsmgw.drive import Handle, Port
from ipsmgw.gateway import Gateway, World
from ipsmgw.settings import parse
from ipsmgw.smpp import Flow as SmppFlow
from ipsmgw.smpp import SessionSpec
from ipsmgw.store import open_store
from lab.bench.ledger import Run
from lab.bench.place import PLAN, SMSC, configuration, subscribers
from lab.bench.rehearsal import gateway_flow, registers, rehearse
from lab.bench.signalling import Peer
from lab.bench.stories import Originating, Terminating
from lab.load.traffic import Traffic
from lab.plan import Plan
from mapstack.flow import Flow as MapFlow
from mapstack.transport import AssociationSpec
from sipbridge.flow import Flow as SipFlow
from sipbridge.transport import SipSpec

__all__ = ["Desk"]

EventT = TypeVar("EventT")
_NOW = 1_767_225_600.0
_PEOPLE = 5


class _Timer:
    def cancel(self) -> None: ...


class _Clock:
    """Time stands still; `armed` counts the timers that were asked for."""

    def __init__(self) -> None:
        self.armed = 0

    def now(self) -> float:
        return _NOW

    def call_at(self, when: float, callback: Callable[[], None]) -> Handle:
        self.armed += 1
        return _Timer()


class _Disk:
    """Keeps what is appended; a sync is done when the desk says so."""

    def __init__(self) -> None:
        self.content = bytearray()
        self.waiting: list[Callable[[], None]] = []

    def append(self, data: bytes) -> None:
        self.content += data

    def sync(self, done: Callable[[], None]) -> None:
        self.waiting.append(done)

    def size(self) -> int:
        return len(self.content)

    def read(self, start: int = 0) -> bytes:
        return bytes(self.content[start:])

    def truncate(self, size: int) -> None:
        del self.content[size:]

    def close(self) -> None: ...


class Desk:
    """The gateway, and the stories of the bench beside it; or, in `settings`, one for another carrier."""

    def __init__(self, settings: str = "", plan: Plan = PLAN, people: int = _PEOPLE) -> None:
        self.clock, self.disk = _Clock(), _Disk()
        self.plan = plan
        self.datagrams_out: list[tuple[bytes, SipFlow]] = []
        self.frames_out: list[tuple[bytes, MapFlow]] = []
        self._sip: Callable[[Sequence[tuple[bytes, SipFlow]]], None]
        self._map: Callable[[Sequence[tuple[bytes, MapFlow]]], None]
        self._up: Callable[[MapFlow], None]
        self._peers = {node: Peer(node, Random(1), plan) for node in plan.ss7}
        self._frames = rehearse(Random(3))
        self._next = 1
        store = open_store("sqlite:///:memory:")
        known = parse(settings or configuration(Path("unused")))
        self.gateway = Gateway(known, World(self.clock, self, store, self.disk, Random(4)))
        self._begin(people)

    # The network of this gateway.

    def datagrams(self, node: str, local: tuple[str, int], port: Port[EventT, SipFlow]) -> None:
        raise NotImplementedError("the gateway asks for more than that")

    def signalling(self, node: str, spec: SipSpec, port: Port[EventT, SipFlow]) -> None:
        port.send = self.datagrams_out.extend
        self._sip = port.receive

    def associations(self, node: str, specs: Sequence[AssociationSpec], port: Port[EventT, MapFlow]) -> None:
        port.send = self.frames_out.extend
        self._map, self._up = port.receive, port.link_up

    def sessions(self, node: str, spec: SessionSpec, port: Port[EventT, SmppFlow]) -> None:
        raise NotImplementedError("there is no service centre that takes ESMEs")

    # What happens.

    def play(
        self, kind: type[Originating] | type[Terminating], messages: int, window: int = 2
    ) -> Originating | Terminating:
        """So many messages, `window` at a time, from end to end."""
        story = kind(self._frames, subscribers(_PEOPLE), Run(messages, window, self._next))
        self._next += messages
        for _ in range(messages * 10):
            if story.done:
                break
            story.launch()
            self._give(story)
            story.on_datagrams([data for data, _ in _taken(self.datagrams_out)])
            story.on_frames([frame for frame, _ in _taken(self.frames_out)])
        return story

    def load(self, traffic: Traffic, now: float = 0.0) -> None:
        """Whatever a generator says gets its answer, until nobody has anything to say."""
        parts = traffic.parts
        while parts.datagrams or any(parts.frames.values()):
            self.give(_taken(parts.datagrams), {node: _taken(each) for node, each in parts.frames.items()})
            traffic.on_datagrams([data for data, _ in _taken(self.datagrams_out)], now)
            for frame, flow in _taken(self.frames_out):
                traffic.on_frames(flow.connection, [frame], now)

    def give(self, datagrams: Sequence[bytes], frames: Mapping[str, Sequence[bytes]]) -> None:
        """What S-CSCF and SS7 nodes say; then the disk has what was written, and what is due happens."""
        if datagrams:
            back = SipFlow("udp", self.plan.sip("ipsmgw"), self.plan.sip("scscf"))
            self._sip([(data, back) for data in datagrams])
        for node, batch in frames.items():
            if batch:
                self._map([(frame, self._flow(node)) for frame in batch])
        due = self.gateway.driver.deadline()
        if due is not None and due <= _NOW:
            self.gateway.driver.turn(self.gateway.expire)
        self._sync()

    def _give(self, story: Originating | Terminating) -> None:
        self.give(_taken(story.datagrams), {SMSC: _taken(story.frames)})

    def _flow(self, node: str) -> MapFlow:
        return gateway_flow(self.plan, node)

    def _sync(self) -> None:
        for done in _taken(self.disk.waiting):
            done()

    def _begin(self, people: int) -> None:
        for node, peer in self._peers.items():
            peer.link_up(_NOW)
            self._up(self._flow(node))
        self._shuttle()
        for register in registers(people, Random(5)):
            self.give([register], {})
            self._shuttle()
        self.datagrams_out.clear()

    def _shuttle(self) -> None:
        """HLR and SM-SC answer until nobody has anything to say."""
        while frames := _taken(self.frames_out):
            for node, peer in self._peers.items():
                answers = peer.receive([frame for frame, flow in frames if flow.connection == node], _NOW)
                self._map([(answer, self._flow(node)) for answer in answers])


ItemT = TypeVar("ItemT")


def _taken(items: list[ItemT]) -> list[ItemT]:
    taken = items.copy()
    items.clear()
    return taken
