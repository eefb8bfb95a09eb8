"""What goes to ESMEs: messages of phones as attempts of the SC, and receipts (SMPP v3.4 §4.6, §2.9).

A message of a phone is stored first and retried as any other; a receipt waits in a queue of its own, for it
is nobody's message. Both wait for a receiver that is bound, and for room in its window.
"""

from collections import deque
from collections.abc import Callable, Iterator

from ipsmgw.identity import Msisdn
from ipsmgw.smpp import EsmClass, Flow, MessageState, Responded, ResponseLost, SmppStack, Status, status_name
from ipsmgw.smpp.address import SmppAddress, of_tpdu
from ipsmgw.smpp.cause import cause_of, state_of
from ipsmgw.smpp.codes import Tag
from ipsmgw.smpp.content import short_message
from ipsmgw.smpp.fields import Tlv
from ipsmgw.smpp.pdu import DeliverSm
from ipsmgw.smpp.receipt import Receipt
from ipsmgw.smpp.times import receipt_date
from ipsmgw.sms import DecodeError, Deliver, Direction, decode
from lab.elements.agenda import Agenda
from lab.elements.sc_ledger import LEDGER, MtMessage, Outcome, Verdict
from lab.elements.smpp_ledger import Pushed, SmppData, Submission
from lab.plan import Application, Plan

__all__ = ["Pushing"]

Ended = Callable[[MtMessage, Outcome, float], None]


class Pushing:
    """`receivers` are the sessions of an application that take deliver_sm."""

    def __init__(
        self,
        plan: Plan,
        stack: SmppStack,
        data: SmppData,
        agenda: Agenda,
        receivers: Callable[[str], Iterator[Flow]],
    ) -> None:
        self._plan = plan
        self._stack = stack
        self._smpp = data
        self._agenda = agenda
        self._receivers = receivers
        self._attempts: dict[tuple[Flow, int], MtMessage] = {}
        self._receipts: dict[tuple[Flow, int], tuple[str, Pushed]] = {}
        self._starved: set[Msisdn] = set()
        self.ended: Ended = _nobody
        """Told how an attempt of the SC ended."""
        self.alerted: Callable[[Msisdn, float], None] = _unheard
        """Told that a number can be reached."""

    @property
    def open_work(self) -> int:
        """What waits for an answer."""
        return len(self._attempts) + len(self._receipts)

    # Messages of phones.

    def application_of(self, number: Msisdn) -> Application | None:
        """Whose number this is."""
        return next((each for each in self._plan.accounts if number in each.numbers), None)

    def attempt(self, application: Application, message: MtMessage, now: float) -> None:
        """Try to hand a message over; who asks hears how it ended in a later input."""
        flow = self._free(application.name)
        if flow is None:
            bound = any(True for _ in self._receivers(application.name))
            if bound:
                self._starved.add(message.to)
            words = "the window is full" if bound else "no receiver is bound"
            self._agenda.at(now, lambda now: self.ended(message, Outcome(Verdict.TEMPORARY, words), now))
            return
        number = self._stack.request(flow, _deliver_sm(message), now)
        self._attempts[flow, number] = message

    def bound(self, application: Application, now: float) -> None:
        """A receiver is there: what waits for it is tried."""
        self.push(application.name, now)
        for number in application.numbers:
            self.alerted(Msisdn(number), now)

    # Receipts.

    def finished(self, submission: Submission, now: float) -> None:
        """A message of an ESME has come to its end."""
        submission.done = now
        if not submission.wants_receipt or submission.receipted:
            return
        submission.receipted = True
        queue = self._smpp.receipts.setdefault(submission.application, deque(maxlen=LEDGER))
        queue.append(Pushed(_receipt(submission, now), now, now + self._plan.timers.validity))
        self.push(submission.application, now)

    def push(self, name: str, now: float) -> None:
        """Send what the windows have room for; what nobody has taken in time is given up."""
        queue = self._smpp.receipts.get(name, deque())
        while queue and queue[0].expires <= now and queue[0] not in self._sent(name):
            queue.popleft()
        sent = self._sent(name)
        for pushed in [pushed for pushed in queue if not any(pushed is one for one in sent)]:
            flow = self._free(name)
            if flow is None:
                return
            pushed.attempts += 1
            self._receipts[flow, self._stack.request(flow, pushed.pdu, now)] = (name, pushed)

    def _sent(self, name: str) -> list[Pushed]:
        return [pushed for whose, pushed in self._receipts.values() if whose == name]

    # Answers.

    def responded(self, event: Responded, now: float) -> None:
        key = (event.flow, event.sequence_number)
        message = self._attempts.pop(key, None)
        if message is not None:
            self.ended(message, _outcome(event.status), now)
        elif key in self._receipts:
            name, pushed = self._receipts.pop(key)
            pushed.answer = event.status
            self._settle(name, pushed, event.status, now)
        self._feed(now)

    def lost(self, event: ResponseLost, now: float) -> None:
        """Nobody knows whether the ESME has it: it is sent again."""
        key = (event.flow, event.sequence_number)
        message = self._attempts.pop(key, None)
        if message is not None:
            self.ended(message, Outcome(Verdict.TEMPORARY, f"deliver_sm: {event.reason}"), now)
        elif key in self._receipts:
            name, _ = self._receipts.pop(key)
            self._agenda.at(now, lambda now: self.push(name, now))

    def _settle(self, name: str, pushed: Pushed, status: int, now: float) -> None:
        temporary = status and state_of(cause_of(status)) is MessageState.ENROUTE
        if not temporary:
            self._smpp.receipts[name].remove(pushed)
            self.push(name, now)
            return
        retries = self._plan.timers.sc_retries
        wait = retries[min(pushed.attempts, len(retries)) - 1]
        self._agenda.at(now + wait, lambda now: self.push(name, now))

    def _feed(self, now: float) -> None:
        """There is room in a window."""
        starved, self._starved = self._starved, set()
        for number in starved:
            self.alerted(number, now)

    def _free(self, name: str) -> Flow | None:
        return next((flow for flow in self._receivers(name) if self._stack.room(flow)), None)


