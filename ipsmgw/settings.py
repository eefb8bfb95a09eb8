"""The gateway's settings: typed, frozen, checked before anything starts (DESIGN §2, §6)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from ipsmgw.association import (
    AssociationSettings,
    M3uaSection,
    MtpRouteSettings,
    Name,
    PointCode,
    association_faults,
    leads_to,
)
from ipsmgw.cause_section import CauseSection, cause_faults
from ipsmgw.direct_section import DirectSection, direct_faults
from ipsmgw.hlr_section import SubscriberSection, Way, hlr_faults
from ipsmgw.identity import NodeNumber
from ipsmgw.msgin5g_section import Msgin5gSection, msgin5g_faults
from ipsmgw.numbers_section import (
    NumbersSection,
    ServiceCentreSection,
    number_faults,
    service_centre_faults,
)
from ipsmgw.routing_section import RoutingSection, routing_faults
from ipsmgw.sccp_section import AddressSection, Routed, SccpSection, TranslationSection, sccp_faults
from ipsmgw.section import Address, BadSettings, Fault, Section, faults_of, read, text_of
from ipsmgw.sip_settings import (
    DnsSettings,
    SipSection,
    SipTimers,
    dns_faults,
    has_named_route,
    sip_faults,
    trusted,
)
from ipsmgw.store import store_url_fault
from ipsmgw.web_section import WebSection, web_faults
from mapstack.tcap.transaction_id import MAX_OPEN

__all__ = [
    "Address",
    "AssociationSettings",
    "BadSettings",
    "CauseSection",
    "DirectSection",
    "DnsSettings",
    "Fault",
    "HandshakeSettings",
    "JournalSettings",
    "Limits",
    "M3uaSection",
    "MapSection",
    "Msgin5gSection",
    "MtpRouteSettings",
    "NodeSettings",
    "NumbersSection",
    "RouteSettings",
    "RoutingSection",
    "Section",
    "ServiceCentreSection",
    "Settings",
    "SipSection",
    "SipTimers",
    "StoreSettings",
    "TextSettings",
    "Timers",
    "TraceSettings",
    "WebSection",
    "faults_of",
    "is_routed",
    "load",
    "parse",
    "read",
    "text_of",
    "trusted",
]

Seconds = Annotated[float, Meta(gt=0, le=86400)]
Count = Annotated[int, Meta(ge=1)]
Prefix = Annotated[str, Meta(pattern="^[0-9]{1,15}$")]


class NodeSettings(Section, frozen=True, kw_only=True):
    name: Name = "ipsmgw"
    number: NodeNumber
    """E.164 address of this node: what the HLR stores and SMS-GMSC and SMS-IWMSC see."""
    index: Annotated[int, Meta(ge=0, le=15)] = 0
    """Number of the node among those that share a database; part of every identifier."""


class RouteSettings(Section, frozen=True, kw_only=True):
    prefix: Prefix
    point_code: PointCode


class HandshakeSettings(Section, frozen=True, kw_only=True):
    prefix: Annotated[str, Meta(pattern="^[0-9]{0,15}$")] = ""
    """How the called global title begins; nothing: every peer."""
    only_if_long: bool = False
    """Only a message that would have to be segmented otherwise."""


class MapSection(Section, frozen=True, kw_only=True):
    point_code: PointCode
    network_indicator: Annotated[int, Meta(ge=0, le=3)] = 2
    hlr: NodeNumber | None = None
    """Number of the HLR; without it the HLR is addressed by the subscriber's MSISDN (TS 29.002 §6.1)."""
    registration: Way = "anyTimeModification"
    """How the HLR is told who is registered here: updateGprsLocation is TR 23.804's, for an HLR that keeps
    no SGSN for these subscribers; none: it has our address already.
    """
    sgsn_address: str | None = None
    """In updateGprsLocation; without it the address in sip.listen."""
    subscriber: tuple[SubscriberSection, ...] = ()
    msisdn_file: str = ""
    """CSV: IMSI and MSISDN in each line; what subscriber says of one goes before."""
    msisdn_less: bool = False
    """Whether those are served too of whom nobody tells an MSISDN: their names are SIP URIs."""
    atm_calling_ssn: Annotated[int, Meta(ge=1, le=254)] = 147
    """anyTimeModification comes from a gsmSCF as far as TS 29.002 §8.11 is concerned; some HLRs want 8."""
    ip_access_flag: bool = False
    """Tell the SC of each message that it has come or gone over IP (TR 23.804 §7): a private extension."""
    m3ua: M3uaSection = M3uaSection()
    version_lifetime: Annotated[float, Meta(gt=0, le=31_536_000)] = 86_400.0
    """How long a peer that speaks an older version is asked in that, before the newest is tried again."""
    handshake: tuple[HandshakeSettings, ...] = ()
    """To whom messages go after an empty Begin only (TS 29.002 §23.3.1, TS 33.204)."""
    association: tuple[AssociationSettings, ...]
    mtp_route: tuple[MtpRouteSettings, ...] = ()
    route: tuple[RouteSettings, ...] = ()
    translation: tuple[TranslationSection, ...] = ()
    """Routes that say more."""
    address: tuple[AddressSection, ...] = ()
    """The addresses of our dialogues, by peer and operation; the first that matches decides."""
    sccp: SccpSection = SccpSection()


