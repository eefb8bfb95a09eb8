"""What those see who look at a gateway: PDUs by number, messages, who is registered, and what is lacking."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import NamedTuple, Protocol, TypeVar

from ipsmgw.cdr import Cdr
from ipsmgw.drive import Driver, ExchangePort, Port
from ipsmgw.gateway.core import Core, World
from ipsmgw.gateway.explaining import Explaining
from ipsmgw.gateway.m3ua_status import signalling_status
from ipsmgw.gateway.tally import Figures
from ipsmgw.signalling import NOBODY_LEADS_THERE, Standing, standings
from ipsmgw.store import Binding, without_password
from ipsmgw.trace.exchange_octets import request_octets, response_octets
from ipsmgw.trace.recent import Kept
from mapstack import MapEvent
from mapstack.flow import Flow as MapFlow
from mapstack.m3ua.status import M3uaStatus
from msgin5g_bridge.exchange import Answered, Ask, Asked, Incoming, Outgoing, Reply
from sipbridge import IscEvent
from sipbridge.flow import Flow as SipFlow

__all__ = ["ExchangeFlow", "Observed"]

EventT = TypeVar("EventT")
_STALLED = 5.0  # seconds without an answer of the disk
_MSGIN5G = "msgin5g"


class ExchangeFlow(NamedTuple):
    """Where a request of MSGin5G came from or went to, and what it has in common with its answer."""

    peer: str
    exchange: str


class _Ports(Protocol):
    """Of a gateway."""

    sip: Port[IscEvent, SipFlow]
    map: Port[MapEvent, MapFlow]


class Observed:
    """Nothing is counted or kept for it but exchanges of MSGin5G, which are few."""

    def __init__(self, core: Core, explaining: Explaining, driver: Driver, ports: _Ports) -> None:
        self._core = core
        self._keep = {protocol: core.recent.keeper(protocol) for protocol in ("http", "coap")}
        self._driver = driver
        self._ports = ports
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

    def bindings(self) -> int:
        """How many are registered."""
        return self._core.store.count()

    def standings(self) -> list[Standing]:
        """How SIGTRAN stands, in words."""
        return standings(self._signalling())

    def _signalling(self) -> M3uaStatus:
        return signalling_status(self._core, self._ports.map, self._core.clock.now())

    @staticmethod
    def _keeps_from_work(one: Standing) -> bool:
        """What a peer says of a destination is its own affair; that none of ours leads there is not."""
        alone = one.what == "application server" or one.sentence.endswith(NOBODY_LEADS_THERE)
        return alone and not one.sound

    def lacking(self) -> list[str]:
        """Why it is not ready, in sentences."""
        journal = self._core.journal
        lacking = [one.sentence for one in standings(self._signalling()) if self._keeps_from_work(one)]
        if journal.stalled > _STALLED:
            file = self._core.settings.journal.file
            lacking.append(f"{file}: the disk has not answered for {journal.stalled:.0f} s")
        if fault := self._core.store.fault():
            lacking.append(f"{without_password(self._core.settings.store.url)}: {fault}")
        return lacking

    def figures(self) -> Figures:
        """What there is to be counted, as it is now."""
        core, sip, map_ = self._core, self._ports.sip, self._ports.map
        return Figures(
            tally=core.tally,
            pdus={
                ("sip", "received"): sip.received,
                ("sip", "sent"): sip.sent,
                ("m3ua", "received"): map_.received,
                ("m3ua", "sent"): map_.sent,
            },
            retransmitted=core.isc.sip.retransmitted,
            repeated=core.isc.sip.repeated,
            dialogues=len(core.map),
            transactions=core.isc.sip.open_transactions,
            bindings=core.store.count(),
            unreachable=len(core.unreachable),
            records=core.journal.written,
            waiting=core.journal.pending,
            syncs=core.journal.syncs,
            sync_seconds=core.journal.sync_seconds,
            behind=sip.behind(),
            bugs=self._driver.bugs,
            forgotten=core.recent.forgotten,
        )

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
