"""The MSGin5G Server as an element: CoAP for clients, REST for everybody else (TS 23.554 clause 5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lab.elements.element import Element
from lab.elements.site import Site
from lab.exchange_spec import ExchangeSpec, SharedKey
from lab.msgin5g.coap_side import CoapSide
from lab.msgin5g.contact import Leg
from lab.msgin5g.door import MAX_BODY, Door
from lab.msgin5g.errand import Result
from lab.msgin5g.records import ServerData
from lab.msgin5g.rest_side import OPERATIONS, RestSide
from lab.msgin5g.server import Msgin5gServer
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.trigger_side import OPERATIONS as TRIGGER_OPERATIONS
from lab.msgin5g.trigger_side import TriggerSide
from msgin5g_bridge.coap import CoapEvent, CoapSettings, CoapStack
from msgin5g_bridge.rest_events import RestEvent

__all__ = ["Addresses", "M5s"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where a node takes CoAP and REST."""

    coap: tuple[str, int]
    door: Door
    identity: str
    """Service ID of the node, which its keys prove."""
    names: tuple[str, ...] = ()
    """Host names by which it is found too."""
    keys: Mapping[str, bytes] = field(default_factory=dict)
    """OSCORE keys that are shared with others, by what they prove."""
    limits: CoapSettings = field(default_factory=CoapSettings)
    keys_of_gateway: Mapping[str, bytes] = field(default_factory=dict)
    """The same, of a gateway that may have several."""

    @property
    def shared_keys(self) -> Iterator[SharedKey]:
        """All of them."""
        for name, secret in self.keys.items():
            yield SharedKey(identity=name, secret=secret)
        for name, secret in self.keys_of_gateway.items():
            yield SharedKey(identity=name, secret=secret, one_of_many=True)

    @property
    def spec(self) -> ExchangeSpec:
        """Of its CoAP."""
        keys = tuple(self.shared_keys)
        return ExchangeSpec(
            protocol="coap", local=self.coap, identity=self.identity, keys=keys, names=self.names
        )


class M5s(Element):
    """One life of it."""

    def __init__(self, site: Site, where: Addresses, settings: ServerSettings, data: ServerData) -> None:
        super().__init__(site)
        self.server = Msgin5gServer(settings, data, site.clock.now(), notify_at=where.door.api_root)
        self._coap_stack = CoapStack(where.limits)
        self._rest_stack = where.door.stack((*OPERATIONS, *TRIGGER_OPERATIONS), MAX_BODY)
        self._coap = CoapSide(self._coap_stack, self.server, self._ended)
        root = where.door.api_root
        self._rest = RestSide(self._rest_stack, self.server, self._ended, root)
        self._triggers = TriggerSide(self._rest_stack, self.server.waking, settings, root)
        coap = self.driver.open_exchanges(self._coap_stack, self._on_coap)
        site.network.exchanges(site.node, where.spec, coap)
        where.door.open(site, self.driver, self._rest_stack, self._on_rest)
        self.driver.watch(self, self._run_errands)
        self.driver.turn(lambda now: None)  # what was under way in an earlier life goes on

    @property
    def open_work(self) -> int:
        """What waits for an answer, of either side."""
        return len(self._coap_stack) + len(self._rest_stack) + self.server.under_way

    def follow(self, domain: str, *, wanted: bool = True) -> None:
        """Be told of the Messaging Topics of another server, or not any more."""
        self.driver.turn(lambda now: self.server.topics.follow(domain, now, wanted=wanted))

    # A `Timed` of its Driver.

    def expire(self, now: float) -> None:
        self.server.expire(now)

    def deadline(self) -> float | None:
        return self.server.deadline()

    # What comes, and what goes.

    def _on_coap(self, event: CoapEvent, now: float) -> None:
        self._coap.on_event(event, now)

    def _on_rest(self, event: RestEvent, now: float) -> None:
        if not self._triggers.on_event(event, now):
            self._rest.on_event(event, now)

    def _ended(self, errand: int, result: Result, now: float) -> None:
        self.server.answered(errand, result, now)

    def _run_errands(self, now: float) -> None:
        for errand in self.server.take_errands():
            side = self._coap if errand.contact.leg is Leg.CLIENT else self._rest
            side.send(errand, now)
        for order in self.server.waking.take_orders():
            self._triggers.send(order, now)
