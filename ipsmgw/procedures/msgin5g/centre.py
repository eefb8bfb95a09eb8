"""A message of the MSGin5G service to a phone by its service centre: submit_sm and receipts (SMPP v3.4 §4.4).

It is on disk that a part is being submitted before its submit_sm leaves, and the message_id before anything
else is done. So a part whose answer was lost, with the link or in a crash, is known as such. What the service
centre may have is sent again only when no receipt has named it for a while, and never where it has answered.
"""

from collections.abc import Mapping
from math import ceil

from msgspec.structs import replace

from ipsmgw.cause import Cause, MapCause
from ipsmgw.msgin5g_smpp_section import Msgin5gSmpp
from ipsmgw.procedures.msgin5g.cause import CONGESTED, EXPIRED, UNREPORTED, failure_cause
from ipsmgw.procedures.msgin5g.cause import is_temporary as cause_is_temporary
from ipsmgw.procedures.msgin5g.delivery import Times, over
from ipsmgw.smpp import EsmClass, MessageState, Receipts, Status, Tag, Tlv, Ton
from ipsmgw.smpp.address import of_tpdu
from ipsmgw.smpp.cause import cause_of
from ipsmgw.smpp.content import short_message
from ipsmgw.smpp.pdu import DeliverSm, SubmitSm
from ipsmgw.smpp.receipt import Receipt
from ipsmgw.smpp.times import absolute, relative
from ipsmgw.sms import Deliver, Direction, decode
from ipsmgw.store import Handed, Transfer

__all__ = [
    "THROTTLED",
    "answer_key",
    "begun",
    "complete",
    "congested",
    "doubted",
    "expired",
    "is_doubtful",
    "is_temporary",
    "judged",
    "outcome_of_status",
    "receipt_key",
    "receipted",
    "reference_in",
    "submit_of",
    "taken",
    "taken_back",
    "told",
    "unreported",
]

THROTTLED = frozenset((Status.RTHROTTLED, Status.RMSGQFUL))
"""The service centre wants less of us, not less of this message."""

_MONTH = 30 * 86_400
_DELIVERED = "delivered"
_GSM = 3  # network type of network_error_code: §5.3.2.31
_BY_STATE = {
    MessageState.EXPIRED: EXPIRED,
    MessageState.DELETED: "SMS_PERMANENT_48",  # TP-ST: TS 23.040 §9.2.3.15
    MessageState.REJECTED: "SMS_PERMANENT_42",
    MessageState.UNKNOWN: "SMS_PERMANENT_49",
}
_UNDELIVERABLE = "SMS_PERMANENT_40"
_UNDER_WAY = frozenset((MessageState.ENROUTE, MessageState.ACCEPTED))


# Towards the service centre.


def begun(held: Transfer, reference: int) -> Transfer:
    """The next part is about to leave; one that is in doubt leaves again under the reference that it has."""
    if is_doubtful(held):
        return replace(held, due=0.0)
    return replace(held, handed=(*held.handed, Handed(reference)), due=0.0)


def is_doubtful(held: Transfer) -> bool:
    """Whether nobody knows of the last part if the service centre has it."""
    return bool(held.handed) and not held.handed[-1].id and not held.handed[-1].outcome


def submit_of(held: Transfer, msisdn: str, section: Msgin5gSmpp, now: float) -> SubmitSm:
    """Of the last part that has begun."""
    tpdu = decode(held.parts[held.at + len(held.handed) - 1], direction=Direction.TO_UE)
    assert isinstance(tpdu, Deliver)
    source, content = of_tpdu(tpdu.tp_oa), short_message(tpdu)
    reference = Tlv(Tag.USER_MESSAGE_REFERENCE, held.handed[-1].reference.to_bytes(2))
    named = source.ton == Ton.ALPHANUMERIC
    return SubmitSm(
        service_type=section.service_type,
        source_addr_ton=source.ton if named or section.source_ton is None else section.source_ton,
        source_addr_npi=source.npi if named or section.source_npi is None else section.source_npi,
        source_addr=source.digits,
        dest_addr_ton=section.destination_ton,
        dest_addr_npi=section.destination_npi,
        destination_addr=msisdn,
        esm_class=content.udhi * EsmClass.UDHI,
        protocol_id=tpdu.tp_pid,
        validity_period=_validity(held.until, now),
        registered_delivery=Receipts.ALWAYS if held.report else Receipts.NONE,
        data_coding=content.data_coding,
        short_message=content.octets,
        tlvs=(reference,) if held.report else (),
    )


def _validity(until: float, now: float) -> str:
    """Relative, as clocks may differ; for a month and more absolute (§7.1.1)."""
    seconds = max(1, ceil(until - now))
    return relative(seconds) if seconds < _MONTH else absolute(until)


