"""The MSGin5G Server over CoAP: to it each phone is an MSGin5G UE (MSGin5G-1 and -6, TS 24.538)."""

from collections.abc import Callable

from ipsmgw.drive import Driver
from ipsmgw.gateway.core import Exchanges
from ipsmgw.gateway.msgin5g.aggregates import Aggregates
from ipsmgw.gateway.msgin5g.introduction import Introduction
from ipsmgw.gateway.msgin5g.message_server import Called, Refused, Returned, ServerEvent, Unanswered
from ipsmgw.gateway.msgin5g.provisioning_over_rest import ProvisioningOverRest
from ipsmgw.gateway.msgin5g.sent_segments import SentSegments
from ipsmgw.msgin5g_coap_section import endpoint
from ipsmgw.msgin5g_section import Msgin5gSection
from ipsmgw.msgin5g_stacks import coap_settings
from ipsmgw.procedures.msgin5g import client
from msgin5g_bridge import coap
from msgin5g_bridge.coap import CoapEvent, CoapStack, Requested
from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.message import (
    AggregatedMessage,
    DeliveryReport,
    Message,
    MessageResponse,
    Payload,
    SegmentConfirmation,
    SegmentRecovery,
)
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, UEMessageDelivery
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.provisioning import NonMsgin5gUeProvisioningRequest
from msgin5g_bridge.ueregistration import (
    BulkUeDeregistration,
    BulkUeRegistration,
    UeDeregistration,
    UeRegistration,
)

__all__ = ["ServerOverCoap"]

_DONE = 204


