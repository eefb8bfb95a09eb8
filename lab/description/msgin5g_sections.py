"""The tables of carrier.toml for MSGin5G: strict, with the defaults of the plan.

Who adds an option to what is in `Msgin5gPlan`, or to `ServerSettings`, adds it here under the same name, and
in docs/carrier.toml; `msgin5g` copies by names.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from ipsmgw.settings import Section
from lab.description.values import Is, Name, Port
from lab.msgin5g.plan import M5S, Msgin5gPlan, ScefPlan, UePlan
from lab.msgin5g.security import HONEST, Security
from lab.msgin5g.settings import ServerSettings
from msgin5g_bridge.coap import CoapSettings

__all__ = [
    "ApplicationClientSection",
    "ApplicationServerSection",
    "AreaSection",
    "AvailabilitySection",
    "CoapSection",
    "GatewayUeSection",
    "GroupSection",
    "HomeSection",
    "MessageGatewaySection",
    "Msgin5gSection",
    "NodeSection",
    "OtherSection",
    "PretenderSection",
    "RouteSection",
    "ScefSection",
    "SecuritySection",
    "ServerSection",
    "UeSection",
]

_PLAN, _UE, _SCEF, _SERVER = Msgin5gPlan(), UePlan(name=""), ScefPlan(), ServerSettings()
_SECURITY, _COAP = Security(), CoapSettings()
Seconds = Annotated[float, Meta(gt=0, le=365 * 86_400)]
OrNever = Annotated[float, Meta(ge=0, le=365 * 86_400)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Id = Annotated[str, Meta(min_length=1, max_length=255)]
Domain = Annotated[str, Meta(pattern="^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$", max_length=253)]
Rate = Annotated[float, Meta(ge=0, le=1_000_000)]
Octets = Annotated[int, Meta(ge=256, le=1 << 24)]
SegmentSize = Annotated[int, Meta(ge=16, le=65_535)]


class NodeSection(Section, frozen=True, kw_only=True, rename={"is_": "is"}):
    is_: Is = "here"
    address: str = ""


class CoapNode(NodeSection, frozen=True, kw_only=True):
    coap_port: Port | None = None


class HttpNode(NodeSection, frozen=True, kw_only=True):
    http_port: Port | None = None


class ServerSection(CoapNode, frozen=True, kw_only=True):
    """Where it is, and its settings."""

    name: Name = M5S
    is_: Literal["here", "external"] = "here"
    http_port: Port | None = None
    authenticated: bool = _SERVER.authenticated
    awake: Seconds = _SERVER.awake
    registration_lifetime: OrNever = _SERVER.registration_lifetime
    seg_size: SegmentSize = _SERVER.seg_size
    keep: Seconds = _SERVER.keep
    transit: Seconds = _SERVER.transit
    errand: Seconds = _SERVER.errand
    report: Seconds = _SERVER.report
    retry: Seconds = _SERVER.retry
    retry_most: Seconds = _SERVER.retry_most
    aggregate_wait: OrNever = _SERVER.aggregate_wait
    aggregate_small: Count = _SERVER.aggregate_small
    recoveries: Annotated[int, Meta(ge=0, le=100)] = _SERVER.recoveries
    topic_lifetime: Seconds = _SERVER.topic_lifetime
    remember: Seconds = _SERVER.remember
    most: Count = _SERVER.most
    window: Count = _SERVER.window


class CoapSection(Section, frozen=True, kw_only=True):
    """What the clients of a server may ask of it."""

    max_body: Octets = _COAP.max_body
    answer_within: Seconds = _COAP.answer_within
    wait: Seconds = _COAP.wait
    at_once: Count = _COAP.at_once
    open: Count = _COAP.open
    rate: Rate = _COAP.rate
    burst: Count = _COAP.burst
    retry_after: Count = _COAP.retry_after


class AvailabilitySection(Section, frozen=True, kw_only=True):
    """When a UE listens."""

    start: Annotated[datetime, Meta(tz=True)] | None = None
    duration: Count
    interval: Annotated[int, Meta(ge=0, le=365 * 86_400)] = 0


class UeSection(CoapNode, frozen=True, kw_only=True):
    name: Name
    max_seg_size: Annotated[int, Meta(ge=0, le=65_535)] = _UE.max_seg_size
    keyed: bool = _UE.keyed
    behind: str = _UE.behind
    phone: str = _UE.phone
    port: Port = _UE.port
    availability: AvailabilitySection | None = None
    max_retransmit: Annotated[int, Meta(ge=0, le=20)] = _UE.max_retransmit
    report_retry: Seconds = _UE.report_retry
    report_deadline: Seconds = _UE.report_deadline


class GatewayUeSection(CoapNode, frozen=True, kw_only=True):
    name: Name
    wait: OrNever = 0.0
    allowed: tuple[str, ...] = ()


class ApplicationClientSection(CoapNode, frozen=True, kw_only=True):
    name: Name
    app_id: Id
    ue: str


class ApplicationServerSection(HttpNode, frozen=True, kw_only=True):
    name: Name
    hosts: tuple[Name, ...] = ()


class MessageGatewaySection(HttpNode, frozen=True, kw_only=True):
    name: Name
    kind: Literal["l3g", "n3g", "bmg"] = "l3g"
    phones: tuple[Name, ...] = ()


class GroupSection(Section, frozen=True, kw_only=True):
    id: Id
    members: tuple[str, ...]


class AreaSection(Section, frozen=True, kw_only=True):
    id: Id
    gateway: str


class RouteSection(Section, frozen=True, kw_only=True):
    domain: Domain
    server: str


class ScefSection(HttpNode, frozen=True, kw_only=True):
    number: Annotated[str, Meta(pattern="^[0-9]{1,15}$")] = _SCEF.number
    password: Annotated[str, Meta(max_length=8)] = _SCEF.password


class PretenderSection(Section, frozen=True, kw_only=True):
    """Somebody who is not in order."""

    node: str
    certificate: Literal["own", "none", "foreign"] = HONEST.certificate
    plain: bool = HONEST.plain
    token: Literal["own", "none", "expired", "forged", "elsewhere", "another API"] = HONEST.token
    secret: str = HONEST.secret


class SecuritySection(Section, frozen=True, kw_only=True):
    mutual: bool = _SECURITY.mutual
    tokens: bool = _SECURITY.tokens
    algorithm: Literal["HS256", "ES256"] = _SECURITY.algorithm
    lifetime: Annotated[int, Meta(ge=1, le=86_400)] = _SECURITY.lifetime
    folder: str = _SECURITY.folder
    pretender: tuple[PretenderSection, ...] = ()


class HomeSection(Section, frozen=True, kw_only=True):
    """One server, and who is at home there."""

    domain: Domain = _PLAN.domain
    server: ServerSection = ServerSection()
    ue: tuple[UeSection, ...] | None = None
    gateway_ue: tuple[GatewayUeSection, ...] = ()
    application_server: tuple[ApplicationServerSection, ...] | None = None
    message_gateway: tuple[MessageGatewaySection, ...] = ()
    group: tuple[GroupSection, ...] = ()
    area: tuple[AreaSection, ...] = ()
    route: tuple[RouteSection, ...] = ()
    follows: tuple[str, ...] = ()
    application_client: tuple[ApplicationClientSection, ...] = ()
    relays: tuple[Name, ...] = ()
    unprovisioned: tuple[str, ...] = ()
    function_node: Name | None = None
    rate: Rate = _PLAN.rate
    burst: Count = _PLAN.burst
    coap: CoapSection = CoapSection()
    applications: tuple[Domain, ...] | None = None


class OtherSection(HomeSection, frozen=True, kw_only=True):
    """Another server; nobody is at home there where nobody is named."""

    ue: tuple[UeSection, ...] = ()
    application_server: tuple[ApplicationServerSection, ...] = ()


class Msgin5gSection(HomeSection, frozen=True, kw_only=True):
    """The whole service."""

    own_gateway: bool = _PLAN.own_gateway
    own_port: Port = _PLAN.own_port
    own_as: Literal["message_gateway", "clients", "gateway_ue"] = "message_gateway"
    own_keys: tuple[Name, ...] = ()
    own_credential: Annotated[str, Meta(max_length=255)] = _PLAN.own_credential
    welcome: Annotated[str, Meta(max_length=1_000)] = _PLAN.welcome
    line_ues: tuple[Name, ...] = ()
    by_centre: bool = _PLAN.by_centre
    ways: Annotated[tuple[Literal["ims", "sc"], ...], Meta(min_length=1)] = ("ims", "sc")
    always: tuple[str, ...] = ()
    validity: OrNever = _PLAN.validity
    seal: bool = _PLAN.seal
    security: SecuritySection | None = None
    scef: ScefSection | None = None
    other: tuple[OtherSection, ...] = ()
