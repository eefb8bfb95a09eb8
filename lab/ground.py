"""What a carrier stands on: virtual time with failing links and disks, or sockets and files (DESIGN §10)."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random, SystemRandom
from tempfile import TemporaryDirectory
from typing import Protocol, TypeVar

import mapstack
import sipbridge
from ipsmgw.app import LoopClock, Sockets, WireDisk, open_store, store_in_memory
from ipsmgw.drive import Clock, ExchangePort, Port, Tap
from ipsmgw.gateway import World
from ipsmgw.smpp import Flow as SmppFlow
from ipsmgw.smpp import SessionSpec
from lab.certificates import Certificates
from lab.chance import Chance, Chances, seeded
from lab.clock import VirtualClock
from lab.disk import VirtualDisk
from lab.elements.air import DTAP
from lab.elements.site import Site
from lab.exchange_spec import ExchangeSpec
from lab.faults import NONE, Faults
from lab.links import Fate
from lab.lossy_datagrams import LossyDatagrams
from lab.meddling.marks import MarkedTrace
from lab.network import VirtualNetwork
from lab.plan import Plan
from lab.waiting import Waiting
from lab.wire_exchanges import WireExchanges
from lab.wiring import originator
from lab.witness import Durability, WitnessedDisk
from mapstack.transport import AssociationSpec
from msgin5g_bridge.coap_endpoint import CoapBounds
from sipbridge.transport import SipListener, SipSpec

__all__ = ["Ground", "VirtualGround", "WireGround"]

EventT = TypeVar("EventT")

_LOOK = 0.1
_CUTS = 10_000  # that are remembered


class Ground(Protocol):
    """Nodes are opened after they have plugged their ports in; a node that was closed may be opened again."""

    clock: Clock
    trace: MarkedTrace
    waiting: Waiting
    virtual: bool
    faults: Faults
    """What goes wrong by itself."""
    durability: Durability
    """Of the gateway's journal."""

    def describe(self, plan: Plan) -> None: ...
    def site(self, node: str) -> Site: ...
    def world(self, site: Site) -> World: ...
    def rng(self, name: str) -> Random: ...
    def chance(self, name: str) -> Chance: ...
    def journal(self) -> bytes: ...
    def cuts(self) -> Sequence[tuple[float, str, str]]: ...
    def fates(self) -> Mapping[Fate, int]: ...
    def calm(self) -> None: ...
    def strays(self) -> list[str]: ...
    def cut(self, one: str, other: str) -> None: ...
    async def open(self, node: str) -> None: ...
    async def close(self, node: str, *, crash: bool) -> None: ...
    async def end(self) -> None: ...


class _Lives:
    """Counts the lives of nodes; the randomness of each follows from the seed, its name and its life."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._boots: dict[str, int] = {}

    def next(self, node: str) -> int:
        self._boots[node] = self._boots.get(node, 0) + 1
        return self._boots[node]

    def rng(self, name: str) -> Random:
        return Random(f"{self._seed} {name} {self._boots.get(name, 0)}")


class VirtualGround:
    """Everything in one process and in no time; the same seed gives the same run, octet for octet."""

    virtual = True

    def __init__(
        self, clock: VirtualClock, seed: int, faults: Faults = NONE, chances: Chances = seeded
    ) -> None:
        loop = self._loop = clock.loop
        self.clock: Clock = clock
        self.trace = MarkedTrace()
        self.waiting = Waiting(loop, clock)
        self.faults = faults
        self._chance_of = chances
        self.durability = Durability()
        self._lives = _Lives(seed)
        rng = self._lives.rng("network")
        self.network = VirtualNetwork(clock, rng, faults, tap=self._put, chances=chances)
        self.disk = VirtualDisk(clock, self.chance("disk"), faults)
        self._store = store_in_memory()

    def describe(self, plan: Plan) -> None:
        """Virtual nodes are known by where they have plugged in."""

    def site(self, node: str) -> Site:
        """The next life of a node."""
        boot = self._lives.next(node)
        self.network.up(node)
        return Site(node, self.clock, self.network, self._lives.rng(node), boot, self.waiting.changed)

    def world(self, site: Site) -> World:
        """What the gateway stands on; its database forgets what was not committed."""
        disk = WitnessedDisk(self.disk, self.clock, self.durability)
        return World(site.clock, site.network, self._store(), disk, site.rng)

    def rng(self, name: str) -> Random:
        """A source of choices that follows from the seed."""
        return self._lives.rng(name)

    def chance(self, name: str) -> Chance:
        """The same, of faults."""
        return self._chance_of(name, self.rng(name), self.clock)

    def journal(self) -> bytes:
        """What is in the gateway's journal."""
        return self.disk.read()

    def cuts(self) -> Sequence[tuple[float, str, str]]:
        """When each association was cut, and between whom."""
        return self.network.cuts

    def fates(self) -> Mapping[Fate, int]:
        """In virtual time CoAP has exchanges, and no datagrams."""
        return {}

    def calm(self) -> None:
        """From now on nothing goes wrong by itself."""
        self.network.change(NONE)

    def strays(self) -> list[str]:
        """What callbacks have raised, in words; told once."""
        strays, self._loop.strays = self._loop.strays, []
        return [f"a callback raised {stray!r}" for stray in strays]

    def cut(self, one: str, other: str) -> None:
        """Cut the association between two nodes; it comes back."""
        self.network.cut(one, other)

    async def open(self, node: str) -> None:
        """Ports of virtual nodes are open at once."""

    async def close(self, node: str, *, crash: bool) -> None:
        """The node is gone."""
        self.network.down(node)
        if crash and node == "ipsmgw":
            self.disk.crash()

    async def end(self) -> None:
        """The gateway has closed its store."""

    def _put(self, *pdu: *tuple[float, str, str, str, bytes, Fate]) -> None:
        self.trace.pdu(*pdu)
        self.waiting.changed()


