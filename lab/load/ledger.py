"""Every message that was begun, until it is done, refused or lost: there is no other end."""

from collections import deque
from enum import IntEnum

from msgspec import Struct

from lab.load.figures import Figures
from lab.load.flow import Flow

__all__ = ["NUMBERS", "Ledger", "Row", "Stage"]

NUMBERS = 100_000_000
"""Messages have numbers of eight digits, which begin anew after the last one."""
_REMEMBERED = 100_000


class Stage(IntEnum):
    """How far a message has come."""

    BEGUN = 0
    FORWARDED = 1
    """MT routed home: the SMS-GMSC has heard from the gateway, and sends mt-ForwardSM."""
    DELIVERED = 2
    """MT: the phone has it, and has reported."""


class Row(Struct, gc=False, eq=False):
    """One message under way."""

    number: int
    flow: Flow
    subscriber: int
    intended: float
    counted: bool
    """False where it only warms up."""
    stage: Stage = Stage.BEGUN


class Ledger:
    """Rows by number; all wait equally long, so the oldest is lost first."""

    def __init__(self, patience: float, first: int) -> None:
        self._patience = patience
        self._next = first % NUMBERS
        self._deadlines: deque[tuple[float, int]] = deque()
        self._lost: dict[int, bool] = {}
        """By number, whether something has come since."""
        self.rows: dict[int, Row] = {}
        self.figures = Figures()

    def begin(self, flow: Flow, subscriber: int, intended: float, now: float, *, counted: bool) -> Row:
        """The next number is its own."""
        number = self._next
        self._next = (number + 1) % NUMBERS
        row = self.rows[number] = Row(number, flow, subscriber, intended, counted)
        self._deadlines.append((intended + self._patience, number))
        figures = self.figures
        if counted:
            figures.of(flow).offered += 1
            figures.lag.add(now - intended)
        else:
            figures.warm_up += 1
        return row

    def done(self, row: Row, now: float) -> None:
        del self.rows[row.number]
        if row.counted:
            tally = self.figures.of(row.flow)
            tally.done += 1
            tally.latency.add(now - row.intended)

    def refuse(self, row: Row, cause: str) -> None:
        del self.rows[row.number]
        if row.counted:
            refused = self.figures.of(row.flow).refused
            refused[cause] = refused.get(cause, 0) + 1

    def stray(self, number: int, what: str) -> None:
        """Something has come for a message that is not under way."""
        if not self._is_late(number):
            self.figures.note(what)

    def heard_again(self, number: int) -> bool:
        """A request for a message that has all it needs: sent again, or, if so, late for one that is lost."""
        late = self._is_late(number)
        self.figures.heard_again += not late
        return late

    def expire(self, now: float) -> list[Row]:
        """Those that have waited long enough: they are lost."""
        lost: list[Row] = []
        deadlines, rows = self._deadlines, self.rows
        while deadlines and (deadlines[0][0] <= now or deadlines[0][1] not in rows):
            row = rows.pop(deadlines.popleft()[1], None)
            if row is not None:
                lost.append(row)
                self._note_lost(row)
        return lost

    def deadline(self) -> float | None:
        """When the oldest is lost, or later."""
        return self._deadlines[0][0] if self._deadlines else None

    def take(self) -> Figures:
        """The figures since the last time."""
        figures, self.figures = self.figures, Figures()
        return figures

    def _is_late(self, number: int) -> bool:
        if number not in self._lost:
            return False
        self.figures.late += not self._lost[number]
        self._lost[number] = True
        return True

    def _note_lost(self, row: Row) -> None:
        if row.counted:
            self.figures.of(row.flow).lost += 1
        self._lost[row.number] = False
        if len(self._lost) > _REMEMBERED:
            del self._lost[next(iter(self._lost))]
