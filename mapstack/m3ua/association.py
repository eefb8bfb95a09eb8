"""One association: what is sent on it, heartbeat, what its peer has told (RFC 4666 §1.4.7, §4.3.4.6)."""

from dataclasses import dataclass, field

from mapstack.events import ManagementNotified
from mapstack.flow import Flow
from mapstack.m3ua.asp import AspInput, AspState, Side
from mapstack.m3ua.asp_side import Asp, contexts_of
from mapstack.m3ua.codes import ErrorCode
from mapstack.m3ua.data import DataCodec, DataCodecs
from mapstack.m3ua.destination import Told
from mapstack.m3ua.member import Change, Member
from mapstack.m3ua.message import MessageType, Tag, encode
from mapstack.m3ua.routing_key import PointCodes
from mapstack.m3ua.settings import Association, M3uaSettings, Role, Served
from mapstack.m3ua.traffic import Traffic
from mapstack.m3ua.way import SLS_VALUES, Way

__all__ = ["Peer"]

AFFECTED = 1024  # point codes in one message of SSNM: 4 KB
DIAGNOSTIC_OCTETS = 40  # RFC 4666 §3.8.1 wants the first octets of what was wrong
_SIDES = {
    Role.ASP: (Side.NEAR,),
    Role.SGP: (Side.FAR,),
    Role.IPSP_SINGLE: (Side.BOTH,),
    Role.IPSP_DOUBLE: (Side.NEAR, Side.FAR),
}


@dataclass(slots=True)
class History:
    """What is remembered for whoever asks why it does not work."""

    link_since: float | None = None
    """When it was connected, or was lost."""
    last: list[tuple[ManagementNotified, float]] = field(default_factory=list)
    """The last message of each kind of management that came."""
    misbehaved: tuple[str, float] | None = None
    """What the peer did last that we refused."""
    ended: str = ""
    """Why the last connection ended, where we ended it."""

    def note(self, event: ManagementNotified, now: float) -> None:
        """Remember a message of management, the newest last."""
        self.last = [(old, when) for old, when in self.last if old.kind is not event.kind]
        self.last.append((event, now))


