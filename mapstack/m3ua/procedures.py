"""What each management message means, and at which end it may arrive (RFC 4666 §3.4-§3.8, §4.3-§4.6)."""

from collections.abc import Callable, Sequence

from mapstack.errors import DecodeError
from mapstack.events import ManagementKind, ManagementNotified
from mapstack.m3ua.asp import AspInput, AspState, Side, TrafficInput
from mapstack.m3ua.asp_side import Asp, contexts_of
from mapstack.m3ua.association import Peer
from mapstack.m3ua.codes import ErrorCode, Status, code_name
from mapstack.m3ua.member import Change, Member
from mapstack.m3ua.message import M3uaMessage, MessageType, Tag
from mapstack.m3ua.settings import Role, TrafficMode

__all__ = ["check_network", "member_of", "noted", "notified", "perform", "refusal"]

_Procedure = Callable[[Asp, M3uaMessage, float], list[Change]]

_UNEXPECTED = ErrorCode.UNEXPECTED_MESSAGE
_FAR, _NEAR = (Side.FAR, Side.BOTH), (Side.NEAR, Side.BOTH)


def refusal(reason: str, code: ErrorCode) -> DecodeError:
    """What `receive` answers with ERR."""
    return DecodeError("m3ua", reason, code=code)


def perform(peer: Peer, message: M3uaMessage, now: float) -> list[Change]:
    """Do what a message of ASPSM or ASPTM asks of the ASP that it concerns."""
    sides, procedure = _PROCEDURES[message.kind]
    asp = next((asp for asp in peer.asps if asp.side in sides), None)
    if asp is None:
        raise refusal(f"{message.kind.name} at {peer.settings.role.name}", _UNEXPECTED)
    return procedure(asp, message, now)


def check_network(peer: Peer, message: M3uaMessage) -> None:
    """The network appearance must be one of the association's, where it has any (RFC 4666 §3.8.1)."""
    appearance = message.number(Tag.NETWORK_APPEARANCE)
    own = {member.served.network_appearance for member in peer.members} - {None}
    if own and appearance not in (None, *own):
        raise refusal(f"network appearance {appearance}", ErrorCode.INVALID_NETWORK_APPEARANCE)


def member_of(peer: Peer, message: M3uaMessage) -> Member:
    """The AS that DATA is for (RFC 4666 §3.3.1): without a routing context there must be only one."""
    members = [member for member in peer.members if member.receives]
    if not members:
        state = peer.asps[0].state if not peer.members else peer.members[0].state
        raise refusal(f"DATA in {state.value}", _UNEXPECTED)
    contexts = message.numbers(Tag.ROUTING_CONTEXT)
    if not contexts:
        if len(peer.asps[-1].members) > 1:
            raise refusal("DATA without routing context", ErrorCode.NO_CONFIGURED_AS_FOR_ASP)
        return members[0]
    found = next((member for member in members if member.context in (None, contexts[0])), None)
    if found is not None:
        return found
    if any(member.context == contexts[0] for member in peer.members):
        raise refusal(f"DATA for routing context {contexts[0]}, which is not active", _UNEXPECTED)
    raise refusal(f"routing context {contexts[0]}", ErrorCode.INVALID_ROUTING_CONTEXT)


def noted(peer: Peer, message: M3uaMessage) -> ManagementNotified:
    """ERR and NTFY as they are told upward."""
    if message.kind is MessageType.ERR:
        code = message.number(Tag.ERROR_CODE) or 0
        return ManagementNotified(peer.name, ManagementKind.ERR, code, code_name(ErrorCode, code))
    status = message.number(Tag.STATUS) or 0
    text = " ".join(filter(None, (code_name(Status, status), message.text())))
    return ManagementNotified(peer.name, ManagementKind.NTFY, status, text)


# ---- ASPSM


def _asp_up(asp: Asp, message: M3uaMessage, now: float) -> list[Change]:
    peer = asp.peer
    if peer.settings.blocked:
        raise refusal("ASPUP of a peer that is blocked", ErrorCode.REFUSED_MANAGEMENT_BLOCKING)
    given = message.number(Tag.ASP_IDENTIFIER)
    wanted = peer.settings.asp_identifier if asp.side is Side.FAR else None
    if wanted is not None and given is None:
        raise refusal("ASPUP without ASP identifier", ErrorCode.ASP_IDENTIFIER_REQUIRED)
    if wanted not in (None, given) or _is_taken(asp, given):
        raise refusal(f"ASP identifier {given}", ErrorCode.INVALID_ASP_IDENTIFIER)
    if asp.side is Side.FAR:
        peer.asp_identifier = given
    return asp.step(AspInput.UP, now)


def _is_taken(asp: Asp, identifier: int | None) -> bool:
    """Whether another ASP of the same AS has that identifier (§3.5.1: unique among them)."""
    servers = [member.server for member in asp.members if member.server is not None]
    others = [one.asp.peer for server in servers for one in server.members if one.asp is not asp]
    return any(
        identifier is not None and other.flow is not None and other.asp_identifier == identifier
        for other in others
    )


def _asp(what: AspInput) -> _Procedure:
    def procedure(asp: Asp, message: M3uaMessage, now: float) -> list[Change]:
        if not asp.allows(what):
            raise refusal(f"{message.kind.name} in {asp.state.value}", _UNEXPECTED)
        return asp.step(what, now)

    return procedure


# ---- ASPTM


