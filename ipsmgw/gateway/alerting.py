"""RP-SMMA under way: from the phone's MESSAGE to the report that tells it how the HLR took it."""

from collections.abc import Callable

from ipsmgw.cause import Cause
from ipsmgw.gateway.core import Core
from ipsmgw.gateway.hlr import ready_for_sm
from ipsmgw.gateway.inflight import Ended
from ipsmgw.gateway.reports import Reports
from ipsmgw.gateway.senders import Senders
from ipsmgw.identity import Imsi
from ipsmgw.procedures import alert
from ipsmgw.procedures.alert import Smma
from ipsmgw.procedures.decision import Answer, Decision, ReadyForSm, SubmitReport
from mapstack import Answered, DialogueLost, Refused
from sipbridge import ServerTx, SmMessage

__all__ = ["Alerting"]

_REMEMBERED = 60.0  # one that comes again is not told again for at least this long


class Alerting:
    """Each is a record in one dict, by its MAP dialogue; there is nothing to be charged, so none waits for
    the disk.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._sender = Senders(core).of
        self._send = Reports(core).send
        self._awaiting_hlr: dict[int, Smma] = {}
        self.room: Callable[[Imsi, float], None] | None = None
        """Told of everybody whose memory has room again."""
        self._taken = Ended(_REMEMBERED, core.settings.limits.in_flight)

    def __len__(self) -> int:
        return len(self._awaiting_hlr)

    def memory_available(self, event: SmMessage, reference: int, now: float) -> None:
        """RP-SMMA from a phone. Repeated after TRAM it is a new one (TS 24.011 §10), in a call of its own."""
        smma = self._smma(event, reference, now)
        if smma is None:
            return
        name = event.call_id, reference
        if name in self._taken:  # by another way, or in another transaction: its report is under way, or sent
            self._core.isc.respond(event.tx, 202, now)
            return
        self._taken.add(name, now)
        if smma.sender.imsi is not None and smma.sender.imsi in self._core.unreachable.flags:
            self._core.unreachable.heard(smma.sender.imsi, now)
        self._act(smma, alert.memory_available(smma), event.tx, now)
        if self.room is not None and smma.sender.imsi is not None:
            self.room(smma.sender.imsi, now)

    def refuse(self, event: SmMessage, reference: int, cause: Cause, now: float) -> None:
        """202, and RP-ERROR with the cause."""
        smma = self._smma(event, reference, now)
        if smma is not None:
            self._act(smma, alert.refused(smma, cause), event.tx, now)

    def answered(self, event: Answered | Refused | DialogueLost, now: float) -> bool:
        """The HLR has taken or refused it, or nothing comes from it; False: this is no dialogue of one."""
        smma = self._awaiting_hlr.pop(event.dialogue, None)
        if smma is None:
            return False
        if isinstance(event, Answered):
            decision = alert.hlr_took(smma)
        elif isinstance(event, Refused):
            decision = alert.hlr_refused(smma, event.error)
        else:
            decision = alert.hlr_silent(smma)
        self._act(smma, decision, None, now)
        return True

    def _smma(self, event: SmMessage, reference: int, now: float) -> Smma | None:
        sender = self._sender(event)
        if sender is None:
            self._core.isc.respond(event.tx, 403, now)
            return None
        return Smma(sender, event.call_id, reference, event.charging)

    def _act(self, smma: Smma, decision: Decision[Smma], tx: ServerTx | None, now: float) -> None:
        for action in decision.actions:
            match action:
                case Answer(status) if tx is not None:
                    self._core.isc.respond(tx, status, now)
                case ReadyForSm(imsi, reason):
                    msisdn = smma.sender.msisdn
                    self._awaiting_hlr[ready_for_sm(self._core, imsi, msisdn, reason, now)] = smma
                case SubmitReport():
                    self._send(smma.sender, action, now, call_id=smma.call_id, charging=smma.charging)
