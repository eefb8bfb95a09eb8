"""Who is connected to whom: the M3UA associations of the SS7 nodes of a plan (RFC 4666 §1.4)."""

from collections.abc import Iterator
from dataclasses import dataclass

from lab.elements.domain import DOMAIN_OF
from lab.plan import Plan
from lab.seats import Stp

__all__ = ["Link", "destination", "links", "originator", "peers"]

_SENIOR_FIRST = ("hlr", "smsc", "msc", "sgsn", "ipsmgw")
"""Of two nodes the first is the signalling gateway of the other, which connects to it."""


_DATA, _HEADER, _PROTOCOL_DATA = b"\x01\x01", 8, b"\x02\x10"
_OPC, _DPC = 4, 8  # octets into that parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An association as one of its ends has it."""

    peer: str
    role: str
    """Of this end: asp, which connects, or sgp."""
    transport: str
    local: tuple[str, int]
    """Port 0: any."""
    remote: tuple[str, int]
    routing_context: int
    """Of the application server, which is the ASP's."""
    loadshare: bool = False

    @property
    def connect(self) -> bool:
        """Whether this end does."""
        return self.role == "asp"


def peers(plan: Plan, node: str) -> tuple[str, ...]:
    """Whom an SS7 node speaks to: every other one, but MSC and SGSN have nothing to say to each other."""
    if node not in _SENIOR_FIRST:
        return ()
    return tuple(
        peer
        for peer in _SENIOR_FIRST
        if peer != node and plan.present(peer) and not {node, peer} <= set(DOMAIN_OF)
    )


def links(plan: Plan, node: str) -> Iterator[Link]:
    """Its associations."""
    for peer in peers(plan, node):
        yield _direct(plan, node, peer) if plan.stp is None else _through(plan.stp, plan, node, peer)


def originator(plan: Plan, message: bytes) -> str | None:
    """Who has sent a DATA message, by its OPC (RFC 4666 §3.3.1); None of other messages."""
    return _point(plan, message, _OPC)


def destination(plan: Plan, message: bytes) -> str | None:
    """For whom it is, by its DPC: behind an STP that is not the far end of the association."""
    return _point(plan, message, _DPC)


def _point(plan: Plan, message: bytes, offset: int) -> str | None:
    if message[2:4] != _DATA:
        return None
    at = _HEADER
    while len(message) >= at + 12:
        if message[at : at + 2] == _PROTOCOL_DATA:
            return _node_of(plan, int.from_bytes(message[at + offset : at + offset + 4]))
        length = int.from_bytes(message[at + 2 : at + 4])
        at += max(4, length + 3 & ~3)
    return None


def _node_of(plan: Plan, point_code: int) -> str | None:
    return next((node for node in _SENIOR_FIRST if plan.point_code(node) == point_code), None)


def _through(stp: Stp, plan: Plan, node: str, peer: str) -> Link:
    port = stp.first_port + _SENIOR_FIRST.index(peer)
    return Link(
        peer=peer,
        role="asp",
        transport=stp.transport,
        local=(plan.host(node), port),
        remote=stp.address,
        routing_context=_context(plan, node),
        loadshare=True,
    )


def _direct(plan: Plan, node: str, peer: str) -> Link:
    pair = sorted((node, peer), key=_SENIOR_FIRST.index)
    role = _role(plan, *pair) if node == pair[0] else _OTHER[_role(plan, *pair)]
    is_asp = role == "asp"
    return Link(
        peer=peer,
        role=role,
        transport=next((plan.seat(each).transport for each in pair if plan.seat(each).transport), "tcp"),
        local=(plan.host(node), 0) if is_asp else plan.m3ua(node),
        remote=plan.m3ua(peer) if is_asp else _comes_from(plan, peer),
        routing_context=_context(plan, node if is_asp else peer),
    )


_OTHER = {"asp": "sgp", "sgp": "asp"}


def _role(plan: Plan, senior: str, junior: str) -> str:
    """Of the senior one: what an external one says of itself decides."""
    own, other = plan.seat(senior).role, plan.seat(junior).role
    return own or _OTHER.get(other, "sgp")


def _context(plan: Plan, asp: str) -> int:
    own = plan.seat(asp).routing_context
    return plan.point_code(asp) if own is None else own


def _comes_from(plan: Plan, asp: str) -> tuple[str, int]:
    """Elements of the lab connect from any port."""
    return plan.host(asp), plan.seat(asp).from_port or 0
