"""MO at the phone: RP-DATA, one at a time, until its report (TS 24.341 §5.3.1; TS 24.011 §6.3.1)."""

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple

from ipsmgw.identity import Impu, Msisdn
from ipsmgw.sms import Address, Submit, compose
from lab.elements.agenda import Entry
from lab.elements.domain import Domain
from lab.elements.line import Line
from lab.elements.named_message import DUMMY
from lab.elements.phone_ledger import PhoneLedger, Report, Sent, SentState
from lab.elements.phone_radio import PhoneRadio
from sipbridge.events import Response
from sipbridge.rp import Direction, RpAck, RpAddress, RpData, RpError

__all__ = ["TRANSITIONS", "PhoneSubmission", "SubmissionInput", "Wish"]

_UNKNOWN, _INTERNATIONAL = 0x81, 0x91  # types of address, in E.164 (TS 24.011 §8.2.5.2)
_REMEMBERED = 256  # an RP-Message-Reference is one octet


class Wish(NamedTuple):
    """What its user wants of a text besides: a message class (TS 23.038 §4), a status report (TP-SRR)."""

    message_class: int | None = None
    status_report: bool = False

    def coding(self, dcs: int) -> int:
        """TP-DCS of the general group, with the class."""
        return dcs if self.message_class is None else dcs | _HAS_CLASS | self.message_class


_NO_WISH = Wish()
_HAS_CLASS = 0x10


class SubmissionInput(Enum):
    """What can happen to an MO."""

    ANSWERED = "2xx"
    REJECTED = "another answer, or none"
    ACK = "RP-ACK"
    ERROR = "RP-ERROR"
    TR1M = "TR1M"


_State, _Input = SentState, SubmissionInput


