"""The timers of a message: which ran, how long they may run, and what has ended them."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from ipsmgw.cdr import Cdr
from ipsmgw.explain.evidence import Evidence, MapSeen, SipSeen
from ipsmgw.explain.explanation import Line, lasting
from ipsmgw.settings import Settings
from sipbridge.rp import RpAck, RpError

__all__ = ["waits"]

SeenT = TypeVar("SeenT", SipSeen, MapSeen)


def waits(settings: Settings, evidence: Evidence, cdr: Cdr, state: str, now: float) -> Iterator[Line]:
    """In their order; a wait that nothing has ended runs, or has run out."""
    timers = settings.timers
    end = now if state else cdr.time
    if cdr.record == "ISMSMO":
        asked = _first(seen for seen in evidence.map if seen.reading.operation)
        answered = _first(seen for seen in evidence.map if seen.reading.answer or seen.reading.fault)
        yield from _wait("timers.mo_answer", timers.mo_answer, asked, answered, end, open_=bool(state))
        return
    sent = _first(seen for seen in evidence.sip if seen.sent and not seen.reading.status)
    final = _first(seen for seen in evidence.sip if not seen.sent and seen.reading.status >= 200)
    report = _first(
        seen for seen in evidence.sip if not seen.sent and isinstance(seen.reading.rpdu, RpAck | RpError)
    )
    timer_f = 64 * settings.sip.timers.t1
    yield from _wait("64 × sip.timers.t1", timer_f, sent, final or report, end, open_=bool(state))
    if final is not None and final.reading.status < 300:
        yield from _wait("timers.mt_report", timers.mt_report, final, report, end, open_=bool(state))


def _wait(
    name: str,
    limit: float,
    begun: SipSeen | MapSeen | None,
    ended: SipSeen | MapSeen | None,
    end: float,
    *,
    open_: bool,
) -> Iterator[Line]:
    if begun is None:
        return
    if ended is not None:
        spent = max(0.0, ended.when - begun.when)
        yield Line(name, f"{limit:g} s", f"ended by {_what(ended)} after {lasting(spent)}")
    elif open_:
        yield Line(name, f"{limit:g} s", f"runs, {lasting(max(0.0, begun.when + limit - end))} are left")
    else:
        spent = end - begun.when
        how = "has run out" if spent >= limit * 0.99 else f"was ended after {lasting(spent)}"
        yield Line(name, f"{limit:g} s", how)


def _what(seen: SipSeen | MapSeen) -> str:
    if isinstance(seen, MapSeen):
        return seen.reading.answer or seen.reading.fault
    if seen.reading.status:
        return str(seen.reading.status)
    return "RP-ACK" if isinstance(seen.reading.rpdu, RpAck) else "RP-ERROR"


def _first(found: Iterable[SeenT]) -> SeenT | None:
    return next(iter(found), None)
