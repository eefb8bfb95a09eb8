"""The MSGin5G service of a description: its plan, where its nodes are, and what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from ipaddress import ip_address

from ipsmgw.settings import Fault
from lab.description.msgin5g_sections import (
    AvailabilitySection,
    CoapSection,
    HomeSection,
    Msgin5gSection,
    NodeSection,
    ScefSection,
    SecuritySection,
    ServerSection,
    UeSection,
)
from lab.msgin5g.contact import Leg
from lab.msgin5g.plan import (
    OWN,
    SCEF,
    ApplicationClientPlan,
    GatewayPlan,
    GatewayUePlan,
    Msgin5gPlan,
    OwnGateway,
    ScefPlan,
    UePlan,
    Where,
)
from lab.msgin5g.security import Pretence, Security
from lab.msgin5g.settings import ServerSettings
from lab.seats import Place, Seat
from msgin5g_bridge.coap import CoapSettings
from msgin5g_bridge.model import ABSENT
from msgin5g_bridge.registration import CommunicationAvailability

__all__ = ["faults", "msgin5g_seats", "service"]

_KINDS = ("ue", "gateway_ue", "application_server", "application_client", "message_gateway")
_OWN = (
    *("own_as", "own_keys", "own_credential", "welcome"),
    *("line_ues", "by_centre", "always", "validity"),
)
"""What is said of the gateway of the carrier."""
_Planned = ServerSettings | UePlan | Where
_Placed = tuple[str, str, NodeSection]
"""Path, name of the node, and its table."""


def service(section: Msgin5gSection) -> Msgin5gPlan:
    """Raises `ValueError` where names or domains are there twice."""
    return replace(
        _home(section),
        own_gateway=section.own_gateway,
        own_port=section.own_port,
        own_as=OwnGateway[section.own_as.upper()],
        own_keys=section.own_keys,
        own_credential=section.own_credential,
        welcome=section.welcome,
        line_ues=section.line_ues,
        by_centre=section.by_centre,
        ways=section.ways,
        always=section.always,
        validity=section.validity,
        seal=section.seal,
        security=None if section.security is None else _security(section.security),
        scef=None if section.scef is None else _scef(section.scef),
        others=tuple(map(_home, section.other)),
        at={name: where for _, name, node in _nodes(section) if (where := _where(node)) != Where()},
    )


def msgin5g_seats(section: Msgin5gSection) -> Iterator[Seat]:
    """Of those that are not here."""
    for _, name, node in _nodes(section):
        if node.is_ != "here":
            yield Seat(node=name, place=Place(node.is_), host=node.address)


def faults(section: Msgin5gSection, phones: frozenset[str], taken: frozenset[str]) -> Iterator[Fault]:
    """By the paths of their keys; `phones` are there, and `taken` are names of other elements."""
    for path, name, node in _nodes(section):
        yield from _node_faults(path, node)
        if name in taken or name in phones:
            yield f"{path}.name", f"{name!r} is the name of an element, an application or a phone"
    for path, name in _bare_names(section):
        if name in taken or name in phones:
            yield path, f"{name!r} is the name of an element, an application or a phone"
    yield from _own_faults(section, phones)
    wrong = [*_twice(section), *_security_faults(section)]
    yield from wrong or _fit_to_the_usual(section)
    servers = frozenset(home.server.name for _, home in _homes(section))
    everybody = frozenset(name for _, home in _homes(section) for name in _people(home))
    for path, home in _homes(section):
        yield from _never(path, home)
        yield from _home_faults(path, home, phones, servers, everybody)


# The plan.


def _home(section: HomeSection) -> Msgin5gPlan:
    usual = Msgin5gPlan(name=section.server.name)
    return replace(
        usual,
        domain=section.domain,
        ues=usual.ues if section.ue is None else tuple(map(_ue, section.ue)),
        gateway_ues=tuple(
            GatewayUePlan(name=each.name, wait=each.wait, allowed=each.allowed) for each in section.gateway_ue
        ),
        application_servers=(
            usual.application_servers
            if section.application_server is None
            else tuple(each.name for each in section.application_server)
        ),
        gateways=tuple(
            GatewayPlan(name=each.name, leg=Leg[each.kind.upper()], phones=each.phones)
            for each in section.message_gateway
        ),
        groups={each.id: each.members for each in section.group},
        areas={each.id: each.gateway for each in section.area},
        routes={each.domain: each.server for each in section.route},
        follows=section.follows,
        application_clients=tuple(
            ApplicationClientPlan(name=each.name, app_id=each.app_id, ue=each.ue)
            for each in section.application_client
        ),
        relays=section.relays,
        unprovisioned=section.unprovisioned,
        function_node=section.function_node or "",
        rate=section.rate,
        burst=section.burst,
        applications=None if section.applications is None else frozenset(section.applications),
        server=_settings(usual.server, section.server),
        coap_limits=_coap(section.coap),
        hosted={each.name: each.hosts for each in section.application_server or () if each.hosts},
    )


def _coap(section: CoapSection) -> CoapSettings:
    return CoapSettings(**{name: getattr(section, name) for name in CoapSettings.__struct_fields__})


def _scef(section: ScefSection) -> ScefPlan:
    return ScefPlan(number=section.number, password=section.password)


def _security(section: SecuritySection) -> Security:
    return Security(
        mutual=section.mutual,
        tokens=section.tokens,
        algorithm=section.algorithm,
        lifetime=section.lifetime,
        folder=section.folder,
        pretenders={
            each.node: Pretence(
                certificate=each.certificate, plain=each.plain, token=each.token, secret=each.secret
            )
            for each in section.pretender
        },
    )


def _ue(section: UeSection) -> UePlan:
    schedule = None if section.availability is None else _schedule(section.availability)
    same = {name: getattr(section, name) for name in _same(UePlan, section)}
    return replace(UePlan(name="", schedule=schedule), **same)


def _schedule(section: AvailabilitySection) -> CommunicationAvailability:
    """Without a start the intervals are counted from 1970 on, as the clock on the wall does."""
    return CommunicationAvailability(
        sched_time=section.start or datetime.fromtimestamp(0, UTC),
        duration=section.duration,
        periodic_ind=bool(section.interval),
        interval=section.interval or ABSENT,
    )


def _settings(usual: ServerSettings, section: ServerSection) -> ServerSettings:
    return replace(usual, **{name: getattr(section, name) for name in _same(ServerSettings, section)})


def _same(kind: type[_Planned], section: NodeSection) -> set[str]:
    """What a table has under the names of a plan."""
    return {each.name for each in fields(kind)} & set(section.__struct_fields__)


def _where(node: NodeSection) -> Where:
    return replace(Where(), **{name: getattr(node, name) for name in _same(Where, node)})


# Who is there.


def _homes(section: Msgin5gSection) -> Iterator[tuple[str, HomeSection]]:
    yield "msgin5g", section
    yield from ((f"msgin5g.other[{at}]", other) for at, other in enumerate(section.other))


def _nodes(section: Msgin5gSection) -> Iterator[_Placed]:
    for path, home in _homes(section):
        yield f"{path}.server", home.server.name, home.server
        for kind in _KINDS:
            several = getattr(home, kind) or ()
            yield from ((f"{path}.{kind}[{at}]", each.name, each) for at, each in enumerate(several))
    if section.scef is not None:
        yield "msgin5g.scef", SCEF, section.scef


def _people(home: HomeSection) -> Iterator[str]:
    """Whoever has a Service ID there."""
    usual = Msgin5gPlan()
    yield from (each.name for each in home.gateway_ue)
    yield from (each.name for each in (usual.ues if home.ue is None else home.ue))
    yield from (
        usual.application_servers
        if home.application_server is None
        else (each.name for each in home.application_server)
    )
    yield from (name for each in home.application_server or () for name in each.hosts)
    yield from (phone for each in home.message_gateway for phone in each.phones)


def _bare_names(section: Msgin5gSection) -> Iterator[tuple[str, str]]:
    """Of nodes that have no table, since there is nothing else to say of them."""
    yield from ((f"msgin5g.line_ues[{at}]", name) for at, name in enumerate(section.line_ues))
    for path, home in _homes(section):
        yield from ((f"{path}.relays[{at}]", name) for at, name in enumerate(home.relays))
        if home.function_node is not None:
            yield f"{path}.function_node", home.function_node


# What is wrong.


def _own_faults(section: Msgin5gSection, phones: frozenset[str]) -> Iterator[Fault]:
    """What is said of the gateway of the carrier, which has to be in the service then."""
    usual = Msgin5gSection()
    if not section.own_gateway:
        changed = (key for key in _OWN if getattr(section, key) != getattr(usual, key))
        yield from ((f"msgin5g.{key}", "msgin5g.own_gateway is not set") for key in changed)
    if section.own_keys and section.own_as == "message_gateway":
        yield "msgin5g.own_keys", "keys are for CoAP: own_as is message_gateway"
    if section.always and not section.by_centre:
        yield "msgin5g.always", "msgin5g.by_centre is not set: nothing else reaches them"
    if len(set(section.ways)) < len(section.ways):
        yield "msgin5g.ways", "each is there once"
    for at, name in enumerate(section.always):
        if name not in phones:
            yield f"msgin5g.always[{at}]", f"there is no phone {name!r}"


def _security_faults(section: Msgin5gSection) -> Iterator[Fault]:
    security = section.security
    if security is None:
        return
    if section.own_gateway and security.algorithm != "HS256":
        yield "msgin5g.security.algorithm", "the gateway of the carrier is told of HS256 only"
    if section.other and not security.tokens:
        yield "msgin5g.security.tokens", "several servers tell each other apart by access tokens"


def _node_faults(path: str, node: NodeSection) -> Iterator[Fault]:
    if node.is_ == "external" and not node.address:
        yield f"{path}.address", "missing: where is it?"
    if node.address:
        try:
            ip_address(node.address)
        except ValueError:
            yield f"{path}.address", f"an IP address is wanted, got {node.address!r}"


def _twice(section: Msgin5gSection) -> Iterator[Fault]:
    names: Mapping[str, str] = {}
    places: dict[object, str] = {}
    for path, name, node in _nodes(section):
        if name in names:
            yield f"{path}.name", f"{name!r} is {names[name]} already"
        names = {**names, name: path}
        ports = {"udp": getattr(node, "coap_port", None), "tcp": getattr(node, "http_port", None)}
        for protocol, port in ports.items():
            address = (node.address, protocol, port)
            if node.address and port is not None and address in places:
                yield f"{path}.address", f"{node.address}:{port} is {places[address]}'s already"
            places[address] = name
    domains: dict[str, str] = {}
    for path, home in _homes(section):
        if home.domain in domains:
            yield f"{path}.domain", f"{home.domain} is {domains[home.domain]}'s already"
        domains[home.domain] = home.server.name


def _fit_to_the_usual(section: Msgin5gSection) -> Iterator[Fault]:
    """Somebody has the name of one who is there because nobody was named; or nobody is there of a name."""
    try:
        found = service(section)
    except ValueError as fault:
        yield "msgin5g", str(fault)
        return
    pretenders = () if section.security is None else section.security.pretender
    for at, each in enumerate(pretenders):
        if each.node not in (*found.nodes, OWN):
            yield f"msgin5g.security.pretender[{at}].node", f"there is no node {each.node!r} in the service"


def _never(path: str, home: HomeSection) -> Iterator[Fault]:
    """A window that nobody will live to see."""
    for at, ue in enumerate(home.ue or ()):
        if ue.availability is not None and not ue.availability.start and not ue.availability.interval:
            yield f"{path}.ue[{at}].availability", "start or interval is wanted: when does it listen?"


def _home_faults(
    path: str, home: HomeSection, phones: frozenset[str], servers: frozenset[str], everybody: frozenset[str]
) -> Iterator[Fault]:
    hubs = frozenset((*home.relays, *(each.name for each in home.gateway_ue)))
    ues = frozenset(each.name for each in (Msgin5gPlan().ues if home.ue is None else home.ue))
    gateways = (each.name for each in home.message_gateway)
    new = frozenset((*_people(home), *gateways)) - {each.name for each in home.gateway_ue}
    broadcasting = frozenset(each.name for each in home.message_gateway if each.kind == "bmg")
    wanted = [
        *(
            (f"ue[{at}].behind", each.behind, hubs, "Gateway UE or relay")
            for at, each in enumerate(home.ue or ())
        ),
        *((f"ue[{at}].phone", each.phone, phones, "phone") for at, each in enumerate(home.ue or ())),
        *((f"area[{at}].gateway", each.gateway, broadcasting, "bmg") for at, each in enumerate(home.area)),
        *((f"route[{at}].server", each.server, servers, "server") for at, each in enumerate(home.route)),
        *(
            (f"application_client[{at}].ue", each.ue, ues, "UE")
            for at, each in enumerate(home.application_client)
        ),
        *(
            (f"unprovisioned[{at}]", each, new, "UE, application server or Message Gateway")
            for at, each in enumerate(home.unprovisioned)
        ),
        *((f"follows[{at}]", each, servers, "server") for at, each in enumerate(home.follows)),
        *(
            (f"group[{at}].members[{number}]", member, everybody, "UE or application server")
            for at, each in enumerate(home.group)
            for number, member in enumerate(each.members)
        ),
        *(
            (f"gateway_ue[{at}].allowed[{number}]", name, everybody, "UE")
            for at, each in enumerate(home.gateway_ue)
            for number, name in enumerate(each.allowed)
        ),
    ]
    for key, name, known, what in wanted:
        if name and name not in known:
            yield f"{path}.{key}", f"there is no {what} {name!r}"
