"""What the parts of the gateway share: stacks, store, journal, and the ways to address the neighbours."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from itertools import count
from random import Random

import sipbridge
from ipsmgw.cdr import Cdr
from ipsmgw.drive import Clock, Driver, Network
from ipsmgw.gateway.implicit import ImplicitSets
from ipsmgw.journal import Disk, Journal
from ipsmgw.settings import Settings
from ipsmgw.stacks import map_settings, sip_settings
from ipsmgw.store import Store
from mapstack import Gt, MapStack, SccpAddress
from sipbridge import IscStack, SipUri, parse_uri

__all__ = ["Core", "Flows", "Then", "World", "at_source", "reachable_scscf", "service_centre"]

_HLR_SSN, _MSC_SSN = 6, 8  # TS 29.002 §6.1: IWMSC, GMSC and gateway have no number of their own
_SIP_PORT = 5060
_FLOWS = 4096


@dataclass(frozen=True)
class World:
    """What a gateway stands on: sockets and files, or the lab's virtual ones."""

    clock: Clock
    network: Network
    store: Store
    disk: Disk
    rng: Random


Then = Callable[[float], None]
"""What happens once a charging record is on disk."""


class Flows(dict[str, sipbridge.Flow]):
    """The way to each S-CSCF, by a URI that `reachable_scscf` or `at_source` has made."""

    def __init__(self, local: tuple[str, int]) -> None:
        super().__init__()
        self._local = local

    def __missing__(self, scscf: str) -> sipbridge.Flow:
        if len(self) >= _FLOWS:
            self.clear()
        uri = parse_uri(scscf)
        remote = (uri.host.strip("[]"), uri.port or _SIP_PORT) if isinstance(uri, SipUri) else ("", 0)
        flow = self[scscf] = sipbridge.Flow("udp", self._local, remote)
        return flow


class Core:
    """One per gateway; the parts hold it instead of each other."""

    def __init__(self, settings: Settings, world: World, driver: Driver) -> None:
        boot = world.store.next_boot()
        self.settings = settings
        self.store = world.store
        self.clock = world.clock
        self.isc = IscStack(sip_settings(settings, boot), world.rng)
        self.map = MapStack(map_settings(settings, boot), world.rng)
        self.map.remember(world.store.peer_versions())
        self.journal: Journal[Then] = Journal(world.disk, driver.turn_each)
        self.uri = settings.sip.uri
        self.flows = Flows(settings.sip.listen.pair())
        self.implicit = ImplicitSets()
        self._node = settings.node.name
        prefix = f"{self._node}-{settings.node.index}.{boot}-"
        self.ids: Iterator[str] = map(prefix.__add__, map(str, count(1)))
        """Messages' names in charging records and explanations: none twice, also over restarts."""

    def record(self, cdr: Cdr, then: Then) -> None:
        """The record goes to disk, and only then its actions happen."""
        cdr.node = self._node
        self.journal.append(cdr, then)

    def hlr(self, msisdn: str) -> SccpAddress:
        """By its own number where one is set, by the subscriber's otherwise (TS 29.002 §6.1.3.1)."""
        return SccpAddress(Gt(self.settings.map.hlr or msisdn), _HLR_SSN)


@lru_cache(maxsize=1024)
def service_centre(digits: str) -> SccpAddress:
    """An SMS-IWMSC by the number of its service centre."""
    return SccpAddress(Gt(digits), _MSC_SSN)


def reachable_scscf(uri: str, source: sipbridge.Flow) -> str:
    """The S-CSCF's URI if it holds an address, else the address that it sent from; ValueError for no URI."""
    parsed = parse_uri(uri)
    if isinstance(parsed, SipUri) and _is_address(parsed.host):
        return f"sip:{parsed.host}:{parsed.port or _SIP_PORT}"
    return at_source(source)


def at_source(source: sipbridge.Flow) -> str:
    """A URI for where a request came from."""
    host, port = source.remote
    return f"sip:[{host}]:{port}" if ":" in host else f"sip:{host}:{port}"


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host.strip("[]")))
    except ValueError:
        return False