def _nobody(message: MtMessage, outcome: Outcome, now: float) -> None: ...


def _unheard(number: Msisdn, now: float) -> None: ...


def _outcome(status: int) -> Outcome:
    if status == Status.ROK:
        return Outcome(Verdict.DELIVERED, "delivered")
    temporary = state_of(cause_of(status)) is MessageState.ENROUTE
    return Outcome(Verdict.TEMPORARY if temporary else Verdict.PERMANENT, status_name(status))


def _deliver_sm(message: MtMessage) -> DeliverSm:
    """Of an SMS-DELIVER in the queue; what is none (a status report for an ESME) has no text."""
    try:
        tpdu = decode(message.tpdu, direction=Direction.TO_UE)
    except DecodeError:
        tpdu = None
    if not isinstance(tpdu, Deliver):
        return DeliverSm(destination_addr=message.to)
    source, content = of_tpdu(tpdu.tp_oa), short_message(tpdu)
    return DeliverSm(
        source_addr_ton=source.ton,
        source_addr_npi=source.npi,
        source_addr=source.digits,
        destination_addr=message.to,
        esm_class=content.udhi * EsmClass.UDHI | tpdu.tp_rp * EsmClass.REPLY_PATH,
        protocol_id=tpdu.tp_pid,
        data_coding=content.data_coding,
        short_message=content.octets,
    )


def _receipt(submission: Submission, now: float) -> DeliverSm:
    """From whom the message was for, to whom it was from (appendix B)."""
    source: SmppAddress = submission.destination
    target: SmppAddress = submission.source
    state = submission.state
    receipt = Receipt(
        submission.id,
        state,
        receipt_date(submission.when),
        receipt_date(now),
        submission.error,
        submission.preview.encode("ascii", "replace").decode(),
        delivered=int(state is MessageState.DELIVERED),
    )
    reference = submission.reference
    return DeliverSm(
        service_type=submission.service_type,
        source_addr_ton=source.ton,
        source_addr_npi=source.npi,
        source_addr=source.digits,
        dest_addr_ton=target.ton,
        dest_addr_npi=target.npi,
        destination_addr=target.digits,
        esm_class=EsmClass.DELIVERY_RECEIPT,
        short_message=receipt.words().encode("latin-1", "replace"),
        tlvs=(*receipt.tlvs(), *((Tlv(Tag.USER_MESSAGE_REFERENCE, reference),) if reference else ())),
    )
