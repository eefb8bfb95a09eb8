"""A whole carrier from one description, on either ground (DESIGN §10)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from ipsmgw.drive import Driver, ExchangePort
from ipsmgw.gateway import Gateway, World
from ipsmgw.identity import Imsi
from ipsmgw.trace import Pdu
from lab.elements.esme import Esme
from lab.elements.esme_ledger import EsmeLedger
from lab.elements.hlr import Hlr
from lab.elements.message_waiting import HlrData
from lab.elements.phone import Phone
from lab.elements.phone_ledger import PhoneLedger
from lab.elements.registrar import Registrations
from lab.elements.sc_ledger import ScData
from lab.elements.scscf import Scscf
from lab.elements.serving_node import ServingNode
from lab.elements.site import Site
from lab.elements.smpp_ledger import SmppData
from lab.elements.smsc import Smsc
from lab.elements.ss7_element import Ss7Element
from lab.elements.status_reports import ReportData
from lab.elements.visitors import Visitor
from lab.expectation import Broken, came_true
from lab.gateway_file import gateway_settings
from lab.gateway_msgin5g import gateway_exchanges
from lab.gateway_status import inactive
from lab.ground import Ground
from lab.instead import instead_of
from lab.meddling.meddling import Meddling
from lab.meddling.rule import Rule
from lab.msgin5g.plan import SCEF
from lab.msgin5g.side import Msgin5gElement, Msgin5gSide
from lab.plan import Plan, Subscriber
from lab.watch import Watch
from lab.wiring import peers

__all__ = ["Carrier", "gateway_world"]

EventT = TypeVar("EventT")
Element = Hlr | Smsc | Scscf | ServingNode | Phone | Esme | Gateway | Msgin5gElement

_SS7, _IMS = ("hlr", "smsc"), ("scscf", "ipsmgw")


class Carrier:
    """HLR, SM-SC, MSC and SGSN where the plan has them, S-CSCF, gateway and phones, if they are the lab's.

    What they must not forget outlives them.
    """

    def __init__(self, plan: Plan, ground: Ground) -> None:
        self.plan = plan
        self.ground = ground
        pre_configured = plan.gateway_number if plan.registration == "none" else None
        self.hlr_data = HlrData.of(plan.subscribers, pre_configured)
        self.sc_data = ScData()
        self.smpp_data = SmppData()
        self.report_data = ReportData()
        self.registrations = Registrations()
        self.visitors: dict[str, dict[Imsi, Visitor]] = {leg: {} for leg in plan.serving}
        self.ledgers = {one.name: PhoneLedger() for one in plan.subscribers if plan.here(one.name)}
        self.hlr: Hlr
        self.smsc: Smsc
        self.scscf: Scscf
        self.gateway: Gateway
        self.legs: dict[str, ServingNode] = {}
        self.phones: dict[str, Phone] = {}
        self.esmes: dict[str, Esme] = {}
        self.esme_ledgers = {name: EsmeLedger() for name in plan.esmes}
        self.msgin5g = Msgin5gSide(plan.msgin5g, plan.network, plan.host("ipsmgw"))
        if SCEF in self.msgin5g.nodes:
            self.esme_ledgers[SCEF] = self.msgin5g.scef_ledger
        self._built: set[str] = set()
        self.down: dict[str, float] = {}
        """Nodes that are down, and since when."""
        self.restarts: list[tuple[str, float, float]] = []
        """Node, and from when to when it was down."""
        self.meddling = Meddling(self)
        self.watch = Watch(ground.clock, lambda: self.drivers)
        self.bugs = 0
        """Of lives that are over; `all_bugs` has those of the living as well."""

    # Its life.

    async def start(self) -> None:
        """Returns when every association is active."""
        await self.open()
        limit = self.plan.timers.start
        if not await self.ground.waiting.until(self.linked, limit):
            lacking = ", ".join(f"{node} and {peer}" for node, peer in self.unlinked())
            raise Broken(f"an M3UA association is active, within {limit:g} s, between {lacking}")
        came_true("all M3UA associations are active")

    async def open(self) -> None:
        """Every element that the lab plays listens; whoever is to come may take his time."""
        for node in self.nodes:
            await self._open(node)
        self.watch.start()

    async def stop(self) -> None:
        """Everything that was started ends at once; what the gateway has recorded stays to be read."""
        self.watch.stop()
        self.meddling.close()
        for node in self.nodes:
            if node in self._built and node not in self.down:
                await self.ground.close(node, crash=False)
                self._close(node, crash=False)

    async def restart(self, node: str, after: float) -> None:
        """The node crashes, and is back `after` seconds later."""
        await self.crash(node)
        await self.pause(after)
        await self.revive(node)

    async def crash(self, node: str) -> None:
        """What the node has not written to its disk is lost."""
        await self.ground.close(node, crash=True)
        self._close(node, crash=True)
        self.bugs += self._element(node).driver.bugs
        self.down[node] = self.now

    async def revive(self, node: str) -> None:
        """A new life of a node that is down."""
        self.restarts.append((node, self.down.pop(node), self.now))
        await self._open(node)

    def cut(self, one: str, other: str) -> None:
        """Cut the association between two SS7 nodes; it comes back by itself."""
        self.ground.cut(one, other)

    async def add_device(self, subscriber: Subscriber, name: str) -> Phone:
        """One more phone with this subscription, as if the description had had it all along."""
        self.describe(
            replace(self.plan, subscribers=(*self.plan.subscribers, replace(subscriber, name=name)))
        )
        self.ledgers[name] = PhoneLedger()
        await self._open(name)
        return self.phones[name]

    def describe(self, plan: Plan) -> None:
        """From now on the carrier is this; an element takes it up with its next life."""
        self.plan = plan
        self.ground.describe(plan)
        self.meddling.learn()

    def fault(self, rule: str) -> Rule:
        """Set a rule of misbehaviour; it counts how often it strikes. ValueError with a sentence."""
        return self.meddling.set(rule)

    # What stories need.

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """What the lab plays, in the order in which it is started."""
        phones = (subscriber.name for subscriber in self.plan.subscribers)
        nodes = (*_SS7, *self.plan.serving, *_IMS, *phones, *self.plan.esmes, *self.msgin5g.nodes)
        return tuple(node for node in nodes if self.plan.here(node))

    @property
    def now(self) -> float:
        return self.ground.clock.now()

    @property
    def pdus(self) -> list[Pdu]:
        """What has been put on the links."""
        return list(self.ground.trace)

    def phone(self, name: str) -> Phone:
        return self.phones[name]

    def esme(self, name: str) -> Esme:
        return self.esmes[name]

    def linked(self) -> bool:
        """Whether every association is active."""
        return not any(self.unlinked())

    def unlinked(self) -> Iterator[tuple[str, str]]:
        """Who is not connected to whom, as the lab's elements see it."""
        for node, element in self._ss7().items():
            yield from ((node, peer) for peer in peers(self.plan, node) if peer not in element.active)
        alone = [peer for peer in peers(self.plan, "ipsmgw") if self.plan.stp or not self.own(peer)]
        if alone and "ipsmgw" in self.drivers:
            yield from (("ipsmgw", peer) for peer in inactive(self.gateway) if peer in alone)

    def ends(self) -> Iterator[tuple[str, str]]:
        """Ends of associations that the lab's elements have: whose, and to whom."""
        for node in self.nodes:
            yield from ((node, peer) for peer in peers(self.plan, node))

    def associations(self) -> dict[str, list[str]]:
        """Of each SS7 element that is the lab's: the peers to which traffic goes."""
        return {node: sorted(element.active) for node, element in self._ss7().items()}

    def columns(self, pdus: Iterable[Pdu]) -> tuple[str, ...]:
        """The nodes of a ladder of these: those that are always there, and whoever takes part."""
        seen = {node for pdu in pdus for node in (pdu.source, pdu.target)}
        phones = (subscriber.name for subscriber in self.plan.subscribers)
        others = {*self.plan.serving, *phones, *self.msgin5g.nodes}
        return tuple(node for node in self.plan.nodes if node in seen or node not in others)

    def own(self, node: str = "ipsmgw") -> bool:
        """Whether an element is the lab's, so that a story can look into it; first of all the gateway."""
        return self.plan.here(node)

    async def until(self, condition: Callable[[], bool], what: str, within: float | None = None) -> None:
        """Wait for it; if it does not become true in time, the story is broken."""
        limit = self.plan.timers.settle if within is None else within
        if not await self.ground.waiting.until(condition, limit):
            raise Broken(f"{what}, within {limit:g} s", instead_of(condition))
        came_true(what)

    async def pause(self, seconds: float) -> None:
        """Let time pass."""
        await self.ground.waiting.pause(seconds)

    @property
    def drivers(self) -> dict[str, Driver]:
        """Of the living."""
        return {node: self._element(node).driver for node in self.nodes if node not in self.down}

    @property
    def open_work(self) -> dict[str, int]:
        """How much is under way at each of the living; nothing of those where nothing is."""
        open_at = {node: self._element(node).open_work for node in self.nodes if node not in self.down}
        if "ipsmgw" in open_at:
            open_at["ipsmgw"] += self.gateway.open_exchanges
        return {node: number for node, number in open_at.items() if number}

    @property
    def all_bugs(self) -> int:
        """Exceptions that a supervisor has caught."""
        return self.bugs + sum(driver.bugs for driver in self.drivers.values())

    def _ss7(self) -> dict[str, Ss7Element]:
        found = {node: self._element(node) for node in self.nodes if node not in self.down}
        return {node: element for node, element in found.items() if isinstance(element, Ss7Element)}

    # Building.

    async def _open(self, node: str) -> None:
        self._build(self.meddling.site(self.ground.site(node)))
        self._built.add(node)
        await self.ground.open(node)

    def _build(self, site: Site) -> None:
        plan = self.plan
        match site.node:
            case "hlr":
                self.hlr = Hlr(site, plan, self.hlr_data)
            case "smsc":
                self.smsc = Smsc(site, plan, self.sc_data, self.smpp_data, self.report_data)
            case "scscf":
                self.scscf = Scscf(site, plan, self.registrations)
            case "ipsmgw":
                self.gateway = Gateway(gateway_settings(plan), gateway_world(self.ground, site, plan))
            case "msc" | "sgsn" as leg:
                self.legs[leg] = ServingNode(site, plan, self.visitors[leg])
            case name if name in plan.esmes:
                self.esmes[name] = Esme(site, plan, self.esme_ledgers[name])
            case name if name in self.msgin5g.nodes:
                self.msgin5g.build(site, plan)
            case name:
                phone = Phone(site, plan, plan.subscriber(name), self.ledgers[name])
                phone.listeners.update(self.msgin5g.listeners(name, self.down))
                self.phones[name] = phone

    def _close(self, node: str, *, crash: bool) -> None:
        if node == "ipsmgw":
            self._close_gateway(crash=crash)
        else:
            self._element(node).close()

    def _close_gateway(self, *, crash: bool) -> None:
        """In virtual time a crash closes nothing properly: what was not committed must be lost."""
        if crash and self.ground.virtual:
            self.gateway.driver.close()
        else:
            self.gateway.close()

    def _element(self, node: str) -> Element:
        match node:
            case "hlr":
                return self.hlr
            case "smsc":
                return self.smsc
            case "scscf":
                return self.scscf
            case "ipsmgw":
                return self.gateway
            case "msc" | "sgsn" as leg:
                return self.legs[leg]
            case name if name in self.plan.esmes:
                return self.esmes[name]
            case name if name in self.msgin5g.nodes:
                return self.msgin5g.element(name)
            case name:
                return self.phones[name]


def gateway_world(ground: Ground, site: Site, plan: Plan) -> World:
    """What the gateway stands on."""
    world, specs = ground.world(site), gateway_exchanges(plan)

    def exchanges(protocol: str, port: ExchangePort[EventT], /) -> None:
        site.network.exchanges(site.node, specs[protocol], port)

    return replace(world, exchanges=exchanges) if specs else world
