"""What those see who look at a gateway: PDUs by number, messages, who is registered, and what is lacking."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import NamedTuple, TypeVar

from ipsmgw.cdr import Cdr
from ipsmgw.drive import ExchangePort
from ipsmgw.gateway.core import Core, World
from ipsmgw.gateway.explaining import Explaining
from ipsmgw.gateway.m3ua_status import Links, signalling_status
from ipsmgw.signalling import Standing, standings
from ipsmgw.store import Binding
from ipsmgw.trace.exchange_octets import request_octets, response_octets
from ipsmgw.trace.recent import Kept
from msgin5g_bridge.exchange import Answered, Ask, Asked, Incoming, Outgoing, Reply

__all__ = ["ExchangeFlow", "Observed"]

EventT = TypeVar("EventT")
_MSGIN5G = "msgin5g"
_SERVER = "application server"


class ExchangeFlow(NamedTuple):
    """Where a request of MSGin5G came from or went to, and what it has in common with its answer."""

    peer: str
    exchange: str


class Observed:
    """Nothing is counted or kept for it but exchanges of MSGin5G, which are few."""

    def __init__(self, core: Core, explaining: Explaining, links: Links) -> None:
        self._core = core
        self._keep = {protocol: core.recent.keeper(protocol) for protocol in ("http", "coap")}
        self._links = links
        self.explaining = explaining
        self.recent = core.recent

    @property
    def node(self) -> str:
        """What the gateway is called."""
        return self._core.settings.node.name

    def name(self, kept: Kept[object]) -> str:
        """Of the neighbour that a PDU came from or went to."""
        flow = kept.flow
        return flow.peer if isinstance(flow, ExchangeFlow) else self.explaining.name(kept)

    @property
    def neighbours(self) -> list[str]:
        """From left to right, with the gateway between them."""
        settings = self._core.settings
        phones = ["scscf"] if settings.sip.scscf else []
        associations = [each.name for each in settings.map.association]
        server = [_MSGIN5G] if settings.msgin5g.enabled else []
        return [*phones, settings.node.name, *associations, *server]

    def messages(self, most: int) -> Iterator[tuple[Cdr, str]]:
        """Records, and what their messages wait for; the latest first."""
        return islice(self.explaining.known(self._core.clock.now()), most)

    def registered(self, most: int) -> list[Binding]:
        now = self._core.clock.now()
        return list(islice((each for each in self._core.store.bindings() if each.reachable(now)), most))

    def standings(self) -> list[Standing]:
        """How SIGTRAN stands, in words."""
        return standings(signalling_status(self._core, self._links, self._core.clock.now()))

    def lacking(self) -> list[str]:
        """Why it is not ready, in sentences."""
        return [one.sentence for one in self.standings() if one.what == _SERVER and not one.sound]

    def tapped(self, world: World) -> World:
        """The same, so that requests and answers are kept which go over its exchanges."""
        plug = world.exchanges
        if plug is None or not self.recent.on:
            return world

        def tapped(protocol: str, port: ExchangePort[EventT], /) -> None:
            port.tap = partial(self._keep_exchange, protocol)
            plug(protocol, port)

        return replace(world, exchanges=tapped)

    def _keep_exchange(self, protocol: str, now: float, sent: bool, what: Incoming | Outgoing) -> None:
        """A request or an answer, as HTTP/1.1 would have written it, or one datagram of CoAP."""
        side = "begun here" if isinstance(what, Ask | Answered) else "begun there"
        if isinstance(what, Ask | Asked):
            octets = request_octets(protocol, what.exchange, what.request)
        elif isinstance(what, Reply | Answered):
            octets = response_octets(protocol, what.exchange, what.response)
        else:
            return  # that nobody answers goes over no wire
        self._keep[protocol](now, sent, [(octets, ExchangeFlow(_MSGIN5G, f"{side} {what.exchange}"))])
