"""The SM-SC for ESMEs: sessions, credentials, and who does what is asked (SMPP v3.4 §2, §4)."""

from collections.abc import Iterator

from ipsmgw.drive import Driver
from ipsmgw.identity import Msisdn
from ipsmgw.smpp import (
    Flow,
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
    Tag,
    Tlv,
)
from ipsmgw.smpp.pdu import (
    BindRequest,
    BindResponse,
    CancelSm,
    CancelSmResp,
    DataSm,
    DataSmResp,
    Pdu,
    QuerySm,
    ReplaceSm,
    ReplaceSmResp,
    SubmitMulti,
    SubmitMultiResp,
    SubmitSm,
    SubmitSmResp,
    response_to,
)
from lab.elements.agenda import Agenda
from lab.elements.sc_ledger import MtMessage, ScData
from lab.elements.service_centre import ServiceCentre
from lab.elements.site import Site
from lab.elements.smpp_intake import Intake, Refused
from lab.elements.smpp_ledger import SmppData
from lab.elements.smpp_orders import Orders
from lab.elements.smpp_pushing import Pushing
from lab.plan import Application, Plan

__all__ = ["SmppServer"]

_SYSTEM_ID = "smsc"
_VERSION = 0x34
_RECEIVES = (State.BOUND_RX, State.BOUND_TRX)
_TAKES_MESSAGES = (SubmitSm, SubmitMulti, DataSm)


class _Session:
    """A bound session, and how much it has submitted in the present second."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._second = 0
        self._submitted = 0

    def exceeds(self, rate: float, now: float) -> bool:
        """Whether one more message is too much; 0 is no limit."""
        if int(now) != self._second:
            self._second, self._submitted = int(now), 0
        self._submitted += 1
        return 0 < rate < self._submitted


class SmppServer:
    """All sessions; `open` plugs it into a network."""

    def __init__(
        self, plan: Plan, data: ScData, smpp: SmppData, agenda: Agenda, centre: ServiceCentre
    ) -> None:
        timers = plan.timers
        settings = SmppSettings(
            session_init=timers.smpp_init,
            enquire_link=timers.smpp_enquire,
            response=timers.smpp_answer,
            window=plan.smpp_window,
        )
        self._plan = plan
        self._smpp = smpp
        self._stack = SmppStack(Role.SMSC, settings)
        self._sessions: dict[Flow, _Session] = {}
        self._intake = Intake(plan, data, smpp, centre, agenda)
        self._orders = Orders(smpp, centre)
        self._pushing = Pushing(plan, self._stack, smpp, agenda, self._receivers)
        self._pushing.ended, self._pushing.alerted = centre.ended, centre.alerted

    def open(self, site: Site, driver: Driver) -> None:
        """Listen."""
        self._port = driver.open(self._stack, self._on_event)
        site.network.sessions(site.node, SessionSpec(self._plan.smpp(site.node)), self._port)
        driver.turn(self._intake.resume)

    # For the SC.

    def application_of(self, number: Msisdn) -> Application | None:
        """Whose number it is."""
        return self._pushing.application_of(number)

    def deliver(self, application: Application, message: MtMessage, now: float) -> None:
        """Begin an attempt."""
        self._pushing.attempt(application, message, now)

    def finished(self, message: MtMessage, now: float) -> None:
        """A message has come to its end; of several parts the last counts."""
        submission = self._smpp.by_message.get(message.id)
        if submission is not None and submission.state.final:
            self._pushing.finished(submission, now)

    @property
    def open_work(self) -> int:
        """What waits for an answer."""
        return self._pushing.open_work

    @property
    def bound(self) -> list[str]:
        """system_ids, one for each session."""
        return [session.application.name for session in self._sessions.values()]

    # What comes.

    def _on_event(self, event: SmppEvent, now: float) -> None:
        match event:
            case Requested(pdu=BindRequest() as pdu):
                self._bind(event, pdu, now)
            case Requested():
                self._answer(event, now)
            case Responded():
                self._pushing.responded(event, now)
            case ResponseLost():
                self._pushing.lost(event, now)
            case SessionEnded():
                self._sessions.pop(event.flow, None)
                self._port.cut(event.flow)
            case _:
                pass  # the stack has dealt with it

    def _bind(self, event: Requested, pdu: BindRequest, now: float) -> None:
        application = self._plan.application(pdu.system_id)
        answer = response_to(pdu.COMMAND)
        if application is None or application.password != pdu.password:
            status = Status.RINVSYSID if application is None else Status.RINVPASWD
            self._stack.respond(event.flow, event.sequence_number, answer(), now, status=status)
            return
        self._sessions[event.flow] = _Session(application)
        version = Tlv(Tag.SC_INTERFACE_VERSION, bytes((_VERSION,)))
        self._stack.respond(event.flow, event.sequence_number, _bound(answer, version), now)
        if self._stack.state(event.flow) in _RECEIVES:
            self._pushing.bound(application, now)

    def _answer(self, event: Requested, now: float) -> None:
        session = self._sessions[event.flow]
        status = Status.ROK
        try:
            answer = self._perform(session, event.pdu, now)
        except Refused as refused:
            answer, status = response_to(event.pdu.COMMAND)(), refused.status
        self._stack.respond(event.flow, event.sequence_number, answer, now, status=status)

    def _perform(self, session: _Session, pdu: Pdu, now: float) -> Pdu:
        application = session.application
        if isinstance(pdu, _TAKES_MESSAGES) and session.exceeds(self._plan.smpp_rate, now):
            raise Refused(Status.RTHROTTLED)
        match pdu:
            case SubmitSm():
                return SubmitSmResp(message_id=self._intake.submit(application, pdu, now))
            case DataSm():
                return DataSmResp(message_id=self._intake.submit(application, pdu, now))
            case SubmitMulti():
                id_, bad = self._intake.submit_multi(application, pdu, now)
                return SubmitMultiResp(message_id=id_, unsuccessful=bad)
            case QuerySm():
                return self._orders.query(application, pdu)
            case CancelSm():
                self._orders.cancel(application, pdu, now)
                return CancelSmResp()
            case ReplaceSm():
                self._orders.replace(application, pdu, now)
                return ReplaceSmResp()
        raise Refused(Status.RINVCMDID)

    def _receivers(self, name: str) -> Iterator[Flow]:
        """Sessions that take deliver_sm."""
        return (
            flow
            for flow, session in self._sessions.items()
            if session.application.name == name and self._stack.state(flow) in _RECEIVES
        )


def _bound(answer: type[Pdu], version: Tlv) -> Pdu:
    assert issubclass(answer, BindResponse)
    return answer(system_id=_SYSTEM_ID, tlvs=(version,))
