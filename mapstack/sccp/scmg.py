"""SCCP management: what is told of subsystems and nodes, both ways (Q.714 §5)."""

from collections.abc import Callable
from enum import Enum

from mapstack.errors import LocalError
from mapstack.events import DestinationStateChanged, RestrictionChanged, SubsystemStateChanged
from mapstack.m3ua.destination import DestinationState
from mapstack.sccp.management import (
    MANAGEMENT_SSN,
    MAX_LEVEL,
    ScmgMessage,
    ScmgType,
    Subsystem,
    decode_scmg,
    encode_scmg,
)
from mapstack.sccp.message import ReturnCause
from mapstack.sccp.restriction import Restrictions
from mapstack.sccp.settings import SccpSettings
from mapstack.sccp.subsystem_status import RemoteSubsystems, StatusInput

__all__ = ["Scmg", "ScmgEvent", "SubsystemService"]

ScmgEvent = SubsystemStateChanged | RestrictionChanged


class SubsystemService(Enum):
    """What the user of a subsystem of ours says about it (N-STATE request)."""

    IN_SERVICE = "in service"
    CONGESTED = "congested"
    OUT_OF_SERVICE = "out of service"


_UNEQUIPPED = 1  # RFC 4666 §3.4.5: the cause after which no test makes sense
_UNSERVED = {
    SubsystemService.CONGESTED: ReturnCause.SUBSYSTEM_CONGESTION,
    SubsystemService.OUT_OF_SERVICE: ReturnCause.SUBSYSTEM_FAILURE,
}
# How gladly a node is chosen: one that cannot be reached only when there is no other.
_RANKS = {DestinationState.RESTRICTED: 1, DestinationState.UNAVAILABLE: 2}


