"""From a line of the journal to the record that is charged by (TS 32.298 §5.1.4.6, TS 32.274 §6.1.3)."""

from datetime import UTC, datetime
from functools import lru_cache

from ipsmgw.cause import Cause
from ipsmgw.cdr import Attempt, Cdr
from ipsmgw.charging.head import Head, read_head
from ipsmgw.charging.record import (
    ExtensionInformation,
    IsmsMoRecord,
    IsmsMtRecord,
    ManagementExtension,
    NodeAddress,
    OriginatorInfo,
    RecipientInfo,
    RecordType,
    SmAddressInfo,
    SmAddressType,
    SmMessageType,
    SmsResult,
)
from mapstack.asn1 import AddressString
from mapstack.ber import encode_oid

__all__ = ["ACCESS", "ATTEMPTS", "CHARGING_ID", "OUTCOME", "record_of"]

# Object identifiers below 2.25 belong to whoever has the UUID (X.667 §8): this one is of this project.
_OURS = (2, 25, 279838396929500317841909610191051343502)
ACCESS, CHARGING_ID, OUTCOME, ATTEMPTS = (encode_oid((*_OURS, number)) for number in (1, 2, 3, 4))
"""IP access flag (TR 23.804 §7), IMS charging identifier (RFC 7315), in a word what became of it, and the
domains that were tried.
"""

_DELIVERED = "delivered"
_SHORT_CODE = 6  # digits of the longest number that is taken for a short code
_TBCD = "0123456789*#abc"
_IMSI = range(5, 17)
_ISDN_ADDRESS, _ADDRESS = 16, 38  # digits at most
_URIS = ("sip:", "sips:", "tel:")
_CAUSES = {cause.cdr: cause for cause in Cause}


def record_of(cdr: Cdr, number: int) -> IsmsMoRecord | IsmsMtRecord:
    """`number` is its local sequence number."""
    return _mo(cdr, number) if cdr.record == "ISMSMO" else _mt(cdr, number)


def _mo(cdr: Cdr, number: int) -> IsmsMoRecord:
    head = read_head(cdr.head, from_phone=True)
    recipient = RecipientInfo(
        recipient_other_address=_address_info(cdr.other),
        recipient_sccp_address=_address(cdr.service_centre),
        sm_recipient_protocol_id=_protocol(head),
    )
    return IsmsMoRecord(
        record_type=RecordType.ISMSMO,
        sms_node_address=_node(cdr.node),
        originator_info=OriginatorInfo(
            originator_imsi=_imsi(cdr.imsi),
            originator_msisdn=_address(cdr.msisdn, _ISDN_ADDRESS),
            originator_other_address=_identity(cdr.impu),
        ),
        recipient_info=[recipient],
        event_time_stamp=_time_stamp(cdr.time),
        message_reference=bytes((max(0, cdr.message_reference),)),
        sm_total_number=head.part.total if head.part else None,
        sm_sequence_number=head.part.sequence if head.part else None,
        message_size=cdr.size,
        sm_delivery_report_requested=head.report_requested,
        sm_data_coding_scheme=head.data_coding,
        sm_message_type=SmMessageType.SUBMISSION,
        sm_reply_path_requested=head.reply_path,
        sm_user_data_header=head.user_data_header or None,
        sms_result=_result(cdr.outcome),
        session_id=cdr.call_id or None,
        local_sequence_number=number,
        record_extensions=_extensions(cdr, ip_access=True),
    )


