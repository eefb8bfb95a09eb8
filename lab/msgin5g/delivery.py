"""Transfers on their way: whose turn it is, what is stored, and how each ends (TS 23.554 clauses 8.3, 8.9).

[LAB] The order at one contact is by priority, then by arrival. A message that cannot be delivered now is
stored, its recipient is triggered, or both (`triggering`); it is tried again when the recipient registers,
when its window opens, and after a time that doubles.
"""

from bisect import insort
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from lab.elements.agenda import Agenda, Entry
from lab.msgin5g import aggregation
from lab.msgin5g.availability import ALWAYS, Availability, available
from lab.msgin5g.contact import Contact, Leg
from lab.msgin5g.errand import SILENCE, Errand, Outcome, Result
from lab.msgin5g.records import ServerData
from lab.msgin5g.routing import contact_of
from lab.msgin5g.settings import ServerSettings
from lab.msgin5g.transfer import Carried, Input, State, Transfer, step
from lab.msgin5g.triggering import choose
from lab.msgin5g.waking import Waking
from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.message import AggregatedMessage, Message
from msgin5g_bridge.msgdelivery import Priority
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.segmentation import cut

__all__ = ["Delivery"]

_RANK = {Priority.HIGH: 0, Priority.LOW: 2}
_NORMAL = 1
_WAITING = (State.STORED, State.TRIGGERED)
_Place = tuple[int, int]
"""In the queue of a contact: rank, and number of the transfer."""

_INPUTS = {
    Outcome.TAKEN: Input.TAKEN,
    Outcome.REFUSED: Input.REFUSED,
    Outcome.NOT_NOW: Input.NOT_NOW,
}


