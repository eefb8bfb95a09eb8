"""Joining concatenated short messages, in any order, bounded (TS 23.040 §9.2.3.24.1)."""

from typing import NamedTuple

from ipsmgw.sms.data_coding import Alphabet
from ipsmgw.sms.user_data import UserData, concatenation

__all__ = ["Reassembly"]


class _Key(NamedTuple):
    source: str
    reference: int
    total: int
    wide: bool
    alphabet: Alphabet


class _Open(NamedTuple):
    expires: float
    parts: dict[int, UserData]


class Reassembly:
    """Parts that wait for the others: at most `limit` messages, for `timeout` seconds; oldest goes first."""

    def __init__(self, *, limit: int = 1000, timeout: float = 3600.0) -> None:
        self._limit = limit
        self._timeout = timeout
        self._open: dict[_Key, _Open] = {}  # in the order of their deadlines: the timeout is the same for all

    def __len__(self) -> int:
        return len(self._open)

    def add(self, source: str, part: UserData, now: float) -> UserData | None:
        """The whole message when this part completes it (at once when it is no part), else None.

        `source` is what tells senders apart: the originating address, with the SC where there are several.
        """
        place = concatenation(part.header)
        if place is None:
            return part
        self.expire(now)
        key = _Key(source, place.reference, place.total, place.wide, part.alphabet)
        parts = self._parts(key, now)
        parts.setdefault(place.sequence, part)
        if len(parts) < place.total:
            return None
        del self._open[key]
        ordered = [parts[number] for number in range(1, place.total + 1)]
        return ordered[0]._replace(data=b"".join(each.data for each in ordered))

    def expire(self, now: float) -> int:
        """Gives up what has waited too long; how many messages."""
        old = 0
        while self._open and next(iter(self._open.values())).expires <= now:
            self._give_up_oldest()
            old += 1
        return old

    def deadline(self) -> float | None:
        """When to call `expire`."""
        return next(iter(self._open.values())).expires if self._open else None

    def _parts(self, key: _Key, now: float) -> dict[int, UserData]:
        found = self._open.get(key)
        if found is None:
            if len(self._open) >= self._limit:
                self._give_up_oldest()
            found = self._open[key] = _Open(now + self._timeout, {})
        return found.parts

    def _give_up_oldest(self) -> None:
        del self._open[next(iter(self._open))]
