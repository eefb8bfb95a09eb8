"""Who is not reachable for IP (UNRI), and who is again and the HLR has yet to hear it (TS 23.204 §6.6)."""

from collections.abc import Callable, Iterator

from ipsmgw.cause import Cause
from ipsmgw.gateway.deadlines import Deadlines
from ipsmgw.identity import Imsi
from ipsmgw.procedures import alert
from ipsmgw.store import Store, Unri

__all__ = ["ABSENT", "Unreachable"]

ABSENT = {
    cause.cdr: cause.map_cause.absent_subscriber_diagnostic or 0
    for cause in (Cause.NOT_REGISTERED, Cause.NO_RESPONSE)
}
"""The outcomes over IMS that set the flag, and the reason that goes with it."""
_NO_RESPONSE = ABSENT[Cause.NO_RESPONSE.cdr]


class Unreachable:
    """`flags` by IMSI. A part looks there before it calls anything: a message to and from somebody who is
    reachable costs no more than that.
    """

    def __init__(self, store: Store, now: float, *, most: int, give_up_after: int) -> None:
        self._store = store
        self._most = most
        self._give_up_after = give_up_after
        self._in_a_row: dict[Imsi, int] = {}
        self.given_up: Callable[[Imsi, float], None] | None = None
        """Told of whom nothing has come for so many messages that his access counts as lost."""
        self.flags: dict[Imsi, Unri] = {}
        self._due: Deadlines[Imsi] = Deadlines()
        for one in store.unreachable():
            self.flags[one.imsi] = one
            if one.heard:  # the life before may not have got round to telling the HLR
                self._due.set(one.imsi, now)

    def __len__(self) -> int:
        return len(self.flags)

    def ended(self, imsi: str, outcome: str, now: float, *, known: bool, word: bool) -> None:
        """A delivery over IMS to somebody `known` here has ended so; with a `word` of his, or without. Who is
        named by a URI that is nobody's here has no IMSI.
        """
        if not imsi:
            return
        if outcome in ABSENT:
            self._unanswered(Imsi(imsi), ABSENT[outcome], now, known=known)
        elif word:
            self.heard(Imsi(imsi), now)

    def heard(self, imsi: Imsi, now: float) -> None:
        """He registers, or says a word."""
        self._in_a_row.pop(imsi, None)
        held = self.flags.get(imsi)
        if held is not None and not held.heard:
            self.mark(alert.heard(held))
            self._due.set(imsi, now)

    def mark(self, unri: Unri) -> None:
        """Durable with the commit at the end of the batch."""
        self.flags[unri.imsi] = unri
        self._store.mark(unri)

    def unmark(self, imsi: Imsi) -> None:
        """Nothing is left to be told of him."""
        del self.flags[imsi]
        self._store.unmark(imsi)
        self._due.discard(imsi)

    def tell(self, imsi: Imsi, when: float) -> None:
        """The HLR is to be told of him then, if it has anything to hear."""
        held = self.flags.get(imsi)
        if held is not None and held.heard:
            self._due.set(imsi, when)

    def due(self, now: float) -> Iterator[Imsi]:
        """Of whom the HLR is to be told now."""
        return self._due.due(now)

    def deadline(self) -> float | None:
        return self._due.deadline()

    def _unanswered(self, imsi: Imsi, reason: int, now: float, *, known: bool) -> None:
        held = self.flags.get(imsi)
        if held is None and not known and len(self.flags) >= self._most:
            return  # strangers must not fill the store
        flag = alert.unanswered(held, imsi, reason, now)
        if flag is not held:
            self.mark(flag)
            self._due.discard(imsi)
        if self._give_up_after and known and reason == _NO_RESPONSE:
            self._count(imsi, now)

    def _count(self, imsi: Imsi, now: float) -> None:
        times = self._in_a_row.get(imsi, 0) + 1
        self._in_a_row[imsi] = times
        if times >= self._give_up_after:
            del self._in_a_row[imsi]
            if self.given_up is not None:
                self.given_up(imsi, now)
