"""Restriction of congested nodes: it rises in steps, falls with time, and holds back the less important."""

from hypothesis import given
from hypothesis import strategies as st

from mapstack.m3ua.message import MessageType, Tag, encode
from mapstack.sccp.message import ReturnCause
from mapstack.sccp.restriction import Restrictions
from mapstack.sccp.settings import SccpCongestion
from tests.mapstack.sccp.pair import A_GT, B_GT, FLOW, B, Pair

SETTINGS = SccpCongestion(attack=1, decay=10, level_decay=20, sublevels=4)
NODE = 7


def passed(found: Restrictions, importance: int) -> int:
    """Of eight messages, how many leave."""
    return sum(not found.refuses(NODE, importance) for _ in range(8))


def test_congestion_counts_once_within_the_attack_timer() -> None:
    found = Restrictions(SETTINGS, limit=2)
    found.congested(NODE, 0.0)
    found.congested(NODE, 0.5)
    assert [passed(found, importance) for importance in (0, 1)] == [6, 8]
    found.congested(NODE, 1.0)
    assert passed(found, 0) == 4
    for now in range(2, 8):
        found.congested(NODE, float(now))
    assert found.level(NODE) == 2
    assert [passed(found, importance) for importance in (0, 1, 2, 3)] == [0, 0, 8, 8]


def test_the_restriction_falls_a_step_at_a_time_and_is_forgotten() -> None:
    found = Restrictions(SETTINGS, limit=2)
    for now in range(5):
        found.congested(NODE, float(now))
    assert (found.level(NODE), found.soonest) == (1, 14.0)
    assert found.expire(13.9) == []
    assert found.expire(14.0) == [NODE]
    assert (found.level(NODE), passed(found, 1), passed(found, 0)) == (1, 8, 0)
    for then in (24.0, 34.0, 44.0, 54.0):
        found.expire(then)
    assert NODE not in found
    assert found.soonest is None


def test_the_level_that_a_node_tells_holds_where_it_is_the_higher_one() -> None:
    found = Restrictions(SETTINGS, limit=2)
    found.congested(NODE, 0.0)
    found.told(NODE, 4, 0.0)
    assert [passed(found, importance) for importance in (3, 4)] == [0, 8]
    found.told(NODE, 0, 1.0)
    assert found.level(NODE) == 0
    assert passed(found, 0) == 6
    found.forget(NODE)
    assert passed(found, 0) == 8


def test_at_the_highest_level_nothing_leaves() -> None:
    found = Restrictions(SETTINGS, limit=2)
    for now in range(100):
        found.congested(NODE, float(now))
    assert found.level(NODE) == 8
    assert passed(found, 7) == 0


events = st.tuples(
    st.sampled_from(["congested", "told", "forget", "expire"]), st.integers(0, 4), st.integers(0, 8)
)


@given(st.lists(events, max_size=60))
def test_whatever_happens_it_stays_within_its_bounds_and_ends(script: list[tuple[str, int, int]]) -> None:
    found = Restrictions(SETTINGS, limit=3)
    now = 0.0
    for what, node, level in script:
        now += level
        if what == "congested":
            found.congested(node, now)
        elif what == "told":
            found.told(node, level, now)
        elif what == "forget":
            found.forget(node)
        found.expire(now)
        assert len(found) <= 3
        assert 0 <= found.level(node) <= 8
        assert found.soonest is None or found.soonest > now
        assert (found.soonest is None) == (len(found) == 0)
    while found.soonest is not None:
        now = found.soonest
        assert found.expire(now)
    assert len(found) == 0


def test_a_gateway_that_tells_of_congestion_again_and_again_is_heard_each_time() -> None:
    """SCON (RFC 4666 §3.4.4) is what MTP-STATUS is made of, and one alone restricts nothing."""
    pair = Pair()
    scon = encode(MessageType.SCON, (Tag.AFFECTED_POINT_CODE, B))
    outcomes = []
    for now in range(30):
        pair.a.receive(scon, FLOW, float(now))
        pair.a.expire(float(now))
        outcomes.append(pair.a.unitdata(B_GT, A_GT, b"x", float(now), sls=0))
    assert outcomes[0] is None
    assert outcomes[-1] is ReturnCause.NETWORK_CONGESTION
    pair.a.receive(encode(MessageType.DAVA, (Tag.AFFECTED_POINT_CODE, B)), FLOW, 30.0)
    assert pair.a.unitdata(B_GT, A_GT, b"x", 30.0, sls=0) is None
