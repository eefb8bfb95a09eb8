"""What a UE has to report, until its server answers (TS 23.554 clause 8.3.4).

[LAB] CoAP repeats a request for a minute or so and then gives up (RFC 7252 §4.2). A report is said again
then, after a wait that doubles, until a deadline. It is kept in memory: a UE that is restarted has forgotten
what it has to report, and reports again only what it is given again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from lab.elements.agenda import Agenda, Entry
from msgin5g_bridge.coap import Responded, Unanswered
from msgin5g_bridge.message import DeliveryReport
from msgin5g_bridge.model import Absent
from msgin5g_bridge.msgdelivery import ReportDeliveryStatus

__all__ = ["DEADLINE", "RETRY", "Reporting"]

RETRY, DEADLINE = 10.0, 86_400.0
"""Seconds: until the first repetition, and until it is given up."""
_LATER = (408, 429)
_Key = tuple[str, str, ReportDeliveryStatus, str | Absent]


@dataclass(slots=True, eq=False)
class _Kept:
    report: DeliveryReport
    wait: float
    until: float
    exchange: int | None = None
    again: Entry | None = None


class Reporting:
    """A `Timed` of the Driver of whoever reports; `say` asks the server, and tells by which exchange."""

    def __init__(
        self,
        say: Callable[[DeliveryReport, float], int],
        *,
        retry: float = RETRY,
        deadline: float = DEADLINE,
    ) -> None:
        self._say = say
        self._retry = retry
        self._lasts = deadline
        self._kept: dict[_Key, _Kept] = {}
        self._asked: dict[int, _Kept] = {}
        self._agenda = Agenda()
        self.given_up: list[DeliveryReport] = []
        """What the server has not answered until the deadline."""
        self.silences = 0
        """How often nobody has answered."""
        self._held = False

    def __len__(self) -> int:
        """Reports that the server has not answered."""
        return len(self._kept)

    def put(self, report: DeliveryReport, now: float) -> None:
        """One that it has still to make is made now, unless its answer is awaited."""
        fresh = _Kept(report, self._retry, now + self._lasts)
        self._tell(self._kept.setdefault(_key(report), fresh), now)

    def ended(self, event: Responded | Unanswered, now: float) -> None:
        """The server has answered, or has not; about something else that is nothing here."""
        kept = self._asked.pop(event.exchange, None)
        if kept is None:
            return
        kept.exchange = None
        if isinstance(event, Unanswered):
            self.silences += 1
            self._later(kept, kept.wait, now)
        elif event.code in _LATER or event.code >= 500:
            self._later(kept, max(kept.wait, event.max_age), now)
        else:
            del self._kept[_key(kept.report)]  # also what is refused has been heard

    def hold(self) -> None:
        """From now on it tells nobody, as one who has not read yet."""
        self._held = True

    def release(self, now: float) -> None:
        """It has read all that it has."""
        self._held = False
        for kept in tuple(self._kept.values()):
            self._tell(kept, now)

    def expire(self, now: float) -> None:
        self._agenda.expire(now)

    def deadline(self) -> float | None:
        return self._agenda.deadline()

    def _tell(self, kept: _Kept, now: float) -> None:
        if self._held or kept.exchange is not None:
            return
        if kept.again is not None:
            kept.again.cancel()
        kept.exchange = self._say(kept.report, now)
        self._asked[kept.exchange] = kept

    def _later(self, kept: _Kept, wait: float, now: float) -> None:
        kept.wait *= 2
        if now + wait >= kept.until:
            del self._kept[_key(kept.report)]
            self.given_up.append(kept.report)
        else:
            kept.again = self._agenda.at(now + wait, lambda when: self._tell(kept, when))


def _key(report: DeliveryReport) -> _Key:
    return report.dest_addr.addr, report.msg_id, report.deliv_st, report.failure_cause
