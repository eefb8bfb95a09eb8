"""Short messages of phones to the MSGin5G Server: acknowledged when it has them (TS 23.554 §8.7.3)."""

from typing import NamedTuple

from msgspec import Struct

from ipsmgw.cause import Cause
from ipsmgw.gateway.core import Core
from ipsmgw.gateway.deadlines import Deadlines
from ipsmgw.gateway.msgin5g.asking import Asking, OverIms
from ipsmgw.gateway.msgin5g.chronicle import Chronicle
from ipsmgw.gateway.msgin5g.enrolments import Enrolments
from ipsmgw.gateway.msgin5g.message_server import Called, MessageServer, Refused, Returned, Unanswered
from ipsmgw.gateway.msgin5g.parts import Gathered, Parts
from ipsmgw.gateway.msgin5g.senders import ReplyNumbers
from ipsmgw.procedures.mo import MoSms
from ipsmgw.procedures.msgin5g import submission
from ipsmgw.procedures.msgin5g.submission import Content
from ipsmgw.sms import DecodeError, Submit, digits_at
from ipsmgw.store import AwaitedReport, Enrolment, Transfer
from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, MessageDeliveryAck, UEMessageDelivery
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.segmentation import cut
from sipbridge import ServerTx

__all__ = ["FromPhones"]

_TP_DA = 2
_SMALLEST = 64  # of a segment: whatever was provisioned, a character fits


class _Whole(NamedTuple):
    """A message of which all parts are here: the last of them, who sends it, and what it says."""

    asking: Asking
    held: Enrolment
    submit: Submit
    gathered: Gathered


class _Submission(Struct, eq=False):
    """A message that the server has not taken yet; as an MO in flight it lives in memory only."""

    whole: _Whole
    segments: list[UEMessageDelivery]
    until: float

    @property
    def name(self) -> str:
        """Its Message ID."""
        return self.segments[0].msg_id


