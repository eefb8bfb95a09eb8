"""The Application Clients of one MSGin5G Client: who has registered, and what goes to the server and back.

[LAB] A message of an AC goes to the server in segments where it has to, and the AC hears what is said to the
last one; a message for an AC is put together first. An AC that cannot be had is reported as failed.
"""

from collections.abc import Callable, Mapping

from lab.msgin5g.application import Application
from lab.msgin5g.client import Client
from lab.msgin5g.contact import host_of
from msgin5g_bridge.coap import CoapStack, Requested, Responded, Unanswered, code_of
from msgin5g_bridge.message import (
    AcDeregistration,
    AcRegistration,
    DeliveryReport,
    Message,
    MessageResponse,
    Payload,
)
from msgin5g_bridge.model import UeServiceId
from msgin5g_bridge.msgdelivery import ReportDeliveryStatus
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.registration import RegistrationResponse, RegistrationResult

__all__ = ["HERE", "Applications"]

HERE = "here"
"""Where an Application Client on the same UE is."""
_Say = Callable[[Payload, float], int]


class Applications:
    """Who is registered is in the client's ledger; those of the same UE are reached by a call."""

    def __init__(
        self,
        client: Client,
        stack: CoapStack,
        say: _Say,
        local: Mapping[str, Application],
        *,
        report: Callable[[DeliveryReport, float], object],
    ) -> None:
        """`say` asks the server, and tells by which exchange; `report` sees to it that the server hears."""
        self._client = client
        self._ledger = client.ledger
        self._stack = stack
        self._say = say
        self._report = report
        self._local = local
        self._relayed: dict[int, int] = {}
        """Exchanges with the server that an AC waits for."""
        self._handed: dict[int, Message | None] = {}
        """Exchanges with an AC: of a message, of a report."""

    # From an Application Client.

    def requested(self, event: Requested, now: float) -> bool:
        """Whether it was one."""
        match event.payload:
            case AcRegistration(app_id=app_id):
                refresh = app_id in self._ledger.applications
                self.register(app_id, event.peer.address)
                code = code_of(event.payload, refresh=refresh)
                self._stack.respond(event.exchange, code, self._registered())
            case AcDeregistration(app_id=app_id):
                self._leave(event, app_id)
            case Message() | DeliveryReport() if event.payload.ori_addr == self._client.address:
                self._relay(event, event.payload, now)
            case _:
                return False
        return True

    def register(self, app_id: str, contact: str) -> None:
        """[LAB] The latest has it."""
        self._ledger.applications[app_id] = contact
        self._ledger.serves = True

    def _registered(self) -> RegistrationResponse:
        svc_id = UeServiceId(self._client.address.addr)
        return RegistrationResponse(ue_svc_id=svc_id, result=RegistrationResult.SUCCESS)

    def _leave(self, event: Requested, app_id: str) -> None:
        if self._registered_at(app_id) != host_of(event.peer.address):
            self._stack.refuse(
                event.exchange, FailureCause.NOT_REGISTERED, f"{app_id} is not registered there"
            )
            return
        del self._ledger.applications[app_id]
        self._stack.respond(event.exchange, code_of(event.payload), self._registered())

    def _relay(self, event: Requested, payload: Message | DeliveryReport, now: float) -> None:
        host = host_of(event.peer.address)
        known = (app for app in self._ledger.applications if self._registered_at(app) == host)
        app_id = (payload.app_id or "") if isinstance(payload, Message) else next(known, "")
        if self._registered_at(app_id) != host:
            why = f"{app_id or 'an application without an ID'} is not registered there"
            self._stack.refuse(event.exchange, FailureCause.NOT_REGISTERED, why)
            return
        exchange = 0
        for each in self.outgoing(payload):
            exchange = self._say(each, now)
        self._relayed[exchange] = event.exchange

    def outgoing(self, payload: Message | DeliveryReport) -> tuple[Payload, ...]:
        """What goes to the server; whose report it will be is remembered."""
        if isinstance(payload, DeliveryReport):
            return (payload,)
        self._ledger.sent_by[payload.msg_id] = payload.app_id or ""
        return self._client.segmented(payload, f"s-{payload.msg_id}")

    # From the server.

    def deliver(self, payload: Message | DeliveryReport, app_id: str, now: float) -> None:
        """Confirmable where a report is wanted, and always for a report (TS 24.538 A.3)."""
        contact = self._ledger.applications.get(app_id)
        message = payload if isinstance(payload, Message) else None
        if contact == HERE and app_id in self._local:
            _, reports = self._local[app_id].take(payload)
            for report in reports:
                self._report(report, now)
        elif contact is None or contact == HERE:
            self._failed(message, FailureCause.APPLICATION_UNKNOWN, now)
        else:
            confirmable = message is None or bool(message.deliv_st_req_ind)
            self._handed[self._stack.ask(contact, payload, now, confirmable=confirmable)] = message

    def ended(self, event: Responded | Unanswered, now: float) -> bool:
        """Whether an answer was for one of these."""
        waiting = self._relayed.pop(event.exchange, None)
        if waiting is not None:
            self._pass_on(waiting, event)
            return True
        if event.exchange not in self._handed:
            return False
        message = self._handed.pop(event.exchange)
        if isinstance(event, Unanswered):
            self._failed(message, FailureCause.RECIPIENT_NOT_AVAILABLE, now)
        elif not event.success:
            self._failed(message, event.cause or FailureCause.PAYLOAD_NOT_SUPPORTED, now)
        return True

    def _pass_on(self, waiting: int, event: Responded | Unanswered) -> None:
        if isinstance(event, Unanswered):
            self._stack.refuse(waiting, FailureCause.OVERLOAD, "the server does not answer")
        elif event.success:
            body = event.body if isinstance(event.body, MessageResponse) else None
            self._stack.respond(waiting, event.code, body)
        else:
            cause = FailureCause(event.cause) if event.cause else FailureCause.PAYLOAD_NOT_SUPPORTED
            self._stack.refuse(waiting, cause, event.diagnostic.partition(": ")[2])

    def _failed(self, message: Message | None, cause: str, now: float) -> None:
        if message is not None and message.deliv_st_req_ind:
            report = DeliveryReport(
                ori_addr=self._client.address,
                dest_addr=message.ori_addr,
                msg_id=message.msg_id,
                failure_cause=cause,
                deliv_st=ReportDeliveryStatus.REPT_DELY_FAILED,
            )
            self._report(report, now)

    def _registered_at(self, app_id: str) -> str:
        return host_of(self._ledger.applications.get(app_id, ""))
