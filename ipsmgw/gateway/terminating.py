"""MT messages under way: from mt-ForwardSM to the answer that the SMS-GMSC waits for."""

from functools import lru_cache, partial

from ipsmgw.cause import Cause
from ipsmgw.gateway.core import Core
from ipsmgw.gateway.inflight import Answered, Deliveries, Delivery
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
_NOWHERE = AddressString("")


class Terminating:
    """Records in a table with a few indexes; the Driver asks for the earliest deadline."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._open = Deliveries(core.settings.timers.mt_report)
        self._answered = Answered(_REMEMBERED, core.settings.limits.in_flight)

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
        sms = self._sms(event, arg, centre, binding, now)
        self._act(sms, None, mt.deliver(sms, now), None, now)

    def refuse(self, event: Invoked, arg: MtForwardSmArg, cause: Cause, now: float) -> None:
        """A message that is not attempted at all."""
        sms = self._sms(event, arg, _NOWHERE, None, now)
        self._act(sms, None, mt.refused(sms, cause, now), None, now)

    def answered(self, tx: ClientTx, status: int, now: float) -> None:
        """The phone's final answer to the MESSAGE."""
        delivery = self._open.end_transaction(tx)
        if delivery is not None:
            self._act(delivery.sms, delivery, mt.answered(delivery.sms, status, now), None, now)

    def silent(self, tx: ClientTx, now: float) -> None:
        """Timer F, or nobody there."""
        delivery = self._open.end_transaction(tx)
        if delivery is not None:
            self._act(delivery.sms, delivery, mt.silent(delivery.sms, now), None, now)

    def reported(self, event: SmMessage, report: RpAck | RpError, now: float) -> None:
        """A delivery report; one that matches nothing gets 488 (TS 24.341 §5.3.3.4.1)."""
        delivery = self._reported_on(event, report.message_reference)
        if delivery is not None and delivery.sms.reference == report.message_reference:
            self._act(delivery.sms, delivery, mt.reported(delivery.sms, report, now), event.tx, now)
        else:
            self._core.isc.respond(event.tx, 202 if (event.in_reply_to or "") in self._answered else 488, now)

    def abandoned(self, dialogue: int, now: float) -> None:
        """The SMS-GMSC ended the dialogue before our answer."""
        delivery = self._open.of_dialogue(dialogue)
        if delivery is not None:
            self._act(delivery.sms, delivery, mt.abandoned(delivery.sms, now), None, now)

    def expire(self, now: float) -> None:
        for delivery in self._open.due(now):
            self._act(delivery.sms, delivery, mt.silent(delivery.sms, now), None, now)

    def deadline(self) -> float | None:
        return self._open.deadline()

    def _act(
        self,
        sms: MtSms,
        delivery: Delivery | None,
        decision: Decision[MtSms],
        tx: ServerTx | None,
        now: float,
    ) -> None:
        record, cdr = decision.record, decision.cdr
        if delivery is not None and record is None:
            self._open.remove(delivery)
            self._answered.add(delivery.call_id, now)
        elif delivery is not None and record is not None:
            self._open.await_report(delivery, record, now)
        if cdr is not None:
            cdr.call_id = "" if delivery is None else delivery.call_id
            self._core.record(cdr, partial(self._perform, sms, decision.actions, tx))
        elif decision.actions:
            self._perform(sms, decision.actions, tx, now)

    def _perform(self, sms: MtSms, actions: tuple[Action, ...], tx: ServerTx | None, now: float) -> None:
        for action in actions:
            if type(action) is Deliver and sms.binding is not None:
                self._send(sms, sms.binding, action.rpdu, now)
            elif type(action) is Answer and tx is not None:
                self._core.isc.respond(tx, action.status, now)
            elif type(action) is MtResult or type(action) is MtRefusal:
                self._end(sms.dialogue, action, now)

    def _end(self, dialogue: int, action: MtResult | MtRefusal, now: float) -> None:
        stack = self._core.map
        if not stack.awaits_answer(dialogue):
            return  # the SMS-GMSC has given up while the record went to disk, or in the batch of its Begin
        if type(action) is MtResult:
            stack.result(dialogue, _result(action.sm_rp_ui), now)
        elif type(action) is MtRefusal:
            stack.error(dialogue, action.error, now)

    def _send(self, sms: MtSms, binding: Binding, rpdu: bytes, now: float) -> None:
        tx, call_id = self._core.message(binding.impu, binding.scscf, rpdu, now, None)
        self._open.add(sms, binding.impu, call_id, tx)

    def _sms(
        self, event: Invoked, arg: MtForwardSmArg, centre: AddressString, binding: Binding | None, now: float
    ) -> MtSms:
        reference = self._open.next_reference(binding.impu) if binding else -1
        imsi = arg.sm_rp_da.imsi or ""
        return MtSms(self._core.new_id(), event.dialogue, imsi, centre, arg.sm_rp_ui, now, binding, reference)

    def _reported_on(self, event: SmMessage, reference: int) -> Delivery | None:
        """By In-Reply-To; without it by who reports and RP-MR."""
        if event.in_reply_to is not None:
            return self._open.of_call(event.in_reply_to)
        try:
            impu = Impu.parse(event.asserted.sip or event.asserted.tel or "")
        except ValueError:
            return None
        return self._open.of_reference(impu, reference)


@lru_cache(maxsize=256)
def _result(sm_rp_ui: bytes | None) -> MtForwardSmRes:
    """Phones say the same few octets when all is well."""
    return MtForwardSmRes(sm_rp_ui=sm_rp_ui)
