"""Plain text to and from short messages (RFC 3428 §7; TS 23.204 §5.1; TS 29.311 §6.1; TS 23.040)."""

from typing import NamedTuple

from ipsmgw.cause import Cause
from ipsmgw.procedures import mt
from ipsmgw.procedures.decision import Decision
from ipsmgw.procedures.mt import MtSms
from ipsmgw.sms import (
    DATA_CODING,
    Address,
    Alphabet,
    DecodeError,
    Deliver,
    DeliverReport,
    Direction,
    FailureCause,
    MessageClass,
    Submit,
    TypeOfNumber,
    UserData,
    compose,
    decode,
    read,
)
from sipbridge import DecodeError as SipDecodeError
from sipbridge import parse_uri

__all__ = ["MEANS_TEXT", "Plain", "as_text", "not_text", "recipient", "submits"]

MEANS_TEXT = frozenset((404, 406, 415, 480, 488))
"""Answers of who has no device for short messages, or of such a device: it may take text all the same."""

_PORTS, _NATIONAL, _MAIL = (0x04, 0x05), (0x24, 0x25), (0x20,)
_NO_TEXT = frozenset((*_PORTS, *_NATIONAL, *_MAIL, *range(0x70, 0x80)))
"""Elements of a user data header that say that something else than a person reads what follows, or reads it
by another table than ours (TS 23.040 §9.2.3.24): ports, national languages, mail, SIM toolkit.
"""
_FOR_PEOPLE = (None, MessageClass.ME_SPECIFIC)


class Plain(NamedTuple):
    """A short message as text; `sender` is a URI, `name` what an alphanumeric address says."""

    text: str
    sender: str
    name: str


def recipient(request_uri: str) -> Address | None:
    """TP-DA of whom a Request-URI names: a global number, or digits as they were dialled; None for others.

    What was dialled is of an unknown type, as a phone writes it: the SC knows the numbers of its country.
    """
    try:
        number = parse_uri(request_uri).digits or ""
    except SipDecodeError:
        return None
    digits = number.removeprefix("+")
    try:
        if number.startswith("+"):
            return Address.international(digits) if digits.isdecimal() and len(digits) <= 15 else None
        return Address.of_digits(digits.lower()) if digits else None
    except ValueError:
        return None


def submits(text: str, to: Address, reference: int) -> tuple[bytes, ...]:
    """SMS-SUBMITs for a text, with TP-MRs that follow each other; ValueError where it is too long."""
    parts = compose(text, reference=reference & 0xFFFF, wide=True)
    return tuple(
        Submit.of(
            reference + number & 0xFF, to, udl=part.udl, ud=part.ud, dcs=part.dcs, udhi=part.udhi
        ).encode()
        for number, part in enumerate(parts)
    )


def as_text(tpdu: bytes, own: str) -> Plain | FailureCause:
    """What a person would read, and from whom; or why nobody would. `own` is the URI of this gateway."""
    try:
        deliver = decode(tpdu, direction=Direction.TO_UE)
        content = read(deliver)
    except DecodeError:
        return FailureCause.UNSPECIFIED_ERROR_CAUSE
    if not isinstance(deliver, Deliver) or content is None:
        return FailureCause.TPDU_NOT_SUPPORTED
    fault = _fault(deliver, content)
    if fault is not None:
        return fault
    sender, name = _sender(deliver.tp_oa, own)
    return Plain(content.text or "", sender, name)


def _fault(deliver: Deliver, content: UserData) -> FailureCause | None:
    """Why it is not to be shown as it stands (TS 23.040 §9.2.3.9, TS 23.038 §4)."""
    pid, coding = deliver.tp_pid, DATA_CODING[deliver.tp_dcs]
    if pid == 0x40:
        return FailureCause.SHORT_MESSAGE_TYPE_0_NOT_SUPPORTED
    if pid and not 0x20 <= pid < 0x40:  # telematic interworking says where it came from
        return FailureCause.UNSPECIFIED_TP_PID_ERROR
    if coding.message_class not in _FOR_PEOPLE:
        return FailureCause.MESSAGE_CLASS_NOT_SUPPORTED
    silent = coding.indication is not None and not coding.indication.store
    if silent or coding.compressed or coding.alphabet is Alphabet.OCTETS:
        return FailureCause.DATA_CODING_SCHEME_NOT_SUPPORTED
    if any(element.iei in _NO_TEXT for element in content.header):
        return FailureCause.UNSPECIFIED_ERROR_CAUSE
    return None


def _sender(address: Address, own: str) -> tuple[str, str]:
    """A tel URI: a number that is not global is one of the domain's (RFC 3966 §5.1.5)."""
    if address.ton is TypeOfNumber.ALPHANUMERIC:
        return own, address.text
    digits = address.digits
    if address.ton is TypeOfNumber.INTERNATIONAL and digits.isdecimal():
        return f"tel:+{digits}", ""
    host = own.partition(":")[2].rpartition("@")[2].partition(";")[0].partition(":")[0]
    return (f"tel:{digits};phone-context={host}", "") if digits else (own, "")


def not_text(sms: MtSms, why: FailureCause, now: float) -> Decision[MtSms]:
    """The SMS-GMSC hears that, and why, in the words of a phone (TS 23.040 §9.2.3.22)."""
    report = DeliverReport.of(fcs=why).encode()
    return mt.refused(sms, Cause.EQUIPMENT_PROTOCOL_ERROR, now, report)
