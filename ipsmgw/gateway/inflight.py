"""The messages under way, in memory as TCAP transactions are (DESIGN §5), found by whatever names them."""

from collections import deque
from collections.abc import Iterator

from msgspec import Struct

from ipsmgw.procedures.mt import MtSms
from sipbridge.events import ClientTx

__all__ = ["Deliveries", "Delivery", "Ended"]

_SLACK = 64
Name = str | tuple[str, int]


class Delivery(Struct, eq=False, gc=False):
    """One MT at the phone: the record, and what it is found by."""

    sms: MtSms
    call_id: str
    phone: tuple[str, int]  # public identity and RP-MR, for a report without In-Reply-To
    report_until: float = 0.0
    open: bool = True


class Deliveries:
    """MT messages by Call-ID, SIP transaction, dialogue, and by identity and RP-MR."""

    def __init__(self, report_timer: float) -> None:
        self._report_timer = report_timer
        self._by_call: dict[str, Delivery] = {}
        self._by_tx: dict[ClientTx, Delivery] = {}
        self._by_dialogue: dict[int, Delivery] = {}
        self._by_reference: dict[tuple[str, int], Delivery] = {}
        self._awaiting_report: deque[Delivery] = deque()  # soonest first; those that have ended are skipped
        self._reference = 0

    def __len__(self) -> int:
        return len(self._by_call)

    def __iter__(self) -> Iterator[Delivery]:
        return iter(self._by_call.values())

    @property
    def kept(self) -> int:
        """Entries of all tables that hold: none when nothing is under way."""
        by_name = len(self._by_tx) + len(self._by_dialogue) + len(self._by_reference)
        return len(self._by_call) + by_name + sum(each.open for each in self._awaiting_report)

    def add(self, sms: MtSms, impu: str, call_id: str, tx: ClientTx) -> None:
        """The MESSAGE has been sent to this identity."""
        phone = impu, sms.reference
        delivery = Delivery(sms, call_id, phone)
        self._by_call[call_id] = delivery
        self._by_tx[tx] = delivery
        self._by_dialogue[sms.dialogue] = delivery
        self._by_reference[phone] = delivery

    def next_reference(self, impu: str) -> int:
        """RP-Message-Reference: none that the phone has yet to report on (TS 24.011 §8.2.3); -1: all are."""
        taken, reference = self._by_reference, self._reference
        for _ in range(256):
            reference = reference + 1 & 0xFF
            if (impu, reference) not in taken:
                self._reference = reference
                return reference
        return -1

    def await_report(self, delivery: Delivery, sms: MtSms, now: float) -> None:
        """The phone has answered: from now on its report is awaited."""
        delivery.sms = sms
        delivery.report_until = now + self._report_timer
        waiting = self._awaiting_report
        waiting.append(delivery)
        if len(waiting) > 2 * len(self._by_call) + _SLACK:
            self._awaiting_report = deque(each for each in waiting if each.open)

    def remove(self, delivery: Delivery) -> None:
        delivery.open = False
        del self._by_call[delivery.call_id]
        del self._by_reference[delivery.phone]
        del self._by_dialogue[delivery.sms.dialogue]

    def of_call(self, call_id: str) -> Delivery | None:
        return self._by_call.get(call_id)

    def of_dialogue(self, dialogue: int) -> Delivery | None:
        return self._by_dialogue.get(dialogue)

    def of_reference(self, impu: str, reference: int) -> Delivery | None:
        return self._by_reference.get((impu, reference))

    def end_transaction(self, tx: ClientTx) -> Delivery | None:
        """The MESSAGE has its final answer, or none; the delivery, if it is still open."""
        delivery = self._by_tx.pop(tx, None)
        return delivery if delivery is not None and delivery.open else None

    def due(self, now: float) -> Iterator[Delivery]:
        """Those whose report has not come in time, each taken out before it is told."""
        while (when := self.deadline()) is not None and when <= now:
            yield self._awaiting_report.popleft()

    def deadline(self) -> float | None:
        """The soonest that still holds."""
        waiting = self._awaiting_report
        while waiting:
            if waiting[0].open:
                return waiting[0].report_until
            waiting.popleft()
        return None


class Ended:
    """What names the messages of the last one or two periods: a repetition gets the same answer."""

    def __init__(self, period: float, limit: int) -> None:
        self._period = period
        self._limit = limit
        self._young: set[Name] = set()
        self._old: set[Name] = set()
        self._turn = 0.0

    def add(self, name: Name, now: float, also: Name = "") -> None:
        """By its Call-ID, by that and RP-MR, or by the identity and RP-MR."""
        young = self._young
        if now >= self._turn or len(young) >= 2 * self._limit:
            self._old, self._turn = young, now + self._period
            self._young = young = set()
        young.add(name)
        if also:
            young.add(also)

    def discard(self, name: Name) -> None:
        """It may come again, as a new one."""
        self._young.discard(name)
        self._old.discard(name)

    def __contains__(self, name: Name) -> bool:
        return name in self._young or name in self._old
