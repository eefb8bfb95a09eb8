"""The SM-SC with its SMS-GMSC and SMS-IWMSC, one SS7 node (TS 23.040 §3.1)."""

from ipsmgw.identity import Msisdn
from ipsmgw.sms import Address, Deliver, Timestamp, compose
from lab.elements.agenda import Agenda
from lab.elements.gmsc import Gmsc, Intrusion
from lab.elements.iwmsc import Iwmsc, ScRefusal
from lab.elements.sc_ledger import Alert, Attempt, MoReceived, MtMessage, Outcome, ScData
from lab.elements.service_centre import ServiceCentre
from lab.elements.signalling import map_settings
from lab.elements.site import Site
from lab.elements.smpp_ledger import SmppData
from lab.elements.smpp_server import SmppServer
from lab.elements.ss7_element import Ss7Element
from lab.elements.status_reports import ReportData, StatusReports
from lab.plan import Plan
from mapstack import Answered, DialogueLost, Invoked, MapEvent, MapStack, Refused
from mapstack.map import (
    AlertServiceCentreArg,
    ErrorCode,
    InformServiceCentreArg,
    MapError,
    MoForwardSmArg,
    MoForwardSmRes,
)

__all__ = ["Smsc"]

_SENDER = Msisdn("15550009999")  # an application behind the SC


