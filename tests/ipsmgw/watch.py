"""A clock that the test sets."""

from collections.abc import Callable

__all__ = ["Alarm", "Watch"]


class Alarm:
    """A timer of it."""

    def __init__(self, when: float, callback: Callable[[], None]) -> None:
        self.when, self.callback, self.cancelled = when, callback, False

    def cancel(self) -> None:
        self.cancelled = True


class Watch:
    """`ipsmgw.drive.Clock`: time moves when it is told to."""

    def __init__(self) -> None:
        self.time = 100.0
        self.alarms: list[Alarm] = []

    def now(self) -> float:
        return self.time

    def call_at(self, when: float, callback: Callable[[], None]) -> Alarm:
        self.alarms.append(Alarm(when, callback))
        return self.alarms[-1]

    @property
    def armed(self) -> list[float]:
        return [alarm.when for alarm in self.alarms if not alarm.cancelled]

    def reach(self, when: float) -> None:
        self.time = when
        due = [alarm for alarm in self.alarms if not alarm.cancelled and alarm.when <= when]
        self.alarms = [alarm for alarm in self.alarms if alarm not in due]
        for alarm in due:
            alarm.callback()
