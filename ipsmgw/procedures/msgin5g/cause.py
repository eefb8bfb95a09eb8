"""What became of a short message, in the words of a DeliveryStatusReport (TS 29.538 leaves them open)."""

from ipsmgw.cause import Cause

__all__ = [
    "ABSENT",
    "CONGESTED",
    "EXPIRED",
    "MEMORY_FULL",
    "PAYLOAD_NOT_SUPPORTED",
    "SEGMENTS_MISSING",
    "UNREPORTED",
    "failure_cause",
    "is_temporary",
]

EXPIRED, PAYLOAD_NOT_SUPPORTED, SEGMENTS_MISSING = "EXPIRED", "PAYLOAD_NOT_SUPPORTED", "SEGMENTS_MISSING"

ABSENT, MEMORY_FULL, _BUSY = "ABSENT_SUBSCRIBER", "MEMORY_FULL", "SMS_TEMPORARY_61"
UNREPORTED = "TIMEOUT"
"""The service centre has it, and has never said what became of it."""
CONGESTED, _REFUSED = "SMS_TEMPORARY_60", "SMS_PERMANENT_40"  # TP-ST: TS 23.040 §9.2.3.15
_WORDS = {
    Cause.NOT_REGISTERED: ABSENT,
    Cause.NO_RESPONSE: ABSENT,
    Cause.ABSENT_SUBSCRIBER: ABSENT,
    Cause.MEMORY_CAPACITY_EXCEEDED: MEMORY_FULL,
    Cause.CALL_BARRED: "BARRED",
    Cause.OPERATOR_BARRING: "BARRED",
    Cause.UNKNOWN_SUBSCRIBER: "RECIPIENT_UNKNOWN",
    Cause.EQUIPMENT_NOT_SM_EQUIPPED: PAYLOAD_NOT_SUPPORTED,
    Cause.CONTENT_REFUSED: PAYLOAD_NOT_SUPPORTED,
    Cause.TOO_LARGE: PAYLOAD_NOT_SUPPORTED,
    Cause.SUBSCRIBER_BUSY: _BUSY,
    Cause.IMS_FAILURE: CONGESTED,
    Cause.CONGESTION: CONGESTED,
    Cause.LOCAL_FAILURE: CONGESTED,
    Cause.SC_CONGESTION: CONGESTED,
    Cause.SYSTEM_FAILURE: CONGESTED,
    Cause.NETWORK_OUT_OF_ORDER: CONGESTED,
    Cause.INVALID_SME_ADDRESS: "RECIPIENT_UNKNOWN",
}
_TEMPORARY = frozenset(
    (ABSENT, MEMORY_FULL, _BUSY, CONGESTED),
)
_BY_OUTCOME = {cause.cdr: _WORDS.get(cause, _REFUSED) for cause in Cause}


def failure_cause(outcome: str) -> str:
    """Of what the charging record says; nothing for what has been delivered."""
    return "" if outcome == "delivered" else _BY_OUTCOME.get(outcome, _REFUSED)


def is_temporary(cause: str) -> bool:
    """Whether it is worth trying again."""
    return cause in _TEMPORARY
