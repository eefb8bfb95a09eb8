"""The MSGin5G Server over REST, as a Legacy-3GPP Message Gateway (TS 29.538)."""

from collections.abc import Callable

from ipsmgw.drive import Driver
from ipsmgw.gateway.core import Exchanges
from ipsmgw.gateway.msgin5g.message_server import Called, Refused, Returned, ServerEvent, Unanswered
from ipsmgw.msgin5g_section import Msgin5gSection, verifier
from ipsmgw.msgin5g_stacks import credentials, rest_settings
from msgin5g_bridge import apis, rest_events
from msgin5g_bridge.l3gdelivery import Address, L3gMessageDelivery
from msgin5g_bridge.model import Body
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, UEMessageDelivery
from msgin5g_bridge.n3gdelivery import N3gMessageDelivery
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.provisioning import NonMsgin5gUeProvisioningRequest
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import RestEvent
from msgin5g_bridge.translation import translate
from msgin5g_bridge.ueregistration import (
    BulkUeDeregistration,
    BulkUeRegistration,
    UeDeregistration,
    UeRegistration,
)

__all__ = ["ServerOverRest", "told"]


class ServerOverRest:
    """A `MessageServer`: the REST stack of this node."""

    def __init__(
        self, section: Msgin5gSection, driver: Driver, tell: Callable[[ServerEvent, float], None]
    ) -> None:
        self._section = section
        self._names = frozenset(map(str.lower, section.tls.names))
        self._tell = tell
        others = apis.MSGG_N3GDELIVERY if section.n3g.listen is not None else ()
        self._stack = RestStack(
            (*apis.MSGG_L3GDELIVERY, *others), rest_settings(section), verifier(section), credentials(section)
        )
        self._port = driver.open_exchanges(self._stack, self._on_event)

    def __len__(self) -> int:
        return len(self._stack)

    @property
    def bulk(self) -> int:
        return self._section.bulk

    def begin(self, exchanges: Exchanges, now: float) -> None:
        exchanges("http", self._port)

    def provision(self, request: NonMsgin5gUeProvisioningRequest, now: float) -> int:
        root = self._section.provisioning_root
        return self._stack.call(apis.PROVISION_NON_MSGIN5G_UE, root, request, now)

    def register(self, who: UeRegistration, now: float) -> int:
        return self._call(apis.UE_REGISTER, who, now)

    def register_all(self, who: BulkUeRegistration, now: float) -> int:
        return self._call(apis.UE_BULK_REGISTER, who, now)

    def deregister(self, who: UeDeregistration, registration: str, now: float) -> int:
        root, name = self._section.server_root, {"registrationId": registration}
        return self._stack.call(apis.UE_DEREGISTER, root, None, now, variables=name)

    def deregister_all(self, who: BulkUeDeregistration, now: float) -> int:
        return self._call(apis.UE_BULK_DEREGISTER, who, now)

    def submit(self, message: UEMessageDelivery, now: float, *, within: float) -> int:
        root = self._section.server_root
        return self._stack.call(apis.DELIVER_UE_MESSAGE, root, message, now, within=within)

    def report(self, report: DeliveryStatusReport, now: float) -> int:
        return self._call(apis.DELIVER_REPORT, report, now)

    def recover(
        self, ue: Address, sender: Address, seg_id: str, missing: tuple[int, ...], now: float
    ) -> bool:
        return False  # TS 29.538 has nothing for it

    def confirm(self, ue: Address, sender: Address, seg_id: str, now: float) -> None:
        """Nor for that."""

    def accept(self, exchange: int) -> None:
        self._stack.respond(exchange, 204)

    def refuse(self, exchange: int, problem: Problem) -> None:
        self._stack.refuse(exchange, problem)

    def _call(self, operation: Operation, body: Body, now: float) -> int:
        return self._stack.call(operation, self._section.server_root, body, now)

    def _on_event(self, event: RestEvent, now: float) -> None:
        if isinstance(event, rest_events.Called):
            self._called(event, now)
        elif (ended := told(event)) is not None:
            self._tell(ended, now)

    def _called(self, event: rest_events.Called, now: float) -> None:
        body = event.body
        peer = event.caller.peer
        if self._names and self._names.isdisjoint(map(str.lower, (peer.identity, *peer.names))):
            problem = Problem(status=403, detail="the certificate is not the server's")
            self._stack.refuse(event.exchange, problem)
        elif isinstance(body, N3gMessageDelivery):
            self._tell(Called(event.exchange, translate(body, L3gMessageDelivery)), now)
        elif isinstance(body, L3gMessageDelivery | DeliveryStatusReport):
            self._tell(Called(event.exchange, body), now)


def told(event: RestEvent, number: Callable[[int], int] = int) -> ServerEvent | None:
    """How a request of ours has ended, under this number; None: it was none, and has been answered."""
    match event:
        case rest_events.Returned():
            return Returned(number(event.exchange), event.body, event.location)
        case rest_events.Refused(problem=problem):
            detail = problem.detail or problem.title or ""
            after = event.retry_after or 0.0
            return Refused(number(event.exchange), event.status, problem.cause or "", detail, after)
        case rest_events.Unanswered():
            return Unanswered(number(event.exchange), event.reason)
    return None
