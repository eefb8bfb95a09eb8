"""REST of MSGin5G, sans-IO: calls as typed bodies, faults as problem+json (TS 29.538, TS 29.500)."""

from collections.abc import Iterable, Mapping

from msgin5g_bridge.exchange import Answered, Asked, Gone, Headers, Incoming, NoAnswer, Outgoing
from msgin5g_bridge.model import Body
from msgin5g_bridge.operation import Operation, Router
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.rest_asking import Asking
from msgin5g_bridge.rest_events import ClientCredentials, RestEvent, RestSettings, Verifier
from msgin5g_bridge.rest_serving import Serving

__all__ = ["RestStack"]

_NONE: Mapping[str, str] = {}


class RestStack:
    """Both halves of one node: it serves `operations`, and calls those of others.

    With a `verifier` a call wants an access token; with `credentials` every call of ours brings one.
    """

    def __init__(
        self,
        operations: Iterable[Operation],
        settings: RestSettings,
        verifier: Verifier | None = None,
        credentials: ClientCredentials | None = None,
    ) -> None:
        self._serving = Serving(Router(operations, settings.prefix), settings, verifier)
        self._asking = Asking(settings, credentials)

    def __len__(self) -> int:
        """Exchanges that have no answer yet, of either side."""
        return len(self._serving) + len(self._asking)

    # The contract: `msgin5g_bridge.exchange.ExchangeStack`.

    def receive(self, incoming: Incoming, now: float) -> list[RestEvent]:
        if isinstance(incoming, Asked):
            return self._serving.asked(incoming, now)
        if isinstance(incoming, Answered):
            return self._asking.answered(incoming.exchange, incoming.response, now)
        if isinstance(incoming, NoAnswer):
            return self._asking.failed(incoming.exchange, incoming.reason, now)
        assert isinstance(incoming, Gone)
        return self._serving.gone(incoming.exchange)

    def expire(self, now: float) -> list[RestEvent]:
        return [*self._serving.expire(now), *self._asking.expire(now)]

    def deadline(self) -> float | None:
        both = self._serving.deadline(), self._asking.deadline()
        return min((when for when in both if when is not None), default=None)

    def take_output(self) -> list[Outgoing]:
        return [*self._serving.take_output(), *self._asking.take_output()]

    # From above.

    def call(
        self,
        operation: Operation,
        root: str,
        body: Body | None,
        now: float,
        *,
        variables: Mapping[str, str] = _NONE,
        within: float | None = None,
    ) -> int:
        """Call an operation at this apiRoot (a callback: at this URI); the event tells by this number."""
        return self._asking.ask(operation, root, body, now, variables=variables, within=within)

    def respond(self, exchange: int, status: int, body: Body | None = None, headers: Headers = ()) -> bool:
        """The answer to what was `Called`; False: nobody waits for it any more."""
        return self._serving.respond(exchange, status, body, headers)

    def refuse(self, exchange: int, problem: Problem) -> bool:
        """The call is refused with this; False: nobody waits for it any more."""
        return self._serving.refuse(exchange, problem)
