"""Who waits for a word on a message of a phone to the MSGin5G Server: the phone, or its service centre."""

from functools import partial
from typing import Protocol
from uuid import UUID

from ipsmgw.cause import Cause
from ipsmgw.gateway.core import Core
from ipsmgw.gateway.msgin5g.parts import Gathered
from ipsmgw.gateway.reports import Reports
from ipsmgw.procedures import mo
from ipsmgw.procedures.decision import Action, Decision, SubmitReport
from ipsmgw.procedures.mo import MoSms

__all__ = ["Asking", "OverIms", "message_id"]


class Asking(Protocol):
    """Has brought a message, or a part of it."""

    @property
    def within(self) -> float:
        """How long the server may take."""

    @property
    def way(self) -> str:
        """By which it has come, in words."""

    @property
    def yes(self) -> str:
        """What is said when the server has it."""

    def name(self, gathered: Gathered, number: str, now: float) -> str:
        """A Message ID for it; nothing: the server has it already."""

    def taken(self, now: float) -> None:
        """The server has it, or it is one part that is on disk with the end of this batch."""

    def refused(self, cause: Cause, now: float) -> None:
        """Nobody has it, or nobody knows who does."""


class OverIms:
    """A phone in the IMS: RP-ACK or RP-ERROR, when its record is on disk."""

    yes = "RP-ACK to the phone"

    def __init__(self, core: Core, sms: MoSms) -> None:
        self._core = core
        self._sms = sms
        self.within = core.settings.msgin5g.answer
        self.way = f"over IMS; for the rest: explain {sms.id}"

    def name(self, gathered: Gathered, number: str, now: float) -> str:
        """A phone that repeats itself has had its RP-ERROR."""
        return message_id(self._core)

    def taken(self, now: float) -> None:
        self._end(mo.sc_took(self._sms, None, now))

    def refused(self, cause: Cause, now: float) -> None:
        self._end(mo.refused(self._sms, cause, now))

    def _end(self, decision: Decision[MoSms]) -> None:
        if decision.cdr is not None:
            self._core.record(decision.cdr, partial(self._report, decision.actions))

    def _report(self, actions: tuple[Action, ...], now: float) -> None:
        sms, send = self._sms, Reports(self._core).send
        for action in actions:
            if isinstance(action, SubmitReport):
                send(sms.sender, action, now, call_id=sms.call_id, charging=sms.charging)


def message_id(core: Core) -> str:
    """As a UUID: 16 octets fit the Message ID of TS 24.538 too."""
    return str(UUID(int=core.rng.getrandbits(128), version=4))
