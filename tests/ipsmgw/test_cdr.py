"""Charging data as lines of the journal."""

import asyncio
import time

import pytest

from ipsmgw.cdr import Attempt, Cdr, later
from ipsmgw.sockets import LoopClock


def test_all_times_of_a_record_are_moved_together() -> None:
    tried = Attempt("ims", "sip:scscf", "noResponseViaIPSMGW", 11.0, 12.0)
    cdr = Cdr("gw-0.1-1", "ISMSMT", "delivered", 14.0, 10.0, attempts=(tried,))
    moved = later(cdr, 100.0)
    assert (moved.time, moved.received, moved.attempts[0].start, moved.attempts[0].end) == (
        114,
        110,
        111,
        112,
    )
    assert later(moved, -100.0) == cdr


def test_the_clock_goes_on_evenly_and_tells_how_far_the_time_of_day_has_been_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with asyncio.Runner() as runner:
        loop, day = runner.get_loop(), [1_000_000.0]
        monkeypatch.setattr(loop, "time", lambda: 5.0)
        monkeypatch.setattr(time, "time", lambda: day[0])
        clock = LoopClock(loop)
        day[0] += 3600.0
        assert (clock.now(), clock.skew()) == (1_000_000.0, 3600.0)
        monkeypatch.undo()
