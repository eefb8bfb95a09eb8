"""MT at the phone: RP-DATA, in the IMS 200, delivery report (TS 24.341 §5.3.2.4; TS 24.011 §6.3.2)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ipsmgw.sms import (
    DATA_CODING,
    DecodeError,
    Deliver,
    DeliverReport,
    FailureCause,
    MessageClass,
    Reassembly,
    StatusReport,
    Tpdu,
    decode,
    ports,
    read,
    text,
)
from ipsmgw.sms import Direction as TpduDirection
from lab.elements.agenda import Work
from lab.elements.domain import Domain
from lab.elements.line import Line
from lab.elements.phone_ledger import PhoneLedger, Received
from lab.elements.phone_memory import PhoneMemory
from sipbridge.events import Response
from sipbridge.rp import Direction, RpAck, RpCause, RpData, RpError

__all__ = ["DEVICE_TRIGGERING", "NOBODY", "Manners", "Mode", "PhoneReception"]

NOBODY = "sip:unknown@invalid"
"""In place of a gateway that has not said who it is."""
DEVICE_TRIGGERING = 0x48
"""TP-PID of a Device Triggering Short Message (TS 23.040 §9.2.3.9)."""
_ATTEMPTS = 4  # seen in the field: at once, then after 1, 2 and 4 s


class Mode(Enum):
    """How the phone takes what comes."""

    OBEDIENT = "200, then a delivery report"
    MEMORY_FULL = "200, then RP-ERROR 22"
    NO_REPORT = "200, and nothing more"
    REJECTING = "another status than 200"


@dataclass(slots=True)
class Manners:
    """The mode, and the status of REJECTING."""

    mode: Mode = Mode.OBEDIENT
    status: int = 488


class PhoneReception:
    """The incoming short messages of a phone."""

    def __init__(self, line: Line, ledger: PhoneLedger, manners: Manners, memory: PhoneMemory) -> None:
        self._memory = memory
        self._line = line
        self._ledger = ledger
        self._manners = manners
        self._parts = Reassembly()
        self.triggered: Callable[[int, bytes], None] = _unheard
        """Told of a device trigger: at which application port, and with what."""
        self.unreported = 0
        """Delivery reports that will be tried once more."""

    def receive(self, rpdu: RpData, call_id: str, gateway: str, now: float) -> tuple[int, Work | None]:
        """The SIP status to answer with, and what follows: the delivery report, in a MESSAGE of its own."""
        tpdu = _tpdu(rpdu.user_data)
        received = self._record(rpdu, tpdu, call_id, now)
        if self._manners.mode is Mode.REJECTING:
            received.answer = f"status {self._manners.status}"
            return self._manners.status, None
        if self._manners.mode is Mode.NO_REPORT:
            return 200, None
        report = self._judge(rpdu.message_reference, tpdu)
        received.answer = "ack" if isinstance(report, RpAck) else f"error {report.cause}"
        if isinstance(report, RpAck) and tpdu is not None:
            self._keep(tpdu, now)
        elif self._manners.mode is Mode.MEMORY_FULL:
            self._memory.full(gateway)
        return 200, lambda now: self._reports(received, report, gateway, now)

    def _reports(self, received: Received, report: RpAck | RpError, gateway: str, now: float) -> None:
        quirks = self._line.plan.quirks
        if quirks.ack_in_200 == "alone" and isinstance(report, RpAck):
            return
        self._report(received, report, gateway, now)
        if quirks.reports_twice:
            self._report(received, report, gateway, now)

    def receive_by_radio(self, rpdu: RpData, domain: Domain, now: float) -> RpAck | RpError | None:
        """The delivery report, if there is one: whoever would refuse with a SIP status refuses with it."""
        tpdu = _tpdu(rpdu.user_data)
        received = self._record(rpdu, tpdu, "", now)
        received.domain = domain
        if self._manners.mode is Mode.NO_REPORT:
            return None
        if self._manners.mode is Mode.REJECTING:
            report: RpAck | RpError = RpError(rpdu.message_reference, RpCause.PROTOCOL_ERROR)
        else:
            report = self._judge(rpdu.message_reference, tpdu)
        received.answer = "ack" if isinstance(report, RpAck) else f"error {report.cause}"
        if isinstance(report, RpAck) and tpdu is not None:
            self._keep(tpdu, now)
        return report

    def _judge(self, reference: int, tpdu: Tpdu | None) -> RpAck | RpError:
        if tpdu is None:
            fcs = DeliverReport.of(fcs=FailureCause.UNSPECIFIED_ERROR_CAUSE)
            return RpError(reference, RpCause.PROTOCOL_ERROR, fcs.encode())
        if self._line.plan.quirks.refuses_class_2 and _is_for_the_sim(tpdu):
            return RpError(reference, RpCause.SEMANTICALLY_INCORRECT_MESSAGE)
        if self._manners.mode is Mode.MEMORY_FULL:
            fcs = DeliverReport.of(fcs=FailureCause.MEMORY_CAPACITY_EXCEEDED)
            return RpError(reference, RpCause.MEMORY_CAPACITY_EXCEEDED, fcs.encode())
        return RpAck(reference, DeliverReport.of().encode())

    def _record(self, rpdu: RpData, tpdu: Tpdu | None, call_id: str, now: float) -> Received:
        words = None if tpdu is None else text(tpdu)
        sender = tpdu.tp_oa.text if isinstance(tpdu, Deliver) else ""
        received = Received(rpdu.user_data, words, sender, call_id, rpdu.message_reference, now, "nothing")
        self._ledger.received.append(received)
        return received

    def _keep(self, tpdu: Tpdu, now: float) -> None:
        part = read(tpdu)
        if part is None or not isinstance(tpdu, Deliver):
            return
        if tpdu.tp_pid == DEVICE_TRIGGERING:  # nobody reads it (TS 23.040 §9.2.3.9)
            found = ports(part.header)
            if found is not None:
                self.triggered(found.destination, part.data)
            return
        whole = self._parts.add(tpdu.tp_oa.text, part, now)
        if whole is not None and whole.text is not None:
            self._ledger.inbox.append(whole.text)

    def _report(self, received: Received, report: RpAck | RpError, gateway: str, now: float) -> None:
        """Again after 408, 5xx or silence; any other answer ends it."""
        line = self._line
        received.report_attempts += 1
        wait = line.plan.timers.report_retry * 2 ** (received.report_attempts - 1)

        def on_final(status: int, response: Response | None, now: float) -> None:
            received.reported = status
            if (status == 408 or status >= 500) and received.report_attempts < _ATTEMPTS:
                self.unreported += 1
                line.agenda.at(now + wait, lambda now: self._again(received, report, gateway, now))

        octets = report.encode(Direction.MS_TO_NETWORK)
        line.message(gateway or NOBODY, octets, now, on_final=on_final, in_reply_to=received.call_id)

    def _again(self, received: Received, report: RpAck | RpError, gateway: str, now: float) -> None:
        self.unreported -= 1
        self._report(received, report, gateway, now)


def _unheard(port: int, payload: bytes) -> None: ...


def _tpdu(octets: bytes) -> Tpdu | None:
    """What came, if it is one that comes to a phone."""
    try:
        tpdu = decode(octets, direction=TpduDirection.TO_UE)
    except DecodeError:
        return None
    return tpdu if isinstance(tpdu, Deliver | StatusReport) else None


def _is_for_the_sim(tpdu: Tpdu) -> bool:
    """Class 2 (TS 23.038 §4)."""
    coding = DATA_CODING[tpdu.tp_dcs] if isinstance(tpdu, Deliver) else None
    return coding is not None and coding.message_class is MessageClass.SIM_SPECIFIC
