"""What is told of a message to a non-3GPP UE: its connection has failed, or it has acknowledged."""

from ipsmgw.explain.transfer import steps
from ipsmgw.procedures.msgin5g.delivery import Times
from ipsmgw.procedures.msgin5g.lines import acked
from ipsmgw.store import Transfer

TIMES = Times(100.0, 10.0, 100.0)
HELD = Transfer(key="k", imsi="valve", ue="ue-valve", received=0.0, until=100.0, parts=(b"{}",))


def test_a_ue_that_does_not_acknowledge_is_tried_again() -> None:
    after = acked(HELD, "TIMEOUT", later=True, times=TIMES, now=1.0)
    assert (after.phase, after.resting, after.rest, after.cause) == ("sms", "line", 11.0, "ABSENT_SUBSCRIBER")
    (line,) = steps(HELD, after, 1.0)
    assert "the connection of the UE has failed for now" in str(line)


def test_a_ue_that_acknowledges_has_it() -> None:
    after = acked(HELD, "", later=False, times=TIMES, now=1.0)
    assert (after.phase, after.at) == ("ended", 1)
    assert any("by its connection: acknowledged" in str(line) for line in steps(HELD, after, 1.0))


def test_a_refusal_for_good_ends_it_with_its_cause() -> None:
    after = acked(HELD, "MEMORY_FULL", later=False, times=TIMES, now=1.0)
    assert (after.phase, after.at, after.cause) == ("ended", 0, "MEMORY_FULL")