class Smsc(Ss7Element):
    """`data`, `smpp` and `reports` are its disk: the queue and the ledgers, and whom to tell of what."""

    def __init__(self, site: Site, plan: Plan, data: ScData, smpp: SmppData, reports: ReportData) -> None:
        self.data = data
        self.smpp = smpp
        self._plan = plan
        self._clock = site.clock
        self._deaf = self._dumb = False
        self._stack = MapStack(map_settings(site, plan), site.rng)
        agenda = Agenda()
        self._gmsc = Gmsc(plan, self._stack, self._ended, self._stored, self._more)
        self._centre = ServiceCentre(data, agenda, plan.timers.sc_retries, self._deliver, self._finished)
        self._esmes = SmppServer(plan, data, smpp, agenda, self._centre)
        self._reports = StatusReports(reports, self._centre, plan.timers.validity)
        self._iwmsc = Iwmsc(plan, data, self._centre, self._reports)
        super().__init__(site, plan, self._stack, agenda)
        self._esmes.open(site, self.driver)
        self.driver.turn(self._centre.resume)

    # What its operator can do.

    def submit(self, text: str, to: Msisdn, sender: Msisdn = _SENDER, *, alert: bool = True) -> MtMessage:
        """A text for a subscriber, in one short message."""
        parts = compose(text)
        if len(parts) != 1:
            raise ValueError(f"the text needs {len(parts)} short messages")
        udl, ud, dcs, udhi = parts[0]
        scts = Timestamp.at(self._clock.now())
        deliver = Deliver.of(Address.international(sender), scts, udl=udl, ud=ud, dcs=dcs, udhi=udhi)
        return self.submit_tpdu(deliver.encode(), to, alert=alert)

    def submit_tpdu(self, tpdu: bytes, to: Msisdn, *, alert: bool = True) -> MtMessage:
        """An SMS-DELIVER, or SMS-STATUS-REPORT, for a subscriber; without `alert` no failure is reported."""
        accepted: list[MtMessage] = []
        validity = self._plan.timers.validity
        self.driver.turn(lambda now: accepted.append(self._centre.accept(to, tpdu, now, validity)))
        accepted[0].alert = alert
        return accepted[0]

    def cancel(self, message: MtMessage) -> bool:
        """Give a message up; False: it is just being sent, or has ended."""
        done: list[bool] = []
        self.driver.turn(lambda now: done.append(self._centre.delete(message, now)))
        return done[0]

    def try_now(self, message: MtMessage) -> bool:
        """Before its time, as an alert would have it; False: there is nothing to try."""
        done: list[bool] = []
        self.driver.turn(lambda now: done.append(self._centre.hurry(message, now)))
        return done[0]

    def next_try(self, message: MtMessage) -> float | None:
        """When the schedule says that it is tried again."""
        return self._centre.next_try(message)

    def refuse(self, refusal: ScRefusal | MapError | None) -> None:
        """Refuse every MO from now on; None: take them again."""
        self._iwmsc.refusal = refusal

    def ignore_submissions(self, ignore: bool) -> None:
        """Answer no MO from now on, and do nothing about it."""
        self._dumb = ignore

    def intrude(self, intrusion: Intrusion | None) -> None:
        """Ask no HLR from now on, and forward to the gateway by this name; None: as it should be."""
        self._gmsc.intrusion = intrusion

    def ignore_alerts(self, ignore: bool) -> None:
        """Answer none from now on, and do nothing about them."""
        self._deaf = ignore

    # What is known of it.

    @property
    def mo(self) -> list[MoReceived]:
        return list(self.data.mo)

    @property
    def mt(self) -> list[MtMessage]:
        return list(self.data.mt)

    @property
    def open_work(self) -> int:
        """What waits for an answer."""
        return len(self._stack) + self._esmes.open_work

    @property
    def bound(self) -> list[str]:
        """The ESMEs of the sessions that are bound."""
        return self._esmes.bound

    # What comes.

    def _on_event(self, event: MapEvent, now: float) -> None:
        match event:
            case Invoked():
                self._on_invoked(event, now)
            case Answered():
                self._gmsc.answered(event, now)
            case Refused():
                self._gmsc.refused(event, now)
            case DialogueLost():
                self._gmsc.lost(event, now)
            case _:
                super()._on_event(event, now)

    def _on_invoked(self, event: Invoked, now: float) -> None:
        match event.arg:
            case MoForwardSmArg() if self._dumb:
                self._stack.close(event.dialogue, now, prearranged=True)
            case MoForwardSmArg():
                answer = self._iwmsc.forward(event, event.arg, now)
                self._answer(event, answer, now)
            case AlertServiceCentreArg():
                self._alerted(event, event.arg, now)
            case InformServiceCentreArg():
                self._gmsc.informed(event.dialogue, event.arg)
            case _ if event.operation.operation_class != 4:
                self._answer(event, MapError(ErrorCode.UNEXPECTED_DATA_VALUE), now)
            case _:
                pass  # it is not to be answered

    def _alerted(self, event: Invoked, arg: AlertServiceCentreArg, now: float) -> None:
        msisdn = Msisdn(arg.msisdn.digits)
        self.data.alerts.append(Alert(msisdn, arg.service_centre_address.digits, now))
        if self._deaf:
            self._stack.close(event.dialogue, now, prearranged=True)
            return
        self._answer(event, None, now)
        self._centre.alerted(msisdn, now)

    def _answer(self, event: Invoked, answer: MoForwardSmRes | MapError | None, now: float) -> None:
        if not self._stack.awaits_answer(event.dialogue):
            return  # its abort came with it
        if isinstance(answer, MapError):
            self._stack.error(event.dialogue, answer, now)
        else:
            self._stack.result(event.dialogue, answer, now)

    def _deliver(self, message: MtMessage, attempt: Attempt, now: float) -> None:
        """To an application, or to a subscriber."""
        application = self._esmes.application_of(message.to)
        if application is None:
            self._gmsc.deliver(message, attempt, now)
        else:
            self._esmes.deliver(application, message, now)

    def _finished(self, message: MtMessage, now: float) -> None:
        self._esmes.finished(message, now)
        self._reports.finished(message, now)

    def _ended(self, message: MtMessage, outcome: Outcome, now: float) -> None:
        self._centre.ended(message, outcome, now)

    def _more(self, message: MtMessage) -> bool:
        return self._centre.more(message)

    def _stored(self, message: MtMessage, msisdn: Msisdn) -> None:
        self._centre.stored(message, msisdn)
