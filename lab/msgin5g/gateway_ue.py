"""An MSGin5G Gateway UE: a client of its own, and the way to the server for constrained UEs (MSGin5G-6).

Bodies pass as they are. Registrations that are not urgent wait for others, and go to the server in one bulk
request (TS 23.554 clause 8.2.7). [LAB] A constrained UE waits for its answer meanwhile, so there is no
interim one.
"""

from dataclasses import dataclass

from lab.elements.agenda import Agenda
from lab.elements.element import Element
from lab.elements.site import Site
from lab.exchange_spec import ExchangeSpec
from lab.msgin5g.client import Client, ClientLedger, ClientSettings
from lab.msgin5g.configuring import Configuring
from lab.msgin5g.reporting import Reporting
from lab.msgin5g.ue import UeAddresses, shared_keys
from msgin5g_bridge.coap import CoapEvent, CoapStack, Requested, Responded, Unanswered
from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.message import DeliveryReport, Payload
from msgin5g_bridge.model import Body
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.registration import (
    BulkRegistration,
    BulkRegistrationResponse,
    Registration,
    RegistrationResponse,
    RegistrationResult,
)

__all__ = ["GatewayUe", "GatewayUeSettings"]

_CREATED, _CHANGED = 201, 204


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayUeSettings:
    """Who may use it, and how long a registration waits for others."""

    client: ClientSettings
    allowed: frozenset[str] = frozenset()
    """UE Service IDs."""
    private_ids: frozenset[str] = frozenset()
    """Of UEs that have no Service ID yet."""
    wait: float = 0.0
    """Seconds; 0: each registration goes by itself."""


@dataclass(slots=True)
class _Held:
    exchange: int
    request: Registration
    contact: str


