"""Concatenated messages of phones, each part on disk before its RP-ACK (TS 23.040 §9.2.3.24.1)."""

from typing import NamedTuple

from msgspec.structs import replace

from ipsmgw.gateway.core import Core
from ipsmgw.gateway.deadlines import Deadlines
from ipsmgw.procedures.msgin5g.submission import submitted
from ipsmgw.sms import Submit, UserData, concatenation
from ipsmgw.store import SubmittedPart

__all__ = ["Gathered", "Parts"]


class Gathered(NamedTuple):
    """A whole message."""

    content: UserData
    references: tuple[int, ...]
    """TP-MR of the parts that ask for a status report."""
    keys: tuple[str, ...] = ()
    """Of its parts in the store; the last to come is the last."""


class Parts:
    """What is known is in the store alone; parts whose others stay away are forgotten."""

    def __init__(self, core: Core) -> None:
        self._wait = core.settings.msgin5g.parts
        self._rows = core.store.submitted_parts
        self._deadlines: Deadlines[str] = Deadlines()

    def resume(self, now: float) -> None:
        for row in self._rows:
            self._deadlines.set(row.key, row.received + self._wait)

    def put(self, source: str, submit: Submit, content: UserData, now: float) -> Gathered | None:
        """The whole message; None while parts of it are missing."""
        place = concatenation(content.header)
        if place is None or place.total == 1:
            return Gathered(content, _asking([submit]))
        name = f"{source} {place.reference} {place.total}"
        own, keys = f"{name} {place.sequence}", [f"{name} {n}" for n in range(1, place.total + 1)]
        self._keep(own, submit, now)
        rows = [row for key in keys if (row := self._rows.get(key)) is not None]
        if len(rows) < place.total:
            return None
        parts = [part for row in rows if (part := submitted(row.tpdu)) is not None]
        whole = parts[0][1]._replace(data=b"".join(part.data for _, part in parts))
        keys.remove(own)
        return Gathered(whole, _asking([each for each, _ in parts]), (*keys, own))

    def done(self, gathered: Gathered) -> None:
        """Nobody needs the parts any more."""
        for key in gathered.keys:
            self._forget(key)

    def failed(self, gathered: Gathered) -> None:
        """The phone hears of it by the last part: it may send that once more, and the others are there."""
        for key in gathered.keys[-1:]:
            self._forget(key)

    def expire(self, now: float) -> None:
        for key in self._deadlines.due(now):
            self._forget(key)

    def deadline(self) -> float | None:
        return self._deadlines.deadline()

    def _keep(self, key: str, submit: Submit, now: float) -> None:
        held = self._rows.get(key) or SubmittedPart(key=key, tpdu=b"", received=now)
        self._rows.save(replace(held, tpdu=submit.encode(), received=now))
        self._deadlines.set(key, now + self._wait)

    def _forget(self, key: str) -> None:
        self._deadlines.discard(key)
        held = self._rows.get(key)
        if held is not None:
            self._rows.remove(held)


def _asking(submits: list[Submit]) -> tuple[int, ...]:
    return tuple(each.tp_mr for each in submits if each.tp_srr)
