"""What the parts of the gateway share: stacks, store, journal, and the ways to address the neighbours."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from random import Random
from typing import Protocol, TypeVar

from ipsmgw.cause_section import Wording
from ipsmgw.cdr import Cdr, later
from ipsmgw.charging.ip_access import IP_ACCESS
from ipsmgw.drive import Clock, Driver, ExchangePort, Network
from ipsmgw.gateway.flows import Flows, at_source
from ipsmgw.gateway.implicit import ImplicitSets
from ipsmgw.gateway.phones import Phones
from ipsmgw.gateway.tally import Tally
from ipsmgw.gateway.trust import Trust
from ipsmgw.gateway.unreachable import Unreachable
from ipsmgw.identity import Impu, Imsi, Msisdn
from ipsmgw.journal import Disk, Journal
from ipsmgw.names import Names
from ipsmgw.numbers import Numbers
from ipsmgw.settings import Settings
from ipsmgw.sip_settings import listeners
from ipsmgw.stacks import map_settings, sip_settings
from ipsmgw.store import Store
from ipsmgw.trace.recent import Recent
from mapstack import Gt, MapStack, SccpAddress
from sipbridge import Flow, IscStack, ThirdPartyRegister
from sipbridge.dns import Resolver

__all__ = ["Core", "Exchanges", "Then", "World", "service_centre"]

EventT = TypeVar("EventT")
_EVEN = 1.0  # seconds by which a time of day that is kept by NTP may be away from the clock
_E212 = 6  # Q.713 §3.4.2.3.3
_HLR_SSN, _MSC_SSN = 6, 8  # TS 29.002 §6.1: IWMSC, GMSC and gateway have no number of their own


class Exchanges(Protocol):
    """What a port of requests and answers is plugged into, of "http" or "coap"."""

    def __call__(self, protocol: str, port: ExchangePort[EventT], /) -> None: ...


@dataclass(frozen=True)
class World:
    """What a gateway stands on: sockets and files, or the lab's virtual ones."""

    clock: Clock
    network: Network
    store: Store
    disk: Disk
    rng: Random
    names: Names | None = None
    """Without DNS an S-CSCF that gives its name is reached where it sent from."""
    exchanges: Exchanges | None = None
    """What carries the requests and answers of MSGin5G; without it there are none."""
    skew: Callable[[], float] = float
    """By how many seconds the time of day is ahead of the clock, which goes on evenly when that is set."""


Then = Callable[[float], None]
"""What happens once a charging record is on disk."""


class Core:
    """One per gateway; the parts hold it instead of each other."""

    def __init__(self, settings: Settings, world: World, driver: Driver) -> None:
        boot = world.store.next_boot()
        self.settings = settings
        self.wording = Wording(settings.cause)
        self.store = world.store
        self.clock, self._skew = world.clock, world.skew
        self.rng = world.rng
        self.isc = IscStack(sip_settings(settings, boot), world.rng)
        self.flows = Flows(listeners(settings.sip), self.isc.sip.names)
        self.resolver = None if world.names is None else Resolver(world.names.settings, world.rng)
        if self.resolver is not None:
            self.isc.sip.names.locator = self.flows.locator(settings, self.resolver, world.rng)
        self.trust = Trust(settings.sip.scscf, self.isc.sip, self.isc.sip.names.locator, world.clock.now())
        self.map = MapStack(map_settings(settings, boot), world.rng)
        self.map.remember(world.store.peer_versions())
        self.journal: Journal[Then] = Journal(world.disk, driver.turn_each, world.clock.now)
        self.uri = settings.sip.uri
        self.numbers = Numbers(settings.numbers)
        self.ended: deque[Cdr] = deque(maxlen=settings.trace.records)
        """The last charging records."""
        self.tally = Tally()
        self.recent: Recent[object] = Recent(pdus=settings.trace.pdus, octets=settings.trace.octets)
        """What has gone over the wire, for those who ask why."""
        direct = settings.direct
        self.phones = Phones(world.store, direct.realm or "", world.clock.now()) if direct.enabled else None
        """Those that register here themselves."""
        self.ip_access = IP_ACCESS if settings.map.ip_access_flag else None
        """What the SC hears of the access of a message, in an ExtensionContainer."""
        limits = settings.limits
        self.unreachable = Unreachable(
            world.store, world.clock.now(), most=limits.bindings, give_up_after=limits.unanswered
        )
        self._route, self._always = settings.sip.route, settings.sip.route_always
        self.implicit = ImplicitSets()
        self.plain: set[Impu] = set()
        """Those registered whose devices, as far as is known, take text and no short messages."""
        self._node = settings.node.name
        prefix = f"{self._node}-{settings.node.index}.{boot}-"
        self.ids: Iterator[str] = map(prefix.__add__, map(str, count(1)))
        """Messages' names in charging records and explanations: none twice, also over restarts."""

    def scscf_of(self, event: ThirdPartyRegister) -> str:
        """Where requests for a user go who is registered: his S-CSCF, or as the settings say."""
        scscf = self.flows.reachable_scscf(event.scscf, event.flow)
        return self._route if self._always else scscf

    def way_back(self, source: Flow) -> str:
        """Where requests for a user go who is registered nowhere that we know: the entry of his network finds
        his S-CSCF (TS 24.229 §5.7.3); without one, whoever has sent for him.
        """
        return self._route or at_source(source)

    def record(self, cdr: Cdr, then: Then) -> None:
        """The record goes to disk, with the time of day, and only then its actions happen."""
        cdr.node = self._node
        self.ended.append(cdr)
        self.tally.count(cdr)
        skew = self._skew()
        self.journal.append(cdr if -_EVEN < skew < _EVEN else later(cdr, skew), then)

    def hlr(self, imsi: Imsi, msisdn: Msisdn | None) -> SccpAddress:
        """By its own number where one is set, by MSISDN or IMSI otherwise (TS 29.002 §6.1.3.1)."""
        number = self.settings.map.hlr or msisdn
        return SccpAddress(Gt(number) if number else Gt(imsi, plan=_E212), _HLR_SSN)


@lru_cache(maxsize=1024)
def service_centre(digits: str) -> SccpAddress:
    """An SMS-IWMSC by the number of its service centre."""
    return SccpAddress(Gt(digits), _MSC_SSN)
