"""MT messages under way: from mt-ForwardSM to the answer that the SMS-GMSC waits for."""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.gateway.core import Core
from ipsmgw.gateway.inflight import Deliveries, Delivery, Ended
from ipsmgw.gateway.senders import Senders
from ipsmgw.gateway.series import Series
from ipsmgw.gateway.unreachable import ABSENT
from ipsmgw.identity import Impu
from ipsmgw.procedures import mt, text
from ipsmgw.procedures.decision import Action, Answer, Decision, Deliver, MtRefusal, MtResult
from ipsmgw.procedures.mt import MtSms, MtState
from ipsmgw.procedures.text import Plain
from ipsmgw.sms import FailureCause
from ipsmgw.store import Binding, HlrState
from mapstack import Invoked
from mapstack.map import AddressString, CorrelationId, MtForwardSmArg, MtForwardSmRes
from sipbridge import ClientTx, DecodeError, Flow, ServerTx, ShortMessageInfo, SmMessage
from sipbridge.rp import Direction, RpAck, RpError, decode

__all__ = ["Terminating"]

Owner = Callable[[int, Decision[MtSms], ServerTx | None, float], bool]
"""Told of every attempt that has ended, by its dialogue; False: it is not one of his."""
Late = Callable[[str | None, float], None]
Over = Callable[[int, float], None]
"""Told of every answer behind which no more messages come in its dialogue."""
_REMEMBERED = 60.0  # a report that is sent again gets the same answer for at least this long
_NOWHERE = AddressString("")


