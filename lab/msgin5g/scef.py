"""A SCEF for device triggering: T8 towards servers, an SME of the SM-SC towards devices (TS 29.122 §5.7)."""

from collections import deque
from collections.abc import Mapping
from functools import partial

from ipsmgw.smpp import MessageState, Requested, SmppEvent, Status
from ipsmgw.smpp.cause import cause_of, state_of
from ipsmgw.smpp.pdu import BindTransceiver, DeliverSm
from ipsmgw.smpp.receipt import Receipt
from lab.elements.agenda import Agenda
from lab.elements.esme import Esme
from lab.elements.esme_ledger import Asked, EsmeLedger
from lab.elements.site import Site
from lab.msgin5g.door import Door
from lab.msgin5g.scef_ledger import ScefData, Transaction
from lab.msgin5g.scef_serving import ScefServing
from lab.msgin5g.trigger_message import RESULTS, cancellation, short_message
from lab.plan import Plan
from msgin5g_bridge import apis
from msgin5g_bridge.devicetriggering import DeliveryResult, DeviceTriggeringDeliveryReportNotification
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.rest_events import Called, Refused, RestEvent, Returned, Unanswered
from msgin5g_bridge.ts29571 import Uri

__all__ = ["Scef"]

_RETRY, _RETRY_MOST, _ATTEMPTS = 1.0, 60.0, 10
"""Seconds until something is tried again, doubling; and how often somebody is told of an end."""
_GRACE = 60.0
"""How long after the end of a trigger its receipt is waited for."""


