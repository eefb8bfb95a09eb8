"""The elements of a carrier and the links between them, each with its state in words."""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from lab.carrier import Carrier
from lab.msgin5g.plan import OAUTH, SCEF, SEAL, Msgin5gPlan
from lab.seats import Place
from lab.web.traffic import Traffic
from lab.wiring import links

__all__ = ["ElementView", "LinkView", "NetworkView", "network_view"]

State = Literal["up", "partly", "down", "quiet", "external"]
_NAMES = {
    "hlr": "HLR/HSS",
    "smsc": "SM-SC with SMS-GMSC and SMS-IWMSC",
    "msc": "MSC/VLR",
    "sgsn": "SGSN",
    "scscf": "S-CSCF",
    "ipsmgw": "IP-Message-GW",
}
_KINDS = {
    "m5s": "MSGin5G Server",
    "device": "MSGin5G UE",
    "application": "Application Client",
    "line": "non-3GPP UE",
    "as": "application server",
    "gateway": "Message Gateway",
    "seal": "SEAL server",
    "scef": "SCEF",
    "oauth": "authorization server",
    "function": "provisioning function",
    "esme": "ESME",
    "phone": "phone",
}
_SPOKEN = {"device": "CoAP", "application": "CoAP", "line": "JSON lines"}
"""By who is no server of REST."""
_PHONES = 10
"""That are drawn; the others are in the list of phones."""


class ElementView(msgspec.Struct, rename="camel", kw_only=True):
    """One node."""

    name: str
    kind: str
    what: str
    """What it is, in words."""
    state: State
    words: str
    addresses: list[str]
    identity: str = ""
    """Its number and point code; of a phone its number."""
    open_work: int = 0
    """What waits for an answer there."""


class LinkView(msgspec.Struct, rename="camel", kw_only=True):
    """Between two nodes."""

    one: str
    other: str
    protocol: str
    state: State
    words: str
    sent: int
    """PDUs from one to the other; `received` the other way."""
    received: int
    last: float | None
    """When the last one was seen."""


class NetworkView(msgspec.Struct, rename="camel"):
    """GET /api/network."""

    elements: list[ElementView]
    links: list[LinkView]
    more_phones: int


def network_view(carrier: Carrier, traffic: Traffic) -> NetworkView:
    """As it stands now."""
    traffic.look(carrier.ground.trace)
    phones = list(carrier.phones)[:_PHONES]
    nodes = [node for node in carrier.plan.nodes if node not in carrier.phones or node in phones]
    links = [*_signalling(carrier, traffic), *_access(carrier, traffic, phones), *_others(carrier, traffic)]
    elements = [_element(carrier, node, links) for node in nodes]
    return NetworkView(elements, links, len(carrier.phones) - len(phones))


def _element(carrier: Carrier, node: str, links: list[LinkView]) -> ElementView:
    state, words = _standing(carrier, node, links)
    return ElementView(
        name=node,
        kind=_kind(carrier, node),
        what=_NAMES.get(node) or _KINDS[_kind(carrier, node)],
        state=state,
        words=words,
        addresses=list(_addresses(carrier, node)),
        identity=_identity(carrier, node),
        open_work=carrier.open_work.get(node, 0),
    )


def _kind(carrier: Carrier, node: str) -> str:
    if node in _NAMES:
        return node
    home = carrier.msgin5g.plan.home(node)
    if node in carrier.msgin5g.nodes:
        return next((kind for kind, names in _members(home) if node in names), "gateway")
    if node in carrier.plan.esmes:
        return "esme"
    return "phone" if any(node == each.name for each in carrier.plan.subscribers) else "gateway"


def _members(home: Msgin5gPlan) -> Iterator[tuple[str, Sequence[str]]]:
    """Kinds of elements of the MSGin5G service that are no gateways, and who is of that kind."""
    yield "m5s", (home.name,)
    yield "device", (*home.clients, *home.relays)
    yield "application", [each.name for each in home.application_clients]
    yield "line", home.line_ues
    yield "as", home.application_servers
    yield "function", (home.function_node,)
    yield from ((name, (name,)) for name in (SEAL, SCEF, OAUTH))


def _standing(carrier: Carrier, node: str, links: list[LinkView]) -> tuple[State, str]:
    if carrier.plan.seat(node).place is Place.EXTERNAL:
        return "external", "somebody else plays it"
    if node in carrier.down:
        return "down", f"it is down for {carrier.now - carrier.down[node]:.0f} s, and comes back"
    if _kind(carrier, node) == "phone":
        own = [link for link in links if node in (link.one, link.other)]
        best = next((link for link in own if link.state == "up"), own[0])
        return best.state, best.words
    mine = [link for link in links if node in (link.one, link.other) and link.protocol == "M3UA"]
    lost = [link for link in mine if link.state != "up"]
    if not lost:
        return "up", "it runs" if not mine else "it runs, and all of its associations are active"
    peers = ", ".join(link.other if link.one == node else link.one for link in lost)
    return "down" if len(lost) == len(mine) else "partly", f"not connected to {peers}"


