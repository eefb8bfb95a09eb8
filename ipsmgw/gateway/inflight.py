"""The messages under way, in memory as TCAP transactions are (DESIGN §5), found by whatever names them."""

from collections import OrderedDict

from ipsmgw.procedures.mt import MtSms
from sipbridge.events import ClientTx

__all__ = ["Answered", "Deliveries"]


class Deliveries:
    """MT messages by Call-ID, SIP transaction, dialogue; by identity and RP-MR without In-Reply-To."""

    def __init__(self, report_timer: float) -> None:
        self._report_timer = report_timer
        self._by_call: dict[str, MtSms] = {}
        self._by_tx: dict[ClientTx, str] = {}
        self._by_dialogue: dict[int, str] = {}
        self._by_reference: dict[tuple[str, int], str] = {}
        self._awaiting_report: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._by_call)

    @property
    def kept(self) -> int:
        """Entries of all tables: none when nothing is under way."""
        by_name = len(self._by_tx) + len(self._by_dialogue) + len(self._by_reference)
        return len(self._by_call) + by_name + len(self._awaiting_report)

    def add(self, sms: MtSms, call_id: str, tx: ClientTx) -> None:
        self._by_call[call_id] = sms
        self._by_tx[tx] = call_id
        self._by_dialogue[sms.dialogue] = call_id
        if sms.binding is not None:
            self._by_reference[sms.binding.impu, sms.reference] = call_id

    def taken(self, impu: str, reference: int) -> bool:
        return (impu, reference) in self._by_reference

    def replace(self, call_id: str, sms: MtSms, now: float) -> None:
        """The phone has answered: from now on its report is awaited."""
        self._by_call[call_id] = sms
        self._awaiting_report[call_id] = now + self._report_timer

    def remove(self, call_id: str) -> None:
        sms = self._by_call.pop(call_id)
        self._by_dialogue.pop(sms.dialogue, None)
        self._awaiting_report.pop(call_id, None)
        if sms.binding is not None:
            self._by_reference.pop((sms.binding.impu, sms.reference), None)

    def of_call(self, call_id: str) -> MtSms | None:
        return self._by_call.get(call_id)

    def of_dialogue(self, dialogue: int) -> str | None:
        return self._by_dialogue.get(dialogue)

    def of_reference(self, impu: str, reference: int) -> str | None:
        return self._by_reference.get((impu, reference))

    def end_transaction(self, tx: ClientTx) -> str | None:
        """The MESSAGE has its final answer, or none; the Call-ID if the delivery is still open."""
        call_id = self._by_tx.pop(tx, None)
        return call_id if call_id in self._by_call else None

    def due(self, now: float) -> list[str]:
        """Call-IDs whose report has not come in time."""
        found = []
        for call_id, deadline in self._awaiting_report.items():
            if deadline > now:
                break
            found.append(call_id)
        return found

    def deadline(self) -> float | None:
        return next(iter(self._awaiting_report.values()), None)


class Answered:
    """Call-IDs of deliveries that ended within one or two periods: a second report gets the same answer."""

    def __init__(self, period: float, limit: int) -> None:
        self._period = period
        self._limit = limit
        self._young: set[str] = set()
        self._old: set[str] = set()
        self._turned = 0.0

    def add(self, call_id: str, now: float) -> None:
        if now - self._turned >= self._period or len(self._young) >= self._limit:
            self._old, self._young, self._turned = self._young, set(), now
        self._young.add(call_id)

    def __contains__(self, call_id: str) -> bool:
        return call_id in self._young or call_id in self._old
