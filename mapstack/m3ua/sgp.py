"""An application server behind us: its ASPs, NTFY, traffic modes (RFC 4666 §4.3.2, §4.3.4.3, §4.3.4.5)."""

from mapstack.events import AsStateChanged, ManagementEvent
from mapstack.m3ua.application_server import AsInput, AsMachine, AsState, as_input
from mapstack.m3ua.asp import AspState, TrafficInput
from mapstack.m3ua.codes import Status
from mapstack.m3ua.data import Unsent
from mapstack.m3ua.member import Change, Member
from mapstack.m3ua.settings import M3uaSettings, Role, Served, TrafficMode
from mapstack.m3ua.way import SLS_VALUES

__all__ = ["ApplicationServer"]

_STATUS = {
    AsState.INACTIVE: Status.AS_INACTIVE,
    AsState.ACTIVE: Status.AS_ACTIVE,
    AsState.PENDING: Status.AS_PENDING,
}


class ApplicationServer:
    """The ASPs that serve one AS, over whichever associations."""

    __slots__ = (
        "_configured_mode",
        "_correlation",
        "_machine",
        "_required",
        "_untagged",
        "members",
        "mode",
        "name",
        "released",
        "since",
    )

    def __init__(self, served: Served, own: M3uaSettings) -> None:
        self.name = served.server
        self.members: list[Member] = []
        self.mode = self._configured_mode = served.traffic_mode
        """Where none is configured, that of the first ASP (§4.3.4.3)."""
        self.released: list[Unsent] = []
        """Traffic that waited: to be sent now, or refused where no ASP is active."""
        self.since: float | None = None
        self._required = served.required
        self._machine = AsMachine(t_recovery=own.timers.t_recovery, limit=own.limits.pending_messages)
        self._untagged: set[int] = set()
        self._correlation = 0

    @property
    def state(self) -> AsState:
        """Where the AS stands."""
        return self._machine.state

    def takes_mode(self, mode: int | None) -> bool:
        """Whether an ASP may ask for that mode; the first one chooses where we do not."""
        if mode is None:
            return True
        if mode not in set(TrafficMode):
            return False
        alone = not any(member.state is AspState.ACTIVE for member in self.members)
        if self._configured_mode is None and (self.mode is None or alone):
            self.mode = TrafficMode(mode)
        return self.mode == mode

    def deadline(self) -> float | None:
        """The end of T(r)."""
        return self._machine.recovery

    def expire(self, now: float) -> list[ManagementEvent]:
        """T(r) may have expired."""
        if self._machine.recovery is None or now < self._machine.recovery:
            return []
        return self._step(self._input(expired=True), now)

    def changed(self, change: Change, now: float) -> tuple[list[Change], list[ManagementEvent]]:
        """One of the ASPs changed its state; others may, and the AS itself."""
        member = change.member
        displaced: list[Change] = []
        if change.new is AspState.ACTIVE:
            displaced = self._displace_others(member, now)
            self._untagged = set(range(SLS_VALUES))
        events = self._step(self._input(), now)
        if not events and change.old is AspState.DOWN and self.state in _STATUS:
            self._notify(member)
        if change.old is AspState.ACTIVE:
            self._tell_of_loss(member)
        return displaced, events

    def keep(self, point_code: int, sls: int, data: bytes) -> bool:
        """Keep a message while the AS is pending; False: there are too many."""
        return self._machine.keep(point_code, sls, data)

    def end(self) -> list[Unsent]:
        """Nobody serves the AS any more: what waited for it goes back."""
        return [*self.released, *self._machine.take()]

    def correlation(self, sls: int) -> int | None:
        """The Correlation Id for the next DATA of a broadcast, where it needs one (§4.3.4.3.1)."""
        if sls % SLS_VALUES not in self._untagged:
            return None
        self._untagged.discard(sls % SLS_VALUES)
        self._correlation = self._correlation + 1 & 0xFFFFFFFF
        return self._correlation

    def _displace_others(self, active: Member, now: float) -> list[Change]:
        changes: list[Change] = []
        if self.mode is not TrafficMode.OVERRIDE:
            return changes
        for other in self.members:
            if other is not active and other.state is AspState.ACTIVE:
                changes += other.asp.traffic([other], TrafficInput.DISPLACED, now)
        return changes

    def _tell_of_loss(self, lost: Member) -> None:
        """NTFY to those that could step in (§3.8.2): an ASP has failed, or there are too few."""
        peer = lost.asp.peer
        standing_by = [one for one in self.members if one.state is AspState.INACTIVE and one is not lost]
        failed = peer.flow is None and peer.asp_identifier is not None
        active = sum(one.state is AspState.ACTIVE for one in self.members)
        for member in standing_by:
            if failed:
                member.asp.notify(Status.ASP_FAILURE, [member], peer.asp_identifier)
            if 0 < active < self._required:
                member.asp.notify(Status.INSUFFICIENT_ASP_RESOURCES, [member])

    def _notify(self, member: Member) -> None:
        """NTFY of the new state; between IPSPs there is none, both know it (§4.3.4.5)."""
        if member.asp.peer.settings.role is Role.SGP:
            member.asp.notify(_STATUS[self.state], [member])

    def _input(self, *, expired: bool = False) -> AsInput:
        return as_input([member.state for member in self.members], expired=expired)

    def _step(self, what: AsInput, now: float) -> list[ManagementEvent]:
        old = self.state
        self.released += self._machine.step(what, now)
        if old is self.state:
            return []
        self.since = now
        for member in self.members:
            if member.state is not AspState.DOWN and self.state in _STATUS:
                self._notify(member)
        return [AsStateChanged(self.name, old, self.state)]