class Peer:
    """The far end of an association, and the ASP at either end of it."""

    __slots__ = (
        "_beats",
        "_flows",
        "_own",
        "_t_audit",
        "_t_beat",
        "_timers",
        "asp_identifier",
        "asps",
        "codec",
        "flow",
        "heard",
        "history",
        "name",
        "output",
        "received",
        "settings",
        "takes_data",
        "told",
        "traffic",
    )

    def __init__(self, settings: Association, own: M3uaSettings, output: list[tuple[bytes, Flow]]) -> None:
        self.settings = settings
        self.name = settings.name
        self.output = output
        self.flow: Flow | None = None
        self.heard = 0.0
        self.takes_data = False
        self.received = 0
        """DATA since the association was established."""
        self.traffic = Traffic()
        self.asp_identifier = settings.asp_identifier
        self.told = Told(own.limits.destinations)
        self.history = History()
        self._own = own
        self._timers = own.timers
        self._flows: tuple[Flow, ...] = ()
        self._t_beat: float | None = None
        self._t_audit: float | None = None
        self._beats = 0
        self.asps = tuple(Asp(self, side, own) for side in _SIDES[settings.role])
        self.codec: DataCodec | DataCodecs = DataCodecs(())

    @property
    def members(self) -> list[Member]:
        """All ASPs of all AS on it."""
        return [member for asp in self.asps for member in asp.members]

    @property
    def is_active(self) -> bool:
        """Whether any AS has traffic on it."""
        return any(member.state is AspState.ACTIVE for asp in self.asps for member in asp.members)

    @property
    def sent(self) -> int:
        """DATA since the association was established."""
        return sum(member.sent for member in self.members)

    # ---- the association

    def link_up(self, flow: Flow, now: float) -> list[Change]:
        """The association is there; an ASP starts by itself."""
        self.flow = flow
        data_streams = self.settings.streams - 1
        self._flows = tuple(flow._replace(stream=1 + sls % data_streams) for sls in range(SLS_VALUES))
        self.heard = self.history.link_since = now
        self._t_beat = None if self._timers.t_beat is None else now + self._timers.t_beat
        self.received, self.traffic = 0, Traffic()
        for member in self.members:
            member.ways.clear()
            member.sent_before = 0
        return [change for asp in self.asps for change in asp.step(AspInput.LINK_UP, now)]

    def link_down(self, now: float, reason: str = "") -> list[Change]:
        """The association is gone, and the ASP with it."""
        self.flow = None
        self._t_beat = self._t_audit = None
        self.history.link_since = now
        self.history.ended = reason
        return [change for asp in self.asps for change in asp.step(AspInput.LINK_DOWN, now)]

    def settled(self) -> None:
        """States have changed: from now on DATA is read for the AS that may have it."""
        receiving = [member for member in self.members if member.receives]
        self.takes_data = bool(receiving)
        codecs = [(member.context, self._data_codec(member, 0)) for member in receiving]
        self.codec = codecs[0][1] if len(codecs) == 1 else DataCodecs(codecs)
        if not self.is_active:
            self.told.clear()
            self._t_audit = None

    # ---- time

    def deadline(self) -> float | None:
        """The soonest of T(ack), T(beat), the audit and the end of our patience."""
        if self.flow is None:
            return None
        soonest, t_beat = self._t_audit, self._t_beat
        if t_beat is not None and self._timers.t_beat is not None:
            t_beat = min(t_beat, self.heard + 2 * self._timers.t_beat)
            soonest = t_beat if soonest is None else min(soonest, t_beat)
        for asp in self.asps:
            if asp.deadline is not None and (soonest is None or asp.deadline < soonest):
                soonest = asp.deadline
        return soonest

    def is_silent(self, now: float) -> bool:
        """Nothing has been heard for two heartbeats (RFC 4666 §4.3.4.6)."""
        patience = self._patience()
        return self.flow is not None and patience is not None and now >= patience

    def expire(self, now: float) -> list[Change]:
        """Send the heartbeat or the retransmission that is due."""
        if self.flow is not None and now >= self.traffic.look_again:
            self.traffic.look(self.sent, self.received, now)
        if self._t_beat is not None and self._timers.t_beat is not None and now >= self._t_beat:
            self._t_beat = now + self._timers.t_beat
            self._beats = self._beats + 1 & 0xFFFFFFFF
            self.send(MessageType.BEAT, (Tag.HEARTBEAT_DATA, self._beats))
        return [change for asp in self.asps for change in asp.expire(now)]

    def audit_due(self, now: float) -> bool:
        """Whether it is time to ask again for what is not available."""
        return self._t_audit is not None and now >= self._t_audit

    def _patience(self) -> float | None:
        t_beat = self._timers.t_beat
        return None if t_beat is None else self.heard + 2 * t_beat

    # ---- what is sent

    def send(self, kind: MessageType, *parameters: tuple[Tag, bytes | int | None]) -> None:
        """Send a management message, on stream 0 (RFC 4666 §1.4.7)."""
        if self.flow is not None:
            self.output.append((encode(kind, *parameters), self.flow))

    def report(self, code: int, offending: bytes = b"", *invalid: tuple[Tag, bytes | int | None]) -> None:
        """Send ERR, with the parameters that were not valid."""
        self.send(
            MessageType.ERR,
            (Tag.ERROR_CODE, code),
            *invalid,
            (Tag.DIAGNOSTIC_INFORMATION, offending[:DIAGNOSTIC_OCTETS] or None),
        )

    def audit(self, point_codes: list[PointCodes], now: float) -> None:
        """Ask how destinations can be reached (DAUD, §4.5.3), and ask again later."""
        timer = self._timers.t_audit
        if timer is None:
            return
        self._t_audit = now + timer if point_codes else None
        if point_codes:
            self.send_ssnm(MessageType.DAUD, point_codes)

    def audit_later(self, *, wanted: bool, now: float) -> None:
        """Ask again while something is not available."""
        timer = self._timers.t_audit
        if not wanted or timer is None:
            self._t_audit = None
        elif self._t_audit is None:
            self._t_audit = now + timer

    def send_ssnm(
        self, kind: MessageType, point_codes: list[PointCodes], *more: tuple[Tag, bytes | int | None]
    ) -> None:
        """Send a message of SSNM for the AS that are active, or several where one would be too long."""
        scope = self._scope()
        for first in range(0, len(point_codes), AFFECTED):
            affected = b"".join(codes.octets for codes in point_codes[first : first + AFFECTED])
            self.send(kind, *scope, (Tag.AFFECTED_POINT_CODE, affected), *more)

    def report_unknown(self, point_codes: list[PointCodes]) -> None:
        """ERR for point codes whose status cannot be told (§3.8.1)."""
        affected = b"".join(codes.octets for codes in point_codes)
        unknown = (*self._scope(), (Tag.AFFECTED_POINT_CODE, affected))
        self.report(ErrorCode.DESTINATION_STATUS_UNKNOWN, b"", *unknown)

    def _scope(self) -> tuple[tuple[Tag, bytes | int | None], ...]:
        """Network appearance and routing contexts of the AS that are active."""
        active = [member for member in self.members if member.state is AspState.ACTIVE]
        appearances = {member.served.network_appearance for member in active}
        return (
            (Tag.NETWORK_APPEARANCE, appearances.pop() if len(appearances) == 1 else None),
            (Tag.ROUTING_CONTEXT, contexts_of(active)),
        )

    # ---- DATA

    def way(self, member: Member, point_code: int) -> Way:
        """The way through one of its ASPs to a point code."""
        found = member.ways.get(point_code)
        if found is None:
            if len(member.ways) >= self._own.limits.destinations:
                member.forget_ways()
            codec = self._data_codec(member, point_code)
            found = member.ways[point_code] = Way(codec, self._flows, self.output)
        return found

    def _data_codec(self, member: Member, point_code: int) -> DataCodec:
        to = Served(
            point_code=point_code,
            routing_context=member.context,
            network_appearance=member.served.network_appearance,
        )
        own = self._own
        return DataCodec(to, opc=own.point_code, network_indicator=own.network_indicator)
