"""SMPP for either end, sans-IO: sessions over connections that somebody else makes (SMPP v3.4)."""

from collections.abc import Sequence
from math import inf

from ipsmgw.smpp.codec import HEADER, Header, body, encode, header
from ipsmgw.smpp.codes import RESPONSE, Command, Status
from ipsmgw.smpp.errors import DecodeError, LocalError
from ipsmgw.smpp.events import (
    Connected,
    PeerMisbehaved,
    Requested,
    Responded,
    RespondedLate,
    ResponseLost,
    SessionEnded,
    SmppEvent,
    StateChanged,
)
from ipsmgw.smpp.flow import Flow
from ipsmgw.smpp.machine import Input, Role, State, may_send
from ipsmgw.smpp.pdu import EnquireLink, GenericNack, Pdu, Unbind, response_to
from ipsmgw.smpp.session import BINDS, Session
from ipsmgw.smpp.settings import SmppSettings

__all__ = ["SmppStack"]

_MANAGEMENT = frozenset((Command.ENQUIRE_LINK, Command.UNBIND, *BINDS))
_UNANSWERED = frozenset((Command.OUTBIND, Command.ALERT_NOTIFICATION))


class SmppStack:
    """The sessions of one entity. `receive` takes one PDU, as `Framer` cuts them, or any other octets."""

    def __init__(self, role: Role, settings: SmppSettings) -> None:
        self._role = role
        self._settings = settings
        self._sessions: dict[Flow, Session] = {}
        self._output: list[tuple[bytes, Flow]] = []

    # What comes.

    def receive(self, data: bytes, flow: Flow, now: float) -> Sequence[SmppEvent]:
        """One PDU."""
        session = self._sessions.get(flow)
        if session is None:
            return []  # its connection is being cut
        session.heard = now
        head = header(data)
        try:
            pdu = body(data, head)
        except DecodeError as error:
            return self._malformed(session, head, error, framed=len(data) == head.command_length, now=now)
        if head.is_response:
            return self._on_response(session, head, pdu, now)
        return self._on_request(session, head, pdu, now)

    def link_up(self, flow: Flow, identity: str, now: float) -> Sequence[SmppEvent]:
        """A connection is there."""
        if len(self._sessions) >= self._settings.sessions:
            return [SessionEnded(flow, State.CLOSED, f"there are {len(self._sessions)} connections already")]
        self._sessions[flow] = Session(flow, self._settings, now)
        return [Connected(flow)]

    def link_down(self, flow: Flow, now: float) -> Sequence[SmppEvent]:
        """It is gone."""
        session = self._sessions.get(flow)
        return [] if session is None else self._end(session, "the connection is gone", now)

    def expire(self, now: float) -> Sequence[SmppEvent]:
        """Deadlines have passed."""
        events: list[SmppEvent] = []
        for session in list(self._sessions.values()):
            events += self._expire(session, now)
        return events

    def deadline(self) -> float | None:
        """The soonest."""
        soonest = min((session.due().when for session in self._sessions.values()), default=inf)
        return None if soonest == inf else soonest

    def take_output(self) -> list[tuple[bytes, Flow]]:
        """What is to be sent."""
        taken, self._output = self._output, []
        return taken

    # Requests from above.

    def request(self, flow: Flow, pdu: Pdu, now: float) -> int:
        """Send a request; its sequence_number, under which the answer will come."""
        session = self._session(flow)
        command = pdu.COMMAND
        if not may_send(self._role, command, session.state):
            raise LocalError(f"{command.name} from {self._role.name} in {session.state.name}")
        if command not in _MANAGEMENT and command not in _UNANSWERED and not session.room:
            raise LocalError(f"{self._settings.window} requests wait for their answer already")
        session.active = now
        return self._send(session, pdu, now)

    def respond(
        self, flow: Flow, sequence_number: int, pdu: Pdu, now: float, *, status: int = Status.ROK
    ) -> Sequence[SmppEvent]:
        """Answer a request of the peer; a session that has ended meanwhile needs no answer."""
        session = self._sessions.get(flow)
        if session is None:
            return []
        request = session.asked.pop(sequence_number, None)
        if request is None or pdu.COMMAND not in (request.COMMAND | RESPONSE, Command.GENERIC_NACK):
            raise LocalError(f"{pdu.COMMAND.name} answers no request {sequence_number}")
        self._put(session, encode(pdu, sequence_number, status))
        if request.COMMAND in BINDS and status == Status.ROK:
            return self._change(session, BINDS[request.COMMAND], now)
        return []

    def unbind(self, flow: Flow, now: float) -> Sequence[SmppEvent]:
        """End a session in order."""
        session = self._session(flow)
        self.request(flow, Unbind(), now)
        return self._change(session, Input.UNBIND, now)

    def state(self, flow: Flow) -> State:
        """Of a session; CLOSED where there is none."""
        session = self._sessions.get(flow)
        return State.CLOSED if session is None else session.state

    def room(self, flow: Flow) -> int:
        """How many requests more the window has room for."""
        session = self._sessions.get(flow)
        return 0 if session is None else session.room

    @property
    def waiting(self) -> int:
        """Requests of ours without an answer, over all sessions."""
        return sum(len(session.waiting) for session in self._sessions.values())

    # Within.

    def _session(self, flow: Flow) -> Session:
        session = self._sessions.get(flow)
        if session is None:
            raise LocalError(f"there is no session {flow.connection}")
        return session

    def _put(self, session: Session, octets: bytes) -> None:
        self._output.append((octets, session.flow))

    def _send(self, session: Session, pdu: Pdu, now: float) -> int:
        sequence = session.send(pdu, now)
        self._put(session, encode(pdu, sequence))
        return sequence

    def _change(self, session: Session, event: Input, now: float) -> list[SmppEvent]:
        session.active = now
        return [StateChanged(session.flow, *session.run(event, now))]

    def _end(self, session: Session, reason: str, now: float) -> list[SmppEvent]:
        """What waits is lost, and then it is over."""
        del self._sessions[session.flow]
        state, _ = session.run(Input.DISCONNECT, now)
        lost: list[SmppEvent] = [
            ResponseLost(session.flow, number, pending.pdu, reason)
            for number, pending in session.waiting.items()
            if pending.pdu.COMMAND not in _MANAGEMENT
        ]
        return [*lost, SessionEnded(session.flow, state, reason)]

    # Octets that are no PDU.

    def _malformed(
        self, session: Session, head: Header, error: DecodeError, *, framed: bool, now: float
    ) -> list[SmppEvent]:
        misbehaved = PeerMisbehaved(session.flow, str(error))
        if not framed or head.command_length < HEADER.size:
            # Where the next PDU begins nobody knows (§4.3.1).
            self._put(session, encode(GenericNack(), head.sequence_number, Status.RINVCMDLEN))
            return [misbehaved, *self._end(session, str(error), now)]
        if head.is_response:
            return [misbehaved, *self._lose(session, head)]
        if head.command not in _UNANSWERED:
            answer = GenericNack if head.command is None else response_to(head.command)
            self._put(session, encode(answer(), head.sequence_number, error.status))
        return [misbehaved]

    def _lose(self, session: Session, head: Header) -> list[SmppEvent]:
        """An answer that cannot be read is an answer lost."""
        pending = session.waiting.get(head.sequence_number)
        if pending is None or head.command_id != pending.pdu.COMMAND | RESPONSE:
            return []
        del session.waiting[head.sequence_number]
        return [ResponseLost(session.flow, head.sequence_number, pending.pdu, "its answer makes no sense")]

    # Requests of the peer.

    def _on_request(self, session: Session, head: Header, pdu: Pdu, now: float) -> list[SmppEvent]:
        command = pdu.COMMAND
        status = self._refusal(session, head, command)
        if status is not None:
            if command not in _UNANSWERED:
                self._put(session, encode(response_to(command)(), head.sequence_number, status))
            return [PeerMisbehaved(session.flow, f"{command.name} in {session.state.name}: {status.name}")]
        if command is Command.ENQUIRE_LINK:
            self._put(session, encode(response_to(command)(), head.sequence_number))
            return []
        session.active = now
        if command is Command.UNBIND:
            self._put(session, encode(response_to(command)(), head.sequence_number))
            changed = self._change(session, Input.UNBIND, now)
            return [*changed, *self._end(session, "the peer has unbound", now)]
        if command not in _UNANSWERED:
            session.asked[head.sequence_number] = pdu
        return [Requested(session.flow, head.sequence_number, pdu)]

    def _refusal(self, session: Session, head: Header, command: Command) -> Status | None:
        """Why a request is not for now."""
        if not may_send(self._role.peer, command, session.state):
            return Status.RALYBND if command in BINDS and session.bound else Status.RINVBNDSTS
        if command in BINDS and session.binding:
            return Status.RALYBND
        if head.sequence_number in session.asked:
            return Status.RSYSERR  # two that wait under one number could not be told apart
        if command not in _MANAGEMENT and len(session.asked) >= self._settings.accepted:
            return Status.RTHROTTLED
        return None

    # Answers of the peer.

    def _on_response(self, session: Session, head: Header, pdu: Pdu, now: float) -> list[SmppEvent]:
        number = head.sequence_number
        pending = session.waiting.get(number)
        fits = pending is not None and head.command_id in (
            pending.pdu.COMMAND | RESPONSE,
            Command.GENERIC_NACK,
        )
        if pending is None and head.command_id - RESPONSE == _command(session.overdue.get(number)):
            return [
                RespondedLate(session.flow, number, session.overdue.pop(number), head.command_status, pdu)
            ]
        if pending is None or not fits:
            return [PeerMisbehaved(session.flow, f"{pdu.COMMAND.name} answers no request {number}")]
        del session.waiting[number]
        request = pending.pdu
        match request.COMMAND:
            case Command.ENQUIRE_LINK:
                return []
            case Command.UNBIND:
                return self._end(session, "the session was unbound", now)
            case command if command in BINDS and head.command_status == Status.ROK:
                # A generic_nack is never a yes, whatever its status says.
                if pdu.COMMAND is Command.GENERIC_NACK:
                    return self._end(session, "the bind was answered with a generic_nack", now)
                changed = self._change(session, BINDS[command], now)
                return [*changed, Responded(session.flow, number, request, Status.ROK, pdu)]
        session.active = now
        status = head.command_status
        if pdu.COMMAND is Command.GENERIC_NACK and status == Status.ROK:
            status = Status.RUNKNOWNERR
        return [Responded(session.flow, number, request, status, pdu)]

    # Deadlines.

    def _expire(self, session: Session, now: float) -> list[SmppEvent]:
        events: list[SmppEvent] = []
        while session.state is not State.CLOSED and (due := session.due()).when <= now:
            match due.timer:
                case "response":
                    events += self._unanswered(session, now)
                case "enquire_link":
                    self._send(session, EnquireLink(), now)
                case "inactivity":
                    self._send(session, Unbind(), now)
                    events += self._change(session, Input.UNBIND, now)
                case "session_init":
                    events += self._end(session, "no bind has come in time", now)
                case _:
                    events += self._end(session, "the unbound connection stays open", now)
        return events

    def _unanswered(self, session: Session, now: float) -> list[SmppEvent]:
        """The oldest request waits too long; a session where even that of the link does is over (§7.2)."""
        number, pending = next(iter(session.waiting.items()))
        command = pending.pdu.COMMAND
        if command in _MANAGEMENT:
            return self._end(session, f"no answer to {command.name.lower()}", now)
        session.give_up(number)
        return [ResponseLost(session.flow, number, pending.pdu, "no answer in time")]


def _command(pdu: Pdu | None) -> Command | None:
    return None if pdu is None else pdu.COMMAND