class WireGround:
    """Loopback sockets, an SQLite file and a journal in a temporary folder."""

    virtual = False

    def __init__(self, plan: Plan, seed: int, faults: Faults = NONE) -> None:
        """With faults all CoAP goes by a proxy of datagrams; what else they have is for virtual time."""
        self._loop = asyncio.get_running_loop()
        self._plan = plan
        self.clock: Clock = LoopClock(self._loop)
        self.faults = faults
        self.durability = Durability()
        self._cuts: deque[tuple[float, str, str]] = deque(maxlen=_CUTS)
        self.trace = MarkedTrace()
        self.waiting = Waiting(self._loop, self.clock, every=_LOOK)
        self._lives = _Lives(seed)
        self._folder = TemporaryDirectory(prefix="ipsmgw-lab-")
        self._sockets: dict[str, _TappedSockets] = {}
        self._certificates = Certificates(plan.certificates or self._path("tls"), self.clock.now())
        self._proxy = None if faults == NONE else LossyDatagrams(self.clock, self.chance, faults)

    def describe(self, plan: Plan) -> None:
        """Who is where from now on."""
        self._plan = plan

    def site(self, node: str) -> Site:
        """The next life of a node."""
        # No identifier comes twice, whatever the seed: somebody else's elements outlive this ground.
        boot, rng = self._lives.next(node), Random(SystemRandom().getrandbits(64))
        exchanges = WireExchanges(
            node,
            self.clock,
            self._path(f"keys-{node}"),
            self._certificates,
            coap=self._coap(),
            proxy=self._proxy,
        )
        sockets = self._sockets[node] = _TappedSockets(
            Sockets(self._loop, rng), exchanges, self._sent, self._received, lambda: self._plan
        )
        return Site(node, self.clock, sockets, rng, boot, self.waiting.changed)

    def world(self, site: Site) -> World:
        """What the gateway stands on: files that outlive it."""
        store = open_store(f"sqlite:///{self._path('ipsmgw.db')}")
        disk = WitnessedDisk(WireDisk(self._path("cdr.jsonl")), self.clock, self.durability)
        return World(site.clock, site.network, store, disk, site.rng)

    def rng(self, name: str) -> Random:
        """A source of choices that follows from the seed."""
        return self._lives.rng(name)

    def chance(self, name: str) -> Chance:
        """The same, of faults."""
        return Chance(self.rng(name))

    def cuts(self) -> Sequence[tuple[float, str, str]]:
        """When each association was cut, and between whom."""
        return self._cuts

    def fates(self) -> Mapping[Fate, int]:
        """What became of the datagrams of CoAP, where a proxy has carried them."""
        return {} if self._proxy is None else self._proxy.fates

    def calm(self) -> None:
        """From now on nothing goes wrong by itself."""
        if self._proxy is not None:
            self._proxy.calm()

    def strays(self) -> list[str]:
        """What callbacks raise here is logged."""
        return []

    def journal(self) -> bytes:
        """What is in the gateway's journal."""
        path = self._path("cdr.jsonl")
        return path.read_bytes() if path.exists() else b""

    def cut(self, one: str, other: str) -> None:
        """Cut the association between two nodes; it comes back."""
        self._cuts.append((self.clock.now(), one, other))
        here, there = (one, other) if one in self._sockets else (other, one)
        self._sockets[here].cut(there)

    async def open(self, node: str) -> None:
        """Open the sockets; raises `AddressTaken` with a sentence."""
        await self._sockets[node].sockets.start()
        await self._sockets[node].requests.start()

    async def close(self, node: str, *, crash: bool) -> None:
        """Close them; a crash in the middle of a write is for virtual time."""
        await self._sockets[node].requests.stop()
        await self._sockets[node].sockets.stop()

    async def end(self) -> None:
        """Remove the files."""
        if self._proxy is not None:
            self._proxy.close()
        self._folder.cleanup()

    def _coap(self) -> CoapBounds:
        return CoapBounds(hosts=self._plan.names, ack_timeout=self._plan.timers.coap_ack)

    def _path(self, name: str) -> Path:
        return Path(self._folder.name) / name

    def _sent(self, node: str, to: str, protocol: str, data: bytes) -> None:
        # The time of the batch it belongs to may be earlier than what another port has sent meanwhile.
        self.trace.pdu(self.clock.now(), node, to, protocol, data)
        self.waiting.changed()

    def _received(self, sender: str, node: str, protocol: str, data: bytes) -> None:
        """What somebody sends who is not the lab's; its own elements tell of it themselves."""
        if sender not in self._sockets:
            self.trace.pdu(self.clock.now(), sender, node, protocol, data)


