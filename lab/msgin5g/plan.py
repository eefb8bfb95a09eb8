"""The MSGin5G service of a carrier as a frozen description: who is there, and what each is able to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType

from lab.msgin5g.contact import Leg
from lab.msgin5g.records import address
from lab.msgin5g.settings import ServerSettings
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.registration import CommunicationAvailability

__all__ = [
    "FIRST_CODE",
    "M5S",
    "NAME_CODE",
    "OWN",
    "REPLY_NUMBERS",
    "GatewayPlan",
    "GatewayUePlan",
    "Msgin5gPlan",
    "UePlan",
]

M5S, OWN = "m5s", "ipsmgw"
_COAP, _HTTP = 5683, 8080
_OWN_HTTP = 8082
REPLY_NUMBERS = ("15559001", "15559002", "15559003")
"""Of peers of phones, to reply to."""
FIRST_CODE, NAME_CODE = 4711, "4700"
"""Short code of the first AS, and of those who are named in the text."""
_FIRST = 10
_NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})
_NOWHERE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class UePlan:
    """An MSGin5G UE; a constrained one takes small segments only."""

    name: str
    max_seg_size: int = 0
    schedule: CommunicationAvailability | None = None
    keyed: bool = False
    """Whether it has an OSCORE key."""
    behind: str = ""
    """The Gateway UE that it reaches the server by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayPlan:
    """A Message Gateway that the lab plays, and the UEs behind it by name."""

    name: str
    leg: Leg = Leg.L3G
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayUePlan:
    """A Gateway UE; who may use it, besides, and how long registrations wait for others."""

    name: str
    wait: float = 0.0
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Msgin5gPlan:
    """All of it; addresses are 127.1.N.x in network N."""

    domain: str = "msgin5g.lab.example"
    ues: tuple[UePlan, ...] = (UePlan(name="meter"), UePlan(name="lamp"))
    gateway_ues: tuple[GatewayUePlan, ...] = ()
    application_servers: tuple[str, ...] = ("reader",)
    gateways: tuple[GatewayPlan, ...] = ()
    own_gateway: bool = False
    """Whether the gateway of the carrier is a Message Gateway: its phones are in the service."""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NOTHING)
    """Names of the members, by Group Service ID; every AS may write to them."""
    areas: Mapping[str, str] = field(default_factory=lambda: _NOWHERE)
    """Names of Broadcast Message Gateways, by Broadcast Area ID."""
    server: ServerSettings = field(default_factory=ServerSettings)
    """But for gateways, areas and domain, which follow from the rest."""

    @property
    def nodes(self) -> tuple[str, ...]:
        """In the order of a ladder, and of the start."""
        gateways = (gateway.name for gateway in self.gateways)
        return (M5S, *gateways, *self.clients, *self.application_servers)

    @property
    def clients(self) -> tuple[str, ...]:
        """Names of all UEs with an MSGin5G Client."""
        return (*(each.name for each in self.gateway_ues), *(each.name for each in self.ues))

    def host(self, network: int, node: str) -> str:
        return f"127.1.{network}.{_FIRST + self.nodes.index(node)}"

    def coap(self, network: int, node: str) -> tuple[str, int]:
        return (self.host(network, node), _COAP)

    def http(self, network: int, node: str) -> tuple[str, int]:
        return (self.host(network, node), _HTTP)

    def own_http(self, host: str) -> tuple[str, int]:
        """Where the gateway of the carrier takes what the server delivers."""
        return (host, _OWN_HTTP)

    def svc_id(self, name: str) -> str:
        """A Service ID at this domain."""
        return f"{name}@{self.domain}"

    def address(self, name: str) -> Address:
        """Of an AS, a UE, or a phone behind a gateway, by its name."""
        kind = AddressType.AS if name in self.application_servers else AddressType.UE
        return address(kind, self.svc_id(name))

    def key(self, ue: UePlan) -> bytes:
        """What it shares with the server; of no operator."""
        return sha256(f"lab key of {ue.name}".encode()).digest()[:16] if ue.keyed else b""