class Timers(Section, frozen=True, kw_only=True):
    mo_answer: Seconds = 30.0
    """How long the SC may take with an MO: the phone gives up after 35 to 45 s (TR1M, TS 24.011 §10)."""
    mt_report: Seconds = 25.0
    """From the phone's 200 to its delivery report."""
    hlr_answer: Seconds = 15.0
    hlr_retry: Seconds = 30.0
    """How long until the HLR is told again of a binding whose news it did not confirm."""
    dialogue_idle: Seconds = 60.0
    """How long an SMS-GMSC may leave a dialogue open without its next message."""


class Limits(Section, frozen=True, kw_only=True):
    in_flight: Count = 50_000
    """MO and MT messages under way; one more is refused: 503 and systemFailure."""
    backlog: Seconds = 0.25
    """How long the sockets may hold more than is read at a time, or overflow; then one more is refused in
    the same way.
    """
    dialogues: Annotated[int, Meta(ge=1, le=MAX_OPEN)] = 120_000
    """MAP dialogues that are open; one more is refused: P-Abort, resourceLimitation."""
    dialogues_of_peer: Count = 100_000
    """Of them those that one peer has opened, by its global title."""
    bindings: Count = 1_000_000
    unanswered: Annotated[int, Meta(ge=0)] = 0
    """Messages in a row that a registered phone lets pass without an answer until its access counts as lost,
    and its registration ends; 0: never.
    """
    max_expires: Annotated[int, Meta(ge=60)] = 2_592_000
    """Longest registration that is believed, seconds."""


class TextSettings(Section, frozen=True, kw_only=True):
    enabled: bool = False
    """Whether plain text becomes short messages, and short messages for devices without them plain text."""
    service_centre: NodeNumber | None = None
    """Where texts of phones go: they name none."""


class StoreSettings(Section, frozen=True, kw_only=True):
    url: str = "sqlite:///var/ipsmgw.db"


class JournalSettings(Section, frozen=True, kw_only=True):
    file: str = "var/cdr.jsonl"
    after: Annotated[float, Meta(ge=0, le=31_536_000)] = 3_600.0
    """Seconds until what is in it becomes files; 0: never."""
    size: Annotated[int, Meta(ge=0)] = 67_108_864
    """Octets after which it does; 0: never."""
    folder: str | None = None
    """Where those files go; without it "cdr" beside the journal."""
    formats: tuple[Literal["ber", "jsonl"], ...] = ("ber", "jsonl")


class TraceSettings(Section, frozen=True, kw_only=True):
    records: Annotated[int, Meta(ge=0, le=10_000_000)] = 10_000
    """Messages that have ended and can still be explained; 0: none."""
    pdus: Annotated[int, Meta(ge=0, le=10_000_000)] = 20_000
    """PDUs that are kept to explain them by; 0: none."""
    octets: Annotated[int, Meta(ge=0)] = 33_554_432
    """Of all of these."""


