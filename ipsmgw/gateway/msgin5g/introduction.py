"""This gateway as an MSGin5G Gateway UE: registered itself, before those behind it (TS 23.554 §8.2.7)."""

from ipsmgw.msgin5g_section import Msgin5gSection
from msgin5g_bridge.coap import Responded, Unanswered
from msgin5g_bridge.model import ABSENT, UeServiceId
from msgin5g_bridge.registration import (
    Registration,
    RegistrationResponse,
    RegistrationResult,
)

__all__ = ["Introduction"]

_FORBIDDEN = 403


class Introduction:
    """It is said again after `refresh` with whatever is asked for next, and when the server has forgotten."""

    def __init__(self, section: Msgin5gSection) -> None:
        self._name = section.coap.gateway_ue
        self._credential = section.coap.credential
        self._refresh = section.refresh
        self._exchange: int | None = None
        self._since: float | None = None

    def due(self, now: float) -> Registration | None:
        """What is to be asked before anything else."""
        if not self._name or self._exchange is not None:
            return None
        if self._since is not None and (not self._refresh or now < self._since + self._refresh):
            return None
        return Registration(ue_svc_id=UeServiceId(self._name), cred=self._credential or ABSENT)

    def asked(self, exchange: int) -> None:
        self._exchange = exchange

    def ended(self, event: Responded | Unanswered, now: float) -> bool:
        """How it went; False: this is about something else."""
        mine = event.exchange == self._exchange
        if mine:
            self._exchange = None
            self._since = now if _taken(event) else None
        elif isinstance(event, Responded) and event.code == _FORBIDDEN:
            self._since = None  # it may not know us any more
        return mine


def _taken(event: Responded | Unanswered) -> bool:
    if not isinstance(event, Responded) or not event.success:
        return False
    body = event.body
    return not isinstance(body, RegistrationResponse) or body.result is RegistrationResult.SUCCESS
