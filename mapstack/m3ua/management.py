"""What each message but DATA does, and at which end it may arrive (RFC 4666 §3.4-§3.8, §4)."""

from collections.abc import Callable

from mapstack.events import ManagementKind, ManagementNotified, UserPartUnavailable
from mapstack.m3ua.asp import AspState, Side, TrafficInput
from mapstack.m3ua.asp_side import Asp
from mapstack.m3ua.association import Peer
from mapstack.m3ua.codes import DeregistrationStatus, ErrorCode, RegistrationStatus, code_name
from mapstack.m3ua.destination import AVAILABLE, affected, told_state
from mapstack.m3ua.member import Member
from mapstack.m3ua.message import M3uaMessage, MessageType, Tag, encode_parameters
from mapstack.m3ua.network import Network, NetworkEvent
from mapstack.m3ua.procedures import check_network, noted, notified, perform, refusal
from mapstack.m3ua.registration import Registrar, Result, results
from mapstack.m3ua.routing_key import PointCodes
from mapstack.m3ua.settings import MAX_POINT_CODE, M3uaSettings, Role, Served
from mapstack.m3ua.ssnm import answer_audit

__all__ = ["Management"]

_ALL = frozenset(Role)
_NOT_ASP = _ALL - {Role.ASP}
_NOT_SGP = _ALL - {Role.SGP}


