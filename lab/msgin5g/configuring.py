"""A Gateway UE has constrained UEs configured, many in one request (MSGin5G-6; TS 23.554 clause 8.1)."""

from collections.abc import Iterator
from dataclasses import dataclass

from lab.elements.agenda import Agenda
from lab.msgin5g.client import Client
from lab.msgin5g.records import address
from lab.msgin5g.ue import UeAddresses
from msgin5g_bridge.coap import CoapStack, Requested, Responded
from msgin5g_bridge.errors import DecodeError
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.message import Message, MessageResponse, Payload
from msgin5g_bridge.model import Body, MessageId, decode, encode
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.provisioning import (
    BulkProvisioningRequest,
    BulkProvisioningResponse,
    ProvisioningResult,
    UeProvisioningRequest,
    request_in,
)

__all__ = ["Configuring"]

_CHANGED = 204


@dataclass(slots=True)
class _Held:
    exchange: int
    message: Message
    request: UeProvisioningRequest


class Configuring:
    """[LAB] Requests wait for each other as registrations do; whoever gets a Service ID may use it."""

    def __init__(
        self, stack: CoapStack, agenda: Agenda, where: UeAddresses, client: Client, wait: float
    ) -> None:
        self._stack = stack
        self._agenda = agenda
        self._where = where
        self._client = client
        self._wait = wait
        self._held: list[_Held] = []
        self._asked: dict[int, list[_Held]] = {}
        self.private_ids: frozenset[str] = frozenset()
        """Who may be configured through it."""
        self.configured: set[str] = set()
        """Service IDs that have been given."""

    def __len__(self) -> int:
        return len(self._held)

    def takes(self, payload: Payload) -> bool:
        """Whether it is for the provisioning function."""
        function = self._where.function_id
        return bool(function) and isinstance(payload, Message) and payload.dest_addr.addr == function

    def hold(self, event: Requested, now: float) -> None:
        """Until the next bulk request, or refuse it."""
        assert isinstance(event.payload, Message)
        try:
            request = request_in(event.payload.payload or "")
        except DecodeError as fault:
            what = f"payload{fault.path}: {fault.reason}"
            self._stack.refuse(event.exchange, FailureCause.PAYLOAD_NOT_SUPPORTED, what)
            return
        if not isinstance(request, UeProvisioningRequest) or request.ue_priv_id not in self.private_ids:
            self._stack.refuse(event.exchange, FailureCause.NOT_AUTHORIZED, "not behind this Gateway UE")
            return
        self._held.append(_Held(event.exchange, event.payload, request))
        if len(self._held) == 1:
            self._agenda.at(now + self._wait, self._send)

    def responded(self, event: Responded) -> bool:
        """The function has answered; False: something else was asked."""
        held = self._asked.pop(event.exchange, None)
        if held is None:
            return False
        for each, result in zip(held, self._results(event.body, held), strict=True):
            self._tell(each, result)
        return True

    def silent(self, exchange: int) -> bool:
        """It has not."""
        held = self._asked.pop(exchange, None)
        for each in held or ():
            self._stack.refuse(each.exchange, FailureCause.OVERLOAD, "no answer")
        return held is not None

    def _send(self, now: float) -> None:
        held, self._held = self._held, []
        body = BulkProvisioningRequest(count=len(held), list=tuple(each.request for each in held))
        self._client.ledger.count += 1
        message = Message(
            ori_addr=self._client.address,
            dest_addr=address(AddressType.UE, self._where.function_id),
            msg_id=MessageId(f"{self._client.settings.svc_id}-{self._client.ledger.count}"),
            payload=encode(body).decode(),
            sto_and_fw_ind=False,
        )
        self._asked[self._stack.ask(self._where.function, message, now)] = held

    def _results(self, body: Body | None, held: list[_Held]) -> Iterator[ProvisioningResult]:
        """One for each, whatever the function has said."""
        payload = body.payload if isinstance(body, MessageResponse) else None
        try:
            said = decode(BulkProvisioningResponse, (payload or "").encode()).list
        except DecodeError:
            said = ()
        results = {each.priv_id: each for each in said}
        nothing = FailureCause.NOT_AUTHORIZED
        for each in held:
            private_id = each.request.ue_priv_id
            yield results.get(private_id) or ProvisioningResult(priv_id=private_id, failure_cause=nothing)

    def _tell(self, held: _Held, result: ProvisioningResult) -> None:
        if not result.config:
            cause = result.failure_cause or FailureCause.NOT_AUTHORIZED
            known = FailureCause(cause) if cause in list(FailureCause) else FailureCause.NOT_AUTHORIZED
            self._stack.refuse(held.exchange, known, "the provisioning function refuses it")
            return
        self.configured.add(result.config.svc_id)
        message, payload = held.message, encode(result.config).decode()
        response = MessageResponse(ori_addr=message.ori_addr, msg_id=message.msg_id, payload=payload)
        self._stack.respond(held.exchange, _CHANGED, response)
