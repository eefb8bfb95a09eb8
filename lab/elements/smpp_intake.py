"""What ESMEs submit: checked, turned into short messages, put into the queue (SMPP v3.4 §4.4, §4.5, §4.7)."""

from functools import partial
from typing import NamedTuple

from ipsmgw.identity import Msisdn
from ipsmgw.smpp import DecodeError, Destination, EsmClass, Receipts, Status, Tag, Unsuccessful
from ipsmgw.smpp.address import SmppAddress, to_tpdu
from ipsmgw.smpp.content import octets_of, preview, short_messages
from ipsmgw.smpp.pdu import DataSm, SubmitMulti, SubmitSm
from ipsmgw.smpp.times import seconds_from
from ipsmgw.sms import Address, Deliver, Timestamp
from lab.elements.agenda import Agenda
from lab.elements.sc_ledger import LEDGER, MtState, ScData
from lab.elements.service_centre import Full, ServiceCentre
from lab.elements.smpp_ledger import SmppData, Submission
from lab.plan import Application, Plan

__all__ = ["Intake", "Refused", "change", "destination_number", "may_change"]

_MODE, _TYPE = 0x03, 0x3C
_TAKEN_MODES = (EsmClass.DEFAULT, EsmClass.STORE_AND_FORWARD)  # the SC stores, whatever it is asked (§2.10)
_TAKEN_TYPES = (0x00, 0x08, 0x10)  # no type, or an acknowledgement of the SME (§5.2.12)


class Refused(Exception):
    """The SC says no: the command_status, and why in words."""

    def __init__(self, status: Status, reason: str = "") -> None:
        super().__init__(f"ESME_{status.name} {reason}".strip())
        self.status = status


class _Wanted(NamedTuple):
    """What a submit_sm and its like ask for, read."""

    source: SmppAddress
    oa: Address
    validity: float
    begins: float | None
    tpdus: list[bytes]


