"""The table of MT Correlation IDs in SQLite."""

import sqlite3
from collections import deque

import msgspec

from ipsmgw.store.correlation import Correlation

__all__ = ["Correlations"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS correlation (id TEXT PRIMARY KEY, until REAL NOT NULL, content TEXT NOT NULL)
WITHOUT ROWID;
"""
_encode = msgspec.json.Encoder(enc_hook=str).encode  # as that of charging records
_KEEP = "INSERT OR REPLACE INTO correlation (id, until, content) VALUES (?, ?, ?)"


class Correlations:
    """Every row is also at hand in memory; changes wait for `write`, in a transaction of its caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.executescript(_SCHEMA)
        self._connection = connection
        self._new: list[tuple[str, float, str]] = []
        self._gone: list[str] = []
        self._by_id: dict[str, Correlation] = {}
        self._soonest: deque[tuple[float, str]] = deque()
        for (text,) in connection.execute("SELECT content FROM correlation ORDER BY until"):
            self._remember(msgspec.json.decode(text, type=Correlation))

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, name: str) -> Correlation | None:
        return self._by_id.get(name)

    def keep(self, correlation: Correlation) -> None:
        self._new.append((correlation.id, correlation.until, _encode(correlation).decode()))
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

    def write(self) -> None:
        new, self._new, gone, self._gone = self._new, [], self._gone, []
        self._connection.executemany(_KEEP, new)
        dead = [(name,) for name in gone if name not in self._by_id]
        self._connection.executemany("DELETE FROM correlation WHERE id = ?", dead)

    def _remember(self, correlation: Correlation) -> None:
        self._by_id[correlation.id] = correlation
        self._soonest.append((correlation.until, correlation.id))
