"""How SIGTRAN stands, in words, and what to change where it does not stand (RFC 4666 §3.8, §4.3)."""

from collections.abc import Iterator
from typing import NamedTuple

from mapstack.events import ManagementKind
from mapstack.m3ua.application_server import AsState
from mapstack.m3ua.asp import AspState
from mapstack.m3ua.codes import ErrorCode, RegistrationStatus, Status, code_name
from mapstack.m3ua.destination import DestinationState
from mapstack.m3ua.settings import Role
from mapstack.m3ua.status import AspStatus, AssociationStatus, AsStatus, DestinationStatus, Heard, M3uaStatus

NOBODY_LEADS_THERE = "no association that leads there is active"

__all__ = ["NOBODY_LEADS_THERE", "Standing", "lasting", "standings"]

_NOT_CONNECTED = {  # words of the transport, and what they point to; the first that are there
    "without a word": "the peer does not want us: has it an ASP with this address and port? See `local`",
    "refused": "nothing listens there: does M3UA run at the peer, over this `transport`, "
    "and is `remote` its address and port?",
    "came, and": "make `remote` the address that the peer comes from, or have it come from that one",
    "Cannot assign": "`local` must be an address of this machine",
    "already in use": "`local` belongs to another program",
    "between the same": "has another association this `local` and `remote`? Else the last one is ending",
    "unreachable": "there is no network route to `remote`",
    "No route to host": "there is no network route to `remote`, or a firewall refuses",
    "no answer": "is the address in `remote` right, and does a firewall let SCTP through?",
    "timed out": "`remote` does not answer: is the address right, and does a firewall let SCTP through?",
    "ame or service": "no host has the name in `remote`",
    "name resolution": "DNS does not answer: write an address into `remote`",
    "idna": "what is in `remote` can be no name of a host",
    "peer closed": "was the peer restarted, or our ASP taken out there?",
    "peer aborted": "was the peer restarted, or our ASP taken out there?",
    "communication lost": "the path or the peer failed: does it still run?",
    "shut the association": "the peer ended it: was it restarted, or is this ASP blocked there?",
    "heartbeats": "the peer was silent: does it still run, and does it answer BEAT (else t_beat = 0)?",
    "reset": "was the peer restarted, or our ASP taken out there?",
}
_REGISTRATION = {
    RegistrationStatus.INVALID_DPC: "the point code of the key is none at the peer: see `key_point_code`",
    RegistrationStatus.INVALID_NETWORK_APPEARANCE: "set `network_appearance` to the one of the peer",
    RegistrationStatus.PERMISSION_DENIED: "have the peer allow dynamic registration of this key for us",
    RegistrationStatus.CANNOT_SUPPORT_UNIQUE_ROUTING: "another key at the peer has the same traffic already",
    RegistrationStatus.ROUTING_KEY_NOT_PROVISIONED: "have this routing key configured at the peer",
    RegistrationStatus.UNSUPPORTED_PARAMETER_FIELD: "leave out `key_originating`",
    RegistrationStatus.UNSUPPORTED_TRAFFIC_MODE: "set `traffic_mode` to the one of the peer",
    RegistrationStatus.ROUTING_KEY_ALREADY_REGISTERED: "the peer still has it from before, or from another",
}
_REFUSED_BY_US = {  # words of our refusal, and what they point to
    "without routing context": "have the peer send one: there are several servers on this association",
    "routing context": "make `routing_context` the same at both ends",
    "ASP identifier": "make `asp_identifier` the one that the peer has",
    "traffic mode": "make `traffic_mode` the same at both ends",
    "network appearance": "make `network_appearance` the same at both ends",
    "blocked": "set `blocked = false` to let it in",
    "at SGP": "it behaves as a gateway as well: one end must be ASP, so set `role`",
    "at ASP": "it behaves as an ASP as well: one end must be SGP, so set `role`",
    "service indicator": "make `network_indicator` the same at both ends",
    "routing keys": "set `grants` to let it register, or have a routing context configured there",
    "a message for point code": "is `point_code` ours? Or have the peer mend its route",
    "no AS is configured": "let it register a routing key, or add a [[map.association.server]]",
}


class Standing(NamedTuple):
    """One thing: what it is, how it stands, for how long, whether it is as it should be; all in words."""

    what: str
    name: str
    state: str
    seconds: float | None
    sound: bool
    sentence: str
    sent: int | None = None
    """DATA since it was connected; where several application servers share an association, at one of them."""
    received: int | None = None


def standings(status: M3uaStatus) -> list[Standing]:
    """Associations first, then what depends on them."""
    found: list[Standing] = []
    for association in status.associations:
        found += _association(association, status)
    found += [_server(server, status.now) for server in status.servers]
    return found + [_destination(destination, status.now) for destination in status.destinations]


