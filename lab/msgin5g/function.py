"""The provisioning function as an element of its own: MSGin5G messages and HTTP (TR 23.700-24)."""

from lab.elements.element import Element
from lab.elements.site import Site
from lab.msgin5g.contact import Leg, Peer
from lab.msgin5g.m5s import Addresses
from lab.msgin5g.provisioning import ProvisioningFunction
from lab.msgin5g.records import Refusal, ServerData
from lab.msgin5g.rest_side import peer_of, refusal
from lab.msgin5g.settings import ServerSettings
from msgin5g_bridge import apis
from msgin5g_bridge.coap import CoapEvent, CoapStack, Requested, code_of
from msgin5g_bridge.message import Message
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.provisioning import ProvisioningRequest
from msgin5g_bridge.rest_events import Called, RestEvent

__all__ = ["FunctionElement"]


class FunctionElement(Element):
    """One life of it; what it assigns the server knows at once, for they share their data."""

    def __init__(self, site: Site, where: Addresses, settings: ServerSettings, data: ServerData) -> None:
        super().__init__(site)
        self.function = ProvisioningFunction(data, settings)
        self._settings = settings
        self._coap = CoapStack(where.limits)
        self._rest = where.door.stack(apis.MSGS_PROVISIONING)
        coap = self.driver.open_exchanges(self._coap, self._on_coap)
        site.network.exchanges(site.node, where.spec, coap)
        where.door.open(site, self.driver, self._rest, self._on_rest)

    @property
    def open_work(self) -> int:
        """Everything is answered at once."""
        return 0

    def _on_coap(self, event: CoapEvent, now: float) -> None:
        if not isinstance(event, Requested):
            return
        payload, peer = event.payload, event.peer
        if not isinstance(payload, Message) or payload.dest_addr.addr != self._settings.function_id:
            what = f"only messages to {self._settings.function_id} are for this function"
            self._coap.refuse(event.exchange, FailureCause.RECIPIENT_UNKNOWN, what)
            return
        answer = self.function.message(payload, Peer(Leg.CLIENT, peer.address, peer.identity, peer.secure))
        if isinstance(answer, Refusal):
            self._coap.refuse(event.exchange, answer.cause, answer.detail)
        else:
            self._coap.respond(event.exchange, code_of(payload), answer)

    def _on_rest(self, event: RestEvent, now: float) -> None:
        if not isinstance(event, Called):
            return
        assert isinstance(event.body, ProvisioningRequest)
        answer = self.function.provision(event.body, peer_of(event, Leg.AS))
        if isinstance(answer, Refusal):
            self._rest.refuse(event.exchange, refusal(answer))
        else:
            self._rest.respond(event.exchange, 200, answer)
