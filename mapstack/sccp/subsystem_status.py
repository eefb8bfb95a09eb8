"""Subsystems of other nodes: a table of their status, and the test of those that are prohibited (Q.714 §5.3).

Only what is not allowed is kept. SSN 1 stands for the SCCP of a node (§5.2.5), and then UNEQUIPPED is a
prohibited one that is not tested. While a node is inaccessible nothing of it is tested (§5.2.2); when it is
accessible again all of it is allowed (§5.2.3).
"""

from collections.abc import Mapping
from enum import IntEnum

from mapstack.events import SubsystemStateChanged
from mapstack.sccp.management import Subsystem
from mapstack.sccp.settings import StatusTest

__all__ = ["TRANSITIONS", "RemoteSubsystems", "StatusAction", "StatusInput", "SubsystemState"]


class SubsystemState(IntEnum):
    """Q.714 §5.3."""

    ALLOWED = 0
    PROHIBITED = 1
    UNEQUIPPED = 2


class StatusInput(IntEnum):
    """What tells of a subsystem: messages, primitives of MTP, and T(stat info)."""

    SSA = 0
    SSP = 1
    UNAVAILABLE = 2
    UNEQUIPPED = 3
    PAUSE = 4
    RESUME = 5
    TIMER = 6


class StatusAction(IntEnum):
    """What becomes of the test."""

    NOTHING = 0
    START_TEST = 1
    TEST = 2
    STOP_TEST = 3


_S, _I, _A = SubsystemState, StatusInput, StatusAction

TRANSITIONS: Mapping[tuple[SubsystemState, StatusInput], tuple[SubsystemState, StatusAction]] = {
    (_S.ALLOWED, _I.SSA): (_S.ALLOWED, _A.NOTHING),
    (_S.ALLOWED, _I.SSP): (_S.PROHIBITED, _A.START_TEST),
    (_S.ALLOWED, _I.UNAVAILABLE): (_S.PROHIBITED, _A.START_TEST),
    (_S.ALLOWED, _I.UNEQUIPPED): (_S.UNEQUIPPED, _A.NOTHING),
    (_S.ALLOWED, _I.PAUSE): (_S.ALLOWED, _A.NOTHING),
    (_S.ALLOWED, _I.RESUME): (_S.ALLOWED, _A.NOTHING),
    (_S.PROHIBITED, _I.SSA): (_S.ALLOWED, _A.STOP_TEST),
    (_S.PROHIBITED, _I.SSP): (_S.PROHIBITED, _A.NOTHING),
    (_S.PROHIBITED, _I.UNAVAILABLE): (_S.PROHIBITED, _A.NOTHING),
    (_S.PROHIBITED, _I.UNEQUIPPED): (_S.UNEQUIPPED, _A.STOP_TEST),
    (_S.PROHIBITED, _I.PAUSE): (_S.PROHIBITED, _A.STOP_TEST),
    (_S.PROHIBITED, _I.RESUME): (_S.ALLOWED, _A.STOP_TEST),
    (_S.PROHIBITED, _I.TIMER): (_S.PROHIBITED, _A.TEST),
    (_S.UNEQUIPPED, _I.SSA): (_S.ALLOWED, _A.NOTHING),
    (_S.UNEQUIPPED, _I.SSP): (_S.UNEQUIPPED, _A.NOTHING),
    (_S.UNEQUIPPED, _I.UNAVAILABLE): (_S.PROHIBITED, _A.START_TEST),
    (_S.UNEQUIPPED, _I.UNEQUIPPED): (_S.UNEQUIPPED, _A.NOTHING),
    (_S.UNEQUIPPED, _I.PAUSE): (_S.UNEQUIPPED, _A.NOTHING),
    (_S.UNEQUIPPED, _I.RESUME): (_S.ALLOWED, _A.NOTHING),
}
"""Absent: the timer only runs for what is prohibited."""


class RemoteSubsystems:
    """What is known of them; one that there is no room for stays allowed."""

    __slots__ = ("_limit", "_states", "_tests", "_timer", "soonest")

    def __init__(self, timer: StatusTest, *, limit: int) -> None:
        self._states: dict[Subsystem, SubsystemState] = {}
        self._tests: dict[Subsystem, tuple[float, float]] = {}
        """When the next SST is due, and after which wait."""
        self._timer = timer
        self._limit = limit
        self.soonest: float | None = None

    def __len__(self) -> int:
        """How many are not allowed."""
        return len(self._states)

    def state(self, subsystem: Subsystem) -> SubsystemState:
        """The status of one."""
        return self._states.get(subsystem, SubsystemState.ALLOWED)

    def of(self, point_code: int) -> list[Subsystem]:
        """Those of a node that are not allowed, but its SCCP."""
        return [each for each in self._states if each.point_code == point_code and each.ssn != 1]

    def step(self, subsystem: Subsystem, arrived: StatusInput, now: float) -> list[SubsystemStateChanged]:
        """Something tells of one: the event, if users have to know."""
        old = self.state(subsystem)
        new, action = TRANSITIONS[old, arrived]
        if old is SubsystemState.ALLOWED and new is not old and len(self._states) >= self._limit:
            return []
        if new is SubsystemState.ALLOWED:
            self._states.pop(subsystem, None)
        else:
            self._states[subsystem] = new
        self._test(subsystem, action, now)
        if (old is SubsystemState.ALLOWED) == (new is SubsystemState.ALLOWED):
            return []
        return [SubsystemStateChanged(subsystem.point_code, subsystem.ssn, new is SubsystemState.ALLOWED)]

    def due(self, now: float) -> list[Subsystem]:
        """Those that an SST has to be sent for now; the next one follows after twice the wait."""
        due = [each for each, (deadline, _) in self._tests.items() if deadline <= now]
        for each in due:
            self.step(each, StatusInput.TIMER, now)
        return due

    def _test(self, subsystem: Subsystem, action: StatusAction, now: float) -> None:
        if action is StatusAction.NOTHING:
            return
        if action is StatusAction.STOP_TEST:
            self._tests.pop(subsystem, None)
        else:
            _, wait = self._tests.get(subsystem, (0.0, self._timer.first / 2))
            wait = min(2 * wait, self._timer.longest)
            self._tests[subsystem] = now + wait, wait
        self.soonest = min((deadline for deadline, _ in self._tests.values()), default=None)
