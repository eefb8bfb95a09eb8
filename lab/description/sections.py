"""The tables of carrier.toml: strict, and all of them may be left out."""

from typing import Annotated, Literal

from msgspec import Meta

from ipsmgw.identity import NodeNumber
from ipsmgw.settings import Section
from lab.description.msgin5g_sections import Msgin5gSection
from lab.description.values import Is, Name, Port
from lab.plan import MAX_NETWORK, Plan

__all__ = [
    "ApplicationSection",
    "Description",
    "ElementSection",
    "Elements",
    "GatewaySection",
    "GmscSection",
    "PhonesSection",
    "RangeSection",
    "SipElement",
    "Ss7Element",
    "StpSection",
    "SubscriberSection",
    "TimersSection",
]

PointCode = Annotated[int, Meta(ge=0, le=16_383)]
Context = Annotated[int, Meta(ge=0, le=0xFFFFFFFF)]
Imsi = Annotated[str, Meta(pattern="^[0-9]{15}$")]
Msisdn = Annotated[str, Meta(pattern="^[0-9]{5,15}$")]
Key = Annotated[str, Meta(pattern="^[0-9A-Fa-f]{32}$")]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Service = Literal["cs-preferred", "ps-preferred", "cs-only", "ps-only"]
_PLAN = Plan()


class ElementSection(Section, frozen=True, kw_only=True, rename={"is_": "is"}):
    is_: Is | None = None
    address: str = ""


class SipElement(ElementSection, frozen=True, kw_only=True):
    sip_port: Port | None = None


class Ss7Element(ElementSection, frozen=True, kw_only=True):
    number: NodeNumber | None = None
    point_code: PointCode | None = None
    routing_context: Context | None = None
    m3ua_port: Port | None = None
    from_port: Port | None = None
    role: Literal["asp", "sgp", ""] = ""
    transport: Literal["tcp", "sctp", ""] = ""


class HlrSection(Ss7Element, frozen=True, kw_only=True):
    ready_for_sm: bool = True


class IpsmgwSection(Ss7Element, frozen=True, kw_only=True):
    sip_port: Port | None = None


class Elements(Section, frozen=True, kw_only=True):
    hlr: HlrSection = HlrSection()
    smsc: Ss7Element = Ss7Element()
    msc: Ss7Element = Ss7Element()
    sgsn: Ss7Element = Ss7Element()
    scscf: SipElement = SipElement()
    ipsmgw: IpsmgwSection = IpsmgwSection()


class StpSection(Section, frozen=True, kw_only=True):
    address: str
    port: Port = 2905
    transport: Literal["sctp", "tcp"] = "sctp"
    first_port: Annotated[int, Meta(ge=1, le=65_531)] = 3001


class GatewaySection(Section, frozen=True, kw_only=True):
    """What the carrier wants of its gateway, here or elsewhere."""

    procedures: Literal["tr-23.804", "ts-23.204"] = "tr-23.804"
    order: tuple[Literal["ims", "ps", "cs"], ...] = ("ims", "ps", "cs")
    registration: Literal["anyTimeModification", "updateGprsLocation", "none"] = "anyTimeModification"
    service_info: str = _PLAN.service_info
    reg_event: bool = False
    unanswered: Annotated[int, Meta(ge=0)] = 0
    direct: bool = False
    algorithms: tuple[Literal["AKAv1-MD5", "AKAv2-MD5", "AKAv2-SHA-256"], ...] = ("AKAv1-MD5",)
    guard: Annotated[float, Meta(ge=0, le=86_400)] = 0.0
    settings: str = ""
    map_settings: str = ""


class PhonesSection(Section, frozen=True, kw_only=True):
    service_centre: Annotated[str, Meta(pattern="^[0-9*#abc]{1,20}$")] | None = None
    type_of_address: Annotated[int, Meta(ge=128, le=255)] = 0x91
    psi: str = ""


