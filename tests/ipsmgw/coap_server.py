"""An MSGin5G Server with a real CoAP stack: it takes everything, unless it is told to refuse or be silent."""

from collections.abc import Callable
from typing import TypeVar

from ipsmgw.drive import ExchangePort
from msgin5g_bridge import Body, Payload, decode_payload, encode
from msgin5g_bridge.exchange import (
    Answered,
    Ask,
    Asked,
    Headers,
    Incoming,
    NoAnswer,
    Outgoing,
    Peer,
    Reply,
    Request,
    Response,
)
from msgin5g_bridge.message import DeliveryReport, Message, MessageResponse
from msgin5g_bridge.names import URI_PATH
from msgin5g_bridge.registration import (
    BulkDeregistration,
    BulkRegistration,
    BulkRegistrationResponse,
    Deregistration,
    Registration,
    RegistrationResponse,
    RegistrationResult,
)

__all__ = ["ADDRESS", "CoapServer"]

EventT = TypeVar("EventT")
ADDRESS = "coap://192.0.2.40:5683"
_JSON: Headers = (("content-type", "application/json"),)
_SUCCESS = RegistrationResult.SUCCESS


class CoapServer:
    """`payloads` is what the gateway has asked, with the key of whom; `answers` what it has answered."""

    def __init__(self) -> None:
        self.payloads: list[Payload] = []
        self.keys: list[str] = []
        self.answers: list[Response] = []
        self.refusals: dict[type[Body], Response] = {}
        self.silent: set[type[Body]] = set()
        self._receive: Callable[[Incoming], None] | None = None
        self._asked: list[Ask] = []
        self._count = 0

    def plug(self, port: ExchangePort[EventT]) -> None:
        """This life of the gateway; what the one before has asked is lost."""
        self._receive = port.receive
        self._asked.clear()
        port.send = self._hear

    def exchange(self) -> None:
        """What the gateway has asked is answered."""
        while self._asked and self._receive is not None:
            ask = self._asked.pop(0)
            payload = decode_payload(ask.request.body)
            self.payloads.append(payload)
            self.keys.append(ask.identity)
            if type(payload) not in self.silent:
                self._receive(Answered(ask.exchange, self._answer(payload)))

    def give_up(self) -> None:
        """Nothing comes of what is under way."""
        assert self._receive is not None
        for ask in self._asked:
            self._receive(NoAnswer(ask.exchange, "nobody is there"))
        self._asked.clear()

    def deliver(self, payload: Payload, *, of: str = ADDRESS, key: str = "") -> Response | None:
        """The server asks the gateway; what it hears at once."""
        return self.say(encode(payload), of=of, key=key)

    def say(self, octets: bytes, *, of: str = ADDRESS, key: str = "") -> Response | None:
        """The same with any octets."""
        self._count += 1
        before = len(self.answers)
        request = Request("POST", URI_PATH, _JSON, octets)
        assert self._receive is not None
        self._receive(Asked(self._count, request, Peer(of, key, bool(key))))
        return self.answers[before] if len(self.answers) > before else None

    def take(self) -> list[Payload]:
        """What was asked since the last time."""
        taken, self.payloads = self.payloads, []
        self.keys.clear()
        return taken

    def _hear(self, batch: list[Outgoing]) -> None:
        self._asked += [out for out in batch if isinstance(out, Ask)]
        self.answers += [out.response for out in batch if isinstance(out, Reply)]

    def _answer(self, payload: Payload) -> Response:
        if type(payload) in self.refusals:
            return self.refusals[type(payload)]
        match payload:
            case Registration() | Deregistration():
                done = RegistrationResponse(ue_svc_id=payload.ue_svc_id, result=_SUCCESS)
                return Response(201, _JSON, encode(done))
            case BulkRegistration() | BulkDeregistration():
                each = tuple(
                    RegistrationResponse(ue_svc_id=one.ue_svc_id, result=_SUCCESS) for one in payload.list
                )
                return Response(204, _JSON, encode(BulkRegistrationResponse(count=len(each), list=each)))
            case Message() | DeliveryReport():
                said = MessageResponse(ori_addr=payload.ori_addr, msg_id=payload.msg_id)
                return Response(204, _JSON, encode(said))
        return Response(204)
