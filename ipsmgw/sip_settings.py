"""The SIP section of the settings: listeners, TLS, connections, whom it believes (RFC 3261 §18, §26)."""

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Annotated

from msgspec import Meta

from ipsmgw.section import Address, Fault, Section
from sipbridge import DecodeError, SipUri, parse_uri
from sipbridge.hop import hop_of
from sipbridge.transport import SipListener

__all__ = [
    "ConnectionSettings",
    "DnsSettings",
    "SipSection",
    "SipTimers",
    "TlsSettings",
    "dns_faults",
    "has_named_route",
    "listeners",
    "names",
    "sip_faults",
    "trusted",
]

Seconds = Annotated[float, Meta(gt=0, le=86400)]
Octets = Annotated[int, Meta(ge=1024, le=1_073_741_824)]
Number = Annotated[int, Meta(ge=1, le=1_000_000)]
_LISTENER = re.compile(r"(udp|tcp|tls):(.+)")
_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9_-]+)*\.?")


class SipTimers(Section, frozen=True, kw_only=True):
    t1: Seconds = 0.5
    t2: Seconds = 4.0
    t4: Seconds = 5.0


class TlsSettings(Section, frozen=True, kw_only=True):
    certificate: str = ""
    """PEM file: our certificate and what leads from it to an authority."""
    key: str = ""
    authorities: str = ""
    """PEM file: those whose certificates are believed."""
    mutual: bool = True
    """Whether who connects has to show a certificate."""


class ConnectionSettings(Section, frozen=True, kw_only=True):
    most: Number = 4_096
    per_peer: Number = 64
    unread: Octets = 4_194_304
    connect: Seconds = 4.0
    stalled: Seconds = 15.0
    idle: Seconds = 600.0
    keep_alive: Seconds = 90.0
    pong: Seconds = 10.0


class SipSection(Section, frozen=True, kw_only=True):
    listen: Address
    """UDP and TCP."""
    also: tuple[str, ...] = ()
    """More listeners: tls:HOST:PORT, udp:[…]:PORT, tcp:…"""
    uri: str
    """Our own URI: P-Asserted-Identity of what we send, where phones send delivery reports."""
    scscf: tuple[str, ...]
    """Addresses, with or without a port, or names, that are believed: what anybody else asserts does not
    count. A name is believed at the addresses that DNS has for it, and from whoever proves it by TLS.
    """
    route: str = ""
    """The entry of the home network, I-CSCF or S-CSCF: next hop towards users who are not registered here."""
    route_always: bool = False
    """Whether it is the next hop towards those who are, too, and not the S-CSCF that has registered them."""
    datagram: Annotated[int, Meta(ge=200, le=65_535)] = 1_300
    """Octets of the largest request that goes by UDP; the path MTU less 200, where that is known."""
    service_info: str = "imsi={imsi};msisdn={msisdn}"
    """How the service-info of the initial filter criteria is written (TS 24.341 B.3 leaves it open)."""
    reg_event: bool = False
    """Subscribe to the reg event of each user who registers (TS 24.229 §5.7.1.1)."""
    reg_event_expires: Annotated[int, Meta(ge=60, le=0xFFFFFFFF)] = 600_000
    """What such a subscription asks for, seconds."""
    timers: SipTimers = SipTimers()
    connections: ConnectionSettings = ConnectionSettings()
    tls: TlsSettings = TlsSettings()


class DnsSettings(Section, frozen=True, kw_only=True):
    enabled: bool = True
    servers: tuple[str, ...] = ()
    """Addresses, with or without a port; none: those of resolv.conf."""
    resolv_conf: str = "/etc/resolv.conf"
    hosts: str = "/etc/hosts"
    timeout: Seconds = 2.0
    """Until the next server is asked."""
    attempts: Annotated[int, Meta(ge=1, le=10)] = 2
    """Rounds over all servers."""
    wait: Seconds = 8.0
    """How long a message may wait for a name."""
    waiting: Number = 1_000
    """How many messages may."""
    cached: Number = 10_000
    """Answers that are remembered."""
    longest: Seconds = 3600.0
    """Longest time to live that is believed."""
    negative: Seconds = 30.0
    """How long it is remembered that there is no answer."""
    avoid: Seconds = 60.0
    """How long a target that has failed is tried after the others."""


def listeners(sip: SipSection) -> tuple[SipListener, ...]:
    """All of them, UDP and TCP at the first address (RFC 3261 §18.2.1); ValueError for what is none."""
    first = sip.listen.pair()
    found = [SipListener("udp", first), SipListener("tcp", first), *map(_listener, sip.also)]
    return tuple(dict.fromkeys(found))


def trusted(scscf: Sequence[str]) -> frozenset[str | tuple[str, int]]:
    """Addresses and (address, port) that are believed; ValueError for what is neither, nor a name."""
    return frozenset(peer for text in scscf if (peer := _peer(text)) is not None)


