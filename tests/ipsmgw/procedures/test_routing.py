"""The choice of domains as pure functions: what comes next, how long it may take, and what is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ipsmgw.cause import Cause
from ipsmgw.hlr_section import Domain
from ipsmgw.map_error import error_of
from ipsmgw.procedures import routing
from ipsmgw.procedures.decision import Decision, ForwardMt, MtRefusal, MtResult, TryIms
from ipsmgw.procedures.mt import MtSms
from ipsmgw.procedures.routing import TRANSITIONS, Ending, Input, Routed, State
from ipsmgw.routing_section import RoutingSection
from ipsmgw.store import Correlation
from mapstack import AddressString

NOW = 1000.0
POLICY = RoutingSection()
CENTRE, MSC, SGSN = AddressString("15550000014"), AddressString("15550000021"), AddressString("15550000022")
KNOWN = Correlation("001012345678901", "001010000000001", None, CENTRE, 2000.0, MSC, SGSN)
SMS = MtSms("gw-0.1-1", 7, KNOWN.imsi, CENTRE, b"\x04\x00", NOW, None, -1)
ALL: tuple[Domain, ...] = ("ims", "ps", "cs")
ROUTED = Routed(SMS, CENTRE, KNOWN, ALL, NOW + 58.0)
FAILED = Ending("equipmentProtocolError", error_of(Cause.EQUIPMENT_PROTOCOL_ERROR))
DELIVERED = Ending("delivered", sm_rp_ui=b"\x00\x00")
FULL = Ending("memoryCapacityExceeded", error_of(Cause.MEMORY_CAPACITY_EXCEEDED))


def record(decision: Decision[Routed]) -> Routed:
    assert decision.record is not None
    return decision.record


def after(*endings: Ending, routed: Routed = ROUTED) -> Decision[Routed]:
    """What is decided when attempts have ended so, each a second after it began."""
    now, decision = NOW, routing.begin(routed, POLICY, NOW)
    for ending in endings:
        now += 1.0
        decision = routing.ended(record(decision), ending, "node", POLICY, now)
    return decision


@pytest.mark.parametrize(
    ("known", "found"),
    [
        (KNOWN, ("ims", "ps", "cs")),
        (replace(KNOWN, sgsn=None), ("ims", "cs")),
        (replace(KNOWN, msc=None), ("ims", "ps")),
        (replace(KNOWN, msc=None, sgsn=None), ("ims",)),
    ],
)
def test_a_domain_without_a_node_is_not_tried(known: Correlation, found: tuple[Domain, ...]) -> None:
    assert routing.domains(ALL, known) == found


def test_each_domain_leaves_the_others_their_time() -> None:
    shares = [record(after(*(FAILED,) * tried)) for tried in range(3)]
    assert [each.deadline - each.begun for each in shares] == [28.0, 42.0, 56.0]


def test_where_time_is_short_it_is_parted() -> None:
    short = replace(ROUTED, until=NOW + 9.0)
    assert record(after(routed=short)).deadline == NOW + 3.0


@given(st.floats(0.0, 600.0), st.integers(1, 3), st.floats(0.1, 300.0))
def test_no_attempt_ends_after_the_gmscs_time(left: float, count: int, attempt: float) -> None:
    routed = replace(ROUTED, domains=ALL[:count], until=NOW + left)
    found = record(routing.begin(routed, RoutingSection(attempt=attempt), NOW))
    assert NOW <= found.deadline <= routed.until + 1e-6


@pytest.mark.parametrize(("seconds", "until"), [(60.0, 58.0), (3.0, 1.5), (600.0, 598.0)])
def test_there_is_time_left_for_the_answer(seconds: float, until: float) -> None:
    assert routing.within(NOW, seconds) == NOW + until


def test_the_actions_are_one_for_each_domain_in_their_order() -> None:
    kinds = [after(*(FAILED,) * tried).actions for tried in range(3)]
    assert kinds[0] == (TryIms(),)
    (ps,), (cs,) = kinds[1:]
    assert isinstance(ps, ForwardMt)
    assert isinstance(cs, ForwardMt)
    assert [(ps.domain, ps.node), (cs.domain, cs.node)] == [("ps", SGSN.digits), ("cs", MSC.digits)]


def test_after_the_last_one_the_gmsc_hears_of_it() -> None:
    decision = after(FAILED, FAILED, FAILED)
    assert decision.actions == (MtRefusal(error_of(Cause.EQUIPMENT_PROTOCOL_ERROR)),)
    assert decision.cdr is not None
    assert [each.domain for each in decision.cdr.attempts] == list(ALL)


def test_when_the_time_is_up_no_other_domain_is_tried() -> None:
    begun = record(routing.begin(ROUTED, POLICY, NOW))
    assert routing.ended(begun, FAILED, "node", POLICY, ROUTED.until).record is None


def test_a_phone_that_answers_that_it_is_full_is_not_absent() -> None:
    absent = Ending("noResponseViaIPSMGW", error_of(Cause.NO_RESPONSE))
    decision = after(absent, FULL)
    assert decision.actions[0] == MtRefusal(error_of(Cause.MEMORY_CAPACITY_EXCEEDED))


def test_where_there_is_no_domain_at_all_he_is_absent() -> None:
    decision = routing.begin(replace(ROUTED, domains=()), POLICY, NOW)
    assert decision.actions == (MtRefusal(error_of(Cause.ABSENT_SUBSCRIBER)),)
    assert decision.cdr is not None
    assert (decision.cdr.outcome, decision.cdr.attempts) == ("absentSubscriber", ())


def test_every_state_has_an_answer_to_every_input() -> None:
    assert set(TRANSITIONS) == {(state, each) for state in State for each in Input}


@given(st.lists(st.sampled_from(["delivered", "failed", "full", "late", "abandoned"]), max_size=8))
def test_whatever_happens_it_ends_once_and_nobody_is_told_who_has_left(story: list[str]) -> None:
    """A walk through all states: three attempts at most, and a record for each end."""
    current: Routed | None = record(routing.begin(ROUTED, POLICY, NOW))
    endings = {"delivered": DELIVERED, "failed": FAILED, "full": FULL}
    left = late = False
    for step, word in enumerate(story):
        if current is None:
            break
        now = NOW + step
        if word == "late":
            decision, late = routing.reported_late(current, POLICY, now), True
        elif word == "abandoned":
            decision, left = routing.abandoned(current, POLICY, now), True
        else:
            decision = routing.ended(current, endings[word], "node", POLICY, now)
        assert (decision.record is None) is (decision.cdr is not None)
        current = decision.record
        told = [type(each) for each in decision.actions if type(each) in (MtResult, MtRefusal)]
        if decision.cdr is not None:
            assert len(told) == (0 if left else 1)
            assert len(decision.cdr.attempts) <= 3
            assert (decision.cdr.outcome == "abandonedByGMSC") is left
            if late and not left:
                assert told == [MtResult]
