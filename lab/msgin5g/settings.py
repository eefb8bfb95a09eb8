"""What an operator says of his MSGin5G Server, and what each limit is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lab.msgin5g.contact import Leg, domain_of, host_of
from msgin5g_bridge.model import MgwServiceId, ServerServiceId
from msgin5g_bridge.segmentation import MAX_SEGMENT, Limits

__all__ = ["Gateway", "Neighbour", "ServerSettings"]

_DAY = 86_400.0
_SERVER = ServerServiceId("m5s@msgin5g.lab.example")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A Message Gateway that the server knows: where it is, and whom it has to prove to be."""

    svc_id: MgwServiceId
    leg: Leg
    api_root: str
    identity: str = ""
    """Of its OAuth2 client or its certificate; none: whoever gives the Service ID is believed."""
    private_id: str = ""
    """By which it was provisioned, if it was; it says where it is when it registers a UE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another MSGin5G Server, of the same PLMN or another one (MSGin5G-8)."""

    svc_id: ServerServiceId
    api_root: str
    identity: str = ""
    """Of its OAuth2 client or its certificate; none: it is who calls from the host of its apiRoot."""
    applications: bool = True
    """Whether the operators have agreed on messages from and to AS (TS 23.554 clause 8.7.5)."""
    topics: bool = False
    """Whether its Messaging Topics are followed (MSGS_TopiclistEvent)."""

    def calls(self, host: str, identity: str) -> bool:
        """Whether a call from this host, that has proved this, is its."""
        return identity == self.identity if self.identity else host == host_of(self.api_root)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Seconds and octets."""

    svc_id: ServerServiceId = _SERVER
    domain: str = "msgin5g.lab.example"
    """What stands after @ in the Service IDs that are at home here."""
    plmn: str = "00101"
    """MCC and MNC: the provider's part of the address of the provisioning function."""
    endpoint: str = ""
    """coap://host:port of the server, as provisioning tells it; nothing: it does not."""
    api_root: str = ""
    """The same for REST."""
    function: bool = True
    """Whether the provisioning function is in the server."""
    secure_provisioning: bool = False
    """Whether it wants a secured connection (TR 23.700-24, precondition 2)."""
    provisioners: tuple[str, ...] = ()
    """Identities of operators, who may provision anybody."""
    credential_key: bytes = b""
    """Of the credentials that provisioning gives; none: it gives none."""
    gateways: tuple[Gateway, ...] = ()
    areas: Mapping[str, MgwServiceId] = field(default_factory=lambda: MappingProxyType({}))
    """Broadcast Area IDs, and the Broadcast Message Gateway of each."""
    group_server: str = ""
    """apiRoot of the SEAL group management server; none: there are our own groups only."""
    group_lifetime: float = 300.0
    """How long what it has said of a group is believed."""
    neighbours: Mapping[str, Neighbour] = field(default_factory=lambda: MappingProxyType({}))
    """Domains that are at home elsewhere, and the next server on the way to each."""
    authenticated: bool = False
    """Whether an MSGin5G UE has to prove who it is (TS 33.501 Y.2)."""
    hosts: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """[LAB] Identities that act for several AS, and the AS Service IDs of those."""
    gateway_ues: tuple[str, ...] = ()
    """Service IDs of the MSGin5G Gateway UEs: they may register others, in bulk too."""
    scef: str = ""
    """apiRoot of the SCEF or NEF that triggers devices; none: no device is triggered."""
    scs_as_id: str = "m5s"
    """Who this server is to it (TS 29.122 clause 5.7.1)."""
    awake: float = 60.0
    """How long a UE listens that was triggered out of its windows."""
    registration_lifetime: float = _DAY
    """After which a UE that has not registered again is gone; 0: never."""
    seg_size: int = MAX_SEGMENT
    """What a UE, gateway or AS takes that has said nothing."""
    keep: float = 3 * _DAY
    """How long a message is kept whose sender wants it stored and says no time."""
    transit: float = 60.0
    """How long a message that is not to be stored may wait for its turn."""
    errand: float = 300.0
    """How long an answer is waited for at most, whatever the transport does."""
    report: float = 3 * _DAY
    """How long a delivery status report is waited for."""
    retry: float = 60.0
    """Until a stored message is tried again at one who is registered; it doubles."""
    retry_most: float = 3600.0
    aggregate_wait: float = 0.0
    """How long a small message waits for others to go with; 0: none waits (TS 23.554 clause 8.4)."""
    aggregate_small: int = 256
    """Octets of payload that still are a small message."""
    segments: Limits = field(default_factory=Limits)
    recoveries: int = 2
    """How often missing segments are asked for."""
    topic_lifetime: float = 3600.0
    """How long another server's subscription to topics, or to the list of them, lasts; ours are the same."""
    remember: float = 3 * _DAY
    """How long it is known what became of a message."""
    most: int = 1000
    """Messages that wait for one recipient."""
    window: int = 16
    """Requests under way to one gateway, AS or server; to an MSGin5G UE there is one (RFC 7252 §4.7)."""

    @property
    def function_host(self) -> str:
        """Where the provisioning function is: a well-known part, then the provider's."""
        mcc, mnc = self.plmn[:3], self.plmn[3:].zfill(3)
        return f"provisioning.msgin5g.mnc{mnc}.mcc{mcc}.3gppnetwork.org"

    @property
    def function_id(self) -> str:
        """[LAB] Its Service ID, well-known for the same reason."""
        user, _, domain = self.function_host.partition(".")
        return f"{user}@{domain}"

    def gateway(self, svc_id: str) -> Gateway | None:
        """By its MGW Service ID."""
        return next((each for each in self.gateways if each.svc_id == svc_id), None)

    def neighbour(self, svc_id: str) -> Neighbour | None:
        """The next server on the way to a Service ID."""
        return self.neighbours.get(domain_of(svc_id))

    def calling(self, host: str, identity: str) -> Neighbour | None:
        """The server that this is, by what it has proved, else by where it calls from ([LAB])."""
        return next((each for each in self.neighbours.values() if each.calls(host, identity)), None)
