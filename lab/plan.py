"""A carrier as a frozen description: who, at which addresses and numbers, with which timers (DESIGN §10)."""

from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path

from ipsmgw.identity import Impu, Imsi, Msisdn, NodeNumber
from lab.elements.domain import DOMAIN_OF, Domain, Service
from lab.elements.extensions import ScType
from lab.elements.milenage import Secret, opc
from lab.msgin5g.plan import OWN, SCEF, Msgin5gPlan
from lab.plan_timers import PACED, PlanTimers
from lab.quirks.quirks import NONE, Quirks
from lab.seats import Place, Seat, Stp
from sipbridge.rp import RpAddress

__all__ = [
    "APPLICATIONS",
    "MAX_NETWORK",
    "PACED",
    "PHONES",
    "Application",
    "Gmsc",
    "Plan",
    "PlanTimers",
    "Subscriber",
]

MAX_NETWORK = 254
_HOSTS = {"ipsmgw": 11, "scscf": 12, "hlr": 13, "smsc": 14, "msc": 8, "sgsn": 9}
_GATEWAY, _HLR, _SC = NodeNumber("15550000011"), NodeNumber("15550000013"), NodeNumber("15550000014")
_MSC, _SGSN = NodeNumber("15550000008"), NodeNumber("15550000009")
_AIR_PORTS = {Domain.CS: 24_011, Domain.PS: 24_008}  # none is registered: the number of the specification
_FIRST_ESME, _FIRST_PHONE = 15, 21
_PHONE_HOSTS = 234
"""127.0.NETWORK.21 to 254; with more phones than that several have one, and ports that follow each other."""
_MOST_PHONES = 100 * _PHONE_HOSTS
_OP = bytes.fromhex("cdc202d5123e20f62b6d676ac72cb318")  # of TS 35.208 set 1, and so of no operator


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody with a subscription, and his phone, by the name of both; a second phone of his has the same
    numbers and a name of its own.
    """

    name: str
    imsi: Imsi
    msisdn: Msisdn
    usim: Secret | None = None
    """K and OPc of a USIM that there is; without one they follow from the IMSI."""
    over_ip: bool = True
    """What his operator wants of MO: SMS_Over_IP_Networks_Indication (TS 24.341 §5.3.1, TS 24.167)."""
    msisdn_less: bool = False
    """Nobody outside knows him by a number: his public identity has his name (TS 23.204 §6.0a)."""
    service: Service = Service.CS_PREFERRED
    """What he himself has chosen for MO outside of the IMS."""

    @property
    def secret(self) -> Secret:
        """What his USIM and the authentication centre share."""
        if self.usim is not None:
            return self.usim
        k = sha256(self.imsi.encode()).digest()[:16]
        return Secret(k, opc(k, _OP))


@dataclass(frozen=True, slots=True)
class Application:
    """An account of the SM-SC for an ESME: its system_id and password, and the numbers that lead to it."""

    name: str
    password: str
    numbers: tuple[str, ...] = ()


PHONES = (
    Subscriber("alice", Imsi("001015551001001"), Msisdn("15551001001")),
    Subscriber("bob", Imsi("001015551001002"), Msisdn("15551001002")),
)


APPLICATIONS = (Application("weather", "sunshine", ("4242", "15550004242")),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gmsc:
    """Capabilities of the SMS-GMSC; without any it can use one address (TR 23.804 §8.4, step 3)."""

    ip_messaging: bool = False
    """It takes the addresses of MSC, SGSN and IP-Message-GW."""
    gprs: bool = False
    """It takes two addresses: gprsSupportIndicator."""
    priority: bool = True
    """sm-RP-PRI: who is noted as absent is tried all the same."""
    guidance: bool = False
    """It asks how long a delivery may take: ip-sm-gwGuidanceIndicator."""
    series: bool = False
    """What waits for the same subscriber follows in one dialogue: moreMessagesToSend."""
    sc_type: ScType | None = None
    """What the SC is, as the HLR is told in a report of failure (TR 23.804 §8.5, step 8)."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One carrier; several with different `network` numbers live side by side on loopback."""

    network: int = 1
    domain: str = "ims.test"
    sip_port: int = 5060
    m3ua_port: int = 2905
    smpp_port: int = 2775
    """Where the SM-SC takes ESMEs."""
    applications: tuple[Application, ...] = APPLICATIONS
    esmes: tuple[str, ...] = ()
    """Names of the applications that the lab plays itself; the others are for real ESMEs."""
    smpp_rate: float = 0.0
    """Messages a second that the SM-SC takes in one session; 0: any number."""
    smpp_window: int = 10
    """Messages to an ESME that may wait for their answer in one session."""
    gateway_number: NodeNumber = _GATEWAY
    hlr_number: NodeNumber = _HLR
    sc_number: NodeNumber = _SC
    msc_number: NodeNumber = _MSC
    sgsn_number: NodeNumber = _SGSN
    legs: tuple[str, ...] = ()
    """Which of msc and sgsn phones attach to, for the domains CS and PS."""
    idle: tuple[str, ...] = ()
    """Which of them are there besides, because somebody else's gateway knows them."""
    gmsc: Gmsc = field(default_factory=Gmsc)
    """What the SMS-GMSC says of itself when it asks the HLR."""
    subscribers: tuple[Subscriber, ...] = PHONES
    reg_event: bool = False
    """Whether the gateway subscribes to the reg event of who registers."""
    direct: bool = False
    """Whether phones register with the gateway itself."""
    algorithms: tuple[str, ...] = ("AKAv1-MD5",)
    """Of their digest AKA."""
    guard: float = 0.0
    """After how long a silence the gateway de-registers them; 0: never."""
    procedures: str = "tr-23.804"
    """Which of them the carrier follows: procedures of the gateway's settings."""
    order: tuple[str, ...] = ("ims", "ps", "cs")
    """Of the domains that the gateway tries, where it chooses."""
    registration: str = "anyTimeModification"
    """How the gateway tells the HLR who is registered: map.registration of its settings."""
    ready_for_sm: bool = True
    """Whether the HLR has the facility of readyForSM."""
    unanswered: int = 0
    """After how many messages without an answer the gateway takes a phone's access for lost; 0: never."""
    service_info: str = "imsi={imsi};msisdn={msisdn}"
    """What the initial filter criteria have the S-CSCF tell the gateway."""
    texting: tuple[str, ...] = ()
    """Names of the phones that know plain text only."""
    centre: RpAddress | None = None
    """The service centre as the phones have it in their SIMs; None: sc_number."""
    psi: str = ""
    """Their EF_PSISMSC, where it is not that number."""
    map_settings: tuple[str, ...] = ()
    """More lines of the table map of the gateway's settings."""
    settings: tuple[str, ...] = ()
    """More tables of the gateway's settings, as they stand in a file."""
    msgin5g: Msgin5gPlan | None = None
    """The MSGin5G service, if there is one."""
    timers: PlanTimers = field(default_factory=PlanTimers)
    datagram: int = 65_535
    """Octets of the largest request that goes by UDP; less than 300 and all go by TCP, on the wire only."""
    seats: tuple[Seat, ...] = ()
    """Elements and phones that are not where they usually are, or not the lab's."""
    stp: Stp | None = None
    """What is between the SS7 nodes; somebody else's, so that it is for the wire only."""

    quirks: Quirks = NONE
    """What its elements do differently from what the specifications say."""

    def __post_init__(self) -> None:
        if not 1 <= self.network <= MAX_NETWORK:
            raise ValueError(f"network {self.network} is not within 1..{MAX_NETWORK}")
        if len(set(self.legs)) != len(self.legs) or not set(self.legs) <= set(DOMAIN_OF):
            raise ValueError(f"legs {self.legs} are not some of {', '.join(DOMAIN_OF)}, each once")
        if len(self.subscribers) > _MOST_PHONES:
            raise ValueError(f"{len(self.subscribers)} subscribers are more than {_MOST_PHONES}")
        names = [subscriber.name for subscriber in self.subscribers]
        if len(set(names)) != len(names):
            raise ValueError("two subscribers have one name")
        if len(self.applications) > _FIRST_PHONE - _FIRST_ESME:
            raise ValueError(f"{len(self.applications)} applications are more than there are addresses for")

    # Who is there.

    def seat(self, node: str) -> Seat:
        """Where it is."""
        return self._seats.get(node) or _usual(node)

    def present(self, node: str) -> bool:
        """Whether the carrier has it."""
        return self.seat(node).place is not Place.ABSENT and (node not in DOMAIN_OF or node in self.serving)

    def here(self, node: str) -> bool:
        """Whether the lab plays it."""
        return self.present(node) and self.seat(node).place is Place.HERE

    @property
    def serving(self) -> tuple[str, ...]:
        """MSC and SGSN, where they are there."""
        return tuple(leg for leg in DOMAIN_OF if leg in self.legs or leg in self.idle)

    @property
    def external(self) -> tuple[str, ...]:
        """What somebody else plays."""
        return tuple(node for node in self.nodes if not self.here(node))

    def with_serving_nodes(self) -> "Plan":
        """The same with MSC and SGSN, unless they are absent."""
        there = (leg for leg in DOMAIN_OF if self.seat(leg).place is not Place.ABSENT)
        return replace(self, idle=tuple(there))

    def with_msgin5g(self, service: Msgin5gPlan) -> "Plan":
        """The same with this service; who triggers devices has an account at the SM-SC."""
        accounts = self.applications
        if service.scef is not None and self.application(SCEF) is None:
            own = Application(SCEF, service.scef.password, (service.scef.number,))
            accounts = (*accounts, own)
        return replace(self, msgin5g=service, applications=accounts)

    # Where they are.

    def host(self, node: str) -> str:
        """Each element has a loopback address of its own, unless its seat has another one."""
        if self.msgin5g is not None and node in self.msgin5g.nodes:
            return self.msgin5g.host(self.network, node)
        return self.seat(node).host or f"127.0.{self.network}.{self._host_number(node)}"

    def sip(self, node: str) -> tuple[str, int]:
        port = self.seat(node).sip_port
        return (self.host(node), self.sip_port + self._further(node) if port is None else port)

    def m3ua(self, node: str) -> tuple[str, int]:
        port = self.seat(node).m3ua_port
        return (self.host(node), self.m3ua_port if port is None else port)

    def smpp(self, node: str) -> tuple[str, int]:
        return (self.host(node), self.smpp_port)

    def point_code(self, node: str) -> int:
        """The same number as in its address, so that one finds it again in a trace."""
        own = self.seat(node).point_code
        return _HOSTS[node] if own is None else own

    def air(self, node: str, domain: Domain) -> tuple[str, int]:
        """Where a phone is heard in this domain, or its antenna is."""
        return (self.host(node), _AIR_PORTS[domain] + self._further(node))

    @property
    def ss7(self) -> dict[str, NodeNumber]:
        """Names and numbers of the SS7 nodes but the gateway."""
        legs = {"msc": self.msc_number, "sgsn": self.sgsn_number}
        numbers = {"hlr": self.hlr_number, "smsc": self.sc_number, **{leg: legs[leg] for leg in self.serving}}
        return {node: number for node, number in numbers.items() if self.present(node)}

    @property
    def domains(self) -> tuple[Domain, ...]:
        """What a phone can attach to."""
        return tuple(DOMAIN_OF[leg] for leg in self.legs)

    def impu(self, subscriber: Subscriber) -> Impu:
        user = subscriber.name if subscriber.msisdn_less else f"+{subscriber.msisdn}"
        return Impu(f"sip:{user}@{self.domain}")

    def identities(self, subscriber: Subscriber) -> tuple[str, ...]:
        """All of his implicit set."""
        impu = self.impu(subscriber)
        return (impu,) if subscriber.msisdn_less else (impu, subscriber.msisdn.tel)

    def temporary(self, subscriber: Subscriber) -> str:
        """The identity that is made of his IMSI (TS 23.003 §13.4B)."""
        return f"sip:{subscriber.imsi}@{self.domain}"

    @property
    def registrar(self) -> str:
        """Where phones register."""
        return "ipsmgw" if self.direct else "scscf"

    @property
    def gateway_uri(self) -> str:
        return f"sip:ipsmgw.{self.domain}"

    @property
    def sc_uri(self) -> str:
        """The PSI of the service centre, as a phone has it in EF_PSISMSC."""
        return self.psi or f"sip:+{self.sc_number}@{self.domain};user=phone"

    @property
    def nodes(self) -> tuple[str, ...]:
        """In the order of a ladder: phones at both ends would be nicer, but a phone may play both parts."""
        phones = tuple(subscriber.name for subscriber in self.subscribers)
        nodes = (*phones[:1], "scscf", *self.serving, "ipsmgw", "hlr", "smsc", *phones[1:], *self.esmes)
        nodes = (*nodes, *(self.msgin5g.nodes if self.msgin5g else ()))
        return tuple(node for node in nodes if self.present(node))

    @property
    def certificates(self) -> Path | None:
        """Where those of the MSGin5G service are to be."""
        security = self.msgin5g.security if self.msgin5g is not None else None
        return Path(security.folder) if security is not None and security.folder else None

    @property
    def names(self) -> dict[str, str]:
        """Host names that are the lab's, with the address of each."""
        return self.msgin5g.names(self.network) if self.msgin5g is not None else {}

    def node_at(self, host: str, port: int = 0) -> str:
        """Whose address this is; the address itself when it is nobody's."""
        return self._at.get((host, port)) or self._at.get((host, 0), host)

    def subscriber(self, name: str) -> Subscriber:
        return self._by_name[name][1]

    def devices(self, imsi: Imsi) -> list[str]:
        """The names of the phones with this subscription, one as a rule."""
        return [subscriber.name for subscriber in self.subscribers if subscriber.imsi == imsi]

    @property
    def accounts(self) -> tuple[Application, ...]:
        """All that the SM-SC has: those of applications, and that of the gateway, if it is one."""
        service = self.msgin5g
        if service is None or not (service.own_gateway and service.by_centre):
            return self.applications
        return (*self.applications, Application(OWN, "msgin5g", service.numbers))

    def application(self, name: str) -> Application | None:
        """By its system_id."""
        return next((account for account in self.accounts if account.name == name), None)

    def _host_number(self, node: str) -> int:
        number = _HOSTS.get(node)
        if number is not None:
            return number
        if node in self.esmes:
            return _FIRST_ESME + [application.name for application in self.applications].index(node)
        return _FIRST_PHONE + self._by_name[node][0] % _PHONE_HOSTS

    def _further(self, node: str) -> int:
        """How many ports further on a phone is than the first one with its address."""
        at, _ = self._by_name.get(node, (0, None))
        return 0 if self.seat(node).host else at // _PHONE_HOSTS

    @cached_property
    def _seats(self) -> dict[str, Seat]:
        return {seat.node: seat for seat in self.seats}

    @cached_property
    def _by_name(self) -> dict[str, tuple[int, Subscriber]]:
        return {subscriber.name: (at, subscriber) for at, subscriber in enumerate(self.subscribers)}

    @cached_property
    def _at(self) -> dict[tuple[str, int], str]:
        """Nodes by address; port 0 is for what comes from any port."""
        found: dict[tuple[str, int], str] = {}
        for node in self.nodes:
            airs = [self.air(node, domain) for domain in self.domains]
            for address in (self.sip(node), *airs, (self.host(node), 0)):
                found.setdefault(address, node)
        return found


@cache
def _usual(node: str) -> Seat:
    """Where the plan says nothing: the lab plays it, at an address of its own."""
    return Seat(node=node)
