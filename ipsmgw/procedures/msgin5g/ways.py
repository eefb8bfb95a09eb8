"""By which way a message is tried next: IMS, or the service centre (TS 23.204 §6.5a, TS 29.002 §23.3.7)."""

from typing import NamedTuple

from msgspec.structs import replace

from ipsmgw.procedures.msgin5g.cause import MEMORY_FULL, failure_cause, is_temporary
from ipsmgw.procedures.msgin5g.delivery import Times, over
from ipsmgw.store import Transfer

__all__ = ["Order", "ended_over_ims", "refused_by_centre", "rested", "ways", "woken"]

_STATUS_REPORT = 2  # TP-MTI to a phone: TS 23.040 §9.2.3.1


class Order(NamedTuple):
    """What the settings say of a phone."""

    ways: tuple[str, ...] = ("ims",)
    avoid: tuple[str, ...] = ()
    """Outcomes after which no other way is tried."""


def ways(held: Transfer, order: Order, now: float) -> tuple[str, ...]:
    """Those that may be tried now, the best first. From the first part on that the service centre has, it
    gets all of them; a status report has no submit_sm.
    """
    if held.handed:
        return () if _rests(held, "sc", now) else ("sc",)
    only_ims = held.parts[held.at][0] & 3 == _STATUS_REPORT
    usual = ("ims",) if only_ims else order.ways
    return tuple(way for way in usual if way not in held.tried and not _rests(held, way, now))


def ended_over_ims(held: Transfer, outcome: str, order: Order, times: Times, now: float) -> Transfer:
    """The phone has the next part, or it has not, as the charging record says."""
    cause = failure_cause(outcome)
    if not cause:
        further = replace(held, at=held.at + 1, cause="", resting="", rest=0.0)
        return further if further.at < len(held.parts) else over(further, now, times)
    held = replace(held, cause=cause)
    if is_temporary(cause) and now < held.until:
        # TS 29.002 §23.3.7: a full memory is full in every domain.
        last = cause == MEMORY_FULL or outcome in order.avoid
        return rested(held, "ims", now + times.retry, everywhere=last)
    return _without(held, "ims", outcome, order, times=times, now=now)


def refused_by_centre(held: Transfer, outcome: str, order: Order, times: Times, now: float) -> Transfer:
    """The service centre has refused the next part for good; those before it has."""
    held = replace(held, cause=failure_cause(outcome))
    return (
        over(held, now, times) if held.handed else _without(held, "sc", outcome, order, times=times, now=now)
    )


def rested(held: Transfer, way: str, until: float, *, everywhere: bool = False) -> Transfer:
    """It has failed for now; `everywhere`: so would the others."""
    until = min(until, held.until)
    if everywhere:
        return replace(held, resting="", rest=0.0, due=until)
    return replace(held, resting=way, rest=until, due=0.0)


def woken(held: Transfer) -> Transfer:
    """The phone is there, or has room: the IMS may be tried at once."""
    if held.handed:
        return held
    return replace(held, due=0.0, resting="", rest=0.0) if held.resting != "sc" else replace(held, due=0.0)


def _without(held: Transfer, way: str, outcome: str, order: Order, *, times: Times, now: float) -> Transfer:
    """A way is closed. The others are open, unless the cause says that they would be no better; what the
    service centre will never take waits for the IMS only where that comes after it.
    """
    held = replace(held, tried=(*held.tried, way), resting="", rest=0.0, due=0.0)
    left = ways(held, order, now)
    if way == "sc":
        left = tuple(each for each in left if order.ways.index(each) > order.ways.index(way))
    return held if left and outcome not in order.avoid and now < held.until else over(held, now, times)


def _rests(held: Transfer, way: str, now: float) -> bool:
    return held.resting == way and now < held.rest
