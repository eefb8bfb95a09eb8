"""One association and the ASP on it, seen from either end, run by the tables of `asp` (RFC 4666 §4.3.4)."""

from collections.abc import Callable

from mapstack.errors import LocalError
from mapstack.events import AspStateChanged, ManagementEvent
from mapstack.flow import Flow
from mapstack.m3ua.asp import AS_ASP, AS_SGP, AspAction, AspInput, AspState
from mapstack.m3ua.codes import ErrorCode, Status
from mapstack.m3ua.data import DataCodec
from mapstack.m3ua.destination import DestinationState
from mapstack.m3ua.message import MessageType, Tag, encode
from mapstack.m3ua.settings import Association, M3uaSettings, M3uaTimers, Role

__all__ = ["Asp"]

DIAGNOSTIC_OCTETS = 40  # RFC 4666 §3.8.1 wants the first octets of what was wrong
SLS_VALUES = 16  # Q.704 §2.2.4: 4 bits; DATA spreads over streams by them


class Asp:
    """The ASP at the far (we are SGP) or near (we are ASP) end of one association."""

    __slots__ = (
        "_beats",
        "_flows",
        "_output",
        "_t_ack",
        "_t_beat",
        "_timers",
        "_transitions",
        "asp_identifier",
        "codec",
        "destination",
        "flow",
        "heard",
        "requested_contexts",
        "requested_mode",
        "settings",
        "state",
        "takes_data",
    )

    def __init__(self, settings: Association, own: M3uaSettings, output: list[tuple[bytes, Flow]]) -> None:
        self.settings = settings
        self.state = AspState.DOWN
        self.destination = DestinationState.AVAILABLE
        self.codec = DataCodec(settings, opc=own.point_code, network_indicator=own.network_indicator)
        self.flow: Flow | None = None
        self.heard = 0.0
        self.takes_data = False
        self.requested_contexts: bytes | None = None
        self.requested_mode: int | None = None
        self.asp_identifier = settings.asp_identifier
        self._transitions = AS_ASP if settings.role is Role.ASP else AS_SGP
        self._timers: M3uaTimers = own.timers
        self._output = output
        self._flows: tuple[Flow, ...] = ()
        self._t_ack: float | None = None
        self._t_beat: float | None = None
        self._beats = 0

    # ---- the association

    def link_up(self, flow: Flow, now: float) -> list[ManagementEvent]:
        """The association is there; an ASP starts by itself."""
        self.flow = flow
        data_streams = self.settings.streams - 1
        self._flows = tuple(flow._replace(stream=1 + sls % data_streams) for sls in range(SLS_VALUES))
        self.heard = now
        self._t_beat = now + self._timers.t_beat
        return self.step(AspInput.LINK_UP, now)

    def link_down(self, now: float) -> list[ManagementEvent]:
        """The association is gone, and the ASP with it."""
        self.flow = None
        self._t_beat = None
        return self.step(AspInput.LINK_DOWN, now)

    # ---- time

    def deadline(self) -> float | None:
        """The soonest of T(ack), T(beat) and the end of our patience."""
        if self._t_beat is None:
            return None
        silence = self.heard + 2 * self._timers.t_beat
        return min(self._t_beat, silence, silence if self._t_ack is None else self._t_ack)

    def is_silent(self, now: float) -> bool:
        """Nothing has been heard for two heartbeats (RFC 4666 §4.3.4.6)."""
        return self.flow is not None and now >= self.heard + 2 * self._timers.t_beat

    def expire(self, now: float) -> list[ManagementEvent]:
        """Send the heartbeat or the retransmission that is due."""
        if self._t_beat is not None and now >= self._t_beat:
            self._t_beat = now + self._timers.t_beat
            self._beats = self._beats + 1 & 0xFFFFFFFF
            self.send(MessageType.BEAT, (Tag.HEARTBEAT_DATA, self._beats))
        if self._t_ack is not None and now >= self._t_ack:
            return self.step(AspInput.T_ACK, now)
        return []

    # ---- the machine

    def allows(self, what: AspInput) -> bool:
        """Whether that may happen now; if not, it is an unexpected message."""
        return (self.state, what) in self._transitions

    def step(self, what: AspInput, now: float) -> list[ManagementEvent]:
        """Take one transition of the table."""
        transition = self._transitions.get((self.state, what))
        if transition is None:
            raise LocalError(f"{what} in {self.state} of {self.settings.name}")
        old, (self.state, action) = self.state, transition
        _ACTIONS[action](self, now)
        # RFC 4666 §4.3.4.3: DATA may overtake the ASPAC ACK, so an ASP takes it while inactive
        early = self.settings.role is Role.ASP and self.state is AspState.INACTIVE
        self.takes_data = early or self.state is AspState.ACTIVE
        if old is self.state:
            return []
        self.destination = DestinationState.AVAILABLE
        return [AspStateChanged(self.settings.name, old, self.state)]

    # ---- what is sent

    def send(self, kind: MessageType, *parameters: tuple[Tag, bytes | int | None]) -> None:
        """Send a management message, on stream 0 (RFC 4666 §1.4.7)."""
        if self.flow is not None:
            self._output.append((encode(kind, *parameters), self.flow))

    def transfer(self, sls: int, data: bytes) -> None:
        """Send DATA, on the stream of its SLS and never on 0."""
        self._output.append((self.codec.encode(sls, data), self._flows[sls & SLS_VALUES - 1]))

    def report(self, code: int, offending: bytes = b"", *invalid: tuple[Tag, bytes | None]) -> None:
        """Send ERR, with the parameters that were not valid."""
        self.send(
            MessageType.ERR,
            (Tag.ERROR_CODE, code),
            *invalid,
            (Tag.DIAGNOSTIC_INFORMATION, offending[:DIAGNOSTIC_OCTETS] or None),
        )

    def notify(self, status: Status) -> None:
        """Send NTFY."""
        self.send(
            MessageType.NTFY,
            (Tag.STATUS, status),
            (Tag.ASP_IDENTIFIER, self.asp_identifier),
            (Tag.ROUTING_CONTEXT, self.settings.routing_context),
        )

    # ---- actions of the tables

    def _nothing(self, now: float) -> None:
        pass

    def _settle(self, now: float) -> None:
        self._t_ack = None

    def _send_up(self, now: float) -> None:
        self.send(MessageType.ASPUP, (Tag.ASP_IDENTIFIER, self.settings.asp_identifier))
        self._t_ack = now + self._timers.t_ack

    def _send_active(self, now: float) -> None:
        self.send(
            MessageType.ASPAC,
            (Tag.TRAFFIC_MODE_TYPE, self.settings.traffic_mode),
            (Tag.ROUTING_CONTEXT, self.settings.routing_context),
        )
        self._t_ack = now + self._timers.t_ack

    def _report_and_send_active(self, now: float) -> None:
        self.report(ErrorCode.UNEXPECTED_MESSAGE)
        self._send_active(now)

    def _ack_up(self, now: float) -> None:
        self.send(MessageType.ASPUP_ACK, (Tag.ASP_IDENTIFIER, self.asp_identifier))

    def _ack_up_and_report(self, now: float) -> None:
        self._ack_up(now)
        self.report(ErrorCode.UNEXPECTED_MESSAGE)

    def _ack_down(self, now: float) -> None:
        self.send(MessageType.ASPDN_ACK)

    def _ack_active(self, now: float) -> None:
        self.send(
            MessageType.ASPAC_ACK,
            (Tag.TRAFFIC_MODE_TYPE, self.requested_mode),
            (Tag.ROUTING_CONTEXT, self._contexts()),
        )

    def _ack_inactive(self, now: float) -> None:
        self.send(MessageType.ASPIA_ACK, (Tag.ROUTING_CONTEXT, self._contexts()))

    def _notify_alternate(self, now: float) -> None:
        self.notify(Status.ALTERNATE_ASP_ACTIVE)

    def _contexts(self) -> bytes | int | None:
        own = self.settings.routing_context
        return self.requested_contexts if own is None else own


_ACTIONS: dict[AspAction, Callable[[Asp, float], None]] = {
    AspAction.NOTHING: Asp._nothing,
    AspAction.SETTLE: Asp._settle,
    AspAction.SEND_UP: Asp._send_up,
    AspAction.SEND_ACTIVE: Asp._send_active,
    AspAction.REPORT_AND_SEND_ACTIVE: Asp._report_and_send_active,
    AspAction.ACK_UP: Asp._ack_up,
    AspAction.ACK_UP_AND_REPORT: Asp._ack_up_and_report,
    AspAction.ACK_DOWN: Asp._ack_down,
    AspAction.ACK_ACTIVE: Asp._ack_active,
    AspAction.ACK_INACTIVE: Asp._ack_inactive,
    AspAction.NOTIFY_ALTERNATE: Asp._notify_alternate,
}
