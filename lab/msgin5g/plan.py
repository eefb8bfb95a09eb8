"""The MSGin5G service of a carrier as a frozen description: who is there, and what each is able to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from lab.exchange_spec import MAX_RETRANSMIT
from lab.msgin5g.contact import Leg
from lab.msgin5g.keys import HeldKey, held, secret, shown
from lab.msgin5g.records import address
from lab.msgin5g.reporting import DEADLINE, RETRY
from lab.msgin5g.security import Security
from lab.msgin5g.settings import ServerSettings
from msgin5g_bridge.coap import CoapSettings
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.registration import CommunicationAvailability

__all__ = [
    "FIRST_CODE",
    "M5S",
    "NAME_CODE",
    "OAUTH",
    "OWN",
    "OWN_N3G",
    "REPLY_NUMBERS",
    "SCEF",
    "SEAL",
    "ApplicationClientPlan",
    "GatewayPlan",
    "GatewayUePlan",
    "Msgin5gPlan",
    "OwnGateway",
    "ScefPlan",
    "UePlan",
    "Where",
]

M5S, OWN, SCEF, SEAL = "m5s", "ipsmgw", "scef", "seal"
OAUTH = "oauth"
_COAP, _HTTP, _HTTPS = 5683, 8080, 8443
_OWN_HTTP, _OWN_LINES = 8082, 7700
OWN_N3G = "ipsmgw-n3g"
"""The gateway of the carrier as Non-3GPP Message Gateway."""
REPLY_NUMBERS = ("15559001", "15559002", "15559003")
"""Of peers of phones, to reply to."""
FIRST_CODE, NAME_CODE = 4711, "4700"
"""Short code of the first AS, and of those who are named in the text."""
_FIRST = 10
_NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})
_NOWHERE: Mapping[str, str] = MappingProxyType({})
_USUAL: "Mapping[str, Where]" = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """An address of its own for a node; what it leaves open follows from the number of the network."""

    address: str = ""
    coap_port: int | None = None
    http_port: int | None = None


class OwnGateway(Enum):
    """What the gateway of the carrier is to an MSGin5G Server."""

    MESSAGE_GATEWAY = "Message Gateway"
    """REST, MSGin5G-2."""
    CLIENTS = "MSGin5G Clients"
    """CoAP, MSGin5G-1: each phone is an MSGin5G UE."""
    GATEWAY_UE = "MSGin5G Gateway UE"
    """CoAP, MSGin5G-6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UePlan:
    """An MSGin5G UE; a constrained one takes small segments only."""

    name: str
    max_seg_size: int = 0
    schedule: CommunicationAvailability | None = None
    keyed: bool = False
    """Whether it has an OSCORE key."""
    behind: str = ""
    """The Gateway UE that it reaches its server by."""
    phone: str = ""
    """The phone that it is in: short messages to that trigger it."""
    port: int = 16_683
    """The application port at which it hears triggers; of those that SMS applications may take for themselves
    (TS 23.040 §9.2.3.24.4)."""
    max_retransmit: int = MAX_RETRANSMIT
    """How often it repeats a request over CoAP (RFC 7252 §4.8)."""
    report_retry: float = RETRY
    """Seconds until it says a delivery report again that its server has not answered; they double …"""
    report_deadline: float = DEADLINE
    """… and until it gives up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayPlan:
    """A Message Gateway that the lab plays, and the UEs behind it by name."""

    name: str
    leg: Leg = Leg.L3G
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationClientPlan:
    """An Application Client on a UE of its own, which has no MSGin5G Client: it uses that of another one."""

    name: str
    app_id: str
    ue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayUePlan:
    """A Gateway UE; who may use it, besides, and how long registrations wait for others."""

    name: str
    wait: float = 0.0
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScefPlan:
    """A SCEF that triggers devices: its account and its number at the SM-SC."""

    number: str = "15559100"
    password: str = "trigger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Msgin5gPlan:
    """All of it; addresses are 127.1.N.x in network N."""

    name: str = M5S
    """Of the server, as a node."""
    domain: str = "msgin5g.lab.example"
    ues: tuple[UePlan, ...] = (UePlan(name="meter"), UePlan(name="lamp"))
    gateway_ues: tuple[GatewayUePlan, ...] = ()
    application_clients: tuple[ApplicationClientPlan, ...] = ()
    relays: tuple[str, ...] = ()
    """Names of relays (UE-1), each with one UE `behind` it that is out of coverage."""
    application_servers: tuple[str, ...] = ("reader",)
    hosted: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NOTHING)
    """AS without a node of their own, by the name of the application server that acts for them."""
    gateways: tuple[GatewayPlan, ...] = ()
    unprovisioned: tuple[str, ...] = ()
    """UEs, AS and gateways of these that know their Private ID only, which is their name."""
    function_node: str = ""
    """Name of the provisioning function as an element of its own; nothing: it is in the server."""
    security: Security | None = None
    """With what it is secured, that of `others` too; None: with nothing."""
    own_gateway: bool = False
    """Whether the gateway of the carrier has its phones in the service …"""
    own_as: OwnGateway = OwnGateway.MESSAGE_GATEWAY
    """… and as what."""
    own_port: int = _OWN_HTTP
    """Where it takes what the server delivers."""
    own_provisions: bool = True
    """Whether it knows who provisions its phones; over REST its server does, where nothing else is said."""
    own_credential: str = "secret of the lab"
    """By which it registers its phones; nothing: each has one of its own, or gets it with its Service ID."""
    own_credentials: Mapping[str, str] = field(default_factory=lambda: _NOWHERE)
    """Of phones that have one of their own, by name."""
    welcome: str = ""
    """What it tells a phone by SMS that is registered for the first time; nothing: it tells nothing."""
    line_ues: tuple[str, ...] = ()
    """Non-3GPP UEs behind it that speak JSON lines; their names are their Private IDs."""
    own_keys: tuple[str, ...] = ()
    """User parts of UE Service IDs that the gateway has an OSCORE key for: its own, or those of phones."""
    own_lacks: tuple[str, ...] = ()
    """Those of them of which the server has the key, and the gateway has not."""
    by_centre: bool = False
    """Whether it is an ESME of the SM-SC too, which finds these phones in CS and PS."""
    ways: tuple[str, ...] = ("ims", "sc")
    """By which ways it tries them then."""
    always: tuple[str, ...] = ()
    """Names of phones that are in the service without ever coming to the IMS."""
    validity: float = 0.0
    """How long the gateway keeps a message for a phone; 0: as long as the SM-SC."""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NOTHING)
    """Names of the members, by Group Service ID; every AS may write to them."""
    scef: ScefPlan | None = None
    """Who triggers UEs that sleep, where somebody does; for the servers of `others` too."""
    seal: bool = False
    """Whether groups are at a SEAL server, for the servers of `others` too, and configurations of UEs."""
    areas: Mapping[str, str] = field(default_factory=lambda: _NOWHERE)
    """Names of Broadcast Message Gateways, by Broadcast Area ID."""
    server: ServerSettings = field(default_factory=ServerSettings)
    """But for gateways, areas, neighbours and domain, which follow from the rest."""
    coap_limits: CoapSettings = field(default_factory=CoapSettings)
    """Of what clients may ask the server."""
    rate: float = 0.0
    """Requests a second of one peer over REST; 0: any number."""
    burst: int = 100
    others: "tuple[Msgin5gPlan, ...]" = ()
    """Other servers of other domains, each with who is at home there (MSGin5G-8); names are unique."""

    follows: tuple[str, ...] = ()
    """Names of other servers whose Messaging Topics this one is told of."""
    at: Mapping[str, Where] = field(default_factory=lambda: _USUAL)
    """Nodes with addresses of their own."""
    routes: Mapping[str, str] = field(default_factory=lambda: _NOWHERE)
    """Domains that another server is the way to, and that server's name; else each knows each."""
    applications: frozenset[str] | None = None
    """Domains with whose operators there is an agreement on messages of AS; None: with all."""

    def __post_init__(self) -> None:
        if any(each.others for each in self.others):
            raise ValueError("an MSGin5G server among others has no others of its own")
        if self.security is not None and self.own_gateway and self.security.algorithm != "HS256":
            raise ValueError("the gateway of the carrier is told of HS256 only")
        if self.security is not None and self.others and not self.security.tokens:
            raise ValueError("several servers tell each other apart by access tokens")
        self._check_names()

    def _check_names(self) -> None:
        for relay in self.relays:
            if [ue.behind for ue in self.ues].count(relay) != 1:
                raise ValueError(f"{relay}: a relay has one UE behind it")
        for host in self.hosted:
            if host not in self.application_servers:
                raise ValueError(f"{host}: there is no such application server, to act for others")
        people = tuple(name for each in self.servers for name in each.people)
        for what in (self.nodes, tuple(each.domain for each in self.servers), people):
            twice = sorted({each for each in what if what.count(each) > 1})
            if twice:
                raise ValueError(f"{', '.join(twice)}: twice in one MSGin5G service")

    @property
    def servers(self) -> "tuple[Msgin5gPlan, ...]":
        """Itself, and the others."""
        return (self, *self.others)

    @property
    def nodes(self) -> tuple[str, ...]:
        """In the order of a ladder, and of the start."""
        scef = (SCEF,) if self.scef is not None else ()
        seal = (SEAL,) if self.seal else ()
        oauth = (OAUTH,) if self.security is not None and self.security.tokens else ()
        return (*(name for each in self.servers for name in each.elements), *scef, *seal, *oauth)

    @property
    def elements(self) -> tuple[str, ...]:
        """Without those of others."""
        gateways = (gateway.name for gateway in self.gateways)
        function = (self.function_node,) if self.function_node else ()
        applications = (each.name for each in self.application_clients)
        clients = (*self.relays, *self.clients, *self.line_ues, *applications)
        return (self.name, *gateways, *clients, *self.application_servers, *function)

    @property
    def clients(self) -> tuple[str, ...]:
        """Names of all UEs with an MSGin5G Client that are at home here."""
        return (*(each.name for each in self.gateway_ues), *(each.name for each in self.ues))

    @property
    def people(self) -> tuple[str, ...]:
        """Names of all that have a Service ID here: UEs, AS, and phones behind gateways of the lab."""
        phones = (phone for gateway in self.gateways for phone in gateway.phones)
        return (*self.clients, *self.applications_here, *phones)

    @property
    def applications_here(self) -> tuple[str, ...]:
        """Names of all AS that are at home here, with those that others act for."""
        hosted = (name for names in self.hosted.values() for name in names)
        return (*self.application_servers, *hosted)

    def home(self, name: str) -> "Msgin5gPlan":
        """The server of an element or a phone; who is of no other is here."""
        return next((each for each in self.others if name in (*each.elements, *each.people)), self)

    def host(self, network: int, node: str) -> str:
        own = self.at[node].address if node in self.at else ""
        return own or f"127.1.{network}.{_FIRST + self.nodes.index(node)}"

    def coap(self, network: int, node: str) -> tuple[str, int]:
        own = self.at[node].coap_port if node in self.at else None
        return (self.host(network, node), own or _COAP)

    def http(self, network: int, node: str) -> tuple[str, int]:
        own = self.at[node].http_port if node in self.at else None
        return (self.host(network, node), own or _HTTP)

    def protocols(self, node: str) -> tuple[str, ...]:
        """What it is spoken to by; who speaks JSON lines is the one that connects."""
        home, rest = self.home(node), "http" if self.security is None else "https"
        if node in (home.name, home.function_node):
            return ("coap", rest)
        if node in home.line_ues:
            return ()
        applications = (each.name for each in home.application_clients)
        return ("coap",) if node in (*home.clients, *home.relays, *applications) else (rest,)

    def https(self, network: int, node: str) -> tuple[str, int]:
        return (self.host(network, node), _HTTPS)

    def api_root(self, network: int, node: str) -> str:
        """Where its REST is."""
        if self.security is not None:
            return "https://{}:{}".format(*self.https(network, node))
        return "http://{}:{}".format(*self.http(network, node))

    @property
    def function(self) -> str:
        """The node that has the provisioning function."""
        return self.function_node or self.name

    def names(self, network: int) -> dict[str, str]:
        """Host names of the lab, and the address of each: a DNS would say it. Of a PLMN the first counts."""
        found = {each.server.function_host: self.host(network, each.function) for each in self.servers[::-1]}
        return dict(sorted(found.items()))

    def own_http(self, host: str) -> tuple[str, int]:
        """Where the gateway of the carrier takes what the server delivers."""
        return (host, self.own_port)

    def own_coap(self, host: str) -> tuple[str, int]:
        """The same over CoAP."""
        return (host, _COAP)

    def own_lines(self, host: str) -> tuple[str, int]:
        """Where non-3GPP UEs connect."""
        return (host, _OWN_LINES)

    @staticmethod
    def line_secret(name: str) -> str:
        """The credential of a non-3GPP UE; of no operator."""
        return f"secret of {name}"

    @property
    def own_gateway_ue(self) -> bool:
        """Whether the gateway of the carrier is a UE of its own."""
        return self.own_gateway and self.own_as is OwnGateway.GATEWAY_UE

    @property
    def own_secrets(self) -> Mapping[str, bytes]:
        """OSCORE keys of the gateway, by the UE Service ID that they are of."""
        return {self.svc_id(name): secret(name) for name in self.own_keys}

    @property
    def held_keys(self) -> Mapping[str, HeldKey]:
        """What it really has of them."""
        security = self.security or Security()
        return {
            self.svc_id(name): held(name, security.pretence(name), self.svc_id)
            for name in self.own_keys
            if name not in self.own_lacks
        }

    @property
    def codes(self) -> dict[str, str]:
        """Short codes of the application servers, in their order."""
        return {str(FIRST_CODE + number): name for number, name in enumerate(self.application_servers)}

    @property
    def numbers(self) -> tuple[str, ...]:
        """All that a phone reaches the service by."""
        return (*REPLY_NUMBERS, NAME_CODE, *self.codes)

    def svc_id(self, name: str) -> str:
        """A Service ID at the domain that this one is at home at."""
        return f"{name}@{self.home(name).domain}"

    def address(self, name: str) -> Address:
        """Of an AS, a UE, or a phone behind a gateway, by its name."""
        kind = AddressType.AS if name in self.home(name).applications_here else AddressType.UE
        return address(kind, self.svc_id(name))

    def key(self, client: str, *, secured: bool) -> bytes:
        """What a UE shares with the server; of no operator. Constrained UEs leave it to their Gateway UE."""
        ue = next((each for each in self.ues if each.name == client), None)
        keyed = secured if ue is None else ue.keyed or (secured and not ue.behind)
        return secret(client) if keyed else b""

    def shown_key(self, client: str, *, security: Security | None) -> bytes:
        """What it takes for that: a pretender guesses."""
        key = self.key(client, secured=security is not None)
        return shown(client, security.pretence(client)) if key and security is not None else key

    def account(self, node: str) -> str:
        """By what an AS, a gateway or a server proves to be: its Service ID, or all that it knows."""
        return node if node in self.home(node).unprovisioned else self.svc_id(node)