class GatewayUe(Element):
    """One life of it: where constrained UEs are it learns from their registrations."""

    def __init__(
        self, site: Site, where: UeAddresses, settings: GatewayUeSettings, ledger: ClientLedger
    ) -> None:
        super().__init__(site)
        self.client = Client(settings.client, ledger)
        self.ledger = ledger
        self.registered = False
        self._settings = settings
        self._server = where.server
        self._stack = CoapStack()
        self._agenda = Agenda()
        self._contacts: dict[str, str] = {}
        self._held: list[_Held] = []
        self._relayed: dict[int, int] = {}
        """Exchanges that we have begun for those that wait for their answer."""
        self._bulks: dict[int, list[_Held]] = {}
        self.configuring = Configuring(self._stack, self._agenda, where, self.client, settings.wait)
        self.configuring.private_ids = settings.private_ids
        self._reporting = Reporting(self._ask)
        port = self.driver.open_exchanges(self._stack, self._on_event)
        self.driver.watch(self._agenda)
        self.driver.watch(self._reporting)
        identity = settings.client.svc_id if where.key else ""
        keys = shared_keys(where, settings.client)
        spec = ExchangeSpec(protocol="coap", local=where.coap, identity=identity, keys=keys)
        site.network.exchanges(site.node, spec, port)

    def register(self) -> None:
        """Itself: only then it may register others."""
        self.driver.turn(lambda now: self._ask(self.client.registration(), now))

    @property
    def address(self) -> Address:
        return self.client.address

    @property
    def open_work(self) -> int:
        """What waits for an answer, of either side."""
        return len(self._stack) + len(self._held) + len(self.configuring)

    def _on_event(self, event: CoapEvent, now: float) -> None:
        match event:
            case Requested():
                self._requested(event, now)
            case Responded():
                self._reporting.ended(event, now)
                self._responded(event, now)
            case Unanswered():
                self._reporting.ended(event, now)
                self._silent(event.exchange)
            case _:
                pass  # it has been answered

    # From UEs to the server, and back.

    def _requested(self, event: Requested, now: float) -> None:
        if event.peer.address == self._server:
            self._from_server(event, now)
        elif self.configuring.takes(event.payload):
            self.configuring.hold(event, now)
        elif _sender(event.payload) not in self._settings.allowed | self.configuring.configured:
            self._stack.refuse(event.exchange, FailureCause.NOT_AUTHORIZED, "not behind this Gateway UE")
        elif isinstance(event.payload, Registration):
            self._register(_Held(event.exchange, event.payload, event.peer.address), now)
        else:
            self._relay(event.exchange, self._server, event.payload, now)

    def _register(self, held: _Held, now: float) -> None:
        self._contacts[held.request.ue_svc_id] = held.contact
        if held.request.urgent or self._settings.wait <= 0:
            self._relay(held.exchange, self._server, held.request, now)
            return
        self._held.append(held)
        if len(self._held) == 1:
            self._agenda.at(now + self._settings.wait, self._bulk)

    def _bulk(self, now: float) -> None:
        held, self._held = self._held, []
        entries = tuple(each.request for each in held)
        self._bulks[self._ask(BulkRegistration(count=len(entries), list=entries), now)] = held

    def _from_server(self, event: Requested, now: float) -> None:
        to = getattr(event.payload, "dest_addr", None)
        contact = self._contacts.get(to.addr) if isinstance(to, Address) else None
        if contact is not None:
            self._relay(event.exchange, contact, event.payload, now)
            return
        answer, more = self.client.take(event.payload, now)
        if isinstance(answer, FailureCause):
            self._stack.refuse(event.exchange, answer, "nobody of this name is here")
        else:
            self._stack.respond(event.exchange, _CHANGED, answer)
        for payload in more:
            if isinstance(payload, DeliveryReport):
                self._reporting.put(payload, now)
            else:
                self._ask(payload, now)

    def _relay(self, exchange: int, origin: str, payload: Payload, now: float) -> None:
        self._relayed[self._stack.ask(origin, payload, now)] = exchange

    def _ask(self, payload: Payload, now: float) -> int:
        return self._stack.ask(self._server, payload, now)

    # Answers.

    def _responded(self, event: Responded, now: float) -> None:
        if self.configuring.responded(event):
            return
        waiting, held = self._relayed.pop(event.exchange, None), self._bulks.pop(event.exchange, None)
        if held is not None:
            self._tell_each(held, event.body)
        elif waiting is None:
            self.registered = self.registered or (event.success and isinstance(event.payload, Registration))
        elif event.success:
            self._stack.respond(waiting, event.code, event.body)
        else:
            self._pass_on_refusal(waiting, event.diagnostic)

    def _pass_on_refusal(self, waiting: int, diagnostic: str) -> None:
        cause, _, detail = diagnostic.partition(": ")
        known = cause in list(FailureCause)
        self._stack.refuse(
            waiting, FailureCause(cause) if known else FailureCause.PAYLOAD_NOT_SUPPORTED, detail
        )

    def _tell_each(self, held: list[_Held], body: Body | None) -> None:
        results = body.list if isinstance(body, BulkRegistrationResponse) else ()
        for each in held:
            mine = next((one for one in results if one.ue_svc_id == each.request.ue_svc_id), None)
            self._tell(each, mine)

    def _tell(self, held: _Held, result: RegistrationResponse | None) -> None:
        if result is not None and result.result == RegistrationResult.SUCCESS:
            self._stack.respond(held.exchange, _CREATED, result)
            return
        cause = (result.failure_cause if result is not None else None) or FailureCause.NOT_AUTHORIZED
        self._pass_on_refusal(held.exchange, f"{cause}: the server refuses {held.request.ue_svc_id}")

    def _silent(self, exchange: int) -> None:
        if self.configuring.silent(exchange):
            return
        waiting, held = self._relayed.pop(exchange, None), self._bulks.pop(exchange, None)
        for each in (*([waiting] if waiting is not None else ()), *(one.exchange for one in held or ())):
            self._stack.refuse(each, FailureCause.OVERLOAD, "no answer")


def _sender(payload: Payload) -> str:
    """In whose name it is."""
    who = getattr(payload, "ori_addr", None)
    return who.addr if isinstance(who, Address) else str(getattr(payload, "ue_svc_id", ""))
