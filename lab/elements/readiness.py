"""readyForSM of an MSC or SGSN: a phone is there again, or has room (TS 29.002 §12.4; TS 23.040 §10.3)."""

from collections.abc import Callable

from ipsmgw.cause import Cause, MapCause
from lab.elements.domain import Domain
from lab.elements.signalling import HLR_SSN, SGSN_SSN, VLR_SSN, address
from lab.elements.visitors import Visitor
from lab.plan import Plan
from mapstack import Answered, DialogueLost, MapStack, Refused
from mapstack.map import READY_FOR_SM, AlertReason, ReadyForSmArg
from sipbridge.rp import RpCause

__all__ = ["Readiness", "Then"]

Then = Callable[[int | None, float], None]
"""Called with the RP cause if the HLR has refused it, and the time."""
_SSN = {Domain.CS: VLR_SSN, Domain.PS: SGSN_SSN}


class Readiness:
    """What the HLR was told and has not answered."""

    def __init__(self, plan: Plan, domain: Domain, stack: MapStack) -> None:
        self._domain = domain
        self._stack = stack
        self._hlr = address(plan.hlr_number, HLR_SSN)
        self._open: dict[int, Then] = {}

    def heard(self, visitor: Visitor, now: float) -> None:
        """MNRF, or MNRG: who did not answer has said something (TS 29.002 §25.10.3)."""
        if not visitor.not_reachable:
            return
        visitor.not_reachable = False

        def then(cause: int | None, now: float) -> None:
            visitor.not_reachable = cause == RpCause.NETWORK_OUT_OF_ORDER  # said again at the next occasion

        self._tell(visitor, AlertReason.MS_PRESENT, then, now)

    def room(self, visitor: Visitor, then: Then, now: float) -> None:
        """RP-SMMA."""
        self._tell(visitor, AlertReason.MEMORY_AVAILABLE, then, now)

    def ended(self, event: Answered | Refused | DialogueLost, now: float) -> bool:
        """How the HLR has taken it; False: it was something else."""
        then = self._open.pop(event.dialogue, None)
        if then is None:
            return False
        match event:
            case Answered():
                then(None, now)
            case Refused():
                then(Cause.from_map(MapCause(event.error.code)).rp_cause, now)
            case DialogueLost():
                then(RpCause.NETWORK_OUT_OF_ORDER, now)
        return True

    def _tell(self, visitor: Visitor, reason: AlertReason, then: Then, now: float) -> None:
        ps = self._domain is Domain.PS
        arg = ReadyForSmArg(imsi=visitor.imsi, alert_reason=reason, alert_reason_indicator=ps)
        ssn = _SSN[self._domain]
        self._open[self._stack.invoke(READY_FOR_SM, self._hlr, arg, now, calling_ssn=ssn)] = then
