"""What an ESME wants of a message that it has submitted: query, cancel, replace (SMPP v3.4 §4.8 to §4.10)."""

from ipsmgw.smpp import DecodeError, Status
from ipsmgw.smpp.address import SmppAddress
from ipsmgw.smpp.content import preview, short_message, short_messages
from ipsmgw.smpp.pdu import CancelSm, QuerySm, QuerySmResp, ReplaceSm, SubmitSm
from ipsmgw.smpp.times import absolute, seconds_from
from ipsmgw.sms import Deliver, Direction, decode
from lab.elements.service_centre import ServiceCentre
from lab.elements.smpp_intake import Refused, change, may_change
from lab.elements.smpp_ledger import SmppData, Submission
from lab.plan import Application

__all__ = ["Orders"]

_NULL = SmppAddress(0, 0, "")


class Orders:
    """Each does what is asked, or raises `Refused`."""

    def __init__(self, smpp: SmppData, centre: ServiceCentre) -> None:
        self._smpp = smpp
        self._centre = centre

    def query(self, application: Application, pdu: QuerySm) -> QuerySmResp:
        submission = self._find(application, pdu, Status.RQUERYFAIL)
        done = submission.done
        return QuerySmResp(
            message_id=submission.id,
            final_date="" if done is None else absolute(done),
            message_state=submission.state,
            error_code=submission.error,
        )

    def cancel(self, application: Application, pdu: CancelSm, now: float) -> None:
        """One by its message_id, or all that wait from one address to another (§4.9.1)."""
        if pdu.message_id:
            if not self._delete(self._find(application, pdu, Status.RCANCELFAIL), now):
                raise Refused(Status.RCANCELFAIL, pdu.message_id)
            return
        source = SmppAddress(pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr)
        destination = SmppAddress(pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr)
        found = [
            submission
            for several in self._smpp.submissions.values()
            for submission in several
            if (submission.application, submission.source, submission.destination)
            == (application.name, source, destination)
            and pdu.service_type in ("", submission.service_type)
        ]
        if not sum(self._delete(submission, now) for submission in found):
            raise Refused(Status.RCANCELFAIL, "nothing waits there")

    def replace(self, application: Application, pdu: ReplaceSm, now: float) -> None:
        """Of one short message that waits: its text, and what else is not NULL (§4.10.1)."""
        submission = self._find(application, pdu, Status.RREPLACEFAIL)
        if not may_change(submission):
            raise Refused(Status.RREPLACEFAIL, "it is under way, or has several parts")
        validity, begins = _seconds(pdu.validity_period, now, Status.RINVEXPIRY), submission.begins
        if pdu.schedule_delivery_time:
            after = _seconds(pdu.schedule_delivery_time, now, Status.RINVSCHED)
            if submission.messages or after is None:
                raise Refused(Status.RINVSCHED, "it is in the queue already")
            begins = now + after
        tpdu, text = _rewritten(submission.tpdus[0], pdu)
        change(submission, [tpdu], text)
        submission.registered, submission.begins = pdu.registered_delivery, begins
        if validity is not None:
            submission.validity = now + validity - submission.when
            for message in submission.messages:
                self._centre.extend(message, now + validity)

    def _find(
        self, application: Application, pdu: QuerySm | CancelSm | ReplaceSm, mismatch: Status
    ) -> Submission:
        """Of an application its own, where the source address is that of the message, or NULL (§4.8.1)."""
        several = self._smpp.submissions.get(pdu.message_id, ())
        mine = next((one for one in several if one.application == application.name), None)
        if mine is None:
            raise Refused(Status.RINVMSGID, pdu.message_id)
        source = SmppAddress(pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr)
        if source not in (mine.source, _NULL):
            raise Refused(mismatch, f"{source.digits} is not its source")
        return mine

    def _delete(self, submission: Submission, now: float) -> bool:
        """All parts of it, or what of it is not on its way yet."""
        if submission.state.final:
            return False
        if not submission.messages:
            submission.deleted, submission.done = True, now
            return True
        waiting = [message for message in submission.messages if not message.state.final]
        deleted = [self._centre.delete(message, now) for message in waiting]
        return all(deleted)


def _seconds(text: str, now: float, status: Status) -> float | None:
    """None for NULL: it stays as it is."""
    if not text:
        return None
    seconds = seconds_from(text, now)
    if seconds is None or seconds < 0:
        raise Refused(status, text)
    return seconds


def _rewritten(tpdu: bytes, pdu: ReplaceSm) -> tuple[bytes, str]:
    """The same short message with another text; its data_coding stays."""
    old = decode(tpdu, direction=Direction.TO_UE)
    assert isinstance(old, Deliver)
    coding = short_message(old).data_coding
    try:
        parts = short_messages(SubmitSm(short_message=pdu.short_message, data_coding=coding), 0)
    except DecodeError as error:
        raise Refused(error.status, error.reason) from None
    if len(parts) != 1:
        raise Refused(Status.RINVMSGLEN, f"{len(parts)} short messages for one")
    (part,) = parts
    new = Deliver.of(
        old.tp_oa,
        old.tp_scts,
        udl=part.udl,
        ud=part.ud,
        dcs=old.tp_dcs,
        pid=old.tp_pid,
        more_messages=old.more_messages,
        status_report=bool(pdu.registered_delivery & 3),
        reply_path=old.tp_rp,
    )
    return new.encode(), preview(pdu.short_message, coding)
