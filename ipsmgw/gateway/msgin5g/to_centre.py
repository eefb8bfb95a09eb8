"""Messages of the MSGin5G Server to phones by the service centre: submitted, and told by receipts."""

from collections.abc import Callable
from functools import partial

from ipsmgw.gateway.core import Core
from ipsmgw.gateway.deadlines import Deadlines
from ipsmgw.gateway.msgin5g.enrolments import Enrolments
from ipsmgw.gateway.msgin5g.smpp_links import Asked, Links, Submitted
from ipsmgw.procedures.msgin5g import centre
from ipsmgw.procedures.msgin5g.delivery import Times
from ipsmgw.procedures.msgin5g.ways import Order, refused_by_centre, rested
from ipsmgw.smpp import Status
from ipsmgw.smpp.pdu import DeliverSm, Pdu, SubmitSmResp
from ipsmgw.smpp.receipt import Receipt
from ipsmgw.store import Rows, Transfer

__all__ = ["Change", "ToCentre"]

Change = Callable[[Transfer], Transfer]


class ToCentre:
    """What is known is in the store; here is what waits for an answer, and who is known by which number."""

    def __init__(
        self,
        core: Core,
        links: Links,
        enrolments: Enrolments,
        order: Callable[[str], Order],
        *,
        rows: Rows[Transfer],
    ) -> None:
        section = core.settings.msgin5g
        self._section = section.smpp
        self._links = links
        self._enrolments = enrolments
        self._order = order
        self._times = Times(section.validity, section.retry, section.remember)
        self._rows = rows
        self._vendor = {one.code: one.cause for one in self._section.error}
        self._open: dict[Submitted, str] = {}
        self._by_id: dict[str, tuple[str, int]] = {}
        self._by_reference: dict[int, str] = {}
        self._doubtful: dict[str, Submitted | None] = {}
        """Of the last part nobody knows; and by what an answer that is late would name it."""
        self._waiting: dict[str, None] = {}
        """For a session, or room in its window, in their order."""
        self._early: dict[str, tuple[Asked, DeliverSm, Receipt]] = {}
        """Receipts that have overtaken the answer to their submit_sm, or are of nobody."""
        self._deadlines: Deadlines[str] = Deadlines()
        self._reference = core.rng.getrandbits(16)
        self.changed: Callable[[str, Change, float], None]
        """The transfer waits for nothing more: it is changed so, and goes on."""
        self.amended: Callable[[str, Change, float], None]
        """It is changed so, whatever it waits for."""
        self.go: Callable[[str, float], None]
        links.responded, links.responded_late, links.lost = self._responded, self._responded_late, self._lost
        links.bound, links.room = self._bound, self._room

    def __len__(self) -> int:
        return len(self._open) + len(self._early)

    def resume(self, now: float) -> None:
        """What the life before has handed over; what it may have, is in doubt."""
        for held in tuple(self._rows):
            if held.phase in ("sms", "receipt"):
                for one in held.handed:
                    self._know(held.key, one.reference, one.id)
            if held.phase == "sms" and centre.is_doubtful(held):
                self._doubtful[held.key] = None
                self._rows.save(centre.doubted(held, self._section.doubt, now))

    def begin(self, held: Transfer, now: float) -> bool:
        """The next part is submitted; False: not now, but as soon as it can be."""
        msisdn = self._enrolments.msisdn(held.imsi)
        if not msisdn:
            return False
        if not self._links.ready(now):
            self._waiting[held.key] = None
            return False
        self._waiting.pop(held.key, None)
        self._doubtful.pop(held.key, None)
        held = self._rows.save(centre.begun(held, self._next_reference()))
        self._know(held.key, held.handed[-1].reference, "")
        pdu = centre.submit_of(held, msisdn, self._section, now)
        self._open[self._links.submit(pdu, now)] = held.key
        return True

    def forget(self, held: Transfer) -> None:
        """Nobody asks for it any more."""
        self._waiting.pop(held.key, None)
        self._doubtful.pop(held.key, None)
        for one in held.handed:
            self._by_reference.pop(one.reference, None)
            self._by_id.pop(centre.answer_key(one.id, self._section.receipt_id), None)

    def receipt(self, asked: Asked, pdu: DeliverSm, now: float) -> None:
        """A deliver_sm that is one: answered when it is on disk, with the end of this batch."""
        receipt = Receipt.of(pdu)
        if receipt is None:
            asked.answer(Status.ROK, now)  # nothing that it would say better another time
            return
        key = centre.receipt_key(receipt.message_id, self._section.receipt_id)
        if key not in self._by_id and not self._named_by_reference(pdu) and self._open:
            self._early[key] = asked, pdu, receipt
            self._deadlines.set(key, now + self._section.response)
            return
        self._take(asked, pdu, receipt, now)

    def expire(self, now: float) -> None:
        for key in self._deadlines.due(now):
            asked, pdu, receipt = self._early.pop(key)
            self._take(asked, pdu, receipt, now)

    def deadline(self) -> float | None:
        return self._deadlines.deadline()

    def _next_reference(self) -> int:
        """One that no other message has that a receipt may come for."""
        for _ in range(0x10000):
            self._reference = self._reference + 1 & 0xFFFF
            if self._reference not in self._by_reference:
                break
        return self._reference

    def _know(self, key: str, reference: int, id_: str) -> None:
        self._by_reference[reference] = key
        if id_:
            self._by_id[centre.answer_key(id_, self._section.receipt_id)] = key, reference

    # Answers.

    def _responded(self, token: Submitted, status: int, pdu: Pdu, now: float) -> None:
        key = self._open.pop(token, None)
        held = None if key is None else self._rows.get(key)
        if key is None or held is None:
            return
        if status == Status.ROK and isinstance(pdu, SubmitSmResp):
            self._taken(held, pdu.message_id or "?", now)
        elif status in centre.THROTTLED:
            self._links.pause(now)
            self.changed(key, _if_open(self._rest(self._section.throttled, now)), now)
        else:
            self.changed(key, _if_open(self._refusal(status, now)), now)
        if not self._open:
            self._no_more_answers(now)

    def _responded_late(self, token: Submitted, status: int, pdu: Pdu, now: float) -> None:
        """It had been given up; unless it has been sent again, the answer counts as if it were in time."""
        key = next((key for key, last in self._doubtful.items() if last == token), None)
        if key is not None:
            del self._doubtful[key]
            self._open[token] = key
            self._responded(token, status, pdu, now)

    def _taken(self, held: Transfer, message_id: str, now: float) -> None:
        self._know(held.key, held.handed[-1].reference, message_id)
        self.changed(
            held.key, _if_open(partial(centre.taken, message_id=message_id, times=self._times, now=now)), now
        )
        name = centre.answer_key(message_id, self._section.receipt_id)
        early = self._early.pop(name, None)
        if early is not None:
            self._deadlines.discard(name)
            self._take(*early, now)

    def _refusal(self, status: int, now: float) -> Change:
        outcome = centre.outcome_of_status(status)
        if centre.is_temporary(outcome):
            return self._rest(self._times.retry, now)

        def refused(held: Transfer) -> Transfer:
            back = centre.taken_back(held)
            return refused_by_centre(back, outcome, self._order(held.imsi), self._times, now)

        return refused

    def _rest(self, wait: float, now: float) -> Change:
        return lambda held: rested(centre.congested(centre.taken_back(held)), "sc", now + wait)

    def _lost(self, token: Submitted, now: float) -> None:
        """Nobody knows if the service centre has it."""
        key = self._open.pop(token, None)
        if key is not None:
            self._doubtful[key] = token
            self.changed(key, self._doubt(now), now)
        if not self._open:
            self._no_more_answers(now)

    def _doubt(self, now: float) -> Change:
        return _if_open(partial(centre.doubted, doubt=self._section.doubt, now=now))

    def _no_more_answers(self, now: float) -> None:
        """What is still unknown is of nobody here."""
        early, self._early = self._early, {}
        for key, (asked, pdu, receipt) in early.items():
            self._deadlines.discard(key)
            self._take(asked, pdu, receipt, now)

    def _bound(self, now: float) -> None:
        """Receipts may come from now on: what is in doubt waits for one."""
        for key in tuple(self._doubtful):
            self._waiting.pop(key, None)
            self.amended(key, self._doubt(now), now)
        self._room(now)

    def _room(self, now: float) -> None:
        for key in tuple(self._waiting):
            if not self._links.ready(now):
                return
            del self._waiting[key]
            self.go(key, now)

    # Receipts.

    def _named_by_reference(self, pdu: DeliverSm) -> tuple[str, int] | None:
        """The part in doubt that it names, of the phone that it is from."""
        reference = centre.reference_in(pdu)
        key = None if reference is None else self._by_reference.get(reference)
        held = None if key is None else self._rows.get(key)
        if reference is None or held is None or not centre.is_doubtful(held):
            return None
        same = held.handed[-1].reference == reference
        phone = self._enrolments.msisdn(held.imsi)
        return (held.key, reference) if same and pdu.source_addr.lstrip("+") == phone else None

    def _take(self, asked: Asked, pdu: DeliverSm, receipt: Receipt, now: float) -> None:
        id_ = receipt.message_id
        found = self._by_id.get(centre.receipt_key(id_, self._section.receipt_id))
        found = found or self._named_by_reference(pdu)
        outcome = centre.told(pdu, receipt, self._vendor)
        if found is not None and outcome:
            key, reference = found

            def change(held: Transfer) -> Transfer:
                known = centre.receipted(held, reference, id_, outcome)
                return centre.judged(centre.complete(known), self._times, now)

            self.amended(key, _if_open(change), now)
        asked.answer(Status.ROK, now)


def _if_open(change: Change) -> Change:
    """What has its end already, by a receipt that was faster, stays as it is."""
    return lambda held: change(held) if held.phase in ("sms", "receipt") else held