class Delivery:
    """All of them; `ended` is called once for each."""

    def __init__(
        self,
        data: ServerData,
        settings: ServerSettings,
        agenda: Agenda,
        waking: Waking,
        ended: Callable[[Transfer, float], None],
        *,
        meaning: Callable[[Transfer, Result, float], Result],
    ) -> None:
        """`meaning` is of the answer to an errand, for one of its transfers."""
        self._data = data
        self._settings = settings
        self._agenda = agenda
        self._waking = waking
        waking.told, waking.failed, waking.lapsed = self._told, self._untriggered, self._try_all
        self._ended = ended
        self._meaning = meaning
        self._queues: dict[Contact, list[_Place]] = {}
        self._out: dict[int, tuple[Errand, Entry]] = {}
        self._errands: list[Errand] = []

    # Inputs.

    def open(self, transfer: Transfer, now: float) -> Transfer:
        """A new transfer: it waits for its turn, is stored, or has failed at once."""
        self._data.transfers[transfer.id] = transfer
        self._agenda.at(max(transfer.expires, now), partial(self._overdue, transfer.id))
        if transfer.expires <= now:
            self._step(transfer, Input.OVERDUE, now, FailureCause.EXPIRED)
        else:
            self._place(transfer, now)
        return self._data.transfers[transfer.id]

    def answered(self, errand: int, result: Result, now: float) -> None:
        """An errand has ended; one that has ended before is nothing."""
        if errand not in self._out:
            return
        done, deadline = self._out.pop(errand)
        deadline.cancel()
        for id_ in done.transfers:
            transfer = self._data.transfers[id_]
            if transfer.state is State.SENT:  # else a report was faster
                self._after(transfer, self._meaning(transfer, result, now), now)
        self._pump(done.contact, now)

    def reachable(self, who: Address, now: float) -> None:
        """It has registered, or was heard: what waits for it is tried."""
        self._waking.woken(who, now)
        self._try_all(who, now)

    def left(self, who: Address, now: float) -> None:
        """It is not registered any more."""
        for transfer in self._waiting_for(who, State.READY):
            self._unreachable(transfer, FailureCause.RECIPIENT_NOT_REGISTERED, now)

    def reported(self, transfer: Transfer, *, success: bool, cause: str, now: float) -> None:
        """Its recipient says what became of it."""
        self._step(transfer, Input.SUCCESS if success else Input.FAILURE, now, cause)

    def change(self, transfer: Transfer, expires: float, now: float) -> None:
        """A stored message is kept for another time (clause 8.3.6)."""
        changed = replace(transfer, expires=expires).noted(now, f"kept until {expires:.0f}")
        self._data.transfers[transfer.id] = changed
        self._agenda.at(max(expires, now), partial(self._overdue, transfer.id))

    def resend(self, transfer: Transfer, numbers: Iterable[int], now: float) -> None:
        """Segments that the recipient misses (clause 8.5.4)."""
        pieces = _pieces(transfer)
        for number in numbers:
            if transfer.contact is not None and 1 <= number <= len(pieces):
                self._go(transfer.contact, pieces[number - 1], (), now)

    def discard(self, transfer: Transfer, now: float) -> None:
        """Its sender wants it no more (clause 8.3.6)."""
        self._step(transfer, Input.DISCARD, now)

    def resume(self, now: float) -> None:
        """After a restart: what was sent and not answered is sent again."""
        for transfer in list(self._data.transfers.values()):
            self._resume(transfer, now)

    def _resume(self, transfer: Transfer, now: float) -> None:
        if transfer.state.final:
            self._agenda.at(now + self._settings.remember, lambda _: self._forget(transfer.id))
        else:
            resumed = step(transfer, Input.RESTART, now)
            self._data.transfers[transfer.id] = resumed
            self._agenda.at(max(resumed.expires, now), partial(self._overdue, resumed.id))
            if resumed.state is State.HANDED:
                self._await_report(resumed, now)
            else:
                self._place(resumed, now)

    def take_errands(self) -> list[Errand]:
        errands, self._errands = self._errands, []
        return errands

    @property
    def under_way(self) -> int:
        """Requests that are not answered, and transfers that wait for their turn, or for who is triggered."""
        states = (State.READY, State.TRIGGERED)
        return len(self._out) + sum(each.state in states for each in self._data.transfers.values())

    def waiting_for(self, who: Address) -> int:
        """How many there are for a recipient that have not ended."""
        return sum(each.recipient == who for each in self._open())

    # Where a transfer goes next.

    def _open(self) -> Iterable[Transfer]:
        return [each for each in self._data.transfers.values() if not each.state.final]

    def _waiting_for(self, who: Address, *states: State) -> Iterable[Transfer]:
        return [each for each in self._open() if each.recipient == who and each.state in states]

    def _place(self, transfer: Transfer, now: float) -> None:
        """To its queue, or to the store."""
        contact = contact_of(transfer.recipient, self._data, self._settings)
        window = self._window(transfer.recipient, now)
        if contact is None:
            self._unreachable(transfer, FailureCause.RECIPIENT_NOT_REGISTERED, now)
        elif not window.open:
            self._unreachable(transfer, FailureCause.RECIPIENT_NOT_AVAILABLE, now, opens=window.opens)
            if window.opens is not None:
                self._try_again(transfer.id, window.opens)
        else:
            self._queue(transfer, contact, now)

    def _unreachable(
        self,
        transfer: Transfer,
        cause: str,
        now: float,
        *,
        opens: float | None = None,
        otherwise: Input = Input.UNREACHABLE,
    ) -> None:
        """Stored, or triggered, or both; who is only busy is not triggered."""
        asleep = otherwise is Input.UNREACHABLE or cause == FailureCause.TIMEOUT
        can = asleep and transfer.expires > now and self._waking.triggerable(transfer.recipient)
        way, why = choose(transfer, triggerable=can, opens=opens)
        if transfer.state not in _WAITING:
            happens = Input.TRIGGER if way.triggers and not transfer.keeps else otherwise
            self._step(transfer.noted(now, why), happens, now, cause)
        if way.triggers:
            urgent = isinstance(transfer.body, Message) and transfer.body.priority == Priority.HIGH
            self._waking.wake(transfer.recipient, transfer.expires, now, urgent=urgent)

    def _told(self, who: Address, what: str, now: float) -> None:
        """A trigger is under way: `explain` tells it of all that wait for it."""
        for transfer in self._waiting_for(who, *_WAITING):
            self._data.transfers[transfer.id] = transfer.noted(now, what)

    def _untriggered(self, who: Address, cause: str, now: float) -> None:
        """It will not wake: what is stored may still wait for it, the rest has failed."""
        for transfer in self._waiting_for(who, State.TRIGGERED):
            self._step(transfer, Input.UNTRIGGERED, now, cause)

    def _try_all(self, who: Address, now: float) -> None:
        for transfer in self._waiting_for(who, *_WAITING):
            self._place(transfer, now)

    def _queue(self, transfer: Transfer, contact: Contact, now: float) -> None:
        transfer = replace(transfer, contact=contact)
        if transfer.state is not State.READY:
            transfer = step(transfer, Input.REACHABLE, now)
        self._data.transfers[transfer.id] = transfer
        queue = self._queues.setdefault(contact, [])
        place = (_rank(transfer.body), transfer.id)
        if place not in queue:
            insort(queue, place)
        held = self._held_until(transfer)
        if held > now:
            self._agenda.at(held, partial(self._pump, contact))
        self._pump(contact, now)

    def _window(self, who: Address, now: float) -> Availability:
        registered = self._data.registered.get(who)
        if registered is None or self._waking.awake(who, now):
            return ALWAYS
        return available(registered.schedule, now)

    def _try_again(self, id_: int, when: float) -> None:
        def again(now: float) -> None:
            transfer = self._data.transfers.get(id_)
            if transfer is not None and transfer.state is State.STORED:
                self._place(transfer, now)

        self._agenda.at(when, again)

    # Sending.

    def _pump(self, contact: Contact, now: float) -> None:
        """Send what is first, as long as there is room at the contact."""
        while self._room(contact) and (ready := self._ready(contact)):
            registered = self._data.registered.get(ready[0].recipient)
            most = registered.seg_size if registered else self._settings.seg_size
            chosen = aggregation.bundle(ready, most, self._settings)
            if len(chosen) == len(ready) and self._held_until(chosen[0]) > now:
                return
            self._send(contact, chosen, most, now)

    def _room(self, contact: Contact) -> bool:
        window = 1 if contact.leg is Leg.CLIENT else self._settings.window
        return sum(errand.contact == contact for errand, _ in self._out.values()) < window

    def _ready(self, contact: Contact) -> list[Transfer]:
        """In the order of their turn; those that have gone elsewhere are dropped."""
        found = [(place, self._data.transfers[place[1]]) for place in self._queues.get(contact, ())]
        living = [
            (place, each) for place, each in found if each.state is State.READY and each.contact == contact
        ]
        self._queues[contact] = [place for place, _ in living]
        return [each for _, each in living]

    def _held_until(self, transfer: Transfer) -> float:
        if self._settings.aggregate_wait <= 0 or not aggregation.small(transfer, self._settings):
            return 0.0
        return transfer.arrived + self._settings.aggregate_wait

    def _send(self, contact: Contact, chosen: tuple[Transfer, ...], most: int, now: float) -> None:
        sent = [replace(each, attempts=each.attempts + 1, seg_size=most) for each in chosen]
        if len(sent) > 1:
            sent = [each.noted(now, f"goes in an aggregate of {len(sent)}") for each in sent]
        for each in sent:
            self._data.transfers[each.id] = step(each, Input.SEND, now)
        body = aggregation.aggregate(sent) if len(sent) > 1 else _pieces(sent[0])[0]
        self._go(contact, body, tuple(each.id for each in sent), now)

    def _go(
        self, contact: Contact, body: Carried | AggregatedMessage, transfers: tuple[int, ...], now: float
    ) -> None:
        errand = Errand(self._data.number(), contact, body, transfers, now + self._settings.errand)
        deadline = self._agenda.at(errand.until, lambda when: self.answered(errand.id, SILENCE, when))
        self._out[errand.id] = errand, deadline
        self._errands.append(errand)

    def _after(self, transfer: Transfer, result: Result, now: float) -> None:
        """The next segment goes, or the transfer."""
        contact = transfer.contact
        further = replace(transfer, piece=transfer.piece + 1)
        pieces = _pieces(transfer)
        if result.outcome is Outcome.TAKEN and contact is not None and further.piece < len(pieces):
            self._data.transfers[transfer.id] = further
            self._go(contact, pieces[further.piece], (transfer.id,), now)
        elif result.outcome is Outcome.NOT_NOW:
            happens = _INPUTS[result.outcome]
            self._unreachable(replace(transfer, piece=0), result.cause, now, otherwise=happens)
        else:
            self._step(replace(transfer, piece=0), _INPUTS[result.outcome], now, result.cause)

    # Ends.

    def _step(self, transfer: Transfer, happens: Input, now: float, cause: str = "") -> None:
        after = step(transfer, happens, now, cause)
        self._data.transfers[after.id] = after
        if after.state is State.HANDED:
            self._await_report(after, now)
        elif after.state is State.STORED and after.expires <= now:  # its time ran out while it was sent
            self._step(after, Input.OVERDUE, now, FailureCause.EXPIRED)
        elif after.state is State.STORED and after.attempts:
            doubled = self._settings.retry * 2 ** (after.attempts - 1)
            self._try_again(after.id, now + min(doubled, self._settings.retry_most))
        elif after.state.final:
            self._agenda.at(now + self._settings.remember, lambda _: self._forget(after.id))
            if transfer.state is not State.NEW:  # what fails at once is told at once
                self._ended(after, now)

    def _await_report(self, transfer: Transfer, now: float) -> None:
        def missed(when: float) -> None:
            late = self._data.transfers.get(transfer.id)
            if late is not None and late.state is State.HANDED:
                self._step(late, Input.OVERDUE, when, FailureCause.TIMEOUT)

        self._agenda.at(max(transfer.since + self._settings.report, now), missed)

    def _overdue(self, id_: int, now: float) -> None:
        transfer = self._data.transfers.get(id_)
        if transfer is None or transfer.expires > now or transfer.state not in (State.READY, *_WAITING):
            return
        self._step(transfer, Input.OVERDUE, now, FailureCause.EXPIRED)

    def _forget(self, id_: int) -> None:
        self._data.transfers.pop(id_, None)


def _rank(body: Carried) -> int:
    return _RANK.get(body.priority or Priority.MIDDLE, _NORMAL) if isinstance(body, Message) else _NORMAL


def _pieces(transfer: Transfer) -> tuple[Carried, ...]:
    body = transfer.body
    if transfer.contact is not None and transfer.contact.leg is Leg.SEAL:
        return (body,)  # it is about the message, and does not bring it
    return cut(body, f"{transfer.id}", transfer.seg_size) if isinstance(body, Message) else (body,)
