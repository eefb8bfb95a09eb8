"""The rules of a carrier at work: each element gets a clock of its own, and ports that are meddled with."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

import sipbridge.flow
from ipsmgw.drive import Clock, Driver, Port, Stack
from ipsmgw.smpp import Flow as SmppFlow
from lab.elements.air import DTAP
from lab.elements.site import Site
from lab.meddling.clock import ElementClock
from lab.meddling.grammar import Grammar
from lab.meddling.lab import Lab
from lab.meddling.meddled import Meddled, Post
from lab.meddling.meddler import Meddler
from lab.meddling.performing import Performing, Place
from lab.meddling.rule import Rule
from lab.plan import Plan
from lab.wiring import destination, originator
from mapstack.flow import Flow as MapFlow

__all__ = ["Meddling", "check_rules"]

EventT = TypeVar("EventT")
FlowT = TypeVar("FlowT")


def check_rules(rules: Iterable[str], plan: Plan) -> None:
    """ValueError with a sentence for the first that is none for this plan."""
    grammar = _grammar(plan)
    for rule in rules:
        grammar.read(rule)


def _grammar(plan: Plan) -> Grammar:
    codes = {node: plan.point_code(node) for node in ("ipsmgw", *plan.ss7)}
    nodes = {node: plan.here(node) for node in plan.nodes}
    phones = [subscriber.name for subscriber in plan.subscribers if plan.here(subscriber.name)]
    return Grammar(nodes, phones, codes)


class Meddling:
    """`site` is where an element lives; `set`, `clear` and `rules` are for whoever meddles."""

    def __init__(self, lab: Lab) -> None:
        plan = lab.plan
        self._lab = lab
        self._clocks: dict[str, ElementClock] = {}
        self._ports: dict[str, list[Place]] = {}
        self._air = {plan.air(node, domain)[1] for node in plan.nodes[:1] for domain in plan.domains}
        self._perform = Performing(lab, self._clocks, self._ports)
        self._meddler = Meddler(_grammar(plan), lab.ground.rng, self._perform)
        self._perform.begin = self._meddler.begin

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Those that are set, in the order in which they apply."""
        return tuple(self._meddler.rules)

    @property
    def wrong_clocks(self) -> frozenset[str]:
        """Elements whose clock has been set wrong."""
        return frozenset(node for node, clock in self._clocks.items() if not clock.right)

    @property
    def disturbances(self) -> Iterable[float]:
        """When rules have done something to associations that is no cut."""
        return self._perform.disturbances

    def learn(self) -> None:
        """Somebody has come whom rules may be about."""
        self._meddler.grammar = _grammar(self._lab.plan)

    @property
    def grammar(self) -> Grammar:
        """What rules are made of here."""
        return self._meddler.grammar

    def set(self, text: str) -> Rule:
        """Add a rule; ValueError with a sentence."""
        return self._meddler.set(text)

    def clear(self, rule: Rule) -> None:
        """It strikes no more."""
        self._meddler.clear(rule)

    def calm(self) -> None:
        """No rule strikes any more."""
        for rule in self.rules:
            self.clear(rule)

    def find(self, number: int) -> Rule | None:
        """By its number."""
        return self._meddler.find(number)

    def close(self) -> None:
        """What still waits does not happen."""
        self._perform.close()

    def site(self, site: Site) -> Site:
        """The same, meddled with."""
        clock = self._clocks.setdefault(site.node, ElementClock(site.clock))
        return site._replace(clock=clock, drive=partial(self._driver, site.node))

    def _driver(self, node: str, clock: Clock) -> Driver:
        """Of a new life: what the one before still had to say is forgotten."""
        ports: list[Place] = []
        self._ports[node] = ports
        post = Post(
            node,
            self._meddler,
            self._lab.ground.trace,
            self._protocol,
            self._peer,
            self._sender,
            self._recipient,
            self._ports.__contains__,
            clock.now,
        )
        return _MeddledDriver(clock, post, ports)

    def _protocol(self, flow: object) -> str:
        match flow:
            case MapFlow():
                return "m3ua"
            case SmppFlow():
                return flow.protocol
            case sipbridge.flow.Flow(local=(_, port)) if port in self._air:
                return DTAP
        return "sip"

    def _peer(self, flow: object) -> str:
        """An association is named after the peer, which may be behind an STP."""
        match flow:
            case MapFlow():
                return flow.connection
            case SmppFlow() | sipbridge.flow.Flow():
                return self._lab.plan.node_at(flow.remote[0])
        return ""

    def _sender(self, flow: object, data: bytes) -> str:
        return (isinstance(flow, MapFlow) and originator(self._lab.plan, data)) or self._peer(flow)

    def _recipient(self, flow: object, data: bytes) -> str:
        return (isinstance(flow, MapFlow) and destination(self._lab.plan, data)) or self._peer(flow)


class _MeddledDriver(Driver):
    """Each of its stacks is meddled with."""

    def __init__(self, clock: Clock, post: Post, ports: list[Place]) -> None:
        super().__init__(clock)
        self._post = post
        self._ports = ports

    def open(self, stack: Stack[EventT, FlowT], sink: Callable[[EventT, float], None]) -> Port[EventT, FlowT]:
        meddled = Meddled(stack, self._post)
        self._ports.append(Place(meddled, self))
        return super().open(meddled, sink)