class Terminating:
    """Records in a table with a few indexes; the Driver asks for the earliest deadline."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._isc = core.isc
        self._map = core.map
        self._ip_access = core.ip_access
        self._rewrites = core.numbers.to_phones
        self._open = Deliveries(core.settings.timers.mt_report)
        self._answered = Ended(_REMEMBERED, core.settings.limits.in_flight)
        self.series = Series()
        self.owners: list[Owner] = []
        """Who decides what comes after an attempt that is not an SMS-GMSC's alone."""
        self.late: Late | None = None
        self.over: Over | None = None
        self._flows: dict[str, Flow] = {}
        """Of the messages that went straight to phones, by call."""
        self._texts = core.settings.text.enabled
        self._plain = core.plain
        self._sender = Senders(core).of
        self._unreachable = core.unreachable
        self._flags = core.unreachable.flags

    def __len__(self) -> int:
        return len(self._open)

    @property
    def kept(self) -> int:
        """Entries in memory for deliveries under way."""
        return self._open.kept + len(self.series) + len(self._flows)

    def under_way(self) -> Iterator[Delivery]:
        """Those that a phone has yet to report on."""
        yield from self._open

    def deliver(self, event: Invoked, arg: MtForwardSmArg, now: float) -> None:
        """mt-ForwardSM from an SMS-GMSC."""
        core, imsi, centre = self._core, arg.sm_rp_da.imsi, arg.sm_rp_oa.service_centre_address_oa
        if imsi is None or centre is None or arg.more_messages_to_send or event.dialogue in self.series.open:
            imsi, centre = self.series.names(event.dialogue, arg, event.map_open)
        if imsi is None or centre is None:
            self.refuse(event, arg, Cause.UNEXPECTED_DATA_VALUE, now)
            return
        if self._rewrites:
            centre = core.numbers.centre(event.calling.gt.digits if event.calling.gt else "", centre)
        correlation = arg.correlation_id
        if correlation is not None:  # the IMSI is the identifier of his HLR
            self._deliver_named(event, arg, correlation, centre, now)
            return
        binding = core.store.binding_of_imsi(imsi)
        if binding is not None and (binding.hlr is HlrState.UNABLE or binding.hlr is HlrState.WITHDRAWING):
            binding = self.able(binding, now)
        reference = -1 if binding is None else self._open.next_reference(binding.impu)
        sms = MtSms(next(core.ids), event.dialogue, imsi, centre, arg.sm_rp_ui, now, binding, reference)
        self._begin(sms, binding, now)

    def able(self, binding: Binding, now: float) -> Binding:
        """Another identity of his with a device for short messages, if there is one."""
        bindings = self._core.store.bindings_of_imsi(binding.imsi)
        return next((one for one in bindings if one.able(now)), binding)

    def attempt(self, sms: MtSms, now: float) -> None:
        """A message that the domains are tried for, over the IMS."""
        binding = sms.binding
        if binding is not None:
            sms = replace(sms, reference=self._open.next_reference(binding.impu))
        self._begin(sms, binding, now)

    def _begin(self, sms: MtSms, binding: Binding | None, now: float) -> None:
        decision = mt.deliver(sms, now)
        if decision.cdr is None:
            if self._plain and binding is not None and binding.impu in self._plain:
                self._send_text(sms, binding, now)
            else:
                self._send(sms, decision.actions, now)
        else:
            self._refuse(decision, sms.dialogue)

    def _deliver_named(
        self, event: Invoked, arg: MtForwardSmArg, named: CorrelationId, centre: AddressString, now: float
    ) -> None:
        """For who has no MSISDN: both are named by SIP URIs (TS 23.204 §6.4, TS 24.341 B.7)."""
        try:
            impu = Impu.parse(named.sip_uri_b.decode("ascii", "replace"))
        except ValueError:
            self.refuse(event, arg, Cause.UNEXPECTED_DATA_VALUE, now)
            return
        binding = self._core.store.binding(impu)
        imsi, reference = ("", -1) if binding is None else (binding.imsi, self._open.next_reference(impu))
        sender = (named.sip_uri_a or b"").decode("latin-1")
        sms = MtSms(
            next(self._core.ids),
            event.dialogue,
            imsi,
            centre,
            arg.sm_rp_ui,
            now,
            binding,
            reference,
            sender=sender,
        )
        self._begin(sms, binding, now)

    def refuse(
        self, event: Invoked, arg: MtForwardSmArg, cause: Cause, now: float, imsi: str | None = None
    ) -> None:
        """A message that is not attempted at all; `imsi` where it does not say itself whom it is for."""
        imsi = imsi or arg.sm_rp_da.imsi or self.series.subscriber(event.dialogue)
        sms = MtSms(next(self._core.ids), event.dialogue, imsi, _NOWHERE, arg.sm_rp_ui, now, None, -1)
        self._refuse(mt.refused(sms, cause, now), sms.dialogue)

    def answered(self, tx: ClientTx, status: int, octets: bytes, now: float) -> None:
        """The phone's final answer to the MESSAGE. That a report stands in it no specification has; but some
        clients send it there and nowhere else, and their users would get the message again and again.
        """
        delivery = self._open.end_transaction(tx)
        if delivery is None:
            return
        decision = mt.answered(delivery.sms, status, now)
        if decision.record is not None:
            self._open.await_report(delivery, decision.record, now)
            if not octets.endswith(b"\r\n\r\n"):
                self._look_for_report(delivery, octets, now)
        elif self._texts and self._goes_on(delivery, status, now):
            return
        else:
            self._end(delivery, decision, None, now)

    def _look_for_report(self, delivery: Delivery, octets: bytes, now: float) -> None:
        head, _, body = octets.partition(b"\r\n\r\n")
        if b"vnd.3gpp.sms" not in head:
            return
        try:
            report = decode(body, Direction.MS_TO_NETWORK)
        except DecodeError:
            return
        if isinstance(report, RpAck | RpError) and report.message_reference == delivery.sms.reference:
            self._end(delivery, mt.reported(delivery.sms, report, now), None, now)

    def silent(self, tx: ClientTx, now: float) -> None:
        """Timer F, or nobody there."""
        delivery = self._open.end_transaction(tx)
        if delivery is not None:
            self._end(delivery, mt.silent(delivery.sms, now), None, now)

    def reported(self, event: SmMessage, report: RpAck | RpError, now: float) -> None:
        """A delivery report; one that matches nothing gets 488 (TS 24.341 §5.3.3.4.1)."""
        call_id, reference = event.in_reply_to, report.message_reference
        delivery = self._of_phone(event, reference) if call_id is None else self._open.of_call(call_id)
        if delivery is not None and delivery.sms.reference == reference:
            self._end(delivery, mt.reported(delivery.sms, report, now), event.tx, now)
            return
        if self._flags:  # it comes late, or again: the phone is there
            self._heard(event, now)
        answered = self._has_answered(event, reference)
        if answered and self.late is not None and type(report) is RpAck:
            self.late(event.in_reply_to, now)
        self._isc.respond(event.tx, 202 if answered else 488, now)

    def give_up(self, dialogue: int, now: float) -> bool:
        """Another domain needs the time that is left; False: nothing is tried over the IMS."""
        delivery = self._open.of_dialogue(dialogue)
        if delivery is not None:
            self._end(delivery, mt.silent(delivery.sms, now), None, now)
        return delivery is not None

    def addressee(self, call_id: str) -> tuple[str, Flow | None] | None:
        """Whom the message of this call is for, and the flow that a phone got it over; while it is open."""
        delivery = self._open.of_call(call_id)
        return None if delivery is None else (delivery.phone[0], self._flows.get(call_id))

    def abandoned(self, dialogue: int, now: float) -> None:
        """The SMS-GMSC ended the dialogue, before our answer or before its next message."""
        self.series.end(dialogue)
        delivery = self._open.of_dialogue(dialogue)
        if delivery is not None:
            self._end(delivery, mt.abandoned(delivery.sms, now), None, now)

    def expire(self, now: float) -> None:
        for delivery in self._open.due(now):
            self._end(delivery, mt.silent(delivery.sms, now), None, now)

    def deadline(self) -> float | None:
        return self._open.deadline()

    def _send(self, sms: MtSms, actions: tuple[Action, ...], now: float) -> None:
        core, binding = self._core, sms.binding
        for action in actions:
            if type(action) is Deliver and binding is not None:
                impu, scscf = binding.impu, binding.scscf
                if not scscf:
                    self._send_to_phone(sms, impu, action.rpdu, now)
                    continue
                flow, isc = core.flows[scscf], self._isc
                write = isc.message if not sms.sender else partial(isc.named_message, info=_names(sms, impu))
                tx, call_id = write(impu, scscf, action.rpdu, now, flow=flow, asserted=core.uri)
                self._open.add(sms, impu, call_id, tx)

    def _send_to_phone(self, sms: MtSms, impu: Impu, rpdu: bytes, now: float) -> None:
        """Over the flow that it has registered (RFC 5626 §5.3)."""
        core, isc = self._core, self._isc
        contact = None if core.phones is None else core.phones.way(impu, now)
        if contact is None:
            self._refuse(mt.refused(sms, Cause.NOT_REGISTERED, now), sms.dialogue)
            return
        write = isc.message if not sms.sender else partial(isc.named_message, info=_names(sms, impu))
        tx, call_id = write(impu, None, rpdu, now, flow=contact.flow, asserted=core.uri, contact=contact.uri)
        self._open.add(sms, impu, call_id, tx)
        self._flows[call_id] = contact.flow

    def _goes_on(self, delivery: Delivery, status: int, now: float) -> bool:
        """Whether it is tried as text, now that there is no device for short messages; and what is learned
        of the devices.
        """
        sms = delivery.sms
        binding = sms.binding
        if binding is None or not binding.scscf:
            return False
        if sms.state is MtState.TEXT_ANSWER:
            if status >= 300:
                self._plain.discard(binding.impu)
            elif self._core.store.binding(binding.impu) is not None:
                self._plain.add(binding.impu)
            return False
        if status not in text.MEANS_TEXT:
            return False
        plain = text.as_text(sms.tpdu, self._core.uri)
        if isinstance(plain, FailureCause):
            self._end(delivery, text.not_text(sms, plain, now), None, now)
        else:
            self._open.remove(delivery)
            self._send_as(plain, sms, binding, now)
        return True

    def _send_text(self, sms: MtSms, binding: Binding, now: float) -> None:
        """As text, if it is one; each part of a long one by itself, as the SC sends the next one only when
        it has heard of this one.
        """
        plain = text.as_text(sms.tpdu, self._core.uri)
        if isinstance(plain, FailureCause):
            self._refuse(text.not_text(sms, plain, now), sms.dialogue)
        else:
            self._send_as(plain, sms, binding, now)

    def _send_as(self, plain: Plain, sms: MtSms, binding: Binding, now: float) -> None:
        flow, (words, sender, name) = self._core.flows[binding.scscf], plain
        tx, call_id = self._isc.text(
            binding.impu, binding.scscf, words, now, flow=flow, sender=sender, name=name
        )
        self._open.add(replace(sms, state=MtState.TEXT_ANSWER), binding.impu, call_id, tx)

    def _end(self, delivery: Delivery, decision: Decision[MtSms], tx: ServerTx | None, now: float) -> None:
        call_id = delivery.call_id
        self._open.remove(delivery)
        if self._flows:
            self._flows.pop(call_id, None)
        self._answered.add(call_id, now, delivery.phone)
        cdr = decision.cdr
        if cdr is not None:
            cdr.call_id = call_id
            cdr.icid = call_id.partition("@")[0]  # the charging vector begins here (TS 24.229 §5.7.3)
            if cdr.outcome in ABSENT or cdr.imsi in self._flags:
                word = tx is not None or cdr.outcome == "delivered"
                self._unreachable.ended(cdr.imsi, cdr.outcome, now, known=True, word=word)
            dialogue = delivery.sms.dialogue
            if not self._owned(dialogue, decision, tx, cdr.time):
                self._core.record(cdr, partial(self.tell, dialogue, decision.actions, tx))

    def _refuse(self, decision: Decision[MtSms], dialogue: int) -> None:
        """It has not been sent to anybody."""
        cdr = decision.cdr
        if cdr is None:
            return
        if cdr.outcome in ABSENT:
            self._unreachable.ended(cdr.imsi, cdr.outcome, cdr.time, known=bool(cdr.impu), word=False)
        if not self._owned(dialogue, decision, None, cdr.time):
            self._core.record(cdr, partial(self.tell, dialogue, decision.actions, None))

    def _owned(self, dialogue: int, decision: Decision[MtSms], tx: ServerTx | None, now: float) -> bool:
        return any(owner(dialogue, decision, tx, now) for owner in self.owners)

    def tell(self, dialogue: int, actions: tuple[Action, ...], tx: ServerTx | None, now: float) -> None:
        """The record is on disk: phone and SMS-GMSC learn what has become of it."""
        for action in actions:
            if type(action) is Answer:
                if tx is not None:
                    self._isc.respond(tx, action.status, now)
            elif type(action) is MtResult or type(action) is MtRefusal:
                self._tell_gmsc(dialogue, action, now)
        if self.over is not None and dialogue not in self.series.open:
            self.over(dialogue, now)

    def _tell_gmsc(self, dialogue: int, action: MtResult | MtRefusal, now: float) -> None:
        """Unless it has given up while the record went to disk, or in the batch of its Begin."""
        awaited = self._map.awaits_answer(dialogue)
        if type(action) is MtRefusal:
            self.series.end(dialogue)  # an error ends the dialogue, whatever was to follow
            if awaited:
                self._map.error(dialogue, action.error, now)
        elif awaited and type(action) is MtResult:
            access = self._ip_access if action.over_ip else None
            self._map.result(dialogue, _result(action.sm_rp_ui, access), now)

    def _heard(self, event: SmMessage, now: float) -> None:
        sender = self._sender(event)
        if sender is not None and sender.imsi is not None:
            self._unreachable.heard(sender.imsi, now)

    def _of_phone(self, event: SmMessage, reference: int) -> Delivery | None:
        """Without In-Reply-To: by who reports and RP-MR."""
        phone = self._phone(event, reference)
        return None if phone is None else self._open.of_reference(*phone)

    def _has_answered(self, event: SmMessage, reference: int) -> bool:
        """Whether a report is the repetition of one that ended its message."""
        if event.in_reply_to is not None:
            return event.in_reply_to in self._answered
        return (self._phone(event, reference) or "") in self._answered

    def _phone(self, event: SmMessage, reference: int) -> tuple[Impu, int] | None:
        """The identity that the message went to: another one of its implicit set may report."""
        try:
            impu = Impu.parse(event.asserted.sip or event.asserted.tel or "")
        except ValueError:
            return None
        if self._core.store.binding(impu) is None:
            impu = self._core.implicit.of(impu) or impu
        return impu, reference


def _names(sms: MtSms, impu: Impu) -> ShortMessageInfo:
    """Who writes to whom, where neither has a number (TS 24.341 B.7)."""
    return ShortMessageInfo(impu, sms.sender)


@lru_cache(maxsize=256)
def _result(sm_rp_ui: bytes | None, ip_access: bytes | None) -> MtForwardSmRes:
    """Phones say the same few octets when all is well."""
    return MtForwardSmRes(sm_rp_ui=sm_rp_ui, extension_container=ip_access)
