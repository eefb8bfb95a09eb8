"""MT short messages over IMS: TR 23.804 8.10, TS 23.204 §6.4, TS 24.341 §5.3.3.4."""

import enum
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.cdr import Cdr
from ipsmgw.charging.head import head_of
from ipsmgw.map_error import error_of
from ipsmgw.procedures.decision import MAX_SIGNAL_INFO, Answer, Decision, Deliver, MtRefusal, MtResult
from ipsmgw.sms import DecodeError, party_at
from ipsmgw.store import Binding
from mapstack.map import AddressString
from sipbridge.rp import Direction, RpAck, RpAddress, RpData, RpError

__all__ = [
    "MtSms",
    "MtState",
    "abandoned",
    "answered",
    "deliver",
    "record_of",
    "refused",
    "reported",
    "silent",
    "so_far",
]


_MAX_DIGITS = 20  # of a service centre's number in RP-DATA (TS 24.011 §8.2.5.1)

_DELIVER, _TP_OA = 0, 1  # TP-MTI to a phone, octet of TP-OA: TS 23.040 §9.2.2.1
_ACCEPTED = Answer(202)
_TO_PHONE = Direction.NETWORK_TO_MS


class MtState(enum.Enum):
    """What an MT under way waits for."""

    SIP_ANSWER = "final answer to the MESSAGE"
    REPORT = "delivery report"
    TEXT_ANSWER = "final answer to the MESSAGE that has it as text"


class MtSms(Struct, frozen=True, gc=False):
    """An MT under way; the dialogue of the SMS-GMSC stays open, so that the SC keeps responsibility."""

    id: str
    dialogue: int
    imsi: str
    service_centre: AddressString
    tpdu: bytes
    received: float
    binding: Binding | None
    reference: int
    state: MtState = MtState.SIP_ANSWER
    sender: str = ""
    """The URI of whom it is from, where neither has an MSISDN (TS 24.341 B.7)."""


def deliver(sms: MtSms, now: float) -> Decision[MtSms]:
    """mt-ForwardSM: RP-DATA to the phone, if it is registered here."""
    binding = sms.binding
    if binding is None or not binding.able(now):
        return refused(sms, Cause.NOT_REGISTERED, now)
    centre, reference, tpdu = _in_rp(sms.service_centre), sms.reference, sms.tpdu
    if centre is None or not tpdu:
        return refused(sms, Cause.UNEXPECTED_DATA_VALUE, now)
    if reference < 0:
        return refused(sms, Cause.CONGESTION, now)
    rpdu = RpData(reference, centre, tpdu)
    return Decision(sms, (Deliver(rpdu.encode(_TO_PHONE)),))


def answered(sms: MtSms, status: int, now: float) -> Decision[MtSms]:
    """The phone's final answer: a 200 is not yet a delivery (TS 24.341 §5.3.2.4)."""
    if status < 300:
        if sms.state is MtState.TEXT_ANSWER:  # nothing else follows (RFC 3428 §7)
            return Decision(None, (MtResult(None),), record_of(sms, "delivered", now))
        return Decision(replace(sms, state=MtState.REPORT), ())
    return refused(sms, Cause.from_sip(status), now)


def silent(sms: MtSms, now: float) -> Decision[MtSms]:
    """No answer to the MESSAGE, or no report after it: TS 23.040 §11, absentSubscriberSM diagnostic 12."""
    return refused(sms, Cause.NO_RESPONSE, now)


def reported(sms: MtSms, report: RpAck | RpError, now: float) -> Decision[MtSms]:
    """The delivery report decides, whether or not the 200 has come first."""
    tpdu = report.user_data
    if tpdu is not None and not 0 < len(tpdu) <= MAX_SIGNAL_INFO:
        tpdu = None  # MAP has no room for it (TS 29.002 §17.7.6: 1 to 200 octets): the outcome counts
    if isinstance(report, RpAck):
        return Decision(None, (_ACCEPTED, MtResult(tpdu)), record_of(sms, "delivered", now))
    decision = refused(sms, Cause.from_rp(report.cause), now, tpdu)
    return replace(decision, actions=(_ACCEPTED, *decision.actions))


def refused(sms: MtSms, cause: Cause, now: float, tpdu: bytes | None = None) -> Decision[MtSms]:
    """The SMS-GMSC hears why, with the phone's DELIVER-REPORT when there is one."""
    return Decision(None, (MtRefusal(error_of(cause, tpdu)),), record_of(sms, cause.cdr, now))


def abandoned(sms: MtSms, now: float) -> Decision[MtSms]:
    """The SMS-GMSC gave up first: nobody is left to answer, the record tells what happened."""
    return Decision(None, (), record_of(sms, "abandonedByGMSC", now))


@lru_cache(maxsize=1024)
def _in_rp(service_centre: AddressString) -> RpAddress | None:
    """RP and MAP share the type octet of an address; None when RP has no room for the digits."""
    digits, nature, plan = service_centre
    return RpAddress(digits, 0x80 | nature << 4 | plan) if 0 < len(digits) <= _MAX_DIGITS else None


def so_far(sms: MtSms, call_id: str, now: float) -> Cdr:
    """What its charging record would say now, but for the outcome."""
    cdr = record_of(sms, "under way", now)
    cdr.call_id = call_id
    return cdr


def record_of(sms: MtSms, outcome: str, now: float) -> Cdr:
    """What is charged by."""
    binding = sms.binding
    return Cdr(
        id=sms.id,
        record="ISMSMT",
        outcome=outcome,
        time=now,
        received=sms.received,
        msisdn=(binding.msisdn if binding else None) or "",
        imsi=sms.imsi,
        impu=binding.impu if binding else "",
        service_centre=sms.service_centre.digits,
        other=sms.sender or _originator(sms.tpdu),
        size=len(sms.tpdu),
        head=head_of(sms.tpdu, from_phone=False),
        dialogue=sms.dialogue,
    )


def _originator(tpdu: bytes) -> str:
    """TP-OA for the charging record, of a DELIVER; the TPDU itself passes through unread."""
    if len(tpdu) < _TP_OA + 2 or tpdu[0] & 3 != _DELIVER:
        return ""
    try:
        return party_at(tpdu, _TP_OA)
    except DecodeError:
        return ""
