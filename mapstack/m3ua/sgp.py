"""The application server behind our SGP: its ASPs, NTFY, traffic modes (RFC 4666 §4.3.2, §4.3.4.5)."""

from mapstack.events import AsStateChanged, ManagementEvent
from mapstack.m3ua.application_server import AsInput, AsMachine, AsState, as_input
from mapstack.m3ua.asp import AspInput, AspState
from mapstack.m3ua.association import Asp
from mapstack.m3ua.codes import Status
from mapstack.m3ua.settings import M3uaSettings, TrafficMode

__all__ = ["ApplicationServer"]

_STATUS = {
    AsState.INACTIVE: Status.AS_INACTIVE,
    AsState.ACTIVE: Status.AS_ACTIVE,
    AsState.PENDING: Status.AS_PENDING,
}


class ApplicationServer:
    """The ASPs that serve one point code."""

    __slots__ = ("_machine", "asps", "point_code")

    def __init__(self, point_code: int, own: M3uaSettings) -> None:
        self.point_code = point_code
        self.asps: list[Asp] = []
        self._machine = AsMachine(t_recovery=own.timers.t_recovery, limit=own.limits.pending_messages)

    @property
    def state(self) -> AsState:
        """Where the AS stands."""
        return self._machine.state

    def deadline(self) -> float | None:
        """The end of T(r)."""
        return self._machine.recovery

    def expire(self, now: float) -> list[ManagementEvent]:
        """T(r) may have expired."""
        if self._machine.recovery is None or now < self._machine.recovery:
            return []
        return self._step(self._input(expired=True), now)

    def asp_changed(self, asp: Asp, old: AspState, now: float) -> list[ManagementEvent]:
        """One of the ASPs changed its state."""
        events = self._displace_others(asp, now) if asp.state is AspState.ACTIVE else []
        changes = self._step(self._input(), now)
        if not changes and old is AspState.DOWN and self.state in _STATUS:
            asp.notify(_STATUS[self.state])
        return events + changes

    def keep(self, sls: int, data: bytes) -> bool:
        """Keep a message while the AS is pending; False: there are too many."""
        return self._machine.keep(sls, data)

    def _displace_others(self, asp: Asp, now: float) -> list[ManagementEvent]:
        events: list[ManagementEvent] = []
        if asp.settings.traffic_mode is not TrafficMode.OVERRIDE:
            return events
        for other in self.asps:
            if other is not asp and other.state is AspState.ACTIVE:
                events += other.step(AspInput.DISPLACED, now)
        return events

    def _input(self, *, expired: bool = False) -> AsInput:
        return as_input([asp.state for asp in self.asps], expired=expired)

    def _step(self, what: AsInput, now: float) -> list[ManagementEvent]:
        old = self.state
        traffic = self._machine.step(what, now)
        if old is self.state:
            return []
        for asp in self.asps:
            if asp.state is not AspState.DOWN and self.state in _STATUS:
                asp.notify(_STATUS[self.state])
        active = [asp for asp in self.asps if asp.state is AspState.ACTIVE]
        for sls, data in traffic:
            active[sls % len(active)].transfer(sls, data)
        return [AsStateChanged(f"AS {self.point_code}", old, self.state)]