class Scef(Esme):
    """One life of it."""

    def __init__(self, site: Site, plan: Plan, door: Door, data: ScefData, ledger: EsmeLedger) -> None:
        super().__init__(site, plan, ledger)
        self.data = data
        self._agenda = Agenda()
        self._numbers = _numbers(plan)
        self._queue: deque[Transaction] = deque()
        self._out: dict[str, Asked] = {}
        """What is submitted, and not answered, by the transaction."""
        self._early: dict[str, Receipt] = {}
        """Receipts that came before the answer to their message."""
        self._told: dict[int, tuple[Transaction, int]] = {}
        self._stack_of_rest = door.stack(apis.T8_DEVICE_TRIGGERING)
        self._serving = ScefServing(self._stack_of_rest, data, self._numbers, door.api_root)
        self.driver.watch(self._agenda)
        door.open(site, self.driver, self._stack_of_rest, self._on_rest)
        self.bind(BindTransceiver)
        self.driver.turn(self._resume)

    # What its operator can do.

    @property
    def problem(self) -> Problem | None:
        """With what it refuses every trigger."""
        return self._serving.problem

    @problem.setter
    def problem(self, problem: Problem | None) -> None:
        self._serving.problem = problem

    @property
    def open_work(self) -> int:
        return super().open_work + len(self._stack_of_rest)

    # What comes.

    def _on_rest(self, event: RestEvent, now: float) -> None:
        match event:
            case Called(operation=apis.TRIGGER):
                transaction = self._serving.create(event, now)
                if transaction is not None:
                    self._begin(transaction, now)
            case Called(operation=apis.TRIGGER_READ):
                self._serving.read(event)
            case Called():
                deleted = self._serving.delete(event)
                if deleted is not None:
                    self._cancel(deleted, now)
            case Returned() | Refused() | Unanswered():
                self._was_told(event, now)
            case _:
                pass  # it has been answered
        self._pump(now)

    def _on_event(self, event: SmppEvent, now: float) -> None:
        super()._on_event(event, now)
        self._pump(now)

    def _take(self, event: Requested, pdu: DeliverSm, now: float) -> None:
        super()._take(event, pdu, now)
        receipt = self.ledger.taken[-1].receipt
        if receipt is None:
            return
        transaction = self._of_message(receipt.message_id)
        if transaction is not None:
            self._receipted(transaction, receipt, now)
        elif self._out:
            self._early[receipt.message_id] = receipt

    # A trigger on its way.

    def _resume(self, now: float) -> None:
        for transaction in self.data.transactions.values():
            if not transaction.over:
                self._begin(transaction, now)
            elif not transaction.notified and not transaction.deleted:
                self._notify(transaction, 0, now)

    def _begin(self, transaction: Transaction, now: float) -> None:
        if not transaction.message_id:
            self._queue.append(transaction)
        self._agenda.at(max(transaction.expires + _GRACE, now), partial(self._overdue, transaction))

    def _pump(self, now: float) -> None:
        """What is answered goes on, and what waits is submitted, as far as there is room."""
        for id_, asked in list(self._out.items()):
            if asked.status is not None:
                del self._out[id_]
                self._submitted(self.data.transactions[id_], asked, now)
        while self._queue and self.ready:
            transaction = self._queue.popleft()
            if not transaction.over and not transaction.deleted:
                msisdn = transaction.body.msisdn or self._numbers[transaction.body.external_id or ""]
                pdu = short_message(transaction, self.application.numbers[0], msisdn, now)
                self._out[transaction.id] = self.ask(pdu)

    def _submitted(self, transaction: Transaction, asked: Asked, now: float) -> None:
        """[LAB] Where the answer is lost it is submitted again: to be woken twice does no harm."""
        if asked.status == Status.ROK:
            transaction.message_id = asked.message_id
            early = self._early.pop(asked.message_id, None)
            if transaction.deleted:
                self._cancel(transaction, now)
            elif early is not None:
                self._receipted(transaction, early, now)
        elif asked.status is None or asked.status < 0 or _temporary(asked.status):
            self._agenda.at(now + _RETRY, partial(self._again, transaction))
        else:
            self._end(transaction, DeliveryResult.FAILURE, now)
        if not self._out:
            self._early.clear()

    def _again(self, transaction: Transaction, now: float) -> None:
        self._queue.append(transaction)
        self._pump(now)

    def _cancel(self, transaction: Transaction, now: float) -> None:
        if transaction.message_id and not transaction.over:
            self._end(transaction, DeliveryResult.TERMINATE, now)
            if self.ready:
                self.ask(cancellation(transaction, self.application.numbers[0]))

    def _receipted(self, transaction: Transaction, receipt: Receipt, now: float) -> None:
        result = RESULTS.get(receipt.state)
        if result is not None and not transaction.over:
            self._end(transaction, result, now)

    def _overdue(self, transaction: Transaction, now: float) -> None:
        """There is no receipt."""
        if not transaction.over:
            known = DeliveryResult.UNCONFIRMED if transaction.message_id else DeliveryResult.EXPIRED
            self._end(transaction, known, now)

    def _of_message(self, message_id: str) -> Transaction | None:
        found = (each for each in self.data.transactions.values() if each.message_id == message_id)
        return next(found, None)

    # Its end is told.

    def _end(self, transaction: Transaction, result: DeliveryResult, now: float) -> None:
        transaction.result = result
        if not transaction.deleted:
            self._notify(transaction, 0, now)

    def _notify(self, transaction: Transaction, attempts: int, now: float) -> None:
        body = DeviceTriggeringDeliveryReportNotification(
            transaction=Uri(transaction.uri), result=transaction.result
        )
        to = transaction.body.notification_destination
        exchange = self._stack_of_rest.call(apis.TRIGGER_NOTIFY, to, body, now)
        self._told[exchange] = (transaction, attempts + 1)

    def _was_told(self, event: Returned | Refused | Unanswered, now: float) -> None:
        transaction, attempts = self._told.pop(event.exchange)
        later = isinstance(event, Unanswered) or (isinstance(event, Refused) and event.status >= 500)
        if later and attempts < _ATTEMPTS:
            wait = min(_RETRY * 2 ** (attempts - 1), _RETRY_MOST)
            self._agenda.at(now + wait, lambda when: self._notify(transaction, attempts, when))
        else:
            transaction.notified = True


def _numbers(plan: Plan) -> Mapping[str, str]:
    """[LAB] MSISDNs by external identifiers: a phone's name at the domain (TS 23.682 clause 4.6.2)."""
    return {f"{each.name}@{plan.domain}": str(each.msisdn) for each in plan.subscribers}


def _temporary(status: int) -> bool:
    return state_of(cause_of(status)) is MessageState.ENROUTE
