"""MO short messages: TR 23.804 8.9, TS 23.204 §6.3, TS 24.341 §5.3.3.4."""

import re
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.cdr import Cdr
from ipsmgw.charging.head import head_of
from ipsmgw.identity import Impu, Imsi, Msisdn
from ipsmgw.map_error import cause_of, diagnostic_info
from ipsmgw.procedures.decision import MAX_SIGNAL_INFO, Answer, Decision, ForwardMo, SubmitReport
from ipsmgw.sms import DecodeError, party_at
from ipsmgw.store import Binding
from mapstack.map import AddressString, CorrelationId, MapError, MoForwardSmArg, SmRpDa, SmRpOa
from sipbridge.registrar import Contact
from sipbridge.rp import Direction, RpAck, RpError

__all__ = ["MoSms", "Sender", "refused", "sc_refused", "sc_silent", "sc_took", "so_far", "submit"]

_DUMMY = Msisdn("0" * 15)
"""Where MAP wants an MSISDN and there is none (TS 23.003 §3.3)."""
_TP_DA = {1: 2, 2: 5}  # its octet, by TP-MTI from a phone: TS 23.040 §9.2.2.2, §9.2.2.4
_ACCEPTED = Answer(202)
_ICID = re.compile(rb'(?i)icid-value\s*=\s*"?([^";, ]+)').search
_TO_PHONE = Direction.NETWORK_TO_MS


class Sender(Struct, frozen=True, gc=False):
    """Who the S-CSCF asserts without having registered him, and the S-CSCF that the report goes back to.

    Or without an S-CSCF the device that sends, of a phone that has registered here.
    """

    impu: Impu
    msisdn: Msisdn | None
    imsi: Imsi | None
    scscf: str
    contact: Contact | None = None


class MoSms(Struct, frozen=True, gc=False):
    """An MO under way: the SC has it, and its answer is awaited (the TC invoke timer ends the wait)."""

    id: str
    sender: Sender | Binding
    call_id: str
    reference: int
    service_centre: AddressString
    tpdu: bytes
    received: float
    charging: bytes = b""
    """P-Charging-Vector of the phone's MESSAGE; the report carries it too (TS 24.229 §5.7.2)."""
    recipient: str = ""
    """The URI of whom it is for, who has no MSISDN (TS 24.341 B.7)."""
    msisdn_less: bool = False
    """Whether the sender may be without one as well."""


def submit(sms: MoSms, now: float) -> Decision[MoSms]:
    """RP-DATA from a phone: it is on its way with the 202, the outcome comes in a report of its own."""
    centre, tpdu, sender = sms.service_centre, sms.tpdu, sms.sender
    digits = centre.digits
    if not digits.isdecimal() or len(tpdu) > MAX_SIGNAL_INFO:
        return refused(sms, Cause.INVALID_MANDATORY_INFORMATION, now)
    msisdn = sender.msisdn
    if msisdn is None:
        if not sms.msisdn_less:
            return refused(sms, Cause.MSISDN_UNKNOWN, now)
        msisdn = _DUMMY
    arg = MoForwardSmArg(
        sm_rp_da=_destination(centre),
        sm_rp_oa=_originator(msisdn),
        sm_rp_ui=tpdu,
        imsi=sender.imsi,
        correlation_id=_correlation(sms) if sms.recipient else None,
    )
    return Decision(sms, (_ACCEPTED, ForwardMo(digits, arg)))


def refused(sms: MoSms, cause: Cause, now: float) -> Decision[MoSms]:
    """The RPDU is not handed on (TS 24.011 §9.3): 202, and the phone hears why in a report."""
    decision = _failed(sms, cause, None, now)
    return replace(decision, actions=(_ACCEPTED, *decision.actions))


def sc_took(sms: MoSms, sm_rp_ui: bytes | None, now: float) -> Decision[MoSms]:
    """mo-ForwardSM result: the SUBMIT-REPORT, if there is one, goes to the phone as it is."""
    ack = RpAck(sms.reference, sm_rp_ui).encode(_TO_PHONE)
    return Decision(None, (SubmitReport(ack),), _cdr(sms, "delivered", now))


def sc_refused(sms: MoSms, error: MapError, now: float) -> Decision[MoSms]:
    """mo-ForwardSM error, with the SC's SUBMIT-REPORT when the error carries one (TS 23.040 §11.2)."""
    return _failed(sms, cause_of(error), diagnostic_info(error), now)


def sc_silent(sms: MoSms, now: float) -> Decision[MoSms]:
    """No answer, abort, notice or reject: for the phone the network is out of order."""
    return _failed(sms, Cause.NETWORK_OUT_OF_ORDER, None, now)


@lru_cache(maxsize=1024)
def _destination(service_centre: AddressString) -> SmRpDa:
    return SmRpDa(service_centre_address_da=service_centre)


@lru_cache(maxsize=16_384)
def _originator(msisdn: Msisdn) -> SmRpOa:
    return SmRpOa(msisdn=AddressString(msisdn))


def _correlation(sms: MoSms) -> CorrelationId:
    """Who writes to whom (TS 29.002 §17.7.6)."""
    return CorrelationId(sip_uri_a=sms.sender.impu.encode(), sip_uri_b=sms.recipient.encode())


def _failed(sms: MoSms, cause: Cause, tpdu: bytes | None, now: float) -> Decision[MoSms]:
    rpdu = RpError(sms.reference, cause.rp_cause, tpdu).encode(_TO_PHONE)
    return Decision(None, (SubmitReport(rpdu, cause),), _cdr(sms, cause.cdr, now))


def so_far(sms: MoSms, now: float) -> Cdr:
    """What its charging record would say now, but for the outcome."""
    return _cdr(sms, "under way", now)


def _cdr(sms: MoSms, outcome: str, now: float) -> Cdr:
    sender = sms.sender
    other, reference = _recipient(sms.tpdu)
    icid = _ICID(sms.charging)
    return Cdr(
        id=sms.id,
        record="ISMSMO",
        outcome=outcome,
        time=now,
        received=sms.received,
        msisdn=sender.msisdn or "",
        imsi=sender.imsi or "",
        impu=sender.impu,
        service_centre=sms.service_centre.digits,
        other=sms.recipient or other,
        message_reference=reference,
        size=len(sms.tpdu),
        head=head_of(sms.tpdu, from_phone=True),
        call_id=sms.call_id,
        icid="" if icid is None else icid[1].decode("latin-1"),
    )


def _recipient(tpdu: bytes) -> tuple[str, int]:
    """TP-DA and TP-MR for the charging record; the TPDU itself passes through unread."""
    at = _TP_DA.get(tpdu[0] & 3) if tpdu else None
    if at is None or len(tpdu) < at + 2:
        return "", -1
    try:
        return party_at(tpdu, at), tpdu[1]
    except DecodeError:
        return "", -1