Seen = Callable[[str, str, str, bytes], None]
"""From whom, to whom, by which protocol, what."""


class _TappedSockets:
    """The sockets of one node: what it sends is traced, and an association is cut by the name of its peer."""

    def __init__(
        self,
        sockets: Sockets,
        requests: WireExchanges,
        sent: Seen,
        received: Seen,
        plan: Callable[[], Plan],
    ) -> None:
        self.sockets = sockets
        self.requests = requests
        self._sent = sent
        self._received = received
        self._plan = plan
        self._cuts: dict[str, Callable[[], None]] = {}

    def datagrams(self, node: str, local: tuple[str, int], port: Port[EventT, sipbridge.Flow]) -> None:
        self.signalling(node, SipSpec.at(local), port)

    def air(self, node: str, local: tuple[str, int], port: Port[EventT, sipbridge.Flow]) -> None:
        self.sockets.signalling(node, SipSpec((SipListener("udp", local),)), port)
        port.tap = self._tapped(node, DTAP)

    def signalling(self, node: str, spec: SipSpec, port: Port[EventT, sipbridge.Flow]) -> None:
        self.sockets.signalling(node, spec, port)
        port.tap = self._tapped(node, "sip")

    def _tapped(self, node: str, protocol: str) -> Tap[sipbridge.Flow]:
        def tap(now: float, sent: bool, data: bytes, flow: sipbridge.Flow) -> None:
            self._see(node, self._plan().node_at(*flow.remote), protocol, data, sent=sent)

        return tap

    def associations(
        self, node: str, specs: Sequence[AssociationSpec], port: Port[EventT, mapstack.Flow]
    ) -> None:
        self.sockets.associations(node, specs, port)
        for spec in specs:
            flow = mapstack.Flow(spec.transport, ("", 0), ("", 0), spec.name)
            self._cuts[spec.name] = partial(port.cut, flow)

        def tap(now: float, sent: bool, data: bytes, flow: mapstack.Flow) -> None:
            # Behind an STP it comes over any of them, and goes to whom the association is named after.
            by = None if sent else originator(self._plan(), data)
            self._see(node, by or flow.connection, "m3ua", data, sent=sent)

        port.tap = tap

    def sessions(self, node: str, spec: SessionSpec, port: Port[EventT, SmppFlow]) -> None:
        self.sockets.sessions(node, spec, port)

        def tap(now: float, sent: bool, data: bytes, flow: SmppFlow) -> None:
            peer = self._plan().node_at(*flow.remote)
            self._cuts[peer] = partial(port.cut, flow)
            self._see(node, peer, spec.protocol, data, sent=sent)

        port.tap = tap

    def exchanges(self, node: str, spec: ExchangeSpec, port: ExchangePort[EventT]) -> None:
        port.send = self.requests.add(spec, port.receive)

        def seen(host: str, protocol: str, data: bytes, sent: bool) -> None:
            self._see(node, self._plan().node_at(host), protocol, data, sent=sent)

        self.requests.seen = seen

    def _see(self, node: str, peer: str, protocol: str, data: bytes, *, sent: bool) -> None:
        if sent:
            self._sent(node, peer, protocol, data)
        else:
            self._received(peer, node, protocol, data)

    def cut(self, peer: str) -> None:
        """Associations and sessions are named after the peer."""
        self._cuts[peer]()
