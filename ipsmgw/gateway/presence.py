"""The HLR hears who is there again that was not reachable for IP (TS 23.204 §6.6; TR 23.804 §8.6)."""

from ipsmgw.gateway.core import Core
from ipsmgw.gateway.hlr import is_for_now, ready_for_sm
from ipsmgw.gateway.registrations import Registrations
from ipsmgw.identity import Imsi
from ipsmgw.procedures import alert
from ipsmgw.store import Unri
from mapstack import Answered, DialogueLost, ErrorCode, LostReason, Refused
from mapstack.map import AlertReason

__all__ = ["Presence"]


class Presence:
    """One thing at a time of each subscriber, after the news of his registration; again until the HLR has
    taken it, or never will.

    The study has no readyForSM: there the registration, which the HLR is told anew, makes it alert; but for
    an HLR that is told of none, as it has our address already, that would be nothing.
    """

    def __init__(self, core: Core, registrations: Registrations) -> None:
        self._core = core
        self._registrations = registrations
        self._unreachable = core.unreachable
        self._unreachable.given_up = registrations.give_up
        self._study = core.settings.procedures == "tr-23.804"
        self._retry = core.settings.timers.hlr_retry
        self._asked: dict[int, Unri] = {}

    def answered(self, event: Answered | Refused | DialogueLost, now: float) -> bool:
        """How the HLR took it; False: this is no dialogue of ours."""
        asked = self._asked.pop(event.dialogue, None)
        if asked is None:
            return False
        imsi, unreachable, again = asked.imsi, self._unreachable, is_for_now(event)
        held = unreachable.flags.get(imsi)
        if held is not None:
            if alert.told(held, asked, again=again) is None:
                unreachable.unmark(imsi)
            else:
                unreachable.tell(imsi, now + self._retry if again else now)
        self._registrations.release(imsi, now)
        if held is not None and _is_unknown(event) and self._registrations.hlr.is_told_of(imsi):
            self._registrations.announce(imsi, now)  # that it knows, and alerts for it
        return True

    def expire(self, now: float) -> None:
        """Tell the HLR of those for whom it is time."""
        for imsi in self._unreachable.due(now):
            self._tell(imsi, now)

    def deadline(self) -> float | None:
        return self._unreachable.deadline()

    def _tell(self, imsi: Imsi, now: float) -> None:
        held = self._unreachable.flags[imsi]
        if not self._registrations.is_able(imsi, now):
            self._unreachable.mark(held._replace(heard=False))  # he has gone again before the HLR heard of it
        elif self._study and self._registrations.hlr.is_told_of(imsi):
            self._registrations.announce(imsi, now)
            self._unreachable.unmark(imsi)
        elif self._registrations.claim(imsi):
            msisdn = self._registrations.msisdn(imsi)
            dialogue = ready_for_sm(self._core, imsi, msisdn, AlertReason.MS_PRESENT, now)
            self._asked[dialogue] = held
        else:  # the end of that brings it forward
            self._unreachable.tell(imsi, now + self._retry)


def _is_unknown(event: Answered | Refused | DialogueLost) -> bool:
    """Whether the HLR has no readyForSM."""
    if isinstance(event, DialogueLost):
        return event.reason is LostReason.UNSUPPORTED
    return isinstance(event, Refused) and event.error.code == ErrorCode.FACILITY_NOT_SUPPORTED
