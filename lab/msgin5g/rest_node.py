"""What an Application Server and a Message Gateway have in common: REST both ways, and a ledger."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lab.elements.element import Element
from lab.elements.site import Site
from lab.msgin5g.door import Door
from lab.msgin5g.outbox import Outgoing
from msgin5g_bridge.message import DeliveryReport, Message
from msgin5g_bridge.model import Body
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, MessageDeliveryAck, ReportDeliveryStatus
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.provisioning import ProvisioningResponse, ServiceInformation
from msgin5g_bridge.rest_events import Called, Refused, RestEvent, Returned, Unanswered
from msgin5g_bridge.segmentation import MAX_SEGMENT
from msgin5g_bridge.translation import translate

__all__ = ["Call", "RestLedger", "RestNode"]


@dataclass(slots=True)
class Call:
    """What the node has asked the server, and what became of it."""

    body: Body | None
    status: int | None = None
    answer: Body | None = None
    cause: str = ""
    location: str = ""
    silent: bool = False

    @property
    def over(self) -> bool:
        return self.silent or self.status is not None

    @property
    def taken(self) -> bool:
        return self.status is not None and self.status < 300

    @property
    def ack(self) -> MessageDeliveryAck | None:
        """Of a message."""
        return self.answer if isinstance(self.answer, MessageDeliveryAck) else None


@dataclass(slots=True)
class RestLedger:
    """What a node was given, over all its lives."""

    inbox: list[Message] = field(default_factory=list)
    reports: list[DeliveryReport] = field(default_factory=list)
    config: ProvisioningResponse | None = None
    """What the node was provisioned with."""
    count: int = 0
    outbox: list[Outgoing] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)
    """When each of the inbox came."""

    @property
    def texts(self) -> list[str]:
        return [each.payload or "" for each in self.inbox]

    def report_of(self, msg_id: str) -> list[ReportDeliveryStatus]:
        """What it was told of a message of its own, or of one of its UEs."""
        return [each.deliv_st for each in self.reports if each.msg_id == msg_id]


class RestNode(Element):
    """One life of it."""

    def __init__(
        self,
        site: Site,
        door: Door,
        server: str,
        operations: Iterable[Operation],
        ledger: RestLedger,
    ) -> None:
        super().__init__(site)
        self.ledger = ledger
        self.api_root = door.api_root
        self.problem: Problem | None = None
        """With what it refuses every message."""
        self._server = server
        self._stack = door.stack(operations)
        self._calls: dict[int, Call] = {}
        door.open(site, self.driver, self._stack, self._on_event)

    def call(self, operation: Operation, body: Body | None, root: str = "", **variables: str) -> Call:
        """Ask the server, or whoever has this apiRoot."""
        call = Call(body)

        def ask(now: float) -> None:
            exchange = self._stack.call(operation, root or self.server, body, now, variables=variables)
            self._calls[exchange] = call

        self.driver.turn(ask)
        return call

    @property
    def server(self) -> str:
        """apiRoot of its server, as it was told or as the provisioning says."""
        return self._server or self._told.api_root or ""

    @property
    def seg_size(self) -> int:
        """What its provider lets it send at once."""
        return self._told.seg_size or MAX_SEGMENT

    @property
    def _told(self) -> ServiceInformation:
        config = self.ledger.config
        return (config.svc_info if config is not None else None) or ServiceInformation()

    @property
    def open_work(self) -> int:
        """What waits for an answer."""
        return len(self._stack)

    def has(self, message: Message, now: float) -> None:
        """It was given a message; what it is, knows what to do with it."""

    # What comes.

    def _on_event(self, event: RestEvent, now: float) -> None:
        match event:
            case Called():
                self._called(event, now)
            case Returned():
                self._end(event.exchange, event.status, event.body, location=event.location)
            case Refused():
                self._end(event.exchange, event.status, None, cause=event.problem.cause or "")
            case Unanswered():
                call = self._calls.pop(event.exchange, None)
                if call is not None:
                    call.silent = True
            case _:
                pass  # it has been answered

    def _end(
        self, exchange: int, status: int, answer: Body | None, *, cause: str = "", location: str = ""
    ) -> None:
        call = self._calls.pop(exchange, None)
        if call is not None:
            call.status, call.answer, call.cause, call.location = status, answer, cause, location
            self.answered(call)

    def answered(self, call: Call) -> None:
        """The server has answered; what it is, knows whether that changes anything."""

    def _called(self, event: Called, now: float) -> None:
        if self.problem is not None:
            self._stack.refuse(event.exchange, self.problem)
            return
        self._stack.respond(event.exchange, 204)
        body = event.body
        if isinstance(body, DeliveryStatusReport):
            report = translate(body, DeliveryReport)
            if report not in self.ledger.reports:  # the answer to the first may have been lost
                self.ledger.reports.append(report)
        elif body is not None:
            message = translate(body, Message, **({} if hasattr(body, "sto_and_fw_ind") else _NO_STORE))
            if all(
                (each.ori_addr, each.msg_id, each.dest_addr, each.seg_params) != _key(message)
                for each in self.ledger.inbox
            ):
                self.ledger.inbox.append(message)
                self.ledger.arrived.append(now)
            self.has(message, now)


_NO_STORE = {"sto_and_fw_ind": False}


def _key(message: Message) -> tuple[object, ...]:
    return (message.ori_addr, message.msg_id, message.dest_addr, message.seg_params)
