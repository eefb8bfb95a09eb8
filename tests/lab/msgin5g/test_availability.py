"""When a UE can be reached, by its Communication Availability."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.msgin5g.availability import ALWAYS, Availability, available
from msgin5g_bridge import ABSENT
from msgin5g_bridge.registration import CommunicationAvailability

BEGIN = datetime.fromtimestamp(1000.0, UTC)
NUMBERS = st.integers(-3, 10) | st.integers(-(10**40), 10**40) | st.just(ABSENT)


def schedule(
    duration: int | None = None, interval: int | None = None, *, periodic: bool = True
) -> CommunicationAvailability:
    return CommunicationAvailability(
        sched_time=BEGIN, duration=duration or ABSENT, interval=interval or ABSENT, periodic_ind=periodic
    )


@pytest.mark.parametrize(
    ("given_", "now", "expected"),
    [
        (None, 5.0, ALWAYS),
        (CommunicationAvailability(), 5.0, ALWAYS),
        (schedule(), 999.0, Availability(open=False, opens=1000.0)),
        (schedule(), 1000.0, ALWAYS),
        (schedule(10), 1009.0, ALWAYS),
        (schedule(10), 1010.0, Availability(open=False)),
        (schedule(10, 100), 1010.0, Availability(open=False, opens=1100.0)),
        (schedule(10, 100), 1205.0, ALWAYS),
        (schedule(10, 100, periodic=False), 1205.0, Availability(open=False)),
    ],
)
def test_a_window_is_open_from_its_begin_for_its_duration(
    given_: CommunicationAvailability | None, now: float, expected: Availability
) -> None:
    assert available(given_, now) == expected


@given(duration=NUMBERS, interval=NUMBERS, now=st.floats(0, 1e9), periodic=st.booleans())
def test_a_window_that_opens_opens_later_whatever_the_numbers(
    duration: int, interval: int, now: float, *, periodic: bool
) -> None:
    asked = CommunicationAvailability(
        sched_time=BEGIN, duration=duration, interval=interval, periodic_ind=periodic
    )
    found = available(asked, now)
    assert found.opens is None or (found.opens > now and not found.open)
