"""A short message of a phone into the MSGin5G service: who it is for, what is said of it (TS 23.554 §8.7.3).

TS 23.554 has replies only. Short codes, and names in front of a text, are ours.
"""

import base64
import re
from datetime import UTC, datetime

from ipsmgw.cause import Cause
from ipsmgw.msgin5g_section import Msgin5gApplication, Msgin5gSection
from ipsmgw.sms import (
    Address,
    DecodeError,
    Direction,
    Enhanced,
    Relative,
    StatusReport,
    Submit,
    Timestamp,
    UserData,
    decode,
    ports,
    read,
)
from ipsmgw.store import AwaitedReport
from msgin5g_bridge import ABSENT
from msgin5g_bridge import l3gdelivery as l3g
from msgin5g_bridge.model import Absent, ApplicationId, MessageId
from msgin5g_bridge.msgdelivery import (
    DeliveryStatus,
    DeliveryStatusReport,
    MessageDeliveryAck,
    ReportDeliveryStatus,
    StoreAndForwardParameters,
    UEMessageDelivery,
)

__all__ = [
    "Content",
    "by_name",
    "cause_of_ack",
    "cause_of_status",
    "content_of",
    "message_of",
    "numbers_of",
    "of_short_code",
    "status_reports",
    "submitted",
]

_NAMED = re.compile(r"@(\S+)\s+(.*)", re.DOTALL)
_UNKNOWN, _REJECTED, _UNFIT, _EXPIRED, _FAILED = 0x43, 0x42, 0x41, 0x46, 0x40  # TP-ST: TS 23.040 §9.2.3.15
_STATUS = {
    "RECIPIENT_UNKNOWN": _UNKNOWN,
    "RECIPIENT_NOT_REGISTERED": _UNKNOWN,
    "NOT_AUTHORIZED": _REJECTED,
    "PAYLOAD_NOT_SUPPORTED": _UNFIT,
    "EXPIRED": _EXPIRED,
}
_WORDS = {
    "RECIPIENT_UNKNOWN": Cause.INVALID_SME_ADDRESS,
    "RECIPIENT_NOT_REGISTERED": Cause.INVALID_SME_ADDRESS,
    "NOT_AUTHORIZED": Cause.SUBSCRIBER_NOT_SC_SUBSCRIBER,
    "PAYLOAD_NOT_SUPPORTED": Cause.FACILITY_NOT_SUPPORTED,
}
_STATUSES = {
    401: Cause.SUBSCRIBER_NOT_SC_SUBSCRIBER,
    403: Cause.SUBSCRIBER_NOT_SC_SUBSCRIBER,
    404: Cause.INVALID_SME_ADDRESS,
    413: Cause.FACILITY_NOT_SUPPORTED,
    429: Cause.SC_CONGESTION,
    503: Cause.SC_CONGESTION,
}

Content = tuple[str, str]
"""Payload, and Application ID where there is one."""


def numbers_of(section: Msgin5gSection) -> frozenset[str]:
    """All numbers that a phone reaches the service by."""
    codes = {code.number for code in section.short_code}
    return frozenset({*section.pool, *codes, *([section.name_code] if section.name_code else [])})


def submitted(tpdu: bytes) -> tuple[Submit, UserData] | None:
    """An SMS-SUBMIT and its user data; None for anything else."""
    try:
        submit = decode(tpdu, direction=Direction.FROM_UE)
        content = read(submit)
    except DecodeError:
        return None
    return (submit, content) if isinstance(submit, Submit) and content is not None else None


def content_of(whole: UserData, section: Msgin5gSection) -> Content | None:
    """What goes into the payload; None for octets that no application is known for."""
    application = _application(whole, section)
    name = application.id if application else ""
    text = whole.text
    if application is not None and application.binary:
        return base64.b64encode(whole.data).decode(), name
    return None if text is None else (text, name)


def of_short_code(section: Msgin5gSection, number: str) -> l3g.Address | None:
    """Who this code stands for."""
    code = next((each for each in section.short_code if each.number == number), None)
    return None if code is None else _address(code.type, code.address)


def by_name(section: Msgin5gSection, text: str) -> tuple[l3g.Address, str] | None:
    """Whom a text names in front, and the rest of it."""
    found = _NAMED.fullmatch(text)
    contact = next((each for each in section.contact if found and each.name == found[1]), None)
    return None if found is None or contact is None else (_address(contact.type, contact.address), found[2])


def message_of(
    ue: str,
    recipient: l3g.Address,
    content: Content,
    msg_id: str,
    submit: Submit,
    *,
    now: float,
    report: bool,
) -> UEMessageDelivery:
    """As the server is to have it; with a validity period it is to be stored and forwarded."""
    payload, application = content
    until = _until(submit, now)
    params = ABSENT if until is None else StoreAndForwardParameters(expr_time=until)
    return UEMessageDelivery(
        ori_addr=_address("UE", ue),
        dest_addr=recipient,
        app_id=ApplicationId(application) if application else ABSENT,
        msg_id=MessageId(msg_id),
        deliv_st_req_ind=True if report else ABSENT,
        payload=payload,
        sto_and_fw_ind=until is not None,
        sto_and_fw_params=params,
    )


def cause_of_ack(ack: MessageDeliveryAck) -> Cause | None:
    """Why the server has not taken it; None: it has, or keeps it."""
    if ack.status != DeliveryStatus.DELY_FAILED:
        return None
    said = "" if isinstance(ack.failure_cause, Absent) else ack.failure_cause
    return _WORDS.get(said, Cause.SYSTEM_FAILURE)


def cause_of_status(status: int, said: str) -> Cause:
    """Of a refusal by HTTP: what its problem says counts, where it is a word of ours."""
    return _WORDS.get(said) or _STATUSES.get(status, Cause.SYSTEM_FAILURE)


def status_reports(held: AwaitedReport, said: DeliveryStatusReport, now: float) -> tuple[bytes, ...]:
    """An SMS-STATUS-REPORT for each part that asked for one."""
    status = 0x00
    if said.deliv_st != ReportDeliveryStatus.REPT_DELY_SUCCESS:
        cause = "" if isinstance(said.failure_cause, Absent) else said.failure_cause
        status = _STATUS.get(cause) or _tp_status(cause)
    to, sent, done = Address.parse(held.recipient), Timestamp.at(held.sent), Timestamp.at(now)
    return tuple(
        StatusReport.of(reference, to, scts=sent, dt=done, st=status).encode()
        for reference in held.references
    )


def _tp_status(cause: str) -> int:
    """Another gateway may have said it in the words of an SMSC."""
    kind, _, number = cause.rpartition("_")
    final = kind in ("SMS_PERMANENT", "SMS_TEMPORARY") and re.fullmatch("[4-7][0-9A-Fa-f]", number)
    return int(number, 16) if final else _FAILED


def _application(whole: UserData, section: Msgin5gSection) -> Msgin5gApplication | None:
    """By the port that the phone writes to."""
    named = ports(whole.header)
    if named is None:
        return None
    return next((each for each in section.application if each.port and each.port == named.destination), None)


def _address(kind: str, address: str) -> l3g.Address:
    return l3g.Address(addr_type=l3g.AddressType(kind), addr=address)


def _until(submit: Submit, now: float) -> datetime | None:
    """When TP-VP ends, if there is one."""
    match submit.validity:
        case Relative() | Enhanced() as period:
            seconds = period.seconds
            return None if seconds is None else datetime.fromtimestamp(now + seconds, UTC)
        case Timestamp() as stamp:
            return stamp.when
    return None