def _signalling(carrier: Carrier, traffic: Traffic) -> Iterator[LinkView]:
    """Of each association the end that connects tells of both."""
    lost = {frozenset(pair) for pair in carrier.unlinked()}
    ends = [(node, link.peer) for node in ("ipsmgw", *carrier.plan.ss7) for link in links(carrier.plan, node)]
    for pair in dict.fromkeys(tuple(sorted(end)) for end in ends):
        one, other = pair
        gone = [node for node in pair if node in carrier.down]
        active = frozenset(pair) not in lost and not gone
        words = "the ASP is active" if active else _why_down(gone)
        yield _link(traffic, (one, other), "M3UA", "up" if active else "down", words)


def _why_down(gone: list[str]) -> str:
    return f"{' and '.join(gone)} is down" if gone else "the association is cut, or its ASP is not active"


def _access(carrier: Carrier, traffic: Traffic, phones: list[str]) -> Iterator[LinkView]:
    """Phones, where they register and where they are attached."""
    for name in phones:
        phone = carrier.phones[name]
        words = f"{name} is {phone.registration.value}"
        state: State = "up" if phone.registered else "quiet"
        yield _link(traffic, (name, carrier.plan.registrar), "SIP", state, words)
        for domain in carrier.plan.domains:
            node = {"cs": "msc", "ps": "sgsn"}[domain.value]
            if phone.attached(domain):
                yield _link(traffic, (name, node), "radio", "up", f"{name} is attached")


def _others(carrier: Carrier, traffic: Traffic) -> Iterator[LinkView]:
    """Where there is no connection to look at: what has gone to and fro tells of it."""
    plan = carrier.plan
    if not plan.direct and plan.present("scscf"):
        yield _quiet(traffic, ("scscf", "ipsmgw"), "SIP")
    for name, esme in carrier.esmes.items():
        state: State = "up" if esme.bound else "quiet"
        yield _link(traffic, (name, "smsc"), "SMPP", state, "bound" if esme.bound else "not bound")
    for node in carrier.msgin5g.nodes:
        home = carrier.msgin5g.plan.home(node)
        if node != home.name:
            yield _quiet(traffic, (node, _way_out(home, node)), _SPOKEN.get(_kind(carrier, node), "HTTP"))
    if plan.msgin5g is not None and plan.msgin5g.own_gateway:
        yield _quiet(traffic, ("ipsmgw", plan.msgin5g.name), "HTTP")


def _way_out(home: Msgin5gPlan, node: str) -> str:
    """Whom an element of the MSGin5G service speaks with: its server, unless somebody stands between."""
    if node in home.line_ues:
        return "ipsmgw"
    behind = {each.name: each.behind for each in home.ues}
    uses = {each.name: each.ue for each in home.application_clients}
    return (behind | uses).get(node) or home.name


def _quiet(traffic: Traffic, pair: tuple[str, str], protocol: str) -> LinkView:
    seen = bool(traffic.of(*pair) or traffic.of(*pair[::-1]))
    return _link(
        traffic, pair, protocol, "up" if seen else "quiet", "in use" if seen else "nothing has gone yet"
    )


def _link(traffic: Traffic, pair: tuple[str, str], protocol: str, state: State, words: str) -> LinkView:
    one, other = pair
    return LinkView(
        one=one,
        other=other,
        protocol=protocol,
        state=state,
        words=words,
        sent=traffic.of(one, other),
        received=traffic.of(other, one),
        last=traffic.last(one, other),
    )


def _addresses(carrier: Carrier, node: str) -> Iterator[str]:
    plan, side = carrier.plan, carrier.msgin5g.plan
    if node in carrier.msgin5g.nodes:
        kind = _kind(carrier, node)
        if kind == "line":
            return
        if kind in ("device", "application", "m5s"):
            yield "CoAP udp {}:{}".format(*side.coap(plan.network, node))
        if kind not in ("device", "application"):
            yield "HTTP tcp {}:{}".format(*side.http(plan.network, node))
        return
    if node in ("scscf", "ipsmgw") or node in carrier.phones:
        yield "SIP udp {}:{}".format(*plan.sip(node))
    if any(not link.connect for link in links(plan, node)):
        yield "M3UA {}:{}".format(*plan.m3ua(node))
    if node == "smsc":
        yield "SMPP tcp {}:{}".format(*plan.smpp(node))


def _identity(carrier: Carrier, node: str) -> str:
    plan = carrier.plan
    numbers = {"ipsmgw": plan.gateway_number, **plan.ss7}
    if node in numbers:
        return f"+{numbers[node]}, point code {plan.point_code(node)}"
    if node in carrier.phones:
        return carrier.phones[node].impu
    if node in carrier.msgin5g.nodes:
        return carrier.msgin5g.plan.svc_id(node)
    return plan.domain if node == "scscf" else ""
