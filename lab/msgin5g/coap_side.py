"""The server's MSGin5G-1: payloads of clients to the server, and its errands to clients (TS 24.538)."""

from collections.abc import Callable

from lab.msgin5g.contact import Leg, Peer
from lab.msgin5g.errand import SILENCE, Control, Errand, Errands, Outcome, Result
from lab.msgin5g.records import Refusal, address
from lab.msgin5g.server import Msgin5gServer
from msgin5g_bridge.coap import CoapEvent, CoapStack, Requested, Responded, Unanswered, code_of
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.message import MessageResponse
from msgin5g_bridge.msgdelivery import DeliveryStatus
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.registration import Registration

__all__ = ["CoapSide"]

_LATER = (408, 429)
_NO_ANSWER = 504


class CoapSide:
    """Between a CoAP stack and the server; `ended` is told of errands."""

    def __init__(
        self, stack: CoapStack, server: Msgin5gServer, ended: Callable[[int, Result, float], None]
    ) -> None:
        self._stack = stack
        self._server = server
        self._errands = Errands(ended)

    def send(self, errand: Errand, now: float) -> None:
        """To a client."""
        assert not isinstance(errand.body, Control)
        to = errand.contact
        exchange = self._stack.ask(to.address, errand.body, now, identity=to.identity)
        self._errands.put(exchange, errand)

    def on_event(self, event: CoapEvent, now: float) -> None:
        match event:
            case Requested():
                self._requested(event, now)
            case Responded():
                self._errands.end(event.exchange, _result(event), now)
            case Unanswered():
                self._errands.end(event.exchange, SILENCE, now)
            case _:
                pass  # it has been answered

    def _requested(self, event: Requested, now: float) -> None:
        payload = event.payload
        peer = Peer(Leg.CLIENT, event.peer.address, event.peer.identity, event.peer.secure)
        refresh = isinstance(payload, Registration) and (
            address(AddressType.UE, payload.ue_svc_id) in self._server.data.registered
        )
        answer = self._server.take(payload, peer, now)
        if isinstance(answer, Refusal):
            self._stack.refuse(event.exchange, answer.cause, answer.detail)
        else:
            self._stack.respond(event.exchange, code_of(payload, refresh=refresh), answer)


def _result(event: Responded) -> Result:
    """[LAB] What will be no better later is refused for good; the cause begins the diagnostic payload."""
    if event.success:
        said = event.body
        if isinstance(said, MessageResponse) and said.status == DeliveryStatus.DELY_FAILED:
            return Result(Outcome.REFUSED, said.failure_cause or "")
        return Result(Outcome.TAKEN)
    if event.code == _NO_ANSWER:
        return SILENCE
    cause = event.diagnostic.partition(":")[0] or f"{event.code // 100}.{event.code % 100:02}"
    if event.code >= 500 or event.code in _LATER:
        return Result(Outcome.NOT_NOW, cause)
    return Result(
        Outcome.REFUSED, cause if cause in list(FailureCause) else FailureCause.PAYLOAD_NOT_SUPPORTED
    )
