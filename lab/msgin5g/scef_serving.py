"""What a SCEF answers on T8: transactions are created, read and deleted (TS 29.122 clause 5.7.3)."""

from collections.abc import Mapping

from msgspec.structs import replace

from lab.msgin5g.scef_ledger import ScefData, Transaction
from lab.msgin5g.trigger_message import fault_of
from msgin5g_bridge import apis
from msgin5g_bridge.devicetriggering import DeviceTriggering
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import Called
from msgin5g_bridge.ts29571 import InvalidParam, Uri

__all__ = ["ScefServing"]


class ScefServing:
    """Answers, and says what is to be done."""

    def __init__(self, stack: RestStack, data: ScefData, numbers: Mapping[str, str], api_root: str) -> None:
        self.problem: Problem | None = None
        """With what every trigger is refused."""
        self._stack = stack
        self._data = data
        self._numbers = numbers
        self._api_root = api_root

    def create(self, event: Called, now: float) -> Transaction | None:
        """A new transaction; None: it is refused."""
        body = event.body
        assert isinstance(body, DeviceTriggering)
        problem = self.problem or fault_of(body) or self._unknown(body)
        if problem is not None:
            self._stack.refuse(event.exchange, problem)
            return None
        id_, owner = self._data.number(), event.variables["scsAsId"]
        path = apis.TRIGGER_READ.filled({"scsAsId": owner, "transactionId": id_})
        uri = f"{self._api_root}{path}"
        transaction = Transaction(id_, owner, body, uri, now + body.validity_period)
        self._data.add(transaction)
        self._stack.respond(event.exchange, 201, _shown(transaction), (("location", uri),))
        return transaction

    def read(self, event: Called) -> None:
        found = self._find(event)
        if found is not None:
            self._stack.respond(event.exchange, 200, _shown(found))

    def delete(self, event: Called) -> Transaction | None:
        """What is not to be sent any more."""
        found = self._find(event)
        if found is not None:
            found.deleted = True
            self._stack.respond(event.exchange, 204)
        return found

    def _find(self, event: Called) -> Transaction | None:
        """One that its owner asks for; any other gets 404."""
        found = self._data.transactions.get(event.variables["transactionId"])
        if found is None or found.deleted or found.owner != event.variables["scsAsId"]:
            detail = f"there is no transaction {event.variables['transactionId']}"
            self._stack.refuse(event.exchange, Problem(status=404, detail=detail))
            return None
        return found

    def _unknown(self, body: DeviceTriggering) -> Problem | None:
        if not body.external_id or body.external_id in self._numbers:
            return None
        params = (InvalidParam(param="/externalId", reason="not known"),)
        detail = f"/externalId: {body.external_id[:80]!r} is not known"
        return Problem(status=404, cause="USER_UNKNOWN", detail=detail, params=params)


def _shown(transaction: Transaction) -> DeviceTriggering:
    return replace(transaction.body, self_=Uri(transaction.uri), delivery_result=transaction.result)
