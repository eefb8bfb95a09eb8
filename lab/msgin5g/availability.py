"""When a UE can be reached: the Communication Availability of its registration (TS 23.554 clause 8.2.1).

[LAB] Windows begin at the scheduled time and last for the duration, again after each interval where they
are periodic. What is not said, or is no time, sets no bound: without a begin, always; without a duration,
from then on.
"""

from dataclasses import dataclass

from msgin5g_bridge.model import Absent
from msgin5g_bridge.registration import CommunicationAvailability

__all__ = ["ALWAYS", "Availability", "available"]


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether the UE listens now, and when the next window begins where there will be one."""

    open: bool
    opens: float | None = None


ALWAYS = Availability(open=True)
_EVER = 10**10
"""Seconds: some centuries."""


def available(schedule: CommunicationAvailability | None, now: float) -> Availability:
    """As the schedule says at this time."""
    if not schedule or not schedule.sched_time:
        return ALWAYS
    begin = schedule.sched_time.timestamp()
    if now < begin:
        return Availability(open=False, opens=begin)
    duration = _seconds(schedule.duration)
    interval = _seconds(schedule.interval) if schedule.periodic_ind else 0.0
    if not duration:
        return ALWAYS
    if not interval:
        return Availability(open=now < begin + duration)
    latest = begin + (now - begin) // interval * interval
    if now < latest + duration:
        return Availability(open=True)
    return Availability(open=False, opens=latest + interval)


def _seconds(given: int | Absent) -> float:
    """As far as it is a time; 0.0: none."""
    return float(min(max(given or 0, 0), _EVER))
