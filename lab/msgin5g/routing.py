"""Where a message goes: one copy for a UE or AS, one for each member or subscriber, one for an area."""

from dataclasses import dataclass

from lab.msgin5g.contact import Contact, Leg, domain_of
from lab.msgin5g.records import Group, Refusal, ServerData, address
from lab.msgin5g.settings import ServerSettings
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.names import FailureCause

__all__ = ["Copy", "contact_of", "copies_of", "route"]


@dataclass(frozen=True, slots=True)
class Copy:
    """One recipient; `via` is the group or topic by which it is one."""

    recipient: Address
    why: str
    via: Address | None = None
    fans_out: bool = False
    """To another server, for its own subscribers."""


def route(
    sender: Address,
    to: Address,
    data: ServerData,
    settings: ServerSettings,
    now: float,
    *,
    relayed: bool = False,
) -> tuple[Copy, ...] | Refusal:
    """The copies of a message (TS 23.554 clauses 8.3.2, 8.7.4, 8.8); `relayed`: it is from another server."""
    match to.addr_type:
        case AddressType.UE | AddressType.AS:
            return _one(sender, to, data, settings)
        case AddressType.GROUP:
            return _members(sender, to, data, settings, now)
        case AddressType.TOPIC:
            servers = () if relayed else _servers(to, data, settings, now)
            return _subscribers(sender, to, data, now, servers)
        case AddressType.BC:
            return _area(to, settings)
    return Refusal(FailureCause.RECIPIENT_UNKNOWN, f"{to.addr_type} is no type of address")


def contact_of(to: Address, data: ServerData, settings: ServerSettings) -> Contact | None:
    """How to get to a recipient now; None: there is no way until it registers."""
    registered = data.registered.get(to)
    if registered is not None:
        return registered.contact if registered.contact.address else None
    if to.addr_type == AddressType.BC:
        gateway = settings.gateway(settings.areas.get(to.addr, ""))
        return Contact(Leg.BMG, gateway.api_root) if gateway is not None else None
    if to.addr_type == AddressType.GROUP:
        return Contact(Leg.SEAL, settings.group_server) if settings.group_server else None
    neighbour = settings.neighbour(to.addr) if to.addr not in data.subscriptions else None
    return Contact(Leg.SERVER, neighbour.api_root) if neighbour is not None else None


def _one(
    sender: Address, to: Address, data: ServerData, settings: ServerSettings
) -> tuple[Copy, ...] | Refusal:
    disagreed = _disagreed(sender, to, settings)
    if disagreed is not None:
        return disagreed
    known = data.subscriptions.get(to.addr)
    if known is not None and known.address == to:
        return (Copy(to, f"{to.addr} is at home here"),)
    domain, neighbour = domain_of(to.addr), settings.neighbour(to.addr)
    if domain != settings.domain and neighbour is not None:
        return (Copy(to, f"{to.addr} is at home at {domain}, by {neighbour.svc_id}"),)
    return Refusal(FailureCause.RECIPIENT_UNKNOWN, f"{to.addr_type} {to.addr} is not known")


def _disagreed(sender: Address, to: Address, settings: ServerSettings) -> Refusal | None:
    """Messages of Application Servers go to other operators by agreement only (clause 8.7.5)."""
    if AddressType.AS not in (sender.addr_type, to.addr_type):
        return None
    ways = [settings.neighbour(each.addr) for each in (sender, to)]
    if all(way is None or way.applications for way in ways):
        return None
    return Refusal(FailureCause.NOT_AUTHORIZED, f"no agreement on AS between {sender.addr} and {to.addr}")


def _members(
    sender: Address, to: Address, data: ServerData, settings: ServerSettings, now: float
) -> tuple[Copy, ...] | Refusal:
    asked, until = data.asked_groups.get(to.addr, (None, 0.0))
    group = data.groups.get(to.addr) or (asked if until > now else None)
    if group is None and settings.group_server:
        return (Copy(to, f"the group server is asked who is in {to.addr}", to, fans_out=True),)
    if group is None:
        return Refusal(FailureCause.RECIPIENT_UNKNOWN, f"there is no group {to.addr}")
    if not group.may_write(sender, data):
        return Refusal(FailureCause.NOT_AUTHORIZED, f"{sender.addr} may not write to group {to.addr}")
    return copies_of(group, sender, to)


def copies_of(group: Group, sender: Address, to: Address) -> tuple[Copy, ...]:
    """One for each member but the sender."""
    others = (member for member in group.members if member != sender)
    return tuple(Copy(member, f"{member.addr} is a member of {to.addr}", to) for member in others)


def _subscribers(
    sender: Address, to: Address, data: ServerData, now: float, servers: tuple[Copy, ...]
) -> tuple[Copy, ...] | Refusal:
    topic = data.topics.subscribers.get(to.addr)
    if topic is None and not servers:
        return Refusal(FailureCause.RECIPIENT_UNKNOWN, f"nobody has subscribed to {to.addr}")
    living = (who for who, until in (topic or {}).items() if until > now and who != sender)
    return (*(Copy(who, f"{who.addr} has subscribed to {to.addr}", to) for who in living), *servers)


def _servers(to: Address, data: ServerData, settings: ServerSettings, now: float) -> tuple[Copy, ...]:
    """[LAB] A message of a topic goes on to other servers from where it came in only, never twice."""
    others = (settings.neighbours.get(domain) for domain in data.topics.elsewhere(to.addr, now))
    return tuple(
        Copy(
            address(AddressType.AS, other.svc_id),
            f"{other.svc_id} has subscribers of {to.addr}",
            to,
            fans_out=True,
        )
        for other in others
        if other is not None
    )


def _area(to: Address, settings: ServerSettings) -> tuple[Copy, ...] | Refusal:
    gateway = settings.areas.get(to.addr)
    if gateway is None:
        return Refusal(FailureCause.RECIPIENT_UNKNOWN, f"there is no broadcast area {to.addr}")
    return (Copy(to, f"{gateway} broadcasts in {to.addr}"),)