class Management:
    """Takes the messages of MGMT, SSNM, ASPSM, ASPTM and RKM."""

    def __init__(self, settings: M3uaSettings, network: Network) -> None:
        self._settings = settings
        self._network = network
        self._registrar = Registrar(settings, self._join)

    def receive(self, peer: Peer, message: M3uaMessage, now: float) -> list[NetworkEvent]:
        """One message; `DecodeError` is what is answered with ERR."""
        if message.kind is MessageType.REG_REQ and not peer.settings.grants:
            raise refusal("routing keys are configured here", ErrorCode.UNSUPPORTED_MESSAGE_CLASS)
        roles, procedure = _PROCEDURES[message.kind]
        if peer.settings.role not in roles:
            reason = f"{message.kind.name} at {peer.settings.role.name}"
            raise refusal(reason, ErrorCode.UNEXPECTED_MESSAGE)
        if message.kind is not MessageType.ERR:
            check_network(peer, message)
        return procedure(self, peer, message, now)

    def prune(self) -> None:
        """Registrations of ASPs that have not come back are forgotten."""
        lapsed = self._network.lapsed()
        for member in lapsed:
            self._network.leave(member)
        if lapsed:
            self._release()

    # ---- MGMT, ASPSM, ASPTM

    def _perform(self, peer: Peer, message: M3uaMessage, now: float) -> list[NetworkEvent]:
        return self._network.settle(perform(peer, message, now), now)

    def _note(self, peer: Peer, message: M3uaMessage, now: float) -> list[NetworkEvent]:
        event = noted(peer, message)
        peer.history.note(event, now)
        if message.kind is MessageType.ERR and event.code in _REFUSALS:
            for asp in peer.asps:
                asp.hold_off(now)
        changes = notified(peer, message, now) if message.kind is MessageType.NTFY else []
        return [event, *self._network.settle(changes, now)]

    def _beat(self, peer: Peer, message: M3uaMessage, now: float) -> list[NetworkEvent]:
        peer.send(MessageType.BEAT_ACK, (Tag.HEARTBEAT_DATA, message.get(Tag.HEARTBEAT_DATA)))
        return []

    def _beat_ack(self, peer: Peer, message: M3uaMessage, now: float) -> list[NetworkEvent]:
        return []  # that it came was noted

    # ---- SSNM

    def _destination(self, peer: Peer, message: M3uaMessage, now: float) -> list[NetworkEvent]:
        _check_contexts(peer, message)
        told, concerned = told_state(message), []
        for codes in dict.fromkeys(affected(message)):
            if self._network.routing.concerns(peer, codes):
                peer.told.tell(codes, told)
                concerned.append(codes)
        congested = message.kind is MessageType.SCON
        return self._network.reroute(now, concerned, congested=congested) if concerned else []

    def _user_part(self, peer: Peer, message: M3uaMessage, now: float) -> list[NetworkEvent]:
        """DUPU: told upward, and to the ASPs behind us (§3.4.5)."""
        _check_contexts(peer, message)
        number = message.number(Tag.USER_CAUSE)
        if number is None:
            raise refusal("DUPU without USER_CAUSE", ErrorCode.MISSING_PARAMETER)
        mask, point_code = affected(message)[0]
        if mask or len(affected(message)) > 1:
            raise refusal("DUPU of several point codes", ErrorCode.INVALID_PARAMETER_VALUE)  # §3.4.5
        if point_code not in self._network.routing.behind(peer):
            return []
        self.user_part_unavailable(point_code, number & 0xFFFF, number >> 16)
        return [UserPartUnavailable(point_code, number & 0xFFFF, number >> 16)]

    def user_part_unavailable(self, point_code: int, user: int, cause: int) -> None:
        """Tell our ASPs that a user part is not there (DUPU, §3.4.5)."""
        for peer in self._network.peers.values():
            own = {member.served.point_code for member in peer.members}
            if peer.settings.role is Role.SGP and peer.is_active and point_code not in own:
                cause_of = (Tag.USER_CAUSE, cause << 16 | user)
                peer.send_ssnm(MessageType.DUPU, [PointCodes(0, point_code)], cause_of)

    def not_carried(self, point_code: int, peer: Peer) -> None:
        """Answer DATA that goes no further; what is no point code would be a mask."""
        if peer.settings.role is Role.SGP and point_code <= MAX_POINT_CODE:
            peer.send_ssnm(MessageType.DUNA, [PointCodes(0, point_code)])

    def _audit(self, peer: Peer, message: M3uaMessage, now: float) -> list[NetworkEvent]:
        if not peer.is_active:
            raise refusal("DAUD of an ASP that is not active", ErrorCode.UNEXPECTED_MESSAGE)  # §4.3.1
        _check_contexts(peer, message)
        asked: dict[bool, list[PointCodes]] = {True: [], False: []}
        for codes in affected(message):
            asked[_can_be(codes)].append(codes)
        if asked[False]:
            peer.report_unknown(asked[False])
        known = self._network.destinations | {self._settings.point_code: AVAILABLE}
        answer_audit(peer, asked[True], known)
        return []

    # ---- RKM: we are asked

    def _register(self, peer: Peer, message: M3uaMessage, now: float) -> list[NetworkEvent]:
        asp = _far(peer)
        if asp.state is AspState.DOWN:
            raise refusal(f"REG_REQ in {asp.state.value}", ErrorCode.UNEXPECTED_MESSAGE)
        joined = self._registrar.register(asp, message)
        return self._network.settle(asp.traffic(joined, TrafficInput.UP, now), now)

    def _join(self, served: Served, asp: Asp) -> Member:
        member = next((one for one in asp.members if one.served is served), None)
        if member is None:
            member = Member(served, asp, dynamic=True)
            asp.members.append(member)
            self._network.enrol(member)
        member.registered = True
        return member

    def _deregister(self, peer: Peer, message: M3uaMessage, now: float) -> list[NetworkEvent]:
        asp = _far(peer)
        events: list[NetworkEvent] = []
        answers: list[tuple[Tag, bytes]] = []
        for context in message.numbers(Tag.ROUTING_CONTEXT):
            member = next((one for one in asp.enrolled if one.context == context), None)
            status = _deregistration(member, known=context in self._contexts())
            if member is not None and status is DeregistrationStatus.DEREGISTERED:
                events += self._network.settle(asp.traffic([member], TrafficInput.DOWN, now), now)
                self._network.leave(member)
                self._release()
                events += self._network.reroute(now)
            result = encode_parameters((Tag.ROUTING_CONTEXT, context), (Tag.DEREGISTRATION_STATUS, status))
            answers.append((Tag.DEREGISTRATION_RESULT, result))
        peer.send(MessageType.DEREG_RSP, *answers)
        return events

    def _contexts(self) -> set[int | None]:
        return {member.context for peer in self._network.peers.values() for member in peer.members}

    def _release(self) -> None:
        self._registrar.release([one for peer in self._network.peers.values() for one in peer.members])

    # ---- RKM: we have asked

    def _registered(self, peer: Peer, message: M3uaMessage, now: float) -> list[NetworkEvent]:
        asp = peer.asps[0]
        events: list[NetworkEvent] = []
        given: list[Member] = []
        for result in results(message):
            member = _asked(asp, result.identifier)
            if member is None:
                raise refusal(f"local routing key {result.identifier}", ErrorCode.INVALID_PARAMETER_VALUE)
            if _is_given(result):
                member.context = result.context
                given.append(member)
            else:
                member.t_ack = now + self._settings.timers.t_register
                text = code_name(RegistrationStatus, result.status)
                event = ManagementNotified(peer.name, ManagementKind.REG_RSP, result.status, text)
                peer.history.note(event, now)
                events.append(event)
        return [*events, *self._network.settle(asp.traffic(given, TrafficInput.REGISTERED, now), now)]

    def _deregistered(self, peer: Peer, message: M3uaMessage, now: float) -> list[NetworkEvent]:
        """The key was given back before the ASP went down: there is nothing left to do."""
        return [
            ManagementNotified(
                peer.name,
                ManagementKind.DEREG_RSP,
                result.status,
                code_name(DeregistrationStatus, result.status),
            )
            for result in results(message)
        ]


