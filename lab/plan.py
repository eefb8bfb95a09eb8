"""A carrier as a frozen description: who, at which addresses and numbers, with which timers (DESIGN §10)."""

from dataclasses import dataclass, field
from hashlib import sha256

from ipsmgw.identity import Impu, Imsi, Msisdn, NodeNumber
from lab.elements.domain import DOMAIN_OF, Domain, Service
from lab.elements.extensions import ScType
from lab.elements.milenage import Secret, opc
from sipbridge.rp import RpAddress

__all__ = [
    "APPLICATIONS",
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
_LAST_PHONE = 254
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTimers:
    """Seconds. The defaults are the real ones: virtual time costs nothing."""

    t1: float = 0.5
    t2: float = 4.0
    t4: float = 5.0
    """SIP: RFC 3261 table 4; timer F is 64 × T1."""
    expires: int = 600
    """What a phone asks for in REGISTER; it refreshes at half of it (TS 24.229 §5.1.1.4.1)."""
    grace: int = 120
    """What the S-CSCF adds to it when it tells the application server."""
    tr1m: float = 35.0
    """How long a phone waits for the report of an MO: 35 to 45 s (TS 24.011 §10)."""
    tram: float = 30.0
    """How long until it says again that it has room: 25 to 35 s (TS 24.011 §10)."""
    report_retry: float = 1.0
    """First interval between attempts of a delivery report; it doubles."""
    mo_answer: float = 30.0
    mt_report: float = 25.0
    hlr_answer: float = 15.0
    hlr_retry: float = 30.0
    """The gateway's; what they mean stands in its settings."""
    correlation: float = 600.0
    """How long an MT Correlation ID of the gateway's is valid."""
    map_answer: float = 15.0
    """How long the SM-SC waits for the HLR, and the HLR for the SM-SC: a medium timer (TS 29.002 §17.1.2)."""
    tc1: float = 5.0
    """TC1*: after how long a CP-DATA is repeated, twice at most (TS 24.011 §5.3.2.1, §10)."""
    tr1n: float = 30.0
    """How long MSC and SGSN wait for the phone's report (TS 24.011 §10)."""
    attach_retry: float = 15.0
    """How long a phone waits until it tries once more to attach: T3210, T3310 (TS 24.008 §11.2)."""
    mt_answer: float = 90.0
    """How long the SMS-GMSC waits for an mt-ForwardSM: a long timer."""
    sc_retries: tuple[float, ...] = (60.0, 300.0, 900.0, 3600.0, 10800.0)
    """After each temporary failure the SC waits this long, unless it is alerted before."""
    validity: float = 86400.0
    """How long the SC keeps a message whose sender asked for nothing else."""
    alert_retry: float = 60.0
    alert_attempts: int = 5
    """How the HLR repeats an alert that was not answered."""
    smpp_init: float = 30.0
    smpp_enquire: float = 30.0
    smpp_answer: float = 10.0
    """SMPP v3.4 §7.2: until the bind, of a silence, and of an answer."""
    start: float = 30.0
    """How long until all associations are active."""
    busy: float = 120.0
    """How long the mixed story goes on."""
    settle: float = 10.0
    """How long a step of a story may take that waits for nothing but the network."""


PACED = PlanTimers(
    t1=0.1,
    t2=0.4,
    t4=0.5,
    expires=60,
    grace=10,
    tr1m=4.0,
    tram=1.0,
    report_retry=0.2,
    mo_answer=3.0,
    mt_report=1.5,
    hlr_answer=1.5,
    hlr_retry=1.0,
    correlation=3.0,
    map_answer=1.5,
    tc1=0.5,
    tr1n=2.0,
    attach_retry=1.0,
    mt_answer=10.0,
    sc_retries=(1.0, 2.0, 4.0, 8.0),
    validity=60.0,
    alert_retry=1.0,
    smpp_init=3.0,
    smpp_enquire=5.0,
    smpp_answer=2.0,
    start=10.0,
    busy=4.0,
    settle=5.0,
)
"""For the wire, where every second of a story is one of ours."""

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
    sc_type: ScType | None = None
    """What the SC is, as the HLR is told in a report of failure (TR 23.804 §8.5, step 8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
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
    """Which of msc and sgsn there are, for the domains CS and PS."""
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
    timers: PlanTimers = field(default_factory=PlanTimers)
    datagram: int = 65_535
    """Octets of the largest request that goes by UDP; less than 300 and all go by TCP, on the wire only."""

    def __post_init__(self) -> None:
        if not 1 <= self.network <= MAX_NETWORK:
            raise ValueError(f"network {self.network} is not within 1..{MAX_NETWORK}")
        if len(set(self.legs)) != len(self.legs) or not set(self.legs) <= set(DOMAIN_OF):
            raise ValueError(f"legs {self.legs} are not some of {', '.join(DOMAIN_OF)}, each once")
        if len(self.subscribers) > _LAST_PHONE - _FIRST_PHONE + 1:
            raise ValueError(
                f"{len(self.subscribers)} subscribers are more than one network has addresses for"
            )

        if len(self.applications) > _FIRST_PHONE - _FIRST_ESME:
            raise ValueError(f"{len(self.applications)} applications are more than there are addresses for")

    def host(self, node: str) -> str:
        """Each element has a loopback address of its own."""
        return f"127.0.{self.network}.{self._host_number(node)}"

    def sip(self, node: str) -> tuple[str, int]:
        return (self.host(node), self.sip_port)

    def m3ua(self, node: str) -> tuple[str, int]:
        return (self.host(node), self.m3ua_port)

    def smpp(self, node: str) -> tuple[str, int]:
        return (self.host(node), self.smpp_port)

    def point_code(self, node: str) -> int:
        """The same number as in its address, so that one finds it again in a trace."""
        return _HOSTS[node]

    def air(self, node: str, domain: Domain) -> tuple[str, int]:
        """Where a phone is heard in this domain, or its antenna is."""
        return (self.host(node), _AIR_PORTS[domain])

    @property
    def ss7(self) -> dict[str, NodeNumber]:
        """Names and numbers of the SS7 nodes but the gateway."""
        numbers = {"msc": self.msc_number, "sgsn": self.sgsn_number}
        return {
            "hlr": self.hlr_number,
            "smsc": self.sc_number,
            **{leg: numbers[leg] for leg in self.legs},
        }

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
        return (*phones[:1], "scscf", *self.legs, "ipsmgw", "hlr", "smsc", *phones[1:], *self.esmes)

    def node_at(self, host: str) -> str:
        """Whose address this is; the address itself when it is nobody's."""
        for node in self.nodes:
            if self.host(node) == host:
                return node
        return host

    def subscriber(self, name: str) -> Subscriber:
        return next(subscriber for subscriber in self.subscribers if subscriber.name == name)

    def devices(self, imsi: Imsi) -> list[str]:
        """The names of the phones with this subscription, one as a rule."""
        return [subscriber.name for subscriber in self.subscribers if subscriber.imsi == imsi]

    def application(self, name: str) -> Application | None:
        """By its system_id."""
        return next((application for application in self.applications if application.name == name), None)

    def _host_number(self, node: str) -> int:
        number = _HOSTS.get(node)
        if number is not None:
            return number
        if node in self.esmes:
            return _FIRST_ESME + [application.name for application in self.applications].index(node)
        return _FIRST_PHONE + [subscriber.name for subscriber in self.subscribers].index(node)
