"""An application behind the SM-SC: an ESME that binds, submits and takes what comes (SMPP v3.4 §2)."""

from ipsmgw.smpp import (
    BOUND,
    Connected,
    EsmClass,
    Flow,
    Npi,
    Requested,
    Responded,
    ResponseLost,
    Role,
    SessionEnded,
    SessionSpec,
    SmppEvent,
    SmppSettings,
    SmppStack,
    State,
    Status,
    Ton,
)
from ipsmgw.smpp.pdu import (
    BindReceiver,
    BindRequest,
    BindTransceiver,
    BindTransmitter,
    DeliverSm,
    DeliverSmResp,
    Pdu,
    SubmitSm,
    response_to,
)
from ipsmgw.smpp.receipt import Receipt
from ipsmgw.sms import gsm7
from lab.elements.element import Element
from lab.elements.esme_ledger import Asked, EsmeLedger, Taken
from lab.elements.site import Site
from lab.plan import Plan

__all__ = ["RECEIVER", "TRANSCEIVER", "TRANSMITTER", "Esme"]

RECEIVER, TRANSMITTER, TRANSCEIVER = BindReceiver, BindTransmitter, BindTransceiver
_TRANSMITS = (State.BOUND_TX, State.BOUND_TRX)
_LOST = -1


class Esme(Element):
    """It connects by itself, and binds when it is told to: from then on again after every cut."""

    def __init__(self, site: Site, plan: Plan, ledger: EsmeLedger) -> None:
        super().__init__(site)
        application = plan.application(site.node)
        assert application is not None, site.node
        self.application = application
        self.ledger = ledger
        self.password = application.password
        self.status: Status | None = Status.ROK
        """What it answers to a deliver_sm; None: nothing."""
        self.refusal: int | None = None
        """With what the last bind was refused."""
        timers = plan.timers
        settings = SmppSettings(
            session_init=timers.smpp_init, enquire_link=timers.smpp_enquire, response=timers.smpp_answer
        )
        self._stack = SmppStack(Role.ESME, settings)
        self._wanted: type[BindRequest] | None = None
        self._flow: Flow | None = None
        self._asked: dict[int, Asked] = {}
        self._port = self.driver.open(self._stack, self._on_event)
        spec = SessionSpec((plan.host(site.node), 0), plan.smpp("smsc"), longest=timers.reconnect)
        site.network.sessions(site.node, spec, self._port)

    # What its operator can do.

    def bind(self, kind: type[BindRequest] = TRANSCEIVER) -> None:
        """From now on it is bound so, as soon as it is connected."""
        self._wanted = kind
        self.driver.turn(self._bind)

    def unbind(self) -> None:
        """From now on it is not bound."""
        self._wanted = None
        self.driver.turn(self._unbind)

    def send(self, text: str, to: str, *, registered: int = 1, validity: str = "") -> Asked:
        """A text of the default alphabet; its receipt is asked for."""
        pdu = SubmitSm(
            source_addr=self.application.numbers[0],
            dest_addr_ton=Ton.INTERNATIONAL,
            dest_addr_npi=Npi.ISDN,
            destination_addr=to,
            registered_delivery=registered,
            validity_period=validity,
            short_message=gsm7.encode(text),
        )
        return self.ask(pdu)

    def ask(self, pdu: Pdu) -> Asked:
        """Any request, once the session is bound for it."""
        asked = Asked(pdu, self.driver.clock.now())
        self.ledger.asked.append(asked)

        def request(now: float) -> None:
            assert self._flow is not None
            self._asked[self._stack.request(self._flow, pdu, now)] = asked

        self.driver.turn(request)
        return asked

    # What is known of it.

    @property
    def bound(self) -> bool:
        return self._flow is not None and self._stack.state(self._flow) in BOUND

    @property
    def ready(self) -> bool:
        """Whether it may submit now."""
        flow = self._flow
        return flow is not None and self._stack.state(flow) in _TRANSMITS and self._stack.room(flow) > 0

    @property
    def receipts(self) -> list[Receipt]:
        """Those that it has taken."""
        taken = [each for each in self.ledger.taken if each.status == Status.ROK]
        return [each.receipt for each in taken if each.receipt is not None]

    @property
    def messages(self) -> list[DeliverSm]:
        """Those of phones that it has taken."""
        taken = [each for each in self.ledger.taken if each.status == Status.ROK]
        return [each.pdu for each in taken if each.receipt is None]

    @property
    def open_work(self) -> int:
        """What waits for an answer."""
        return len(self._asked)

    # What comes.

    def _on_event(self, event: SmppEvent, now: float) -> None:
        match event:
            case Connected():
                self._flow = event.flow
                self._bind(now)
            case Requested(pdu=DeliverSm() as pdu):
                self._take(event, pdu, now)
            case Requested():
                self._stack.respond(event.flow, event.sequence_number, response_to(event.pdu.COMMAND)(), now)
            case Responded():
                self._responded(event)
            case ResponseLost():
                self._settle(event.sequence_number, _LOST, None)
            case SessionEnded():
                if event.flow == self._flow:
                    self._flow = None
                self._port.cut(event.flow)
            case _:
                pass  # the stack has dealt with it

    def _bind(self, now: float) -> None:
        if self._wanted is None or self._flow is None or self._stack.state(self._flow) is not State.OPEN:
            return  # when it is connected again
        pdu = self._wanted(
            system_id=self.application.name, password=self.password, addr_ton=Ton.UNKNOWN, system_type="lab"
        )
        self._stack.request(self._flow, pdu, now)

    def _unbind(self, now: float) -> None:
        if self._flow is not None and self.bound:
            self._stack.unbind(self._flow, now)

    def _responded(self, event: Responded) -> None:
        if isinstance(event.request, BindRequest):
            self.refusal = event.status or None
        else:
            self._settle(event.sequence_number, event.status, event.pdu)

    def _settle(self, number: int, status: int, answer: Pdu | None) -> None:
        asked = self._asked.pop(number, None)
        if asked is not None:
            asked.status, asked.answer = status, answer

    def _take(self, event: Requested, pdu: DeliverSm, now: float) -> None:
        receipt = Receipt.of(pdu) if pdu.esm_class & EsmClass.DELIVERY_RECEIPT else None
        self.ledger.taken.append(Taken(pdu, now, receipt, self.status))
        if self.status is not None:
            self._stack.respond(event.flow, event.sequence_number, DeliverSmResp(), now, status=self.status)