class ServerOverCoap:
    """A `MessageServer`: the CoAP stack of this node, and a REST stack for provisioning over HTTP."""

    def __init__(
        self, section: Msgin5gSection, driver: Driver, tell: Callable[[ServerEvent, float], None]
    ) -> None:
        self._section = section
        self._coap = section.coap
        self._tell = tell
        self._server = endpoint(section.server_root)
        self._stack = CoapStack(coap_settings(section))
        self._port = driver.open_exchanges(self._stack, self._on_event)
        self._provisioning = (
            ProvisioningOverRest(section, driver, tell) if section.provisioning_root else None
        )
        self._introduction = Introduction(section)
        self._sent = SentSegments(section.coap.sent)
        self._aggregates = Aggregates()
        self._responses: dict[int, MessageResponse] = {}
        """What the server hears of what it waits for, if it is a yes."""

    def __len__(self) -> int:
        return len(self._stack) + (0 if self._provisioning is None else len(self._provisioning))

    @property
    def bulk(self) -> int:
        return self._section.bulk if self._coap.gateway_ue else 1

    def begin(self, exchanges: Exchanges, now: float) -> None:
        exchanges("coap", self._port)
        if self._provisioning is not None:
            self._provisioning.begin(exchanges)
        self._introduce(now)

    # What we ask.

    def provision(self, request: NonMsgin5gUeProvisioningRequest, now: float) -> int:
        assert self._provisioning is not None, "nobody provisions"
        return self._provisioning.provision(request, now)

    def register(self, who: UeRegistration, now: float) -> int:
        self._introduce(now)
        return self._ask(client.registration(who, self._coap), who.ue_svc_id, now)

    def register_all(self, who: BulkUeRegistration, now: float) -> int:
        self._introduce(now)
        return self._ask(client.registrations(who, self._coap), "", now)

    def deregister(self, who: UeDeregistration, registration: str, now: float) -> int:
        return self._ask(client.deregistration(who), who.ue_svc_id, now)

    def deregister_all(self, who: BulkUeDeregistration, now: float) -> int:
        self._introduce(now)
        return self._ask(client.deregistrations(who), "", now)

    def submit(self, message: UEMessageDelivery, now: float, *, within: float) -> int:
        said = client.message(message)
        self._sent.note(said)
        speaker = self._coap.speaker(said.ori_addr.addr)
        return self._stack.ask(self._server, said, now, identity=speaker, within=within)

    def report(self, report: DeliveryStatusReport, now: float) -> int:
        return self._ask(client.report(report), report.ori_addr.addr, now)

    def recover(
        self, ue: Address, sender: Address, seg_id: str, missing: tuple[int, ...], now: float
    ) -> bool:
        recovery = SegmentRecovery(ori_addr=ue, dest_addr=sender, seg_id=seg_id, seg_numbs=missing)
        self._ask(recovery, ue.addr, now)
        return True

    def confirm(self, ue: Address, sender: Address, seg_id: str, now: float) -> None:
        self._ask(SegmentConfirmation(ori_addr=ue, dest_addr=sender, seg_id=seg_id), ue.addr, now)

    def _ask(self, payload: Payload, ue: str, now: float) -> int:
        return self._stack.ask(self._server, payload, now, identity=self._coap.speaker(ue))

    def _introduce(self, now: float) -> None:
        """As a Gateway UE we are registered before those behind us."""
        own = self._introduction.due(now)
        if own is not None:
            self._introduction.asked(self._ask(own, own.ue_svc_id, now))

    # What the server asks.

    def accept(self, exchange: int) -> None:
        whole = self._aggregates.accepted(exchange)
        if whole is not None:
            self._answer(*whole)

    def refuse(self, exchange: int, problem: Problem) -> None:
        whole = self._aggregates.refused(exchange, problem)
        if whole is not None:
            self._answer(*whole)

    def _answer(self, exchange: int, problem: Problem | None) -> None:
        response = self._responses.pop(exchange, None)
        if problem is None:
            self._stack.respond(exchange, _DONE, response)
        else:
            self._stack.refuse(exchange, *client.refusal(problem))

    def _requested(self, event: Requested, now: float) -> None:
        refused = self._disbelieved(event)
        if refused is not None:
            self._stack.refuse(event.exchange, *refused)
            return
        match event.payload:
            case Message() | DeliveryReport() as payload:
                self._responses[event.exchange] = client.response(payload)
                self._tell(Called(event.exchange, client.delivered(payload)), now)
            case AggregatedMessage() as payload:
                self._aggregated(event.exchange, payload, now)
            case SegmentRecovery() as payload:
                self._again(event.exchange, payload, now)
            case SegmentConfirmation() as payload:
                self._sent.forget(payload)
                self._stack.respond(event.exchange, _DONE)
            case _:
                self._stack.refuse(event.exchange, FailureCause.PAYLOAD_NOT_SUPPORTED, "not for a client")

    def _disbelieved(self, event: Requested) -> tuple[FailureCause, str] | None:
        """A key of ours, and with it its own UE; without any keys the address of the server."""
        peer, keyed = event.peer, bool(self._coap.key)
        if keyed and not peer.identity:
            return FailureCause.NOT_AUTHENTICATED, "a key is wanted"
        if not keyed and peer.address != self._server:
            return FailureCause.NOT_AUTHORIZED, f"{peer.address} is not the server"
        to = client.recipient(event.payload)
        if keyed and to and self._coap.speaker(to) != peer.identity:
            return FailureCause.NOT_AUTHORIZED, f"the key is not that of {to}"
        return None

    def _aggregated(self, exchange: int, aggregated: AggregatedMessage, now: float) -> None:
        """All of them are ours before it is answered."""
        self._responses[exchange] = client.response_to_all(aggregated)
        messages = client.each_delivered(aggregated)
        for number, message in zip(self._aggregates.open(exchange, len(messages)), messages, strict=True):
            self._tell(Called(number, message, one_of_many=True), now)

    def _again(self, exchange: int, recovery: SegmentRecovery, now: float) -> None:
        segments = self._sent.wanted(recovery)
        if not segments:
            self._stack.refuse(exchange, FailureCause.MESSAGE_UNKNOWN, f"no segments of {recovery.seg_id}")
            return
        self._stack.respond(exchange, _DONE)
        for segment in segments:
            self._ask(segment, segment.ori_addr.addr, now)

    # What it answers.

    def _on_event(self, event: CoapEvent, now: float) -> None:
        match event:
            case Requested():
                self._requested(event, now)
            case coap.Responded():
                if not self._introduction.ended(event, now):
                    self._tell(_ended(event), now)
            case coap.Unanswered():
                if not self._introduction.ended(event, now):
                    self._tell(Unanswered(event.exchange, event.reason), now)
            case _:
                pass  # it has been answered


def _ended(event: coap.Responded) -> Returned | Refused:
    if event.success:
        return Returned(event.exchange, client.said(event.body))
    said = event.diagnostic or f"{event.code // 100}.{event.code % 100:02}"
    return Refused(event.exchange, event.code, event.cause, said, event.max_age)