def names(scscf: Sequence[str]) -> tuple[str, ...]:
    """The names among them, in lower case."""
    return tuple(text.lower().rstrip(".") for text in scscf if _peer(text) is None)


def sip_faults(sip: SipSection, *, msisdn_elsewhere: bool, alone: bool) -> Iterator[Fault]:
    """What no type can say of the section; where somebody else tells MSISDNs, it need not, and where phones
    register here no S-CSCF is needed (`alone`).
    """
    if not _is_real(sip.listen):
        yield "sip.listen", f"it stands in every Via, so it must be a real address and port, got {sip.listen}"
    if not _is_sip_uri(sip.uri):
        yield "sip.uri", f"a sip: or sips: URI is wanted, got {sip.uri!r}"
    if not sip.scscf and not alone:
        yield "sip.scscf", "at least one S-CSCF is wanted"
    yield from _peer_faults(sip.scscf)
    fields = {"{imsi}": {1}, "{msisdn}": {0, 1} if msisdn_elsewhere else {1}}
    missing = [field for field, counts in fields.items() if sip.service_info.count(field) not in counts]
    if missing:
        yield "sip.service_info", f"{' and '.join(missing)} must stand in it exactly once"
    if sip.timers.t1 > sip.timers.t2:
        yield "sip.timers.t1", "it is longer than t2 (RFC 3261 §17.1.2.2)"
    yield from _listener_faults(sip)
    yield from _route_faults(sip)


def dns_faults(dns: DnsSettings) -> Iterator[Fault]:
    """What no type can say of the section."""
    for i, text in enumerate(dns.servers):
        if not _is_peer(text) or _peer(text) is None:
            yield f"dns.servers[{i}]", f"an address, or address:port is wanted, got {text!r}"


def has_named_route(sip: SipSection) -> bool:
    """Whether DNS has to say where it leads."""
    uri = parse_uri(sip.route) if _is_sip_uri(sip.route) else None
    return isinstance(uri, SipUri) and hop_of(uri).is_name


def _route_faults(sip: SipSection) -> Iterator[Fault]:
    if not sip.route:
        if sip.route_always:
            yield "sip.route_always", "there is no sip.route"
        return
    if not _is_sip_uri(sip.route):
        yield "sip.route", f"a sip: or sips: URI is wanted, got {sip.route!r}"
        return
    uri = parse_uri(sip.route)
    if isinstance(uri, SipUri) and uri.parameter("orig") is not None:
        yield "sip.route", "orig is for requests of a user; ours are for him (TS 24.229 §5.4.3.1)"


def _listener_faults(sip: SipSection) -> Iterator[Fault]:
    secure = False
    for i, text in enumerate(sip.also):
        try:
            kind, _ = _listener(text)
        except ValueError as fault:
            yield f"sip.also[{i}]", str(fault)
        else:
            secure = secure or kind == "tls"
    given = [bool(value) for value in (sip.tls.certificate, sip.tls.key, sip.tls.authorities)]
    if any(given) and not all(given):
        yield "sip.tls", "certificate, key and authorities are wanted, all three"
    elif secure and not all(given):
        yield "sip.tls", "a listener for TLS wants certificate, key and authorities"


def _peer_faults(scscf: Sequence[str]) -> Iterator[Fault]:
    for i, text in enumerate(scscf):
        if not _is_peer(text):
            yield f"sip.scscf[{i}]", f"an address, address:port, or a name is wanted, got {text!r}"


def _listener(text: str) -> SipListener:
    found = _LISTENER.fullmatch(text)
    address = Address.parse(found[2]) if found else None
    if found is None or address is None or not _is_real(address):
        raise ValueError(f"udp:, tcp: or tls:, a real address and a port are wanted, got {text!r}")
    return SipListener(found[1], address.pair())


def _peer(text: str) -> str | tuple[str, int] | None:
    """None for a name."""
    try:
        return str(ip_address(text.strip("[]")))
    except ValueError:
        pass
    if _NAME.fullmatch(text) and not text.rpartition(".")[2].isdigit():
        return None
    host, port = Address.parse(text).pair()
    return str(ip_address(host)), port


def _is_peer(text: str) -> bool:
    try:
        _peer(text)
    except ValueError:
        return False
    return True


def _is_real(address: Address) -> bool:
    """Something that a Via can name: an address, and a port."""
    try:
        return bool(address.port) and not ip_address(address.host).is_unspecified
    except ValueError:
        return False


def _is_sip_uri(text: str) -> bool:
    if not text.isascii() or set(text) & set(' <>"\t\r\n'):
        return False
    try:
        return text.startswith(("sip:", "sips:")) and bool(parse_uri(text))
    except DecodeError:
        return False
