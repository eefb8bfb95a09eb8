"""Which domain an MT is tried in, and which one next: TS 23.204 §6.5a, TS 29.002 §23.3.7."""

import enum
from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.cdr import Attempt, Cdr
from ipsmgw.hlr_section import Domain
from ipsmgw.map_error import error_of
from ipsmgw.procedures import mt
from ipsmgw.procedures.decision import (
    Action,
    Decision,
    ForwardMt,
    MtRefusal,
    MtResult,
    ReportDelivery,
    TryIms,
)
from ipsmgw.procedures.delivery_report import report_of
from ipsmgw.procedures.mt import MtSms
from ipsmgw.routing_section import RoutingSection
from ipsmgw.store import Correlation
from mapstack import AddressString
from mapstack.map import ErrorCode, MapError, MtForwardSmArg, SmRpDa, SmRpOa

__all__ = [
    "TRANSITIONS",
    "Ending",
    "Input",
    "Routed",
    "State",
    "abandoned",
    "begin",
    "charge",
    "domains",
    "ended",
    "reported_late",
    "tries_next",
    "within",
]

_MARGIN = 2.0
"""Seconds before the SMS-GMSC's time is up in which it has to be answered, and the record to be on disk."""
_DELIVERED, _ABANDONED = "delivered", "abandonedByGMSC"
_ABSENT = ErrorCode.ABSENT_SUBSCRIBER_SM, ErrorCode.UNIDENTIFIED_SUBSCRIBER


class State(enum.Enum):
    """How an MT stands while an attempt is open."""

    TRYING = "the SMS-GMSC waits"
    TAKEN = "the SMS-GMSC waits; the phone has reported over the IMS when its time was up, and has it"
    LEFT = "the SMS-GMSC has given up"


class Input(enum.Enum):
    """What happens to it."""

    DELIVERED = "the attempt has ended well"
    REFUSED = "the attempt has ended, and another domain may be tried"
    REFUSED_FOR_GOOD = "the attempt has ended, and no other domain may be tried"
    REPORTED_LATE = "an RP-ACK on the attempt over the IMS that had been given up"
    ABANDONED = "the SMS-GMSC gives up"


class Ending(Struct, frozen=True, gc=False):
    """How an attempt has ended: `outcome` as in charging records."""

    outcome: str
    error: MapError | None = None
    sm_rp_ui: bytes | None = None


class Routed(Struct, frozen=True, gc=False):
    """An MT under way through the domains; the first of `domains` is the one that is being tried."""

    sms: MtSms
    centre: AddressString
    """The service centre, as the SMS-GMSC names it."""
    correlation: Correlation
    domains: tuple[Domain, ...]
    until: float
    more: bool = False
    state: State = State.TRYING
    begun: float = 0.0
    deadline: float = 0.0
    """When the open attempt is given up."""
    attempts: tuple[Attempt, ...] = ()
    errors: tuple[MapError | None, ...] = ()
    """Of each attempt."""
    call_id: str = ""
    """Of the MESSAGE, where it was tried over the IMS."""


def domains(order: tuple[Domain, ...], correlation: Correlation) -> tuple[Domain, ...]:
    """Those that there is a node for; whether the IMS has him is seen when it is tried."""
    served = {"ims": True, "ps": correlation.sgsn is not None, "cs": correlation.msc is not None}
    return tuple(domain for domain in order if served[domain])


def begin(routed: Routed, policy: RoutingSection, now: float) -> Decision[Routed]:
    """mt-ForwardSM: the first domain."""
    if not routed.domains:
        return _end(routed, Ending(Cause.ABSENT_SUBSCRIBER.cdr, error_of(Cause.ABSENT_SUBSCRIBER)), now)
    return _attempt(routed, policy, now)


def ended(routed: Routed, ending: Ending, node: str, policy: RoutingSection, now: float) -> Decision[Routed]:
    """The open attempt, at this node, is over."""
    domain = routed.domains[0]
    attempt = Attempt(domain, node, ending.outcome, routed.begun, now)
    routed = replace(
        routed,
        domains=routed.domains[1:],
        attempts=(*routed.attempts, attempt),
        errors=(*routed.errors, ending.error),
    )
    return TRANSITIONS[routed.state, _input(ending, policy)](routed, ending, policy, now)


def reported_late(routed: Routed, policy: RoutingSection, now: float) -> Decision[Routed]:
    """RP-ACK after the IMS was given up: the phone has the message, whatever the open attempt will bring."""
    return TRANSITIONS[routed.state, Input.REPORTED_LATE](routed, Ending(_DELIVERED), policy, now)


def abandoned(routed: Routed, policy: RoutingSection, now: float) -> Decision[Routed]:
    """Nothing more is tried; what the open attempt brings is recorded."""
    return TRANSITIONS[routed.state, Input.ABANDONED](routed, Ending(_ABANDONED), policy, now)


def _input(ending: Ending, policy: RoutingSection) -> Input:
    if ending.outcome == _DELIVERED:
        return Input.DELIVERED
    return Input.REFUSED if tries_next(ending.outcome, policy) else Input.REFUSED_FOR_GOOD


def tries_next(outcome: str, policy: RoutingSection) -> bool:
    """Whether another domain is tried after it, while there is one."""
    # TS 29.002 §23.3.7: a full memory is full in every domain.
    return outcome != Cause.MEMORY_CAPACITY_EXCEEDED.cdr and outcome not in policy.avoid


# The transitions.


