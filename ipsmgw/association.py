"""The tables of a configuration about M3UA: associations, servers, MTP routes (RFC 4666 §1.2, §1.4)."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from msgspec import Meta

from ipsmgw.section import Addresses, Fault, Section
from mapstack.m3ua.settings import Association, MtpRoute, PointCodes, Role, RoutingKey, Served, TrafficMode

__all__ = [
    "AssociationSettings",
    "M3uaSection",
    "MtpRouteSettings",
    "Name",
    "PointCode",
    "ServerSettings",
    "association_faults",
    "leads_to",
    "m3ua_association",
    "m3ua_route",
]

Name = Annotated[str, Meta(min_length=1, max_length=32)]
PointCode = Annotated[int, Meta(ge=0, le=0x3FFF)]
Number = Annotated[int, Meta(ge=0, le=0xFFFFFFFF)]
Mask = Annotated[int, Meta(ge=0, le=14)]
Count = Annotated[int, Meta(ge=1)]
Range = Annotated[str, Meta(pattern="^[0-9]{1,5}(/[0-9]{1,2})?$")]
Timer = Annotated[float, Meta(gt=0, le=86400)]
TimerOrOff = Annotated[float, Meta(ge=0, le=86400)]
Mode = Literal["override", "loadshare", "broadcast"]


class ServerSettings(Section, frozen=True, kw_only=True):
    """One of several AS on an association."""

    name: Name | None = None
    point_code: PointCode | None = None
    routing_context: Number | None = None
    own_context: Number | None = None
    network_appearance: Number | None = None
    traffic_mode: Mode | None = None
    register: bool = False
    """A routing key for SCCP is registered, and the peer assigns the routing context (RFC 4666 §4.4)."""
    key_point_code: PointCode | None = None
    """The destination of the key; None: our own."""
    key_originating: tuple[Range, ...] = ()
    required: Count = 1


class AssociationSettings(Section, frozen=True, kw_only=True):
    name: Name
    transport: Literal["sctp", "tcp"] = "sctp"
    role: Literal["asp", "sgp", "ipsp-single", "ipsp-double"] = "asp"
    connect: bool = True
    local: Addresses | None = None
    remote: Addresses | None = None
    point_code: PointCode | None = None
    """Of the peer."""
    routing_context: Number | None = None
    network_appearance: Number | None = None
    traffic_mode: Mode | None = None
    asp_identifier: Number | None = None
    grants: tuple[Range, ...] = ()
    blocked: bool = False
    server: tuple[ServerSettings, ...] = ()


class MtpRouteSettings(Section, frozen=True, kw_only=True):
    point_code: PointCode
    mask: Mask = 0
    via: Name
    priority: Count = 1


class M3uaSection(Section, frozen=True, kw_only=True):
    t_ack: Timer = 2.0
    t_beat: TimerOrOff = 30.0
    t_recovery: Timer = 2.0
    t_audit: TimerOrOff = 30.0
    t_register: Timer = 30.0
    reconnect: Timer = 30.0
    pending_messages: Count = 1000
    destinations: Count = 1000
    routing_keys: Count = 16


def m3ua_association(association: AssociationSettings) -> Association:
    """ValueError with a sentence where its parts contradict each other."""
    return Association(
        name=association.name,
        role=Role(association.role),
        point_code=association.point_code,
        routing_context=association.routing_context,
        network_appearance=association.network_appearance,
        traffic_mode=_mode(association.traffic_mode),
        asp_identifier=association.asp_identifier,
        grants=_ranges(association.grants),
        blocked=association.blocked,
        servers=tuple(_served(server) for server in association.server),
    )


def m3ua_route(route: MtpRouteSettings) -> MtpRoute:
    return MtpRoute(point_code=route.point_code, mask=route.mask, via=route.via, priority=route.priority)


def leads_to(
    point_code: int, associations: Sequence[AssociationSettings], routes: Sequence[MtpRouteSettings]
) -> bool:
    """Whether an association or an MTP route leads there."""
    codes = {each.point_code for each in associations}
    codes |= {server.point_code for each in associations for server in each.server}
    return point_code in codes or any(
        PointCodes(route.mask, route.point_code).covers(point_code) for route in routes
    )


def association_faults(
    associations: Sequence[AssociationSettings], routes: Sequence[MtpRouteSettings]
) -> Iterator[Fault]:
    """What is wrong with each, and with all together."""
    names: set[str] = set()
    servers: dict[str, TrafficMode | None] = {}
    ends: dict[tuple[str, str, str], str] = {}
    for i, association in enumerate(associations):
        key = f"map.association[{i}]"
        if association.name in names:
            yield f"{key}.name", f"{association.name!r} is there twice"
        names.add(association.name)
        yield from _address_faults(association, key)
        yield from _end_faults(association, key, ends)
        try:
            served = m3ua_association(association).served
        except ValueError as fault:
            yield key, str(fault).removeprefix(f"association {association.name}: ")
            continue
        for one in served:
            if servers.setdefault(one.server, one.traffic_mode) is not one.traffic_mode:
                yield f"{key}.traffic_mode", f"{one.server} has another one elsewhere"
    for i, route in enumerate(routes):
        if route.via not in names | servers.keys():
            yield f"map.mtp_route[{i}].via", f"no association and no server is named {route.via!r}"


def _address_faults(association: AssociationSettings, key: str) -> Iterator[Fault]:
    wanted, address = ("remote", association.remote) if association.connect else ("local", association.local)
    if address is None:
        yield (
            f"{key}.{wanted}",
            "whom shall it connect to?" if association.connect else "where shall it listen?",
        )
    elif not address.port:
        yield f"{key}.{wanted}", f"a port is wanted, got {address}"
    for name, end in (("local", association.local), ("remote", association.remote)):
        if end is not None and any(":" in host for host in (end.host, *end.others)):
            yield f"{key}.{name}", f"M3UA runs over IPv4 only, got {end}"
        if association.transport == "tcp" and end is not None and end.others:
            yield f"{key}.{name}", "TCP has one address at each end; several need sctp"


def _end_faults(
    association: AssociationSettings, key: str, ends: dict[tuple[str, str, str], str]
) -> Iterator[Fault]:
    """Between the same addresses and ports there can be one connection."""
    local, remote = association.local, association.remote
    if association.connect and local is not None and local.port and remote is not None:
        other = ends.setdefault((association.transport, local, remote), association.name)
        if other != association.name:
            yield f"{key}.local", f"{other!r} has the same local and remote: give it another port"


def _served(server: ServerSettings) -> Served:
    key = RoutingKey(point_code=server.key_point_code, originating=_ranges(server.key_originating))
    return Served(
        name=server.name or "",
        point_code=server.point_code,
        routing_context=server.routing_context,
        own_context=server.own_context,
        network_appearance=server.network_appearance,
        traffic_mode=_mode(server.traffic_mode),
        required=server.required,
        register=key if server.register else None,
    )


def _mode(mode: str | None) -> TrafficMode | None:
    return None if mode is None else TrafficMode[mode.upper()]


def _ranges(texts: Sequence[str]) -> tuple[PointCodes, ...]:
    """Point codes as they are written: `1024`, or `1024/4` for 16 of them; ValueError where they are none."""
    found: list[PointCodes] = []
    for text in texts:
        code, _, mask = text.partition("/")
        codes = PointCodes(int(mask or 0), int(code))
        if codes.mask > 14 or codes.point_code > 0x3FFF:
            raise ValueError(f"{text} is not within 0..16383, with a mask of at most 14 bits")
        found.append(codes)
    return tuple(found)
