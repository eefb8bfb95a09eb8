"""A service centre for ESMEs with a real SMPP stack: it takes everything, unless it is told to refuse."""

from collections.abc import Sequence
from typing import Protocol

from ipsmgw.drive import Sender
from ipsmgw.smpp import (
    EsmClass,
    Flow,
    MessageState,
    Requested,
    Responded,
    Role,
    SessionEnded,
    SessionSpec,
    SmppEvent,
    SmppSettings,
    SmppStack,
    State,
    Status,
    Tag,
    Tlv,
)
from ipsmgw.smpp.pdu import BindRequest, DeliverSm, Pdu, SubmitSm, SubmitSmResp, response_to
from ipsmgw.smpp.receipt import NetworkError, Receipt

__all__ = ["Centre"]

_HERE, _THERE = ("127.0.0.11", 40_000), ("127.0.0.14", 2775)
_RECEIVES = (State.BOUND_RX, State.BOUND_TRX)


class _Port(Protocol):
    send: Sender[Flow] | None

    def receive(self, batch: Sequence[tuple[bytes, Flow]]) -> None: ...
    def link_up(self, flow: Flow, identity: str = "") -> None: ...
    def link_down(self, flow: Flow) -> None: ...


class Centre:
    """`submitted` is what it has got, whether it has answered or not."""

    def __init__(self) -> None:
        self.submitted: list[SubmitSm] = []
        self.when: list[float] = []
        self.answered: dict[int, Status] = {}
        """Of which of them the gateway has had an answer in time."""
        self.verdicts: list[Status] = []
        """Answers to the next submit_sm, in place of ESME_ROK."""
        self.silent = False
        """Whether it takes messages without an answer."""
        self.late = False
        """Whether it answers only by `answer`."""
        self.binds: list[BindRequest] = []
        self.refuses: Status = Status.ROK
        """How it answers a bind."""
        self.answers: list[tuple[Status, Pdu]] = []
        """Of the gateway, to what it was asked."""
        self.message_id = "id{}"
        """Of its n-th message."""
        self._stack = SmppStack(Role.SMSC, SmppSettings(window=100))
        self._ports: list[_Port] = []
        self._held: list[tuple[int, Requested]] = []
        self._flows: dict[Flow, tuple[_Port, Flow]] = {}
        """By our end: the port, and its end."""
        self._count = self._ids = 0
        self._now = 0.0

    def plug(self, spec: SessionSpec, port: _Port) -> None:
        """A life of the gateway begins; `up` connects it."""
        self._ports.append(port)
        port.send = self._hear

    def born(self) -> None:
        """What was connected is not any more."""
        self.cut(tell=False)
        self._ports.clear()

    def up(self, now: float) -> None:
        """All that are not connected are."""
        self._now = now
        linked = [port for port, _ in self._flows.values()]
        for port in [port for port in self._ports if not any(port is one for one in linked)]:
            self._count += 1
            name = str(self._count)
            ours, theirs = Flow(_THERE, _HERE, name), Flow(_HERE, _THERE, name)
            self._flows[ours] = port, theirs
            self._stack.link_up(ours, "", now)
            port.link_up(theirs)
        self.exchange(now)

    def cut(self, *, tell: bool = True) -> None:
        """All connections are gone."""
        flows, self._flows = self._flows, {}
        for ours, (port, theirs) in flows.items():
            self._stack.link_down(ours, self._now)
            if tell:
                port.link_down(theirs)

    def exchange(self, now: float) -> None:
        """What it has to say reaches the gateway."""
        self._now = now
        while batch := self._stack.take_output():
            for data, flow in batch:
                if flow in self._flows:
                    port, theirs = self._flows[flow]
                    port.receive([(data, theirs)])

    @property
    def bound(self) -> bool:
        """Whether it may deliver."""
        return any(self._stack.state(flow) in _RECEIVES for flow in self._flows)

    # What it does by itself.

    def receipt(
        self,
        number: int,
        state: MessageState = MessageState.DELIVERED,
        *,
        error: int = 0,
        id_: str | None = None,
        reference: bool = True,
    ) -> None:
        """Of the n-th message that it has answered with ESME_ROK, or taken in silence."""
        sent = self.submitted[number]
        receipt = Receipt(id_ or f"id{number}", state, "2601010000", "2601010001", error)
        known = sent.tlv(Tag.USER_MESSAGE_REFERENCE) if reference else None
        repeated = () if known is None else (Tlv(Tag.USER_MESSAGE_REFERENCE, known),)
        network = (Tlv(Tag.NETWORK_ERROR_CODE, NetworkError.gsm(error).encode()),) if error else ()
        self.deliver(
            DeliverSm(
                source_addr=sent.destination_addr,
                destination_addr=sent.source_addr,
                esm_class=EsmClass.DELIVERY_RECEIPT,
                short_message=receipt.words().encode(),
                tlvs=(*repeated, *network),
            )
        )

    def deliver(self, pdu: Pdu) -> None:
        """Over a session that takes it."""
        flow = next(flow for flow in self._flows if self._stack.state(flow) in _RECEIVES)
        self._stack.request(flow, pdu, self._now)
        self.exchange(self._now)

    def _hear(self, batch: list[tuple[bytes, Flow]]) -> None:
        for data, flow in batch:
            ours = next((ours for ours, (_, theirs) in self._flows.items() if theirs == flow), None)
            if ours is not None:
                for event in self._stack.receive(data, ours, self._now):
                    self._on_event(event)

    def _on_event(self, event: SmppEvent) -> None:
        match event:
            case Requested(pdu=BindRequest() as pdu):
                self.binds.append(pdu)
                self._answer(event, self.refuses)
            case Requested(pdu=SubmitSm() as pdu):
                self.submitted.append(pdu)
                self.when.append(self._now)
                if self.late:
                    self._held.append((len(self.submitted) - 1, event))
                elif not self.silent:
                    self._take(event, len(self.submitted) - 1)
            case Requested():
                self._answer(event, Status.ROK)
            case Responded():
                self.answers.append((Status(event.status), event.pdu))
            case SessionEnded():
                self._flows.pop(event.flow, None)
            case _:
                pass

    def answer(self) -> None:
        """What it has kept waiting."""
        held, self._held = self._held, []
        for number, event in held:
            self._take(event, number)
        self.exchange(self._now)

    def _take(self, event: Requested, number: int) -> None:
        status = self.verdicts.pop(0) if self.verdicts else Status.ROK
        id_ = self.message_id.format(number)
        if event.flow in self._flows and self._now < self.when[number] + 10.0:
            self.answered[number] = status
        answer = SubmitSmResp() if status else SubmitSmResp(message_id=id_)
        self._stack.respond(event.flow, event.sequence_number, answer, self._now, status=status)

    def _answer(self, event: Requested, status: Status) -> None:
        answer = response_to(event.pdu.COMMAND)()
        self._stack.respond(event.flow, event.sequence_number, answer, self._now, status=status)