def _go_on(routed: Routed, ending: Ending, policy: RoutingSection, now: float) -> Decision[Routed]:
    """TS 23.204 §6.5a: the SMS-GMSC must not learn of a failure while a domain is left to try."""
    if routed.domains and now < routed.until:
        return _attempt(routed, policy, now)
    return _end(routed, _worth_telling(routed, ending), now)


def _give_up(routed: Routed, ending: Ending, policy: RoutingSection, now: float) -> Decision[Routed]:
    return _end(routed, ending, now)


def _delivered(routed: Routed, ending: Ending, policy: RoutingSection, now: float) -> Decision[Routed]:
    return _end(routed, Ending(_DELIVERED, sm_rp_ui=ending.sm_rp_ui), now)


def _abandon(routed: Routed, ending: Ending, policy: RoutingSection, now: float) -> Decision[Routed]:
    return _end(routed, Ending(_ABANDONED), now)


def _leave(routed: Routed, ending: Ending, policy: RoutingSection, now: float) -> Decision[Routed]:
    return Decision(replace(routed, state=State.LEFT), ())


def _take(routed: Routed, ending: Ending, policy: RoutingSection, now: float) -> Decision[Routed]:
    """The attempt over the IMS is one that has delivered, and has ended now."""
    attempts = tuple(
        replace(each, outcome=_DELIVERED, end=now) if each.domain == "ims" else each
        for each in routed.attempts
    )
    state = State.LEFT if routed.state is State.LEFT else State.TAKEN
    return Decision(replace(routed, state=state, attempts=attempts), ())


Transition = Callable[[Routed, Ending, RoutingSection, float], Decision[Routed]]

TRANSITIONS: Mapping[tuple[State, Input], Transition] = {
    (State.TRYING, Input.DELIVERED): _delivered,
    (State.TRYING, Input.REFUSED): _go_on,
    (State.TRYING, Input.REFUSED_FOR_GOOD): _give_up,
    (State.TRYING, Input.REPORTED_LATE): _take,
    (State.TRYING, Input.ABANDONED): _leave,
    (State.TAKEN, Input.DELIVERED): _delivered,
    (State.TAKEN, Input.REFUSED): _delivered,
    (State.TAKEN, Input.REFUSED_FOR_GOOD): _delivered,
    (State.TAKEN, Input.REPORTED_LATE): _take,
    (State.TAKEN, Input.ABANDONED): _leave,
    (State.LEFT, Input.DELIVERED): _abandon,
    (State.LEFT, Input.REFUSED): _abandon,
    (State.LEFT, Input.REFUSED_FOR_GOOD): _abandon,
    (State.LEFT, Input.REPORTED_LATE): _take,
    (State.LEFT, Input.ABANDONED): _leave,
}
"""Every input in every state: neighbours decide when they come."""


def _attempt(routed: Routed, policy: RoutingSection, now: float) -> Decision[Routed]:
    """The next domain, for as long as leaves the others their time, and at least for an equal part."""
    domain, later, left = routed.domains[0], len(routed.domains) - 1, routed.until - now
    share = max(left - later * policy.attempt, left / (later + 1))
    record = replace(routed, begun=now, deadline=now + share)
    return Decision(record, (TryIms() if domain == "ims" else _forward(routed, domain),))


def _forward(routed: Routed, domain: Domain) -> ForwardMt:
    """The same message, to the subscriber by his real name (TS 29.002 §23.3.7)."""
    sms, correlation = routed.sms, routed.correlation
    node = correlation.sgsn if domain == "ps" else correlation.msc
    arg = MtForwardSmArg(
        sm_rp_da=SmRpDa(imsi=sms.imsi),
        sm_rp_oa=SmRpOa(service_centre_address_oa=routed.centre),
        sm_rp_ui=sms.tpdu,
        more_messages_to_send=routed.more,
    )
    return ForwardMt("ps" if domain == "ps" else "cs", (node or AddressString("")).digits, arg)


def _worth_telling(routed: Routed, last: Ending) -> Ending:
    """TS 29.002 §23.3.7: that he is absent, in whichever domain, is told before anything else."""
    told = last
    for attempt, error in zip(routed.attempts, routed.errors, strict=True):
        if error is not None and error.code in _ABSENT:
            told = Ending(attempt.outcome, error)
    return told


def _end(routed: Routed, ending: Ending, now: float) -> Decision[Routed]:
    cdr = mt.record_of(routed.sms, ending.outcome, now)
    charge(cdr, routed)
    actions: tuple[Action, ...] = ()
    if ending.outcome == _DELIVERED:
        over_ip = any(each.domain == "ims" and each.outcome == _DELIVERED for each in routed.attempts)
        actions = (MtResult(ending.sm_rp_ui, over_ip),)
    elif ending.error is not None:
        actions = (MtRefusal(ending.error),)
    report = report_of(routed.correlation, routed.attempts, routed.errors)
    if report is not None:
        actions = (*actions, ReportDelivery(report))
    return Decision(None, actions, cdr)


def charge(cdr: Cdr, routed: Routed) -> None:
    """What its way adds to the charging record; nothing where the IMS has delivered it, as usual."""
    msisdn = routed.correlation.msisdn
    if not cdr.msisdn and msisdn is not None:
        cdr.msisdn = msisdn.digits
    cdr.call_id, cdr.icid = routed.call_id, routed.call_id.partition("@")[0]
    if len(routed.attempts) != 1 or routed.attempts[0].domain != "ims" or cdr.outcome != _DELIVERED:
        cdr.attempts = routed.attempts


def within(received: float, seconds: float) -> float:
    """Until when an SMS-GMSC that waits so long has to be answered."""
    return received + max(seconds - _MARGIN, seconds / 2)