def lasting(seconds: float) -> str:
    """How long, in the unit that fits."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0.0):.0f} s"


# ---- associations


def _association(one: AssociationStatus, status: M3uaStatus) -> Iterator[Standing]:
    since = None if one.since is None else status.now - one.since
    if not one.remote:
        sentence = f"{one.name}: not connected{_for(since)}{_why_not_connected(one)}"
        yield Standing("association", one.name, "not connected", since, sound=False, sentence=sentence)
        return
    if not one.asps:
        state = "connected, no AS"
        why = "the peer may register a routing key, and has registered none"
        sentence = f"{one.name}: connected to {one.remote}{_for(since)}: {why}"
        yield Standing("association", one.name, state, since, sound=False, sentence=sentence)
    counted = next((asp for asp in one.asps if asp.state is AspState.ACTIVE), None)
    for asp in one.asps:
        found = _asp(one, asp, status)
        yield found._replace(sent=one.sent, received=one.received) if asp is counted else found


def _why_not_connected(one: AssociationStatus) -> str:
    said = one.ended or one.trouble
    if one.ended and one.trouble and one.trouble != "cut":
        said = one.trouble
    if not said:
        return ", tries to connect"
    hint = next((hint for words, hint in _NOT_CONNECTED.items() if words in said), "")
    return f": {said}{hint and f': {hint}'}"


def _asp(one: AssociationStatus, asp: AspStatus, status: M3uaStatus) -> Standing:
    since = one.since if asp.since is None else asp.since
    seconds = None if since is None else status.now - since
    name = one.name if len(one.asps) == 1 else f"{one.name}/{asp.application_server}"
    sound, why = _why(one, asp, status, since or 0.0)
    sentence = f"{name}: connected to {one.remote}, {asp.state.value}{_for(seconds)}{why and f': {why}'}"
    if one.ended and not sound:
        sentence += f"; the connection before ended: {one.ended}"
    return Standing("association", name, asp.state.value, seconds, sound=sound, sentence=sentence)


def _why(one: AssociationStatus, asp: AspStatus, status: M3uaStatus, since: float) -> tuple[bool, str]:
    """Whether it is as it should be, and the reason with what to change."""
    heard = [each for each in one.heard if each.at >= since]
    if asp.state is AspState.ACTIVE:
        said = [_last(each) for each in heard[-1:]] + _doubts(one, asp, status, since)
        return True, "; ".join(said)
    told = [each for each in heard if each.kind is ManagementKind.NTFY]
    if asp.ours and told and told[-1].code == Status.ALTERNATE_ASP_ACTIVE:
        return True, "stands by, another ASP is active"
    wanted = "ASPUP" if asp.state is AspState.DOWN else "ASPAC"
    if asp.registers and asp.state is AspState.INACTIVE and asp.routing_context is None:
        wanted = "REG REQ"
    if not asp.ours:
        return False, _why_not_asked(heard, wanted)
    refused = [each for each in heard if each.kind in (ManagementKind.ERR, ManagementKind.REG_RSP)]
    if refused:
        return False, _why_refused(refused[-1], one, asp, wanted)
    if status.now - since <= status.t_ack:
        return False, f"{wanted} was sent"
    return False, f"{wanted} is not answered: {_UNANSWERED[wanted]}"


def _doubts(one: AssociationStatus, asp: AspStatus, status: M3uaStatus, since: float) -> list[str]:
    """What may be wrong although the ASP is active; it may be right as well."""
    quiet = one.unanswered_since
    if quiet is not None and status.now - quiet >= _DOUBTFUL:
        asked = f"does the peer route to our point code {status.point_code}?"
        return [f"{one.unanswered} DATA sent, none came back for {lasting(status.now - quiet)}: {asked}"]
    notified = [
        each for each in one.heard if each.kind is ManagementKind.NTFY and each.at >= (one.since or 0.0)
    ]
    known = bool(notified) and notified[-1].code not in (Status.AS_INACTIVE, Status.AS_PENDING)
    if one.role is not Role.ASP or known or one.received or status.now - since < _DOUBTFUL:
        return []
    return [
        f"the peer has not said that {asp.application_server} is active (NTFY), and no DATA came: {_UNASKED}"
    ]


_DOUBTFUL = 10.0  # seconds
_UNASKED = "some never say it, others have no application server for our address and port"
_UNANSWERED = {
    "ASPUP": 'is the peer an M3UA signalling gateway? If it is an ASP, set role = "sgp"',
    "ASPAC": "the peer has us, but does not activate us: look there for our application server",
    "REG REQ": "the peer may know no dynamic registration: set routing_context in place of register",
}


def _why_not_asked(heard: list[Heard], wanted: str) -> str:
    """The peer is the one that has to ask."""
    refused = [each for each in heard if each.kind is None]
    if refused:
        return _refused_by_us("what it sent", refused[-1].text)
    if wanted == "ASPUP":
        return 'the peer has sent no ASPUP: if it waits for ours, set role = "asp"'
    return "the peer has sent no ASPAC: is its application server blocked, or does it stand by?"


def _refused_by_us(what: str, reason: str) -> str:
    hint = next((hint for words, hint in _REFUSED_BY_US.items() if words in reason), "")
    return f"we refused {what} ({reason}){hint and f': {hint}'}"


def _why_refused(heard: Heard, one: AssociationStatus, asp: AspStatus, wanted: str) -> str:
    if heard.kind is ManagementKind.REG_RSP:
        found = (hint for code, hint in _REGISTRATION.items() if code == heard.code)
        words = _words(code_name(RegistrationStatus, heard.code))
        return f'routing key refused with result {heard.code} "{words}": {next(found, "look at the peer")}'
    words = _words(code_name(ErrorCode, heard.code))
    return f'{wanted} refused with ERR {heard.code} "{words}": {_hint(heard.code, one, asp)}'


def _hint(code: int, one: AssociationStatus, asp: AspStatus) -> str:
    """What an ERR of the peer points to."""
    context = (
        "no routing context" if asp.routing_context is None else f"routing context {asp.routing_context}"
    )
    mode = "no traffic mode" if asp.traffic_mode is None else asp.traffic_mode.name.lower()
    identifier = "no ASP identifier" if one.asp_identifier is None else f"ASP identifier {one.asp_identifier}"
    hints: dict[int, str] = {
        ErrorCode.INVALID_VERSION: "does the peer speak M3UA (and not M2UA, SUA)?",
        ErrorCode.UNSUPPORTED_MESSAGE_CLASS: _CLASS if asp.registers else "does the peer speak M3UA?",
        ErrorCode.UNSUPPORTED_TRAFFIC_MODE_TYPE: f"the peer does not take {mode}: set `traffic_mode`",
        ErrorCode.UNEXPECTED_MESSAGE: f"is the peer a signalling gateway? We are {_article(one.role)}",
        ErrorCode.REFUSED_MANAGEMENT_BLOCKING: "this ASP is blocked at the peer: have it unblocked there",
        ErrorCode.ASP_IDENTIFIER_REQUIRED: "the peer wants an ASP identifier: set `asp_identifier`",
        ErrorCode.INVALID_ASP_IDENTIFIER: f"the peer does not take {identifier}: set `asp_identifier`",
        ErrorCode.INVALID_NETWORK_APPEARANCE: "set `network_appearance` to that of the peer",
        ErrorCode.INVALID_ROUTING_CONTEXT: f"the peer does not know {context}: set `routing_context`",
        ErrorCode.NO_CONFIGURED_AS_FOR_ASP: f"the peer has no AS for {context}: set `routing_context`, "
        "or have the AS configured there for our address and port",
    }
    return hints.get(code, "look at the log of the peer")


_CLASS = "the peer knows no dynamic registration: set `routing_context` in place of `register`"
_ROLES = {
    Role.ASP: "an ASP",
    Role.SGP: "a signalling gateway",
    Role.IPSP_SINGLE: "an IPSP (single exchange)",
    Role.IPSP_DOUBLE: "an IPSP (double exchange)",
}


def _article(role: Role) -> str:
    return _ROLES[role]


def _last(heard: Heard) -> str:
    """What came last while all is well."""
    if heard.kind is None:
        return _refused_by_us("what it sent last", heard.text)
    code = f" {heard.code}" if heard.kind is ManagementKind.ERR else ""
    return f'last {heard.kind.value}{code} "{_words(heard.text)}"'


# ---- what depends on them


def _server(one: AsStatus, now: float) -> Standing:
    seconds = None if one.since is None else now - one.since
    sound = one.state is AsState.ACTIVE
    why = {
        AsState.DOWN: "no ASP of it is up",
        AsState.INACTIVE: "its ASPs are up, none is active",
        AsState.PENDING: "no ASP is active any more, traffic waits for T(r)",
        AsState.ACTIVE: f"served by {', '.join(one.active)}",
    }[one.state]
    sentence = f"{one.name}: {one.state.value}{_for(seconds)}: {why}"
    return Standing("application server", one.name, one.state.value, seconds, sound=sound, sentence=sentence)


def _destination(one: DestinationStatus, now: float) -> Standing:
    seconds = None if one.since is None else now - one.since
    name, state = str(one.point_code), one.state.value
    if one.level:
        state += f", level {one.level}"
    why = ""
    if one.told:
        why = f": told by {'; '.join(one.told)}"
        if one.state is DestinationState.UNAVAILABLE:
            why += ": has it a route there, and is what serves that point code active?"
    elif one.state is DestinationState.UNAVAILABLE:
        why = f": {NOBODY_LEADS_THERE}"
    via = f" over {', '.join(one.via)}" if one.via else ""
    sentence = f"point code {name}: {state}{via}{_for(seconds)}{why}"
    sound = one.state is DestinationState.AVAILABLE
    return Standing("destination", name, state, seconds, sound=sound, sentence=sentence, sent=one.sent)


def _for(seconds: float | None) -> str:
    return "" if seconds is None else f" for {lasting(seconds)}"


def _words(text: str) -> str:
    """The specification's words with its abbreviations."""
    return " ".join(word.upper() if word in ("as", "asp", "dpc") else word for word in text.split())