class SubscriberSection(Section, frozen=True, kw_only=True, rename={"is_": "is"}):
    name: Name
    imsi: Imsi
    msisdn: Msisdn
    k: Key | None = None
    opc: Key | None = None
    devices: tuple[Name, ...] = ()
    msisdn_less: bool = False
    over_ip: bool = True
    service: Service = "cs-preferred"
    text_only: bool = False
    is_: Is = "here"
    address: str = ""
    sip_port: Port | None = None


class RangeSection(Section, frozen=True, kw_only=True, rename={"is_": "is"}):
    count: Annotated[int, Meta(ge=1, le=20_000)]
    imsi: Imsi
    msisdn: Msisdn
    name: str = "phone{n}"
    over_ip: bool = True
    service: Service = "cs-preferred"
    text_only: bool = False
    is_: Is = "here"


class ApplicationSection(Section, frozen=True, kw_only=True):
    name: Name
    password: Annotated[str, Meta(max_length=8)]
    numbers: tuple[Annotated[str, Meta(pattern="^[0-9]{1,15}$")], ...] = ()
    played: bool = False


class GmscSection(Section, frozen=True, kw_only=True):
    ip_messaging: bool = False
    gprs: bool = False
    guidance: bool = False
    priority: bool = True
    series: bool = False
    sc_type: Literal["normal", "voice-mail", "video-mail"] | None = None


class TimersSection(Section, frozen=True, kw_only=True):
    """Two thirds of what SMS-GMSC and SM-SC wait are the gateway's, which has bounds of its own."""

    preset: Literal["real", "paced"] | None = None
    t1: Seconds | None = None
    t2: Seconds | None = None
    t4: Seconds | None = None
    expires: Annotated[int, Meta(ge=2, le=604_800)] | None = None
    grace: Annotated[int, Meta(ge=0, le=86_400)] | None = None
    tr1m: Seconds | None = None
    tram: Seconds | None = None
    report_retry: Seconds | None = None
    mo_answer: Seconds | None = None
    mt_report: Seconds | None = None
    hlr_answer: Seconds | None = None
    hlr_retry: Seconds | None = None
    correlation: Annotated[float, Meta(ge=1, le=86_400)] | None = None
    map_answer: Annotated[float, Meta(gt=0, le=450)] | None = None
    tc1: Seconds | None = None
    tr1n: Seconds | None = None
    register_retry: Seconds | None = None
    attach_retry: Seconds | None = None
    mt_answer: Annotated[float, Meta(gt=3, le=900)] | None = None
    dialogue_idle: Seconds | None = None
    sc_retries: tuple[Seconds, ...] | None = None
    validity: Seconds | None = None
    alert_retry: Seconds | None = None
    alert_attempts: Annotated[int, Meta(ge=1, le=1000)] | None = None
    smpp_init: Seconds | None = None
    smpp_enquire: Seconds | None = None
    smpp_answer: Seconds | None = None
    coap_ack: Seconds | None = None
    start: Seconds | None = None
    busy: Seconds | None = None
    settle: Seconds | None = None
    unseen: Seconds | None = None


class SmppSection(Section, frozen=True, kw_only=True):
    port: Port = _PLAN.smpp_port
    rate: Annotated[float, Meta(ge=0)] = 0.0
    window: Annotated[int, Meta(ge=1)] = _PLAN.smpp_window


class Description(Section, frozen=True, kw_only=True):
    """The whole file."""

    network: Annotated[int, Meta(ge=1, le=MAX_NETWORK)] = 1
    domain: str = _PLAN.domain
    sip_port: Port = _PLAN.sip_port
    m3ua_port: Port = _PLAN.m3ua_port
    datagram: Annotated[int, Meta(ge=1, le=65_535)] = _PLAN.datagram
    subscribers: tuple[str, ...] = ()
    subscriber: tuple[SubscriberSection, ...] = ()
    range: tuple[RangeSection, ...] = ()
    element: Elements = Elements()
    stp: StpSection | None = None
    gateway: GatewaySection = GatewaySection()
    phones: PhonesSection = PhonesSection()
    application: tuple[ApplicationSection, ...] | None = None
    smpp: SmppSection = SmppSection()
    gmsc: GmscSection = GmscSection()
    timers: TimersSection = TimersSection()
    msgin5g: Msgin5gSection | None = None