def _check_contexts(peer: Peer, message: M3uaMessage) -> None:
    """SSNM names the AS that it is for; one of them must be on the association (RFC 4666 §3.4.1)."""
    own = {member.context for member in peer.members}
    contexts = message.numbers(Tag.ROUTING_CONTEXT)
    if contexts and None not in own and own.isdisjoint(contexts):
        raise refusal(f"routing context {contexts[0]}", ErrorCode.INVALID_ROUTING_CONTEXT)


def _can_be(codes: PointCodes) -> bool:
    """Whether any point code that is meant has 14 bits."""
    mask, bits = codes.key
    return bits << mask <= MAX_POINT_CODE


def _far(peer: Peer) -> Asp:
    return next(asp for asp in peer.asps if asp.side is not Side.NEAR)


def _asked(asp: Asp, identifier: int) -> Member | None:
    """The AS whose routing key waits for its result."""
    members = asp.members[identifier - 1 : identifier] if identifier else []
    return next((one for one in members if _awaits_context(one)), None)


def _awaits_context(member: Member) -> bool:
    is_up = member.state is AspState.INACTIVE
    return is_up and member.served.register is not None and member.context is None


def _is_given(result: Result) -> bool:
    """A key that is registered already is ours all the same, if the peer says under which context."""
    again = result.status == RegistrationStatus.ROUTING_KEY_ALREADY_REGISTERED and result.context
    return result.status == RegistrationStatus.REGISTERED or bool(again)


def _deregistration(member: Member | None, *, known: bool) -> DeregistrationStatus:
    """The result for a routing context (§3.6.4)."""
    if member is None:
        return DeregistrationStatus.NOT_REGISTERED if known else DeregistrationStatus.INVALID_ROUTING_CONTEXT
    if not member.dynamic:
        return DeregistrationStatus.PERMISSION_DENIED
    if member.state is AspState.ACTIVE:
        return DeregistrationStatus.ASP_CURRENTLY_ACTIVE
    return DeregistrationStatus.DEREGISTERED


# ERR that answers a request: to ask again at once is of no use, somebody has to change something first.
_REFUSALS = frozenset(
    {
        *(ErrorCode.UNSUPPORTED_MESSAGE_CLASS, ErrorCode.UNSUPPORTED_MESSAGE_TYPE),
        *(ErrorCode.UNSUPPORTED_TRAFFIC_MODE_TYPE, ErrorCode.REFUSED_MANAGEMENT_BLOCKING),
        *(ErrorCode.ASP_IDENTIFIER_REQUIRED, ErrorCode.INVALID_ASP_IDENTIFIER),
        *(ErrorCode.INVALID_ROUTING_CONTEXT, ErrorCode.NO_CONFIGURED_AS_FOR_ASP),
    }
)

_Procedure = Callable[[Management, Peer, M3uaMessage, float], list[NetworkEvent]]

_PROCEDURES: dict[MessageType, tuple[frozenset[Role], _Procedure]] = {
    MessageType.ERR: (_ALL, Management._note),
    MessageType.NTFY: (_NOT_SGP, Management._note),
    MessageType.DUNA: (_NOT_SGP, Management._destination),
    MessageType.DAVA: (_NOT_SGP, Management._destination),
    MessageType.DRST: (_NOT_SGP, Management._destination),
    MessageType.SCON: (_ALL, Management._destination),  # §3.4.4: an ASP may send it too
    MessageType.DUPU: (_NOT_SGP, Management._user_part),
    MessageType.DAUD: (_NOT_ASP, Management._audit),
    **{kind: (_ALL, Management._perform) for kind in MessageType if kind >> 8 in (3, 4)},
    MessageType.BEAT: (_ALL, Management._beat),
    MessageType.BEAT_ACK: (_ALL, Management._beat_ack),
    MessageType.REG_REQ: (_NOT_ASP, Management._register),
    MessageType.REG_RSP: (_NOT_SGP, Management._registered),
    MessageType.DEREG_REQ: (_NOT_ASP, Management._deregister),
    MessageType.DEREG_RSP: (_NOT_SGP, Management._deregistered),
}
