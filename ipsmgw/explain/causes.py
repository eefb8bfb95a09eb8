"""The answers and causes of a message, as received and as sent, in words."""

from collections.abc import Iterator

from ipsmgw.cause import Cause
from ipsmgw.cdr import Cdr
from ipsmgw.explain.evidence import Evidence, MapSeen, SipSeen
from ipsmgw.explain.explanation import Line, clock
from ipsmgw.map_error import cause_of
from mapstack.map import (
    AbsentSubscriberSmParam,
    MapError,
    SmDeliveryFailureCause,
    SmEnumeratedDeliveryFailureCause,
)
from sipbridge.rp import RpAck, RpCause, RpError

__all__ = ["causes"]

_FAILURES = {int(each): each.name.lower().replace("_", " ") for each in SmEnumeratedDeliveryFailureCause}
_RP, _MAP, _SIP = "TS 24.011 §8.2.5.4", "TS 29.002 §17.6.6", "RFC 3261 §21"


def causes(cdr: Cdr, evidence: Evidence) -> Iterator[Line]:
    """In the order in which they went over the wire; and what the record says."""
    operation = next((seen.reading.operation for seen in evidence.map if seen.reading.operation), "MAP")
    told = [*map(_of_sip, evidence.sip), *(_of_map(seen, operation) for seen in evidence.map)]
    for _, line in sorted((one for one in told if one is not None), key=lambda one: one[0]):
        yield line
    cause = next((cause for cause in Cause if cause.cdr == cdr.outcome), None)
    if cause is not None:
        yield Line("charging record", cdr.outcome, cause.sentence)


def _of_sip(seen: SipSeen) -> tuple[float, Line] | None:
    reading, way = seen.reading, _way(seen.sent)
    rpdu = reading.rpdu
    if reading.status >= 200:
        words = f"{reading.status} {reading.message.reason.decode('utf-8', 'replace')}"
        why = "" if reading.status < 300 else f"{Cause.from_sip(reading.status).sentence} ({_SIP})"
        return seen.when, Line(way, f"{words} to {reading.method}", _at(seen.when, why))
    if isinstance(rpdu, RpAck):
        return seen.when, Line(way, "RP-ACK", _at(seen.when))
    if isinstance(rpdu, RpError):
        known = rpdu.cause in set(RpCause)
        name = RpCause(rpdu.cause).text if known else "reserved"
        return seen.when, Line(way, f"RP-ERROR {int(rpdu.cause)}, {name}", _at(seen.when, _RP))
    return None


def _of_map(seen: MapSeen, operation: str) -> tuple[float, Line] | None:
    reading, way = seen.reading, _way(seen.sent)
    if reading.error is not None:
        why = f"{cause_of(reading.error).sentence} ({_MAP})"
        return seen.when, Line(
            way, f"{operation} {reading.answer}{_detail(reading.error)}", _at(seen.when, why)
        )
    if reading.answer or reading.fault:
        return seen.when, Line(way, f"{operation} {reading.answer or reading.fault}", _at(seen.when))
    return None


def _detail(error: MapError) -> str:
    """What its parameter adds."""
    match error.parameter:
        case SmDeliveryFailureCause() as failure:
            why = int(failure.sm_enumerated_delivery_failure_cause)
            return f", {_FAILURES.get(why, str(why))}"
        case AbsentSubscriberSmParam() as absent if absent.absent_subscriber_diagnostic_sm is not None:
            return f", diagnostic {absent.absent_subscriber_diagnostic_sm}"
    return ""


def _way(sent: bool) -> str:
    return "sent" if sent else "received"


def _at(when: float, why: str = "") -> str:
    return f"{clock(when)}  {why}".rstrip()
