"""A phone in CS or PS: attached or not, RP-DATA both ways (TS 24.008 §4.4, §4.7; TS 24.011 §6)."""

from collections.abc import Callable
from typing import NamedTuple

from lab.elements.agenda import Agenda, Entry
from lab.elements.air import Air, AirEvent, Heard, Moved, NoCpAck, Transaction
from lab.elements.domain import Domain
from lab.elements.mobility import Kind, Mobility
from lab.plan import Plan, Subscriber
from sipbridge.errors import DecodeError
from sipbridge.flow import Flow
from sipbridge.rp import Direction, RpAck, RpCause, RpData, RpError, RpSmma, decode

__all__ = ["PhoneRadio", "Told"]

_NODE = {Domain.CS: "msc", Domain.PS: "sgsn"}
_REQUEST = {Domain.CS: Kind.LOCATION_UPDATING_REQUEST, Domain.PS: Kind.ATTACH_REQUEST}
_ACCEPTS = {Kind.LOCATION_UPDATING_ACCEPT, Kind.ATTACH_ACCEPT}
_REJECTS = {Kind.LOCATION_UPDATING_REJECT, Kind.ATTACH_REJECT}
_LEAVE = {Domain.CS: Kind.IMSI_DETACH_INDICATION, Domain.PS: Kind.DETACH_REQUEST}


_TEMPORARY = {RpCause.NETWORK_OUT_OF_ORDER, RpCause.TEMPORARY_FAILURE, RpCause.CONGESTION}


class Told(NamedTuple):
    """Whom the radio tells: of an MT, which has a report or none; of the report of an MO, or its loss."""

    received: Callable[[RpData, Domain, float], RpAck | RpError | None]
    reported: Callable[[RpAck | RpError, float], None]
    not_taken: Callable[[float], None]


class PhoneRadio:
    """One domain; its Air is off while the phone is not attached, and does not want to be."""

    def __init__(self, plan: Plan, subscriber: Subscriber, domain: Domain, agenda: Agenda) -> None:
        self.air = Air(plan.timers.tc1)
        self.air.on = False
        self.attached = False
        self.refused = 0
        """Why it was not let in, as the network has said it last; 0: it was."""
        self.told: Told
        self._retry_after = plan.timers.attach_retry
        self._imsi = subscriber.imsi
        self._domain = domain
        self._flow = Flow("udp", plan.air(subscriber.name, domain), plan.air(_NODE[domain], domain))
        self._agenda = agenda
        self._retry: Entry | None = None
        self._sent: Transaction | None = None
        self.full = False
        """Whether somebody was told here that there is no room, and of none since."""
        self._smma: Transaction | None = None
        self._tram = plan.timers.tram
        self._notices = 0

    def attach(self, now: float) -> None:
        """Ask until somebody answers."""
        self.air.on = True
        self._stop()
        self.air.move(Mobility(_REQUEST[self._domain], self._imsi), self._flow)
        self._retry = self._agenda.at(now + self._retry_after, self.attach)

    def detach(self, now: float) -> None:
        """Say so, once, and switch off: whoever does not hear it will page in vain."""
        self._stop()
        self.attached = False
        self.air.move(Mobility(_LEAVE[self._domain], self._imsi), self._flow)
        self._agenda.at(now, self._switch_off)  # after what it has to say has left

    def submit(self, rpdu: RpData, now: float) -> None:
        """An MO; there is one at a time."""
        self._sent = self.air.begin(self._flow, rpdu.encode(Direction.MS_TO_NETWORK), now)

    def over(self) -> None:
        """Nobody waits for its report any more."""
        if self._sent is not None:
            self.air.forget(self._sent)
            self._sent = None

    def room(self, now: float) -> None:
        """There is room again: RP-SMMA, where the network was told of the lack, until it has heard of it."""
        if not self.full or not self.attached or self._smma is not None:
            return
        self._notices = (self._notices + 1) & 0xFF
        rpdu = RpSmma(self._notices).encode(Direction.MS_TO_NETWORK)
        self._smma = transaction = self.air.begin(self._flow, rpdu, now)
        self._agenda.at(now + self._tram, lambda now: self._again(transaction, now))

    def on_event(self, event: AirEvent, now: float) -> None:
        match event:
            case Moved(message):
                self._moved(message)
            case Heard():
                self._heard(event, now)
            case NoCpAck(transaction) if transaction == self._smma:
                pass  # TRAM has it sent once more
            case NoCpAck(transaction) if transaction == self._sent:
                self._sent = None
                self.told.not_taken(now)
            case _:
                pass  # rubbish, or of what has ended

    def _moved(self, message: Mobility) -> None:
        if self._retry is None:
            return  # it has not asked
        if message.kind in _ACCEPTS | _REJECTS:
            self._stop()
            self.attached, self.refused = message.kind in _ACCEPTS, message.cause

    def _heard(self, event: Heard, now: float) -> None:
        transaction = event.transaction
        try:
            rpdu = decode(event.rpdu, Direction.NETWORK_TO_MS)
        except DecodeError as fault:
            if not transaction.ours and fault.reference is not None:
                self._answer(transaction, RpError(fault.reference, fault.cause or 111), now)
            return
        match rpdu:
            case RpData() if not transaction.ours:
                report = self.told.received(rpdu, self._domain, now)
                if report is not None:
                    self.full = _is_full(report)
                    self._answer(transaction, report, now)
            case RpAck() | RpError() if transaction == self._smma:
                self._heard_of_room(rpdu)
            case RpAck() | RpError() if transaction == self._sent:
                self._sent = None
                self.told.reported(rpdu, now)
            case _:
                pass  # a report without anything that it is about

    def _heard_of_room(self, rpdu: RpAck | RpError) -> None:
        """Any answer but a temporary one ends it (TS 24.011 §6.3.3.2.2)."""
        if isinstance(rpdu, RpAck) or rpdu.cause not in _TEMPORARY:
            self.full, self._smma = False, None

    def _again(self, transaction: Transaction, now: float) -> None:
        if self._smma == transaction:
            self.air.forget(transaction)
            self._smma = None
            self.room(now)

    def _answer(self, transaction: Transaction, rpdu: RpAck | RpError, now: float) -> None:
        self.air.answer(transaction, rpdu.encode(Direction.MS_TO_NETWORK), now)

    def _stop(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def _switch_off(self, now: float) -> None:
        if self._retry is None and not self.attached:  # it has not changed its mind
            self.air.on = False


def _is_full(report: RpAck | RpError) -> bool:
    return isinstance(report, RpError) and report.cause == RpCause.MEMORY_CAPACITY_EXCEEDED
