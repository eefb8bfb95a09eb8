"""The AS machine of an SGP: the ASPs of one application server taken together (RFC 4666 §4.3.2, figure 4)."""

from collections import deque
from collections.abc import Sequence
from enum import Enum

from mapstack.errors import LocalError
from mapstack.m3ua.asp import AspState
from mapstack.m3ua.data import Unsent

__all__ = ["AS_TRANSITIONS", "AsAction", "AsInput", "AsMachine", "AsState", "as_input"]


class AsState(Enum):
    """RFC 4666 §4.3.2."""

    DOWN = "AS-DOWN"
    INACTIVE = "AS-INACTIVE"
    ACTIVE = "AS-ACTIVE"
    PENDING = "AS-PENDING"


class AsInput(Enum):
    """What its ASPs, taken together, and T(r) can do to an AS."""

    ASP_UP = "none is active, one is inactive"
    ASP_ACTIVE = "one is active"
    NONE_UP = "all are down"
    RECOVERY_EXPIRED = "T(r) expired, one is inactive"
    RECOVERY_EXPIRED_NONE_UP = "T(r) expired, all are down"


class AsAction(Enum):
    """What a transition does, besides telling the ASPs a new state."""

    NOTHING = "nothing"
    START_RECOVERY = "start T(r), keep traffic"
    DELIVER = "stop T(r), send what was kept"
    REFUSE = "give back what was kept"


_In, _Do = AsInput, AsAction

# A pair that is not here cannot happen: the inputs are counted by ourselves.
AS_TRANSITIONS: dict[tuple[AsState, AsInput], tuple[AsState, AsAction]] = {
    (AsState.DOWN, _In.NONE_UP): (AsState.DOWN, _Do.NOTHING),
    (AsState.DOWN, _In.ASP_UP): (AsState.INACTIVE, _Do.NOTHING),
    (AsState.INACTIVE, _In.NONE_UP): (AsState.DOWN, _Do.NOTHING),
    (AsState.INACTIVE, _In.ASP_UP): (AsState.INACTIVE, _Do.NOTHING),
    (AsState.INACTIVE, _In.ASP_ACTIVE): (AsState.ACTIVE, _Do.NOTHING),
    (AsState.ACTIVE, _In.NONE_UP): (AsState.PENDING, _Do.START_RECOVERY),
    (AsState.ACTIVE, _In.ASP_UP): (AsState.PENDING, _Do.START_RECOVERY),
    (AsState.ACTIVE, _In.ASP_ACTIVE): (AsState.ACTIVE, _Do.NOTHING),
    (AsState.PENDING, _In.NONE_UP): (AsState.PENDING, _Do.NOTHING),
    (AsState.PENDING, _In.ASP_UP): (AsState.PENDING, _Do.NOTHING),
    (AsState.PENDING, _In.ASP_ACTIVE): (AsState.ACTIVE, _Do.DELIVER),
    (AsState.PENDING, _In.RECOVERY_EXPIRED): (AsState.INACTIVE, _Do.REFUSE),
    (AsState.PENDING, _In.RECOVERY_EXPIRED_NONE_UP): (AsState.DOWN, _Do.REFUSE),
}


def as_input(asps: Sequence[AspState], *, expired: bool = False) -> AsInput:
    """What the states of its ASPs mean to their AS."""
    if AspState.ACTIVE in asps:
        return AsInput.ASP_ACTIVE
    if AspState.INACTIVE in asps:
        return AsInput.RECOVERY_EXPIRED if expired else AsInput.ASP_UP
    return AsInput.RECOVERY_EXPIRED_NONE_UP if expired else AsInput.NONE_UP


class AsMachine:
    """State, T(r) and the traffic kept during it."""

    __slots__ = ("_limit", "_t_recovery", "kept", "recovery", "state")

    def __init__(self, *, t_recovery: float, limit: int) -> None:
        self.state = AsState.DOWN
        self.recovery: float | None = None
        self.kept: deque[Unsent] = deque()
        """DATA that waits for an ASP."""
        self._t_recovery = t_recovery
        self._limit = limit

    def step(self, what: AsInput, now: float) -> list[Unsent]:
        """Take one transition; what comes back has waited: to be sent if an ASP is active, else refused."""
        transition = AS_TRANSITIONS.get((self.state, what))
        if transition is None:
            raise LocalError(f"{what} in {self.state}")
        self.state, action = transition
        if action is AsAction.START_RECOVERY:
            self.recovery = now + self._t_recovery
        if action not in (AsAction.DELIVER, AsAction.REFUSE):
            return []
        self.recovery = None
        return self.take()

    def take(self) -> list[Unsent]:
        """What has waited waits no more."""
        traffic = list(self.kept)
        self.kept.clear()
        return traffic

    def keep(self, point_code: int, sls: int, data: bytes) -> bool:
        """Keep a message until an ASP is back; False: there are too many."""
        if len(self.kept) >= self._limit:
            return False
        self.kept.append(Unsent(point_code, sls, data))
        return True
