"""What a SCEF has been asked for, and what came of it: it outlives the element (TS 29.122 clause 5.7)."""

from dataclasses import dataclass, field

from msgin5g_bridge.devicetriggering import DeliveryResult, DeviceTriggering

__all__ = ["ScefData", "Transaction"]

_MOST = 10_000


@dataclass(slots=True)
class Transaction:
    """A trigger; `result` is TRIGGERED as long as it is under way."""

    id: str
    owner: str
    body: DeviceTriggering
    uri: str
    expires: float
    result: DeliveryResult = DeliveryResult.TRIGGERED
    message_id: str = ""
    """Of the SM-SC."""
    deleted: bool = False
    """Its owner does not want it any more: nobody is told of its end."""
    notified: bool = False

    @property
    def over(self) -> bool:
        return self.result != DeliveryResult.TRIGGERED


@dataclass(slots=True)
class ScefData:
    """All of them by their ids; of those that are over the oldest are forgotten."""

    transactions: dict[str, Transaction] = field(default_factory=dict)
    count: int = 0

    def add(self, transaction: Transaction) -> None:
        self.transactions[transaction.id] = transaction
        if len(self.transactions) > _MOST:
            over = (each.id for each in self.transactions.values() if each.notified or each.deleted)
            self.transactions.pop(next(over, ""), None)

    def number(self) -> str:
        """Never the same again."""
        self.count += 1
        return str(self.count)
