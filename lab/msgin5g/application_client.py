"""An Application Client on another UE than its MSGin5G Client, over CoAP (MSGin5G-5; TS 24.538 A.3)."""

from lab.elements.element import Element
from lab.elements.site import Site
from lab.exchange_spec import ExchangeSpec
from lab.msgin5g.application import Application
from lab.msgin5g.asked import Asked, Asks
from lab.msgin5g.reporting import Reporting
from msgin5g_bridge.coap import CoapEvent, CoapStack, Requested, Responded, Unanswered
from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.message import Payload
from msgin5g_bridge.names import FailureCause

__all__ = ["ApplicationClient"]


class ApplicationClient(Element):
    """One life of it; the ledger of its application outlives it."""

    def __init__(self, site: Site, local: tuple[str, int], client: str, application: Application) -> None:
        """`client` is coap://host:port of the UE with the MSGin5G Client."""
        super().__init__(site)
        self.application = application
        self.ledger = application.ledger
        self.refuses: FailureCause | None = None
        """With what it refuses everything."""
        self._client = client
        self._stack = CoapStack()
        self._asked = Asks()
        self.reporting = Reporting(lambda report, now: self._stack.ask(self._client, report, now))
        port = self.driver.open_exchanges(self._stack, self._on_event)
        self.driver.watch(self.reporting)
        site.network.exchanges(site.node, ExchangeSpec(protocol="coap", local=local), port)

    def register(self) -> Asked:
        return self.ask(self.application.registration())

    def deregister(self) -> Asked:
        return self.ask(self.application.deregistration())

    def send(self, to: Address, text: str, *, report: bool = False, keep: bool = False) -> Asked:
        """Confirmable where a report is wanted."""
        message = self.application.message(to, text, report=report, keep=keep)
        return self.ask(message, confirmable=report)

    def ask(self, payload: Payload, *, confirmable: bool = True) -> Asked:
        """Anything that it can say to the MSGin5G Client."""
        asked = Asked(payload)

        def say(now: float) -> None:
            exchange = self._stack.ask(self._client, payload, now, confirmable=confirmable)
            self._asked.put(exchange, asked)

        self.driver.turn(say)
        return asked

    @property
    def open_work(self) -> int:
        """What waits for an answer."""
        return len(self._stack)

    def _on_event(self, event: CoapEvent, now: float) -> None:
        match event:
            case Requested():
                self._requested(event, now)
            case Responded():
                self.reporting.ended(event, now)
                self._asked.responded(event)
            case Unanswered():
                self.reporting.ended(event, now)
                self._asked.unanswered(event)
            case _:
                pass  # it has been answered

    def _requested(self, event: Requested, now: float) -> None:
        if self.refuses is not None:
            self._stack.refuse(event.exchange, self.refuses, "it was told to")
            return
        answer, reports = self.application.take(event.payload)
        if isinstance(answer, FailureCause):
            self._stack.refuse(event.exchange, answer, "not for this application")
        else:
            self._stack.respond(event.exchange, 204, answer)
        for report in reports:
            self.reporting.put(report, now)