class Scmg:
    """The management of one node; `send` takes a point code and the octets of a message to it."""

    def __init__(self, settings: SccpSettings, point_code: int, send: Callable[[int, bytes], None]) -> None:
        limit = settings.limits.subsystems
        self._settings = settings
        self._point_code = point_code
        self._send = send
        self._local = dict.fromkeys(settings.local_subsystems, SubsystemService.IN_SERVICE)
        self._remote = RemoteSubsystems(settings.status_test, limit=limit)
        self._restrictions = Restrictions(settings.congestion, limit=limit)
        self._ranks: dict[int, int] = {}
        self._level = 0
        self._reports: dict[int, int] = {}
        """Messages since the last SSC, by the point code that they came from."""
        self.soonest: float | None = None

    # ---- what routing asks

    def local_fault(self, ssn: int | None) -> ReturnCause | None:
        """Why a message for this subsystem of ours goes back (Q.714 §2.3.1)."""
        service = None if ssn is None else self._local.get(ssn)
        if service is None:
            return ReturnCause.UNEQUIPPED_USER
        return _UNSERVED.get(service)

    def prohibited(self, point_code: int, ssn: int | None) -> ReturnCause | None:
        """What is not there of a node; `ssn` where that node is the last one (Q.714 §2.7.3)."""
        if len(self._remote):
            if self._remote.state(Subsystem(MANAGEMENT_SSN, point_code)):
                return ReturnCause.SCCP_FAILURE
            if ssn is not None and self._remote.state(Subsystem(ssn, point_code)):
                return ReturnCause.SUBSYSTEM_FAILURE
        return None

    def restricts(self, point_code: int, importance: int) -> bool:
        """Whether a message must not go there for now (Q.714 §2.6)."""
        return self._restrictions.refuses(point_code, importance)

    def rank(self, point_code: int) -> int:
        """0: may be reached; 1: had better not; 2: cannot."""
        return self._ranks.get(point_code, 0)

    def is_restricted(self, point_code: int) -> bool:
        """Whether messages to it have to be looked at one by one."""
        return point_code in self._restrictions

    @property
    def is_congested(self) -> bool:
        """Whether we are."""
        return self._level > 0

    # ---- requests from above

    def serve(self, ssn: int, service: SubsystemService) -> None:
        """N-STATE request: concerned nodes hear of what goes out of service and comes back (§5.3.6)."""
        old = self._local.get(ssn)
        if old is None:
            raise LocalError(f"subsystem {ssn} is not equipped here")
        self._local[ssn] = service
        out = SubsystemService.OUT_OF_SERVICE
        if (old is out) == (service is out):
            return
        kind = ScmgType.SSP if service is out else ScmgType.SSA
        for concerned in self._settings.concerned:
            if concerned.ssn in (None, ssn):
                self._tell(concerned.point_code, kind, ssn)

    def congestion(self, level: int) -> None:
        """How congested we are, 0 to 8: who sends to us hears of it (§5.2.8)."""
        self._level = min(max(level, 0), MAX_LEVEL)
        self._reports.clear()

    # ---- from below

    def refused(self, ssn: int, opc: int) -> None:
        """A message came for a subsystem that is out of service: its sender is told (§5.3.2.1)."""
        if self._local.get(ssn) is SubsystemService.OUT_OF_SERVICE:
            self._tell(opc, ScmgType.SSP, ssn)

    def heard(self, opc: int) -> None:
        """While we are congested: the first message of a node and every P-th are answered with an SSC."""
        count = self._reports.get(opc, 0)
        if opc not in self._reports and len(self._reports) >= self._settings.limits.subsystems:
            return
        self._reports[opc] = (count + 1) % self._settings.congestion.report_every
        if not count:
            self._tell(opc, ScmgType.SSC, MANAGEMENT_SSN)

    def receive(self, data: bytes, opc: int, now: float) -> list[ScmgEvent]:
        """A message for SSN 1 has come."""
        message = decode_scmg(data)
        if message is None or not message.subsystem.ssn:
            return []
        here = message.subsystem.point_code == self._point_code
        match message.kind:
            case ScmgType.SST if here:
                return self._answer(message.subsystem.ssn, opc)
            case _ if here:
                return []  # others have nothing to say about us
            case ScmgType.SSA:
                return self._allowed(message.subsystem, now)
            case ScmgType.SSP if message.subsystem.ssn != MANAGEMENT_SSN:
                return self._step(message.subsystem, StatusInput.SSP, now)
            case ScmgType.SSC:
                return self._congested(message, now)
        return []

    def destination(self, event: DestinationStateChanged, now: float) -> list[ScmgEvent]:
        """MTP-PAUSE, MTP-RESUME, MTP-STATUS of congestion (§5.2.2 to §5.2.4)."""
        point_code, old = event.point_code, self.rank(event.point_code)
        if event.state is DestinationState.CONGESTED:
            return self._restricted(point_code, lambda: self._restrictions.congested(point_code, now))
        events = self._restricted(point_code, lambda: self._restrictions.forget(point_code))
        rank = _RANKS.get(event.state, 0)
        if not rank:
            self._ranks.pop(point_code, None)
        elif point_code in self._ranks or len(self._ranks) < self._settings.limits.subsystems:
            self._ranks[point_code] = rank
        else:
            return events  # one that is not known to be away must not wait to be back
        unreachable = _RANKS[DestinationState.UNAVAILABLE]
        if (old == unreachable) != (rank == unreachable):
            events += self._node(
                point_code, StatusInput.PAUSE if rank == unreachable else StatusInput.RESUME, now
            )
        return events

    def unavailable(self, point_code: int, cause: int, now: float) -> list[ScmgEvent]:
        """MTP-STATUS, remote user unavailable (§5.2.5): its SCCP is prohibited, and tested if equipped."""
        events: list[ScmgEvent] = []
        for each in self._remote.of(point_code):
            events += self._step(each, StatusInput.PAUSE, now)
        arrived = StatusInput.UNEQUIPPED if cause == _UNEQUIPPED else StatusInput.UNAVAILABLE
        return events + self._step(Subsystem(MANAGEMENT_SSN, point_code), arrived, now)

    def expire(self, now: float) -> list[ScmgEvent]:
        """Tests and restrictions that are due."""
        if self.soonest is None or now < self.soonest:
            return []
        for subsystem in self._remote.due(now):
            message = ScmgMessage(ScmgType.SST, subsystem)
            self._send(subsystem.point_code, encode_scmg(message))
        fallen = self._restrictions.expire(now)
        self._find_soonest()
        return [RestrictionChanged(each, self._restrictions.level(each)) for each in fallen]

    # ---- inside

    def _answer(self, ssn: int, opc: int) -> list[ScmgEvent]:
        """§5.3.4.3: what is in service is allowed; of what is not, nothing is said."""
        if ssn == MANAGEMENT_SSN or self.local_fault(ssn) in (None, ReturnCause.SUBSYSTEM_CONGESTION):
            self._tell(opc, ScmgType.SSA, ssn)
        return []

    def _allowed(self, subsystem: Subsystem, now: float) -> list[ScmgEvent]:
        """§5.3.3: where a subsystem is allowed, the SCCP is there; when it is back, all is allowed."""
        sccp = Subsystem(MANAGEMENT_SSN, subsystem.point_code)
        events: list[ScmgEvent] = []
        if self._remote.state(sccp):
            events += self._node(subsystem.point_code, StatusInput.RESUME, now)
        return events + self._step(subsystem, StatusInput.SSA, now)

    def _congested(self, message: ScmgMessage, now: float) -> list[ScmgEvent]:
        point_code, level = message.subsystem.point_code, message.congestion_level
        return self._restricted(point_code, lambda: self._restrictions.told(point_code, level, now))

    def _restricted(self, point_code: int, change: Callable[[], None]) -> list[ScmgEvent]:
        before = self._restrictions.level(point_code)
        change()
        self._find_soonest()
        after = self._restrictions.level(point_code)
        return [] if before == after else [RestrictionChanged(point_code, after)]

    def _node(self, point_code: int, arrived: StatusInput, now: float) -> list[ScmgEvent]:
        """All that is known of a node, with its SCCP first."""
        events: list[ScmgEvent] = []
        for each in (Subsystem(MANAGEMENT_SSN, point_code), *self._remote.of(point_code)):
            events += self._step(each, arrived, now)
        return events

    def _step(self, subsystem: Subsystem, arrived: StatusInput, now: float) -> list[ScmgEvent]:
        events = self._remote.step(subsystem, arrived, now)
        self._find_soonest()
        return [*events]

    def _tell(self, point_code: int, kind: ScmgType, ssn: int) -> None:
        level = self._level if kind is ScmgType.SSC else 0
        affected = Subsystem(ssn, self._point_code)
        self._send(point_code, encode_scmg(ScmgMessage(kind, affected, congestion_level=level)))

    def _find_soonest(self) -> None:
        deadlines = (self._remote.soonest, self._restrictions.soonest)
        self.soonest = min((when for when in deadlines if when is not None), default=None)
