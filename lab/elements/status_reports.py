"""What phones are told of what they have sent, and what they command (TS 23.040 §3.2.9, §9.2.2.4)."""

from contextlib import suppress
from dataclasses import dataclass, field

from ipsmgw.identity import Msisdn
from ipsmgw.sms import Address, Command, CommandType, FailureCause, Status, StatusReport, Submit, Timestamp
from lab.elements.sc_ledger import LEDGER, MtMessage, MtState
from lab.elements.service_centre import Full, ServiceCentre

__all__ = ["ReportData", "StatusReports", "Submitted", "status_of"]

_PERMANENT = {
    "UNKNOWN_SUBSCRIBER": Status.NOT_OBTAINABLE,
    "CALL_BARRED": Status.CONNECTION_REJECTED_BY_SME,
    "TELESERVICE_NOT_PROVISIONED": Status.NOT_OBTAINABLE,
    "ILLEGAL_SUBSCRIBER": Status.NOT_OBTAINABLE,
    "ILLEGAL_EQUIPMENT": Status.INCOMPATIBLE_DESTINATION,
    "SM_DELIVERY_FAILURE": Status.CONNECTION_REJECTED_BY_SME,
}
_TEMPORARY = {
    "ABSENT_SUBSCRIBER_SM": Status.NO_RESPONSE_STILL_TRYING,
    "SUBSCRIBER_BUSY_FOR_MT_SMS": Status.SME_BUSY_STILL_TRYING,
    "SM_DELIVERY_FAILURE": Status.SME_BUSY_STILL_TRYING,
}
_FINAL = {
    MtState.DELIVERED: Status.RECEIVED_BY_SME,
    MtState.EXPIRED: Status.VALIDITY_PERIOD_EXPIRED,
    MtState.DELETED: Status.DELETED_BY_ORIGINATING_SME,
}


def status_of(message: MtMessage) -> Status:
    """TP-ST of a message in the SC (§9.2.3.15)."""
    error = message.outcome.partition(" ")[0]
    if not message.state.final:
        return _TEMPORARY.get(error, Status.CONGESTION_STILL_TRYING)
    if message.state in _FINAL:
        return _FINAL[message.state]
    return _PERMANENT.get(error, Status.REMOTE_PROCEDURE_ERROR)


@dataclass(slots=True)
class Submitted:
    """An SMS-SUBMIT that the SC has taken: how its sender names it, and whether he wants to hear of it."""

    sender: Msisdn
    tp_mr: int
    tp_da: Address
    scts: Timestamp
    message: MtMessage
    wanted: bool


Key = tuple[Msisdn, int, str]
"""By whom, under which TP-MR, to whom (§9.2.3.20)."""


@dataclass(slots=True)
class ReportData:
    """On the disk of the SC: of the last messages, and of those that are still in it."""

    by_key: dict[Key, Submitted] = field(default_factory=dict)
    by_message: dict[int, Submitted] = field(default_factory=dict)


class StatusReports:
    """A report is a short message as any other: it is queued, retried and given up like them."""

    def __init__(self, data: ReportData, centre: ServiceCentre, validity: float) -> None:
        self._data = data
        self._centre = centre
        self._validity = validity

    def taken(self, submit: Submit, sender: Msisdn, scts: Timestamp, message: MtMessage) -> None:
        """An SMS-SUBMIT has become a message in the SC; whose TP-MR it has again takes its place."""
        data = self._data
        submitted = Submitted(sender, submit.tp_mr, submit.tp_da, scts, message, submit.tp_srr)
        data.by_key[_key(sender, submit.tp_mr, submit.tp_da)] = submitted
        data.by_message[message.id] = submitted
        if len(data.by_key) > LEDGER:
            del data.by_key[next(iter(data.by_key))]

    def finished(self, message: MtMessage, now: float) -> None:
        """It has come to its end."""
        submitted = self._data.by_message.pop(message.id, None)
        if submitted is not None and submitted.wanted:
            self._report(submitted, submitted.tp_mr, status_of(message), now)

    def command(self, command: Command, sender: Msisdn, now: float) -> FailureCause | None:
        """Do what an SMS-COMMAND says, or why not (§9.2.3.19)."""
        submitted = self._data.by_key.get(_key(sender, command.tp_mn, command.tp_da))
        match command.tp_ct:
            case CommandType.ENQUIRY:
                self._enquire(command, submitted, sender, now)
            case CommandType.DELETE_SUBMITTED_SHORT_MESSAGE:
                if submitted is None or not self._centre.delete(submitted.message, now):
                    return FailureCause.COMMAND_CANNOT_BE_ACTIONED
            case CommandType.CANCEL_STATUS_REPORT_REQUEST | CommandType.ENABLE_STATUS_REPORT_REQUEST as wish:
                if submitted is None or submitted.message.state.final:
                    return FailureCause.COMMAND_CANNOT_BE_ACTIONED
                submitted.wanted = wish == CommandType.ENABLE_STATUS_REPORT_REQUEST
            case _:
                return FailureCause.COMMAND_UNSUPPORTED
        return None

    def _enquire(self, command: Command, submitted: Submitted | None, sender: Msisdn, now: float) -> None:
        """The answer is a status report of the command, under its own TP-MR (§9.2.3.26)."""
        if submitted is None:
            scts = Timestamp.at(now)
            report = StatusReport.of(
                command.tp_mr, command.tp_da, scts=scts, dt=scts, st=Status.SM_DOES_NOT_EXIST, of_command=True
            )
            self._send(report, sender, now)
        else:
            status = status_of(submitted.message)
            self._report(submitted, command.tp_mr, status, now, of_command=True)

    def _report(
        self, submitted: Submitted, tp_mr: int, status: Status, now: float, *, of_command: bool = False
    ) -> None:
        report = StatusReport.of(
            tp_mr,
            submitted.tp_da,
            scts=submitted.scts,
            dt=Timestamp.at(now),
            st=status,
            of_command=of_command,
        )
        self._send(report, submitted.sender, now)

    def _send(self, report: StatusReport, to: Msisdn, now: float) -> None:
        """A full SC has no room for what only tells of others."""
        with suppress(Full):
            self._centre.accept(to, report.encode(), now, self._validity)


def _key(sender: Msisdn, reference: int, da: Address) -> Key:
    return sender, reference, da.text
