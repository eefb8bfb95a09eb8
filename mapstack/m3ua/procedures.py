"""What each management message means, and at which end it may arrive (RFC 4666 §3.4-§3.8, §4.3-§4.6)."""

from collections.abc import Callable, Collection

from mapstack.errors import DecodeError
from mapstack.events import DestinationStateChanged, ManagementEvent, ManagementKind, ManagementNotified
from mapstack.m3ua.asp import AspInput
from mapstack.m3ua.association import Asp
from mapstack.m3ua.codes import ErrorCode, Status, code_name
from mapstack.m3ua.destination import affected_point_codes, told_state
from mapstack.m3ua.message import M3uaMessage, MessageType, Tag
from mapstack.m3ua.settings import Role, TrafficMode

__all__ = ["Meaning", "check_parameters", "meaning", "refusal"]

Meaning = AspInput | list[ManagementEvent]
"""Something for the ASP machine, or what to report; what has to be answered at once has been."""

_Procedure = Callable[[Asp, M3uaMessage, Collection[int]], Meaning]


def refusal(reason: str, code: ErrorCode) -> DecodeError:
    """What `receive` answers with ERR."""
    return DecodeError("m3ua", reason, code=code)


def meaning(asp: Asp, message: M3uaMessage, reachable: Collection[int]) -> Meaning:
    """Do what the message asks; `reachable`: the point codes that DAUD is answered for."""
    if message.kind >> 8 == MessageType.REG_REQ >> 8:
        raise refusal("routing keys are configured here", ErrorCode.UNSUPPORTED_MESSAGE_CLASS)
    procedure = _PROCEDURES[asp.settings.role].get(message.kind)
    if procedure is None:
        raise refusal(f"{message.kind.name} at {asp.settings.role.name}", ErrorCode.UNEXPECTED_MESSAGE)
    if message.kind is not MessageType.ERR:
        check_parameters(asp, message)
    found = procedure(asp, message, reachable)
    if isinstance(found, AspInput) and not asp.allows(found):
        raise refusal(f"{message.kind.name} in {asp.state.value}", ErrorCode.UNEXPECTED_MESSAGE)
    return found


def check_parameters(asp: Asp, message: M3uaMessage) -> None:
    """Routing context and network appearance must be those of the association (RFC 4666 §3.8.1)."""
    context, contexts = asp.settings.routing_context, message.numbers(Tag.ROUTING_CONTEXT)
    if context is not None and contexts and context not in contexts:
        raise refusal(f"routing context {contexts[0]}", ErrorCode.INVALID_ROUTING_CONTEXT)
    own, appearance = asp.settings.network_appearance, message.number(Tag.NETWORK_APPEARANCE)
    if own is not None and appearance not in (None, own):
        raise refusal(f"network appearance {appearance}", ErrorCode.INVALID_NETWORK_APPEARANCE)


def _asp_up(asp: Asp, message: M3uaMessage, _: Collection[int]) -> Meaning:
    wanted, given = asp.settings.asp_identifier, message.number(Tag.ASP_IDENTIFIER)
    if wanted is not None and given is None:
        raise refusal("ASPUP without ASP identifier", ErrorCode.ASP_IDENTIFIER_REQUIRED)
    if wanted is not None and given != wanted:
        raise refusal(f"ASP identifier {given}", ErrorCode.INVALID_ASP_IDENTIFIER)
    asp.asp_identifier = given
    return AspInput.UP


def _asp_active(asp: Asp, message: M3uaMessage, _: Collection[int]) -> Meaning:
    wanted, given = asp.settings.traffic_mode, message.number(Tag.TRAFFIC_MODE_TYPE)
    if given is not None and (given not in set(TrafficMode) or wanted not in (None, given)):
        raise refusal(f"traffic mode {given}", ErrorCode.UNSUPPORTED_TRAFFIC_MODE_TYPE)
    asp.requested_mode = given
    asp.requested_contexts = message.get(Tag.ROUTING_CONTEXT)
    return AspInput.ACTIVE


def _asp_inactive(asp: Asp, message: M3uaMessage, _: Collection[int]) -> Meaning:
    asp.requested_contexts = message.get(Tag.ROUTING_CONTEXT)
    return AspInput.INACTIVE


def _always(what: AspInput) -> _Procedure:
    return lambda asp, message, _: what


def _beat(asp: Asp, message: M3uaMessage, _: Collection[int]) -> Meaning:
    asp.send(MessageType.BEAT_ACK, (Tag.HEARTBEAT_DATA, message.get(Tag.HEARTBEAT_DATA)))
    return []


def _heard(asp: Asp, message: M3uaMessage, _: Collection[int]) -> Meaning:
    """BEAT ACK shows that the peer lives; DUPU concerns MTP users, and SCCP has timers of its own."""
    return []


def _error(asp: Asp, message: M3uaMessage, _: Collection[int]) -> Meaning:
    code = message.number(Tag.ERROR_CODE) or 0
    name = code_name(ErrorCode, code)
    return [ManagementNotified(asp.settings.name, ManagementKind.ERR, code, name)]


def _notify(asp: Asp, message: M3uaMessage, _: Collection[int]) -> Meaning:
    status = message.number(Tag.STATUS) or 0
    text = " ".join(filter(None, (code_name(Status, status), message.text())))
    return [ManagementNotified(asp.settings.name, ManagementKind.NTFY, status, text)]


def _destination(asp: Asp, message: M3uaMessage, _: Collection[int]) -> Meaning:
    point_code, state = asp.settings.point_code, told_state(message)
    concerned = any(affected.covers(point_code) for affected in affected_point_codes(message))
    if not concerned or state is asp.destination:
        return []
    asp.destination = state
    return [DestinationStateChanged(point_code, state)]


def _audit(asp: Asp, message: M3uaMessage, reachable: Collection[int]) -> Meaning:
    affected = affected_point_codes(message)
    up = [one.octets for one in affected if any(map(one.covers, reachable))]
    down = [one.octets for one in affected if one.octets not in up]
    for kind, codes in ((MessageType.DAVA, up), (MessageType.DUNA, down)):
        if codes:
            asp.send(
                kind,
                (Tag.NETWORK_APPEARANCE, asp.settings.network_appearance),
                (Tag.ROUTING_CONTEXT, asp.settings.routing_context),
                (Tag.AFFECTED_POINT_CODE, b"".join(codes)),
            )
    return []


_BOTH: dict[MessageType, _Procedure] = {
    MessageType.ERR: _error,
    MessageType.SCON: _destination,
    MessageType.BEAT: _beat,
    MessageType.BEAT_ACK: _heard,
}
_PROCEDURES: dict[Role, dict[MessageType, _Procedure]] = {
    Role.ASP: _BOTH
    | {
        MessageType.NTFY: _notify,
        MessageType.DUNA: _destination,
        MessageType.DAVA: _destination,
        MessageType.DUPU: _heard,
        MessageType.DRST: _destination,
        MessageType.ASPUP_ACK: _always(AspInput.UP_ACK),
        MessageType.ASPDN_ACK: _always(AspInput.DOWN_ACK),
        MessageType.ASPAC_ACK: _always(AspInput.ACTIVE_ACK),
        MessageType.ASPIA_ACK: _always(AspInput.INACTIVE_ACK),
    },
    Role.SGP: _BOTH
    | {
        MessageType.DAUD: _audit,
        MessageType.ASPUP: _asp_up,
        MessageType.ASPDN: _always(AspInput.DOWN),
        MessageType.ASPAC: _asp_active,
        MessageType.ASPIA: _asp_inactive,
    },
}