class Settings(Section, frozen=True, kw_only=True):
    procedures: Literal["tr-23.804", "ts-23.204"] = "tr-23.804"
    """Where the study and the final standard exclude each other: who is asked for routing information, who
    tries the next domain, whose delivery report the HLR heeds, and how it hears that a phone is there again.
    """
    node: NodeSettings
    sip: SipSection
    map: MapSection
    routing: RoutingSection = RoutingSection()
    direct: DirectSection = DirectSection()
    dns: DnsSettings = DnsSettings()
    timers: Timers = Timers()
    limits: Limits = Limits()
    numbers: tuple[NumbersSection, ...] = ()
    cause: tuple[CauseSection, ...] = ()
    """Causes that are told otherwise than the table has it."""
    service_centre: ServiceCentreSection = ServiceCentreSection()
    text: TextSettings = TextSettings()
    msgin5g: Msgin5gSection = Msgin5gSection()
    store: StoreSettings = StoreSettings()
    journal: JournalSettings = JournalSettings()
    trace: TraceSettings = TraceSettings()
    web: WebSection = WebSection()


def load(path: Path) -> Settings:
    """Read a TOML file; raises `BadSettings` that names file, key and what is wrong with it."""
    return parse(text_of(path), str(path))


def parse(text: str, name: str = "settings") -> Settings:
    """Settings out of TOML text; `name` stands for the file in what is said of faults."""
    return read(Settings, text, name, _contradictions)


def _contradictions(settings: Settings) -> Iterator[Fault]:
    """What no single value is to blame for, and what a type cannot say."""
    section = settings.map
    told = section.registration == "updateGprsLocation" or section.subscriber or section.msisdn_file
    elsewhere = told or section.msisdn_less
    yield from sip_faults(settings.sip, msisdn_elsewhere=bool(elsewhere), alone=settings.direct.enabled)
    yield from direct_faults(settings.direct, settings.sip)
    yield from dns_faults(settings.dns)
    if not settings.dns.enabled and has_named_route(settings.sip):
        yield "sip.route", "a name wants DNS, and dns.enabled is false"
    yield from _map_faults(settings.map)
    yield from number_faults(settings.numbers)
    yield from cause_faults(settings.cause)
    yield from service_centre_faults(settings.service_centre, lambda number: is_routed(settings.map, number))
    final = settings.procedures == "ts-23.204"
    yield from routing_faults(settings.routing, section.subscriber, section.hlr, final=final)
    yield from _text_faults(settings)
    yield from msgin5g_faults(settings.msgin5g)
    if fault := store_url_fault(settings.store.url):
        yield "store.url", f"{fault}, got {settings.store.url!r}"
    if not settings.journal.file:
        yield "journal.file", "a file is wanted"
    if not settings.journal.formats:
        yield "journal.formats", "at least one is wanted: ber, jsonl"
    yield from web_faults(settings.web)


def _text_faults(settings: Settings) -> Iterator[Fault]:
    centre, timers = settings.text.service_centre, settings.timers
    if not settings.text.enabled:
        return
    if centre is None:
        yield "text.service_centre", "a number is wanted: where do texts go?"
    elif not is_routed(settings.map, centre):
        yield "text.service_centre", f"no route leads to {centre}"
    if timers.mo_answer >= 64 * settings.sip.timers.t1:
        yield "timers.mo_answer", "a phone waits for 64 times sip.timers.t1 for what has become of its text"


def is_routed(section: MapSection, number: str) -> bool:
    """Whether a route or a translation begins like this number."""
    routes = (each.prefix for each in section.route)
    return number.startswith((*routes, *(each.prefix or "" for each in section.translation)))


def _map_faults(section: MapSection) -> Iterator[Fault]:
    yield from hlr_faults(section.sgsn_address, section.subscriber, section.msisdn_file)
    yield from association_faults(section.association, section.mtp_route)
    for i, route in enumerate(section.route):
        if not leads_to(route.point_code, section.association, section.mtp_route):
            yield f"map.route[{i}].point_code", f"no association leads to point code {route.point_code}"

    def reaches(point_code: int) -> bool:
        ours = point_code == section.point_code
        return ours or leads_to(point_code, section.association, section.mtp_route)

    routed = Routed(section.point_code, reaches, tuple(each.prefix for each in section.route))
    yield from sccp_faults(section.sccp, section.translation, section.address, routed)
    if section.association and not section.route and not section.translation:
        yield "map.route", "at least one route or translation is wanted"
    leading = bool(section.route or section.translation)
    if leading and section.hlr is not None and not is_routed(section, section.hlr):
        yield "map.hlr", f"no route leads to {section.hlr}"
