"""MT messages under way: from mt-ForwardSM to the answer that the SMS-GMSC waits for."""

from functools import partial

from ipsmgw.cause import Cause
from ipsmgw.gateway.core import Core
from ipsmgw.gateway.inflight import Answered, Deliveries
from ipsmgw.identity import Impu
from ipsmgw.procedures import mt
from ipsmgw.procedures.decision import Action, Answer, Decision, Deliver, MtRefusal, MtResult
from ipsmgw.procedures.mt import MtSms
from ipsmgw.store import Binding
from mapstack import Invoked
from mapstack.map import AddressString, MtForwardSmArg, MtForwardSmRes
from sipbridge import ClientTx, ServerTx, SmMessage
from sipbridge.rp import RpAck, RpError

__all__ = ["Terminating"]

_REMEMBERED = 60.0  # a report that is sent again gets the same answer for at least this long


class Terminating:
    """Records in a table with a few indexes; the Driver asks for the earliest deadline."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._open = Deliveries(core.settings.timers.mt_report)
        self._answered = Answered(_REMEMBERED, core.settings.limits.in_flight)
        self._reference = 0

    def __len__(self) -> int:
        return len(self._open)

    @property
    def kept(self) -> int:
        """Entries in memory for deliveries under way."""
        return self._open.kept

    def deliver(self, event: Invoked, arg: MtForwardSmArg, now: float) -> None:
        """mt-ForwardSM from an SMS-GMSC."""
        imsi, centre = arg.sm_rp_da.imsi, arg.sm_rp_oa.service_centre_address_oa
        if imsi is None or centre is None:
            self.refuse(event, arg, Cause.UNEXPECTED_DATA_VALUE, now)
            return
        binding = self._core.store.binding_of_imsi(imsi)
        sms = self._sms(event, arg, centre, binding, now=now)
        self._act(sms, "", mt.deliver(sms, now), None, now)

    def refuse(self, event: Invoked, arg: MtForwardSmArg, cause: Cause, now: float) -> None:
        """A message that is not attempted at all."""
        sms = self._sms(event, arg, AddressString(""), None, now=now)
        self._act(sms, "", mt.refused(sms, cause, now), None, now)

    def answered(self, tx: ClientTx, status: int, now: float) -> None:
        """The phone's final answer to the MESSAGE."""
        call_id = self._open.end_transaction(tx)
        sms = self._open.of_call(call_id) if call_id else None
        if call_id and sms is not None:
            self._act(sms, call_id, mt.answered(sms, status, now), None, now)

    def silent(self, tx: ClientTx, now: float) -> None:
        """Timer F, or nobody there."""
        call_id = self._open.end_transaction(tx)
        sms = self._open.of_call(call_id) if call_id else None
        if call_id and sms is not None:
            self._act(sms, call_id, mt.silent(sms, now), None, now)

    def reported(self, event: SmMessage, report: RpAck | RpError, now: float) -> None:
        """A delivery report; one that matches nothing gets 488 (TS 24.341 §5.3.3.4.1)."""
        call_id = self._call_of(event, report.message_reference)
        sms = self._open.of_call(call_id)
        if sms is not None and sms.reference == report.message_reference:
            self._act(sms, call_id, mt.reported(sms, report, now), event.tx, now)
        else:
            self._core.isc.respond(event.tx, 202 if call_id in self._answered else 488, now)

    def abandoned(self, dialogue: int, now: float) -> None:
        """The SMS-GMSC ended the dialogue before our answer."""
        call_id = self._open.of_dialogue(dialogue)
        sms = self._open.of_call(call_id) if call_id else None
        if call_id and sms is not None:
            self._act(sms, call_id, mt.abandoned(sms, now), None, now)

    def expire(self, now: float) -> None:
        for call_id in self._open.due(now):
            sms = self._open.of_call(call_id)
            if sms is not None:
                self._act(sms, call_id, mt.silent(sms, now), None, now)

    def deadline(self) -> float | None:
        return self._open.deadline()

    def _act(
        self, sms: MtSms, call_id: str, decision: Decision[MtSms], tx: ServerTx | None, now: float
    ) -> None:
        if decision.record is None and call_id:
            self._open.remove(call_id)
            self._answered.add(call_id, now)
        elif decision.record is not None and call_id:
            self._open.replace(call_id, decision.record, now)
        if decision.cdr is not None:
            decision.cdr.call_id = call_id
            self._core.record(decision.cdr, partial(self._perform, sms, decision.actions, tx))
        else:
            self._perform(sms, decision.actions, tx, now)

    def _perform(self, sms: MtSms, actions: tuple[Action, ...], tx: ServerTx | None, now: float) -> None:
        core = self._core
        for action in actions:
            match action:
                case Answer(status) if tx is not None:
                    core.isc.respond(tx, status, now)
                case Deliver(rpdu) if sms.binding is not None:
                    sent, call_id = core.message(sms.binding.impu, sms.binding.scscf, rpdu, now, None)
                    self._open.add(sms, call_id, sent)
                case MtResult(sm_rp_ui) if core.map.awaits_answer(sms.dialogue):
                    core.map.result(sms.dialogue, MtForwardSmRes(sm_rp_ui=sm_rp_ui), now)
                case MtRefusal(error) if core.map.awaits_answer(sms.dialogue):
                    core.map.error(sms.dialogue, error, now)

    def _sms(
        self,
        event: Invoked,
        arg: MtForwardSmArg,
        centre: AddressString,
        binding: Binding | None,
        *,
        now: float,
    ) -> MtSms:
        reference = self._next_reference(binding) if binding else -1
        imsi = arg.sm_rp_da.imsi or ""
        return MtSms(self._core.new_id(), event.dialogue, imsi, centre, arg.sm_rp_ui, now, binding, reference)

    def _next_reference(self, binding: Binding) -> int:
        """RP-Message-Reference: none that the phone has yet to report on (TS 24.011 §8.2.3)."""
        for _ in range(256):
            self._reference = self._reference + 1 & 0xFF
            if not self._open.taken(binding.impu, self._reference):
                return self._reference
        return -1

    def _call_of(self, event: SmMessage, reference: int) -> str:
        """By In-Reply-To; without it by who reports and RP-MR."""
        if event.in_reply_to is not None:
            return event.in_reply_to
        try:
            impu = Impu.parse(event.asserted.sip or event.asserted.tel or "")
        except ValueError:
            return ""
        return self._open.of_reference(impu, reference) or ""