class FromPhones:
    """Messages to numbers of the service; all others go to their service centre."""

    def __init__(
        self,
        core: Core,
        server: MessageServer,
        enrolments: Enrolments,
        numbers: ReplyNumbers,
        *,
        chronicle: Chronicle,
    ) -> None:
        self._chronicle = chronicle
        self._core = core
        self._section = core.settings.msgin5g
        self._server = server
        self._enrolments = enrolments
        self._replies = numbers
        self._numbers = submission.numbers_of(self._section)
        self._parts = Parts(core)
        self._awaited = core.store.awaited_reports
        self._open: dict[int, _Submission] = {}
        self._deadlines: Deadlines[str] = Deadlines()
        """Of reports that nobody waits for after that."""

    def __len__(self) -> int:
        return len(self._open)

    def resume(self, now: float) -> None:
        self._parts.resume(now)
        for row in self._awaited:
            self._deadlines.set(row.key, row.until)

    def expire(self, now: float) -> None:
        self._parts.expire(now)
        for key in self._deadlines.due(now):
            row = self._awaited.get(key)
            if row is not None:
                self._awaited.remove(row)

    def deadline(self) -> float | None:
        both = self._parts.deadline(), self._deadlines.deadline()
        return min((when for when in both if when is not None), default=None)

    def submit(self, sms: MoSms, tx: ServerTx, now: float) -> bool:
        """RP-DATA of a phone; False: it is not for the service."""
        try:
            number = digits_at(sms.tpdu, _TP_DA)
        except (DecodeError, IndexError):
            return False
        if number not in self._numbers:
            return False
        self._core.isc.respond(tx, 202, now)
        held = self._enrolments.of_imsi(sms.sender.imsi or "")
        self.offer(OverIms(self._core, sms), held, sms.tpdu, number, now)
        return True

    def offer(self, asking: Asking, held: Enrolment | None, tpdu: bytes, number: str, now: float) -> None:
        """An SMS-SUBMIT of this phone to this number, by whatever way it has come."""
        refused = self._submit(asking, held, tpdu, number, now)
        if refused is not None:
            asking.refused(refused, now)

    def reported(self, event: Called, said: DeliveryStatusReport, now: float) -> Transfer | None:
        """POST /deliver-report: the status reports that the phone gets, if it waits for any."""
        row = self._awaited.get(said.msg_id)
        held = self._enrolments.of_service_id(said.dest_addr.addr)
        if row is None or held is None or held.key != row.imsi:
            self._server.refuse(event.exchange, Problem(status=404, cause="MESSAGE_UNKNOWN"))
            return None
        self._awaited.remove(row)
        self._chronicle.note(
            row.key, "deliver-report of the server", str(said.failure_cause or said.deliv_st)
        )
        self._server.accept(event.exchange)
        return Transfer(
            key=f"report {row.key}",
            imsi=row.imsi,
            ue="",
            received=now,
            until=now + self._section.validity,
            parts=submission.status_reports(row, said, now),
        )

    def returned(self, event: Returned, now: float) -> bool:
        """The server has a segment; False: it was asked for something else."""
        one = self._open.pop(event.exchange, None)
        if one is None:
            return False
        body = event.body
        cause = submission.cause_of_ack(body) if isinstance(body, MessageDeliveryAck) else None
        if cause is not None:
            self._failed(one, cause, now)
        elif len(one.segments) > 1:
            del one.segments[0]
            self._call(one, now)
        else:
            self._parts.done(one.whole.gathered)
            self._chronicle.note(
                one.segments[0].msg_id, "the server has it", one.whole.asking.yes, outcome="delivered"
            )
            one.whole.asking.taken(now)
        return True

    def failed(self, event: Refused | Unanswered, now: float) -> bool:
        """It has not, or nobody knows; False: it was asked for something else."""
        one = self._open.pop(event.exchange, None)
        if one is None:
            return False
        if isinstance(event, Refused):
            self._failed(one, submission.cause_of_status(event.status, event.cause), now)
        else:
            self._failed(one, Cause.NETWORK_OUT_OF_ORDER, now)
        return True

    def _submit(
        self, asking: Asking, held: Enrolment | None, tpdu: bytes, number: str, now: float
    ) -> Cause | None:
        """None: it is on its way, or one part of it is kept."""
        read = submission.submitted(tpdu)
        if read is None:
            return Cause.SEMANTICALLY_INCORRECT
        if held is None or not held.registered:
            return Cause.SUBSCRIBER_NOT_SC_SUBSCRIBER
        if len(self._open) >= self._section.limits.submissions:
            return Cause.CONGESTION
        submit, content = read
        whole = self._parts.put(f"{held.key} {number}", submit, content, now)
        if whole is None:
            asking.taken(now)
            return None
        return self._begin(_Whole(asking, held, submit, whole), number, now)

    def _begin(self, whole: _Whole, number: str, now: float) -> Cause | None:
        content = submission.content_of(whole.gathered.content, self._section)
        addressed = None if content is None else self._addressed(whole.held, number, content, now)
        if addressed is None:
            self._parts.failed(whole.gathered)
            return Cause.FACILITY_NOT_SUPPORTED if content is None else Cause.INVALID_SME_ADDRESS
        name = whole.asking.name(whole.gathered, number, now)
        if not name:
            self._parts.done(whole.gathered)
            whole.asking.taken(now)
            return None
        message = submission.message_of(
            whole.held.svc_id,
            *addressed,
            name,
            whole.submit,
            now=now,
            report=bool(whole.gathered.references),
        )
        size = max(whole.held.seg_size or self._section.segment_size, _SMALLEST)
        one = _Submission(whole, list(cut(message, message.msg_id, size)), now + whole.asking.within)
        to = f"{addressed[0].addr_type} {addressed[0].addr}"
        self._chronicle.submitted(whole.held, name, to, f"{whole.asking.way}, to {number}")
        if whole.gathered.references:
            self._await(one, now)
        self._call(one, now)
        return None

    def _addressed(
        self, held: Enrolment, number: str, content: Content, now: float
    ) -> tuple[Address, Content] | None:
        """Who it is for, and what of it he gets."""
        payload, application = content
        if number == self._section.name_code:
            named = submission.by_name(self._section, payload)
            return None if named is None else (named[0], (named[1], application))
        coded = submission.of_short_code(self._section, number)
        address = coded or self._replies.recipient(held.key, number, now)
        return None if address is None else (address, content)

    def _await(self, one: _Submission, now: float) -> None:
        """Before the message leaves: its report may be here before its answer."""
        whole = one.whole
        row = AwaitedReport(
            key=one.name,
            imsi=whole.held.key,
            references=whole.gathered.references,
            recipient=bytes(whole.submit.tp_da),
            sent=now,
            until=now + self._section.validity,
        )
        self._awaited.save(row)
        self._deadlines.set(row.key, row.until)

    def _call(self, one: _Submission, now: float) -> None:
        """The next segment; all of them have the time of one message."""
        within = max(0.0, one.until - now)
        self._open[self._server.submit(one.segments[0], now, within=within)] = one

    def _failed(self, one: _Submission, cause: Cause, now: float) -> None:
        self._parts.failed(one.whole.gathered)
        row = self._awaited.get(one.name)
        if row is not None:
            self._awaited.remove(row)
        self._chronicle.note(
            one.segments[0].msg_id, "the server has not taken it", cause.sentence, outcome=cause.cdr
        )
        one.whole.asking.refused(cause, now)
