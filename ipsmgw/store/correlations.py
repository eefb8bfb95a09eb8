"""The table of MT Correlation IDs in SQLite."""

import sqlite3
from collections import deque
from collections.abc import Callable

import msgspec

from ipsmgw.store.correlation import Correlation

__all__ = ["Correlations"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS correlation (id TEXT PRIMARY KEY, until REAL NOT NULL, content TEXT NOT NULL)
WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS correlation_until ON correlation (until);
"""
_encode = msgspec.json.Encoder(enc_hook=str).encode  # as that of charging records
_KEEP = "INSERT OR REPLACE INTO correlation (id, until, content) VALUES (?, ?, ?)"


class Correlations:
    """Every row is also at hand in memory; `begin` opens the transaction that a change goes into."""

    def __init__(self, connection: sqlite3.Connection, begin: Callable[[], None]) -> None:
        connection.executescript(_SCHEMA)
        self._connection = connection
        self._begin = begin
        self._by_id: dict[str, Correlation] = {}
        self._soonest: deque[tuple[float, str]] = deque()
        for (text,) in connection.execute("SELECT content FROM correlation ORDER BY until"):
            self._remember(msgspec.json.decode(text, type=Correlation))

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, name: str) -> Correlation | None:
        return self._by_id.get(name)

    def keep(self, correlation: Correlation) -> None:
        self._begin()
        row = correlation.id, correlation.until, _encode(correlation).decode()
        self._connection.execute(_KEEP, row)
        self._remember(correlation)

    def forget(self, when: float) -> None:
        """Those that have not been valid since then."""
        soonest = self._soonest
        if not soonest or soonest[0][0] > when:
            return
        self._begin()
        self._connection.execute("DELETE FROM correlation WHERE until <= ?", (when,))
        while soonest and soonest[0][0] <= when:
            held = self._by_id.get(soonest[0][1])
            if held is not None and held.until <= when:
                del self._by_id[held.id]
            soonest.popleft()

    def _remember(self, correlation: Correlation) -> None:
        self._by_id[correlation.id] = correlation
        self._soonest.append((correlation.until, correlation.id))
