"""When a UE can be reached: the Communication Availability of its registration (TS 23.554 clause 8.2.1).

[LAB] Windows begin at the scheduled time and last for the duration, again after each interval where they are
periodic. What is not said sets no bound: without a time, always; without a duration, from then on.
"""

from dataclasses import dataclass

from msgin5g_bridge.registration import CommunicationAvailability

__all__ = ["ALWAYS", "Availability", "available"]


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether the UE listens now, and when the next window begins where there will be one."""

    open: bool
    opens: float | None = None


ALWAYS = Availability(open=True)


def available(schedule: CommunicationAvailability | None, now: float) -> Availability:
    """As the schedule says at this time."""
    if not schedule or not schedule.sched_time:
        return ALWAYS
    begin = schedule.sched_time.timestamp()
    if now < begin:
        return Availability(open=False, opens=begin)
    if not schedule.duration:
        return ALWAYS
    if not schedule.periodic_ind or not schedule.interval:
        return Availability(open=now < begin + schedule.duration)
    past = int((now - begin) // schedule.interval)
    latest = begin + past * schedule.interval
    if now < latest + schedule.duration:
        return Availability(open=True)
    return Availability(open=False, opens=latest + schedule.interval)