# What it answers.


def taken(held: Transfer, message_id: str, times: Times, now: float) -> Transfer:
    """The service centre has this part; when it has all, receipts are awaited, if any are wanted."""
    held = _set_last(held, replace(held.handed[-1], id=message_id))
    if held.at + len(held.handed) == len(held.parts) and not held.report:
        return over(replace(held, at=len(held.parts), cause=""), now, times)
    return judged(complete(held), times, now)


def complete(held: Transfer) -> Transfer:
    """Where the service centre has all parts there are only receipts to wait for."""
    whole = held.at + len(held.handed) == len(held.parts)
    if held.phase == "sms" and whole and held.report and not is_doubtful(held):
        return replace(held, phase="receipt")
    return held


def congested(held: Transfer) -> Transfer:
    """The service centre does not take it now."""
    return replace(held, cause=CONGESTED)


def is_temporary(outcome: str) -> bool:
    """Whether a refusal is worth another time."""
    return cause_is_temporary(failure_cause(outcome))


def taken_back(held: Transfer) -> Transfer:
    """It has refused the last part: that has never left, as far as the phone will know."""
    return replace(held, handed=held.handed[:-1])


def outcome_of_status(status: int) -> str:
    """As charging records name it."""
    return cause_of(status).cdr


def doubted(held: Transfer, doubt: float, now: float) -> Transfer:
    """The answer was lost: a receipt may still tell; where none is wanted none can."""
    return replace(held, due=min(now + doubt, held.until) if held.report else 0.0)


# Receipts.


def answer_key(message_id: str, written: str) -> str:
    """What a message_id is known by, as the answer has it."""
    return _number(message_id, {"same": 0, "decimal": 16, "hexadecimal": 10}[written])


def receipt_key(message_id: str, written: str) -> str:
    """The same, as a receipt has it."""
    return _number(message_id, {"same": 0, "decimal": 10, "hexadecimal": 16}[written])


def _number(text: str, base: int) -> str:
    if base:
        try:
            return str(int(text, base))
        except ValueError:
            pass  # then it is a name
    return text.strip().lower()


def reference_in(pdu: DeliverSm) -> int | None:
    """The user_message_reference that it repeats."""
    return pdu.number(Tag.USER_MESSAGE_REFERENCE)


def told(pdu: DeliverSm, receipt: Receipt, vendor: Mapping[str, str]) -> str:
    """What a receipt says has become of it: "delivered", a failureCause, or nothing while it is under way.

    The network's own code counts most, then what the settings say of the code in the text, then the state.
    """
    if receipt.state is MessageState.DELIVERED:
        return _DELIVERED
    if receipt.state in _UNDER_WAY:
        return ""
    network = pdu.tlv(Tag.NETWORK_ERROR_CODE) or b""
    if len(network) == 3 and network[0] == _GSM:
        return failure_cause(Cause.from_map(MapCause(int.from_bytes(network[1:]))).cdr)
    named = vendor.get(f"{receipt.error:03}") or vendor.get(str(receipt.error))
    return failure_cause(named) if named else _BY_STATE.get(receipt.state, _UNDELIVERABLE)


def receipted(held: Transfer, reference: int, message_id: str, outcome: str) -> Transfer:
    """One of its parts has come to its end; one that was in doubt is in doubt no more."""
    handed = tuple(
        replace(one, id=one.id or message_id, outcome=one.outcome or outcome)
        if one.reference == reference
        else one
        for one in held.handed
    )
    return replace(held, handed=handed, due=0.0 if is_doubtful(held) else held.due)


def judged(held: Transfer, times: Times, now: float) -> Transfer:
    """What the receipts that are there say of the whole."""
    whole = held.at + len(held.handed) == len(held.parts)
    failed = next((one.outcome for one in held.handed if one.outcome not in ("", _DELIVERED)), "")
    if failed:
        return over(replace(held, cause=failed), now, times)
    if whole and all(one.outcome for one in held.handed):
        return over(replace(held, at=len(held.parts), cause=""), now, times)
    return held


def expired(held: Transfer, times: Times, now: float) -> Transfer:
    """Its time is up; a receipt may still tell of what was in doubt."""
    if is_doubtful(held) and held.report:
        return replace(held, phase="receipt", due=0.0)
    return over(replace(held, cause=held.cause or EXPIRED), now, times)


def unreported(held: Transfer, times: Times, now: float) -> Transfer:
    """No receipt any more."""
    return over(replace(held, cause=UNREPORTED), now, times)


def _set_last(held: Transfer, one: Handed) -> Transfer:
    return replace(held, handed=(*held.handed[:-1], one), due=0.0)