def _concerned(asp: Asp, message: M3uaMessage) -> tuple[list[Member], list[int]]:
    """The AS that a message is for, and the routing contexts in it that are none (§4.3.4.3)."""
    contexts = message.numbers(Tag.ROUTING_CONTEXT)
    enrolled = asp.enrolled
    if not contexts or [member.context for member in enrolled] == [None]:
        return enrolled, []  # where ours has none, theirs is as good as any
    known = {member.context: member for member in enrolled}
    members = [known[context] for context in dict.fromkeys(contexts) if context in known]
    return members, [context for context in contexts if context not in known]


def _asked(what: TrafficInput) -> _Procedure:
    """ASPAC or ASPIA: acknowledged for the AS that can, refused for those that cannot."""

    def procedure(asp: Asp, message: M3uaMessage, now: float) -> list[Change]:
        members, unknown = _concerned(asp, message)
        if asp.state is AspState.DOWN:
            raise refusal(f"{message.kind.name} in {asp.state.value}", _UNEXPECTED)
        if not asp.enrolled:
            raise refusal(f"{message.kind.name}, but no AS is configured", ErrorCode.NO_CONFIGURED_AS_FOR_ASP)
        if unknown and not members:
            raise refusal(f"routing context {unknown[0]}", ErrorCode.INVALID_ROUTING_CONTEXT)
        asp.requested_contexts = message.get(Tag.ROUTING_CONTEXT)
        if what is TrafficInput.ACTIVE:
            members = _check_mode(asp, message, members)
        _check_allowed(message, members, what)
        if unknown:
            octets = b"".join(context.to_bytes(4) for context in unknown)
            asp.peer.report(ErrorCode.INVALID_ROUTING_CONTEXT, b"", (Tag.ROUTING_CONTEXT, octets))
        return asp.traffic(members, what, now)

    return procedure


def _check_mode(asp: Asp, message: M3uaMessage, members: list[Member]) -> list[Member]:
    """The AS that take the traffic mode (§4.3.4.3); the others get an ERR, or all of them as one."""
    mode = message.number(Tag.TRAFFIC_MODE_TYPE)
    asp.requested_mode = mode
    refused = [one for one in members if not _takes_mode(one, mode)]
    if not refused:
        return members
    if len(refused) == len(members):
        raise refusal(f"traffic mode {mode}", ErrorCode.UNSUPPORTED_TRAFFIC_MODE_TYPE)
    contexts = (Tag.ROUTING_CONTEXT, contexts_of(refused))
    asp.peer.report(ErrorCode.UNSUPPORTED_TRAFFIC_MODE_TYPE, b"", contexts)
    return [one for one in members if one not in refused]


def _takes_mode(member: Member, mode: int | None) -> bool:
    if member.server is not None:
        return member.server.takes_mode(mode)
    return mode is None or mode in set(TrafficMode)


def _check_allowed(message: M3uaMessage, members: Sequence[Member], what: TrafficInput) -> None:
    wrong = next((member for member in members if not member.allows(what)), None)
    if wrong is not None:
        raise refusal(f"{message.kind.name} in {wrong.state.value}", _UNEXPECTED)


def _acknowledged(what: TrafficInput) -> _Procedure:
    """ASPAC ACK or ASPIA ACK: of several AS each may be acknowledged by itself (§4.3.4.3)."""

    def procedure(asp: Asp, message: M3uaMessage, now: float) -> list[Change]:
        members, unknown = _concerned(asp, message)
        if unknown and not members:
            raise refusal(f"routing context {unknown[0]}", ErrorCode.INVALID_ROUTING_CONTEXT)
        _check_allowed(message, members, what)
        return asp.traffic(members, what, now)

    return procedure


_PROCEDURES: dict[MessageType, tuple[tuple[Side, ...], _Procedure]] = {
    MessageType.ASPUP: (_FAR, _asp_up),
    MessageType.ASPDN: (_FAR, _asp(AspInput.DOWN)),
    MessageType.ASPAC: (_FAR, _asked(TrafficInput.ACTIVE)),
    MessageType.ASPIA: (_FAR, _asked(TrafficInput.INACTIVE)),
    MessageType.ASPUP_ACK: (_NEAR, _asp(AspInput.UP_ACK)),
    MessageType.ASPDN_ACK: (_NEAR, _asp(AspInput.DOWN_ACK)),
    MessageType.ASPAC_ACK: (_NEAR, _acknowledged(TrafficInput.ACTIVE_ACK)),
    MessageType.ASPIA_ACK: (_NEAR, _acknowledged(TrafficInput.INACTIVE_ACK)),
}

# RFC 4666 §4.3.4.3: what NTFY says to an ASP that stands by
_NOTIFIED: dict[int, TrafficInput] = {
    Status.ALTERNATE_ASP_ACTIVE: TrafficInput.ALTERNATE_ACTIVE,
    Status.AS_PENDING: TrafficInput.MORE_WANTED,
    Status.INSUFFICIENT_ASP_RESOURCES: TrafficInput.MORE_WANTED,
    Status.ASP_FAILURE: TrafficInput.MORE_WANTED,
}


def notified(peer: Peer, message: M3uaMessage, now: float) -> list[Change]:
    """NTFY has come: an ASP that stands by may have to act; one that we are not is not concerned."""
    if peer.settings.role is Role.SGP:
        raise refusal(f"{message.kind.name} at {peer.settings.role.name}", _UNEXPECTED)
    asp = peer.asps[0]
    what = _NOTIFIED.get(message.number(Tag.STATUS) or 0)
    members, _ = _concerned(asp, message)
    if what is None:
        return []
    return asp.traffic([one for one in members if one.allows(what)], what, now)