def _mt(cdr: Cdr, number: int) -> IsmsMtRecord:
    head = read_head(cdr.head, from_phone=False)
    kind = SmMessageType.DELIVERY if head.status is None else SmMessageType.DELIVERY_REPORT
    return IsmsMtRecord(
        record_type=RecordType.ISMSMT,
        sms_node_address=_node(cdr.node),
        recipient_info=RecipientInfo(
            recipient_imsi=_imsi(cdr.imsi),
            recipient_msisdn=_address(cdr.msisdn, _ISDN_ADDRESS),
            recipient_other_address=_identity(cdr.impu),
        ),
        originator_info=OriginatorInfo(
            originator_other_address=_address_info(cdr.other),
            originator_sccp_address=_address(cdr.service_centre),
            sm_originator_protocol_id=_protocol(head),
        ),
        submission_time=_time_stamp(cdr.received),
        event_time_stamp=_time_stamp(cdr.time),
        message_reference=b"\0",
        sm_total_number=head.part.total if head.part else None,
        sm_sequence_number=head.part.sequence if head.part else None,
        message_size=cdr.size,
        sm_delivery_report_requested=head.report_requested,
        sm_data_coding_scheme=head.data_coding,
        sm_message_type=kind,
        sm_reply_path_requested=head.reply_path,
        sm_user_data_header=head.user_data_header or None,
        sms_status=None if head.status is None else bytes((head.status,)),
        sms_result=_result(cdr.outcome),
        session_id=cdr.call_id or None,
        local_sequence_number=number,
        record_extensions=_extensions(cdr, ip_access=_over_ip(cdr)),
    )


@lru_cache(maxsize=4)
def _node(name: str) -> NodeAddress:
    return NodeAddress(domain_name=name)


def _imsi(digits: str) -> str | None:
    """None for what has no place in the record: an SMS-GMSC may name anybody (TS 29.002 §17.7.8)."""
    return digits if len(digits) in _IMSI and not digits.strip(_TBCD) else None


@lru_cache(maxsize=4096)
def _address(digits: str, most: int = _ADDRESS) -> AddressString | None:
    fits = 0 < len(digits) <= most and not digits.strip(_TBCD)
    return AddressString(digits) if fits else None


def _identity(impu: str) -> SmAddressInfo | None:
    if not impu:
        return None
    return SmAddressInfo(sm_address_type=SmAddressType.OTHER, sm_address_data=impu)


def _address_info(number: str) -> SmAddressInfo | None:
    """A number, a name, or the URI of who has no number."""
    if not number:
        return None
    kind = SmAddressType.ALPHANUMERIC_SHORT_CODE
    if number.startswith(_URIS):
        kind = SmAddressType.OTHER
    elif number.isdecimal():
        short = len(number) <= _SHORT_CODE
        kind = SmAddressType.NUMERIC_SHORT_CODE if short else SmAddressType.MSISDN
    return SmAddressInfo(sm_address_type=kind, sm_address_data=number)


def _protocol(head: Head) -> bytes | None:
    return None if head.protocol_identifier is None else bytes((head.protocol_identifier,))


def _result(outcome: str) -> SmsResult | None:
    """The MAP error of its cause; nothing where it was delivered, or nobody was left to be answered."""
    cause = _CAUSES.get(outcome)
    return None if cause is None else SmsResult(gsm0902_map_error_value=cause.map_cause.code)


def _extensions(cdr: Cdr, *, ip_access: bool) -> list[ManagementExtension]:
    said = [
        (ACCESS, ExtensionInformation(flag=ip_access)),
        (OUTCOME, ExtensionInformation(text=cdr.outcome)),
    ]
    if cdr.icid:
        said.append((CHARGING_ID, ExtensionInformation(text=cdr.icid)))
    if cdr.attempts:
        said.append((ATTEMPTS, ExtensionInformation(text="; ".join(map(_in_words, cdr.attempts)))))
    return [ManagementExtension(identifier=name, information=what) for name, what in said]


def _over_ip(cdr: Cdr) -> bool:
    """Of an MT: the IMS has delivered it, or has tried to where no domain has."""
    delivered = tuple(each for each in cdr.attempts if each.outcome == _DELIVERED)
    tried = [each.domain for each in delivered or cdr.attempts]
    return bool(cdr.call_id) and (not tried or "ims" in tried)


def _in_words(attempt: Attempt) -> str:
    """Domain, node, outcome, and the seconds that it took."""
    return f"{attempt.domain} {attempt.node} {attempt.outcome} {attempt.end - attempt.start:.3f}"


def _time_stamp(when: float) -> bytes:
    """YYMMDDhhmmss in BCD, then how far from UTC: "+", 00, 00 (TimeStamp of TS 32.298)."""
    return bytes.fromhex(f"{datetime.fromtimestamp(when, UTC):%y%m%d%H%M%S}") + b"+\0\0"