class PhoneSubmission:
    """The outgoing short messages of a phone; reports are matched by In-Reply-To, else by RP-MR.

    `choose` says which domain the next one takes; `radios` are those that are not the IMS.
    """

    def __init__(
        self,
        line: Line,
        ledger: PhoneLedger,
        radios: Mapping[Domain, PhoneRadio],
        choose: Callable[[], Domain],
    ) -> None:
        self._line = line
        self._ledger = ledger
        self._radios = radios
        self._choose = choose
        self._queue: deque[Sent] = deque()
        self._current: Sent | None = None
        self._tr1m: Entry | None = None
        self._by_call_id: OrderedDict[str, Sent] = OrderedDict()
        self._references = 0

    def submit_text(self, text: str, to: Msisdn | Impu, now: float, wish: Wish = _NO_WISH) -> list[Sent]:
        """One short message, or the parts of a long one; ValueError when it is too long."""
        reference = (self._references + 1) & 0xFF
        quirks = self._line.plan.quirks
        digits = DUMMY if isinstance(to, Impu) else to
        address = Address.of_digits(digits) if quirks.ton_unknown else Address.international(digits)
        return [
            self.submit(
                Submit.of(
                    0,
                    address,
                    udl=part.udl,
                    ud=part.ud,
                    dcs=wish.coding(part.dcs),
                    udhi=part.udhi,
                    status_report=wish.status_report,
                ).encode(),
                to,
                now,
            )
            for part in compose(text, reference=reference, wide=quirks.wide_references)
        ]

    def submit(self, tpdu: bytes, to: str, now: float) -> Sent:
        """Queue an SMS-SUBMIT, or SMS-COMMAND; its TP-MR is set here (TS 23.040 §9.2.3.6)."""
        self._references = (self._references + 1) & 0xFF
        number = self._references
        sent = Sent(to, tpdu[:1] + bytes((number,)) + tpdu[2:], number, now)
        self._ledger.sent.append(sent)
        self._queue.append(sent)
        self._next(now)
        return sent

    def report(self, rpdu: RpAck | RpError, call_id: str, in_reply_to: str | None, now: float) -> bool:
        """A submit report: whether it belongs to anything."""
        sent = self._find(rpdu.message_reference, in_reply_to)
        if sent is None:
            self._ledger.unmatched += 1
            return False
        sent.reports.append(Report(now, rpdu, call_id))
        self._run(sent, _Input.ACK if isinstance(rpdu, RpAck) else _Input.ERROR, now)
        return True

    def report_by_radio(self, rpdu: RpAck | RpError, now: float) -> None:
        """A submit report in CS or PS: the transaction says what it is about."""
        sent = self._current
        if sent is None or sent.domain is Domain.IMS or sent.rp_mr != rpdu.message_reference:
            self._ledger.unmatched += 1
            return
        sent.reports.append(Report(now, rpdu, ""))
        self._run(sent, _Input.ACK if isinstance(rpdu, RpAck) else _Input.ERROR, now)

    def not_taken(self, now: float) -> None:
        """The network has not acknowledged what went by CS or PS."""
        if self._current is not None and self._current.domain is not Domain.IMS:
            self._run(self._current, _Input.REJECTED, now)

    @property
    def unfinished(self) -> int:
        """Short messages that have not come to their end."""
        return len(self._queue) + (self._current is not None)

    def _find(self, reference: int, in_reply_to: str | None) -> Sent | None:
        sent = self._current if in_reply_to is None else self._by_call_id.get(in_reply_to)
        return sent if sent is not None and sent.rp_mr == reference else None

    def _next(self, now: float) -> None:
        if self._current is not None or not self._queue:
            return
        sent = self._current = self._queue.popleft()
        sent.state, sent.when, sent.domain = SentState.SENT, now, self._choose()
        plan = self._line.plan
        kind = _UNKNOWN if plan.quirks.ton_unknown else _INTERNATIONAL
        rpdu = RpData(sent.rp_mr, plan.centre or RpAddress(plan.sc_number, kind), sent.tpdu)
        radio = self._radios.get(sent.domain)
        if radio is not None:
            radio.submit(rpdu, now)
        else:
            self._over_ip(sent, rpdu, now)
        tr1m = now + plan.timers.tr1m
        self._tr1m = self._line.agenda.at(tr1m, lambda now: self._run(sent, _Input.TR1M, now))

    def _over_ip(self, sent: Sent, rpdu: RpData, now: float) -> None:
        line = self._line

        def on_final(status: int, response: Response | None, now: float) -> None:
            sent.status = status
            self._run(sent, _Input.ANSWERED if status < 300 else _Input.REJECTED, now)

        octets = rpdu.encode(Direction.MS_TO_NETWORK)
        named = sent.to if isinstance(sent.to, Impu) else ""
        uri = line.plan.sc_uri
        sent.call_id = line.message(uri, octets, now, on_final=on_final, named=named)
        if line.plan.quirks.mo_twice:
            line.message(uri, octets, now, on_final=_never_mind, named=named, call_id=sent.call_id)
        self._remember(sent)

    def _remember(self, sent: Sent) -> None:
        self._by_call_id[sent.call_id] = sent
        if len(self._by_call_id) > _REMEMBERED:
            self._by_call_id.popitem(last=False)

    def _run(self, sent: Sent, event: SubmissionInput, now: float) -> None:
        state, action = TRANSITIONS[sent.state, event]
        sent.state = state
        action(self, sent, now)

    def _end(self, sent: Sent, now: float) -> None:
        sent.ended = now
        if self._tr1m is not None:
            self._tr1m.cancel()
        radio = self._radios.get(sent.domain)
        if radio is not None:
            radio.over()
        self._current = None
        self._next(now)

    def _nothing(self, sent: Sent, now: float) -> None: ...


def _never_mind(status: int, response: Response | None, now: float) -> None:
    """What the second of two says."""


Action = Callable[[PhoneSubmission, Sent, float], None]
_end, _nothing = PhoneSubmission._end, PhoneSubmission._nothing

# A report may overtake the answer to the MESSAGE, so it counts in SENT as well.
TRANSITIONS: dict[tuple[SentState, SubmissionInput], tuple[SentState, Action]] = {
    (_State.SENT, _Input.ANSWERED): (_State.ACCEPTED, _nothing),
    (_State.SENT, _Input.REJECTED): (_State.FAILED, _end),
    (_State.SENT, _Input.ACK): (_State.ACKNOWLEDGED, _end),
    (_State.SENT, _Input.ERROR): (_State.REFUSED, _end),
    (_State.SENT, _Input.TR1M): (_State.GIVEN_UP, _end),
    (_State.ACCEPTED, _Input.ACK): (_State.ACKNOWLEDGED, _end),
    (_State.ACCEPTED, _Input.ERROR): (_State.REFUSED, _end),
    (_State.ACCEPTED, _Input.TR1M): (_State.GIVEN_UP, _end),
    **{
        (state, event): (state, _nothing)
        for state in (_State.ACKNOWLEDGED, _State.REFUSED, _State.FAILED, _State.GIVEN_UP)
        for event in _Input
        if event is not _Input.TR1M
    },
}
