"""What an ESME of the lab has submitted and received, as plain records (DESIGN §10)."""

from collections import deque
from dataclasses import dataclass, field

from ipsmgw.smpp.pdu import DeliverSm, Pdu
from ipsmgw.smpp.receipt import Receipt

__all__ = ["LEDGER", "Asked", "EsmeLedger", "Taken"]

LEDGER = 100_000
"""Records that an element keeps of each kind."""


@dataclass(slots=True)
class Asked:
    """A request, and its answer: `status` is None while there is none, and -1 where there will be none."""

    pdu: Pdu
    when: float
    status: int | None = None
    answer: Pdu | None = None

    @property
    def message_id(self) -> str:
        return str(getattr(self.answer, "message_id", ""))


@dataclass(slots=True)
class Taken:
    """A deliver_sm, what it reports if it is a receipt, and the command_status that it was answered with."""

    pdu: DeliverSm
    when: float
    receipt: Receipt | None
    status: int | None


@dataclass(slots=True)
class EsmeLedger:
    """Survives when the ESME is restarted."""

    asked: deque[Asked] = field(default_factory=lambda: deque(maxlen=LEDGER))
    taken: deque[Taken] = field(default_factory=lambda: deque(maxlen=LEDGER))
