"""An MSGin5G Server with a real REST stack: it takes everything, unless it is told to refuse or be silent."""

from collections.abc import Callable
from typing import TypeVar

from ipsmgw.drive import ExchangePort
from msgin5g_bridge import Body, decode, encode
from msgin5g_bridge.apis import (
    MSGS_MSGDELIVERY,
    MSGS_PROVISIONING,
    MSGS_UEREGISTRATION,
)
from msgin5g_bridge.exchange import Answered, Ask, Asked, Incoming, Outgoing, Peer, Reply, Request, Response
from msgin5g_bridge.model import ABSENT, ServerServiceId, UeServiceId
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, MessageDeliveryAck, UEMessageDelivery
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.provisioning import (
    NonMsgin5gUeProvisioningRequest,
    ProvisioningResponse,
    ServiceInformation,
)
from msgin5g_bridge.registration import RegistrationResponse, RegistrationResult
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import Called, RestSettings
from msgin5g_bridge.ts29571 import ProblemDetails
from msgin5g_bridge.ueregistration import (
    BulkUeDeregistration,
    BulkUeRegistration,
    BulkUeRegistrationAck,
    UeRegistration,
)
from tests.ipsmgw.coap_server import CoapServer

__all__ = ["MessageServer"]

EventT = TypeVar("EventT")
_OPERATIONS = (*MSGS_UEREGISTRATION, *MSGS_PROVISIONING, *MSGS_MSGDELIVERY)
_JSON = (("content-type", "application/json"),)
_SUCCESS = RegistrationResult.SUCCESS


class MessageServer:
    """`calls` is what the gateway has asked for, `answers` what it has answered."""

    def __init__(self) -> None:
        self.calls: list[Called] = []
        self.answers: list[Response] = []
        self.refusals: dict[Operation, Problem] = {}
        self.silent: set[Operation] = set()
        self.segment_size = 0
        self.credential = ""
        self.most = 0
        """Entries of a bulk; one with more is too large. 0: any number."""
        self.bad_entries: set[str] = set()
        """UE Service IDs that a bulk fails for."""
        self.verdicts: list[MessageDeliveryAck] = []
        """Answers to the next messages, in place of the usual one."""
        self.coap = CoapServer()
        """Where the gateway asks it over CoAP."""
        self.peer = Peer("server:1")
        """As whom the gateway sees it."""
        self._stack = RestStack(_OPERATIONS, RestSettings())
        self._asked: list[Ask] = []
        self._receive: Callable[[Incoming], None] | None = None
        self._count = 0

    def plug(self, protocol: str, port: ExchangePort[EventT]) -> None:
        """This life of the gateway; what the one before has asked is lost."""
        if protocol == "coap":
            self.coap.plug(port)
            return
        self._receive = port.receive
        self._asked.clear()
        port.send = self._hear

    def _hear(self, batch: list[Outgoing]) -> None:
        for out in batch:
            if isinstance(out, Ask):
                self._asked.append(out)
            elif isinstance(out, Reply):
                self.answers.append(out.response)

    def exchange(self, now: float) -> None:
        """What the gateway has asked is answered."""
        self.coap.exchange()
        while self._asked and self._receive is not None:
            ask = self._asked.pop(0)
            for event in self._stack.receive(Asked(ask.exchange, ask.request, Peer("gateway")), now):
                if isinstance(event, Called):
                    self.calls.append(event)
                    self._answer(event)
            for out in self._stack.take_output():
                if isinstance(out, Reply):
                    self._receive(Answered(out.exchange, out.response))

    def _answer(self, called: Called) -> None:
        operation = called.operation
        if operation in self.silent:
            return
        body = called.body
        if isinstance(body, BulkUeRegistration | BulkUeDeregistration) and 0 < self.most < body.count:
            self._stack.refuse(called.exchange, Problem(status=413))
            return
        if operation in self.refusals:
            self._stack.refuse(called.exchange, self.refusals[operation])
            return
        status = min(operation.answers)
        headers = (("location", f"/registrations/r{len(self.calls)}"),) if status == 201 else ()
        self._stack.respond(called.exchange, status, self._body(called), headers)

    def _body(self, called: Called) -> Body | None:
        body = called.body
        match body:
            case NonMsgin5gUeProvisioningRequest():
                info = ServiceInformation(seg_size=self.segment_size) if self.segment_size else ABSENT
                return ProvisioningResponse(
                    svc_id=f"ue-{body.non_msgin5g_ue_priv_id}",
                    server_svc_ids=(ServerServiceId("server"),),
                    svc_info=info,
                    cred=self.credential or ABSENT,
                )
            case UeRegistration():
                return RegistrationResponse(ue_svc_id=body.ue_svc_id, result=_SUCCESS)
            case BulkUeRegistration() | BulkUeDeregistration():
                return self._bulk([each.ue_svc_id for each in body.list])
            case UEMessageDelivery() | DeliveryStatusReport():
                usual = MessageDeliveryAck(ori_addr=body.ori_addr, msg_id=body.msg_id)
                return self.verdicts.pop(0) if self.verdicts else usual
        return RegistrationResponse(ue_svc_id=UeServiceId("he"), result=_SUCCESS)

    def _bulk(self, names: list[UeServiceId]) -> BulkUeRegistrationAck:
        def result(name: str) -> RegistrationResult:
            return RegistrationResult.FAILURE if name in self.bad_entries else _SUCCESS

        each = tuple(RegistrationResponse(ue_svc_id=name, result=result(name)) for name in names)
        return BulkUeRegistrationAck(count=len(each), list=each)

    # What the tests ask.

    def take(self, operation: Operation | None = None) -> list[Body | None]:
        """Bodies of what has been called since the last time, of this operation."""
        taken = [each.body for each in self.calls if operation in (None, each.operation)]
        self.calls = [each for each in self.calls if operation not in (None, each.operation)]
        return taken

    def names(self) -> list[str]:
        """Operations that have been called since the last time."""
        taken, self.calls = self.calls, []
        return [each.operation.name.removeprefix("MSGS_") for each in taken]

    def deliver(self, operation: Operation, body: Body) -> Callable[[], Response]:
        """The server calls the gateway; what is returned gives the answer, once there is one."""
        return self.say(operation, encode(body))

    def say(self, operation: Operation, octets: bytes) -> Callable[[], Response]:
        """The same with any octets."""
        self._count += 1
        before = len(self.answers)
        request = Request("POST", operation.path, _JSON, octets)
        assert self._receive is not None
        self._receive(Asked(self._count, request, self.peer))
        return lambda: self.answers[before]

    def cause(self) -> str | None:
        """Of the last refusal of the gateway."""
        return decode(ProblemDetails, self.answers[-1].body).cause or None
