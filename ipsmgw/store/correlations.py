"""The table of MT Correlation IDs."""

from collections import deque

import msgspec

from ipsmgw.store.correlation import Correlation
from ipsmgw.store.database import Database, Write
from ipsmgw.store.statements import upsert

__all__ = ["Correlations"]

_encode = msgspec.json.Encoder(enc_hook=str).encode  # as that of charging records
_KEEP = upsert("correlation", "id, until, content")
_FORGET = "DELETE FROM correlation WHERE id = ?"


class Correlations:
    """Every row is also at hand in memory; changes wait for `take_writes`."""

    def __init__(self, database: Database) -> None:
        database.table(
            "correlation", "id TEXT PRIMARY KEY, until DOUBLE PRECISION NOT NULL, content TEXT NOT NULL"
        )
        self._new: list[Write] = []
        self._gone: list[str] = []
        self._by_id: dict[str, Correlation] = {}
        self._soonest: deque[tuple[float, str]] = deque()
        for (text,) in database.read("SELECT content FROM correlation ORDER BY until", tuple[str]):
            self._remember(msgspec.json.decode(text, type=Correlation))

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, name: str) -> Correlation | None:
        return self._by_id.get(name)

    def keep(self, correlation: Correlation) -> None:
        values = (correlation.id, correlation.until, _encode(correlation).decode())
        self._new.append(Write(_KEEP, values))
        self._remember(correlation)

    def forget(self, when: float) -> None:
        """Those that have not been valid since then."""
        soonest = self._soonest
        while soonest and soonest[0][0] <= when:
            held = self._by_id.get(soonest.popleft()[1])
            if held is not None and held.until <= when:
                del self._by_id[held.id]
                self._gone.append(held.id)

    @property
    def waiting(self) -> bool:
        """Whether there is something to write."""
        return bool(self._new or self._gone)

    def take_writes(self) -> list[Write]:
        new, self._new, gone, self._gone = self._new, [], self._gone, []
        return new + [Write(_FORGET, (name,)) for name in gone if name not in self._by_id]

    def _remember(self, correlation: Correlation) -> None:
        self._by_id[correlation.id] = correlation
        self._soonest.append((correlation.until, correlation.id))