class Intake:
    """Accepts messages of ESMEs, or raises `Refused`."""

    def __init__(
        self, plan: Plan, data: ScData, smpp: SmppData, centre: ServiceCentre, agenda: Agenda
    ) -> None:
        self._plan = plan
        self._data = data
        self._smpp = smpp
        self._centre = centre
        self._agenda = agenda

    def resume(self, now: float) -> None:
        """What was to be sent later, after a restart."""
        for several in self._smpp.submissions.values():
            for submission in several:
                if not submission.messages and not submission.deleted and submission.begins is not None:
                    self._agenda.at(max(now, submission.begins), partial(self._begin, submission))

    def submit(self, application: Application, pdu: SubmitSm | DataSm, now: float) -> str:
        """The message_id."""
        destination = SmppAddress(pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr)
        wanted = self._read(application, pdu, now)
        if isinstance(pdu, SubmitSm) and pdu.replace_if_present_flag:
            replaced = self._replaced(pdu, wanted, destination, now)
            if replaced is not None:
                return replaced
        submission = self._submission(application, pdu, wanted, destination, now)
        self._take(submission, now)
        return submission.id

    def submit_multi(
        self, application: Application, pdu: SubmitMulti, now: float
    ) -> tuple[str, tuple[Unsuccessful, ...]]:
        """The message_id, and who does not get it; `Refused` where nobody does."""
        wanted = self._read(application, pdu, now)
        id_, bad = "", []
        for one in pdu.destinations:
            try:
                submission = self._submission(application, pdu, wanted, _address(one), now, id_=id_)
                self._take(submission, now)
            except Refused as refused:
                bad.append(Unsuccessful(one.ton, one.npi, one.address, refused.status))
            else:
                id_ = submission.id
        if not id_:
            raise Refused(Status(bad[0].status))
        return id_, tuple(bad)

    # Reading.

    def _read(self, application: Application, pdu: SubmitSm | SubmitMulti | DataSm, now: float) -> _Wanted:
        if (pdu.esm_class & _MODE) not in _TAKEN_MODES or (pdu.esm_class & _TYPE) not in _TAKEN_TYPES:
            raise Refused(Status.RINVESMCLASS, f"esm_class {pdu.esm_class}")
        if Receipts.of(pdu.registered_delivery) is Receipts.RESERVED:
            raise Refused(Status.RINVREGDLVFLG)
        source = self._source(application, pdu)
        try:
            oa = to_tpdu(source)
        except ValueError as fault:
            raise Refused(Status.RINVSRCADR, str(fault)) from None
        begins = None if isinstance(pdu, DataSm) else _begins(pdu.schedule_delivery_time, now)
        validity = self._validity(pdu, now)
        return _Wanted(source, oa, validity, begins, self._tpdus(pdu, oa, now))

    def _source(self, application: Application, pdu: SubmitSm | SubmitMulti | DataSm) -> SmppAddress:
        """NULL: whatever the SC knows of the ESME (§5.2.8)."""
        if pdu.source_addr or not application.numbers:
            return SmppAddress(pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr)
        return SmppAddress(0, 0, application.numbers[0])

    def _validity(self, pdu: SubmitSm | SubmitMulti | DataSm, now: float) -> float:
        if isinstance(pdu, DataSm):
            asked = pdu.number(Tag.QOS_TIME_TO_LIVE)
            return self._plan.timers.validity if asked is None else float(asked)
        if not pdu.validity_period:
            return self._plan.timers.validity
        seconds = seconds_from(pdu.validity_period, now)
        if seconds is None or seconds <= 0:
            raise Refused(Status.RINVEXPIRY, pdu.validity_period)
        return seconds

    def _tpdus(self, pdu: SubmitSm | SubmitMulti | DataSm, oa: Address, now: float) -> list[bytes]:
        smpp = self._smpp
        smpp.references = (smpp.references + 1) & 0xFF
        scts = Timestamp.at(now)
        try:
            parts = short_messages(pdu, smpp.references)
        except DecodeError as error:
            raise Refused(error.status, error.reason) from None
        return [
            Deliver.of(
                oa,
                scts,
                udl=part.udl,
                ud=part.ud,
                dcs=part.dcs,
                pid=0 if isinstance(pdu, DataSm) else pdu.protocol_id,
                udhi=part.udhi,
                more_messages=number < len(parts) or pdu.number(Tag.MORE_MESSAGES_TO_SEND) == 1,
                status_report=bool(pdu.registered_delivery & 3),
                reply_path=bool(pdu.esm_class & EsmClass.REPLY_PATH),
            ).encode()
            for number, part in enumerate(parts, 1)
        ]

    # Taking.

    def _submission(
        self,
        application: Application,
        pdu: SubmitSm | SubmitMulti | DataSm,
        wanted: _Wanted,
        destination: SmppAddress,
        now: float,
        *,
        id_: str = "",
    ) -> Submission:
        destination_number(self._plan, destination)
        if self._data.held + len(wanted.tpdus) > self._data.limit:
            raise Refused(Status.RMSGQFUL)
        smpp = self._smpp
        smpp.ids += not id_
        return Submission(
            id=id_ or f"{smpp.ids:08x}",
            application=application.name,
            service_type=pdu.service_type,
            source=wanted.source,
            destination=destination,
            registered=pdu.registered_delivery,
            when=now,
            validity=wanted.validity,
            tpdus=wanted.tpdus,
            preview=preview(octets_of(pdu), pdu.data_coding),
            reference=pdu.tlv(Tag.USER_MESSAGE_REFERENCE),
            begins=wanted.begins,
        )

    def _take(self, submission: Submission, now: float) -> None:
        submissions = self._smpp.submissions
        submissions.setdefault(submission.id, []).append(submission)
        if len(submissions) > LEDGER:
            for forgotten in submissions.pop(next(iter(submissions))):
                for message in forgotten.messages:
                    self._smpp.by_message.pop(message.id, None)
        if submission.begins is None:
            self._begin(submission, now)
        else:
            self._agenda.at(submission.begins, partial(self._begin, submission))

    def _begin(self, submission: Submission, now: float) -> None:
        """Into the queue."""
        if submission.deleted or submission.messages:
            return
        to = destination_number(self._plan, submission.destination)
        if self._data.held + len(submission.tpdus) > self._data.limit:
            submission.begins = now + self._plan.timers.sc_retries[0]
            self._agenda.at(submission.begins, partial(self._begin, submission))
            return
        expires = submission.when + submission.validity
        for tpdu in submission.tpdus:
            try:
                message = self._centre.accept(to, tpdu, now, max(0.0, expires - now))
            except Full:  # there was room for all of them
                raise AssertionError(submission.id) from None
            submission.messages.append(message)
            self._smpp.by_message[message.id] = submission

    def _replaced(self, pdu: SubmitSm, wanted: _Wanted, destination: SmppAddress, now: float) -> str | None:
        """replace_if_present: one that waits, with the same addresses and service_type (§5.2.18)."""
        for several in reversed(self._smpp.submissions.values()):
            for submission in several:
                same = (submission.source, submission.destination, submission.service_type) == (
                    wanted.source, destination, pdu.service_type,
                )  # fmt: skip
                if same and may_change(submission) and len(wanted.tpdus) == 1:
                    change(submission, wanted.tpdus, preview(pdu.short_message, pdu.data_coding))
                    submission.registered = pdu.registered_delivery
                    return submission.id
        return None


def may_change(submission: Submission) -> bool:
    """Whether all of it still waits in the SC, as one short message."""
    if submission.deleted or len(submission.tpdus) != 1:
        return False
    return all(message.state in (MtState.QUEUED, MtState.WAITING) for message in submission.messages)


def change(submission: Submission, tpdus: list[bytes], text: str) -> None:
    """Other content under the same message_id."""
    submission.tpdus, submission.preview = tpdus, text
    for message, tpdu in zip(submission.messages, tpdus, strict=False):
        message.tpdu = tpdu


def destination_number(plan: Plan, address: SmppAddress) -> Msisdn:
    """Whom the SC knows by this: a subscriber of any network, or an application by its short number."""
    digits = address.digits.removeprefix("+")
    short = any(digits in application.numbers for application in plan.accounts)
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 15) or (address.ton > 1 and not short):
        raise Refused(Status.RINVDSTADR, address.digits)
    return Msisdn(digits)


def _address(one: Destination) -> SmppAddress:
    """Of a submit_multi; the SC knows no distribution lists (§4.5.1.1)."""
    if one.list_name:
        raise Refused(Status.RINVDLNAME, one.list_name)
    return SmppAddress(one.ton, one.npi, one.address)


def _begins(schedule: str, now: float) -> float | None:
    if not schedule:
        return None
    seconds = seconds_from(schedule, now)
    if seconds is None or seconds < 0:
        raise Refused(Status.RINVSCHED, schedule)
    return now + seconds
