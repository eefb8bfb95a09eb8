"""Versioned rows of one kind: what MSGin5G has to survive a crash with (DESIGN §5)."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Generic, Protocol, TypeVar

import msgspec
from msgspec.structs import replace

from ipsmgw.store.database import Database, Write
from ipsmgw.store.stale import Stale
from ipsmgw.store.statements import upsert

__all__ = ["Row", "Rows", "TableRows"]


class Row(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is kept under a key; the version grows with every change."""

    key: str
    version: int = 0


_LONGEST = 512

RowT = TypeVar("RowT", bound=Row)


class Rows(Protocol[RowT]):
    """`save` and `remove` of a stale version raise `Stale`; durable with the commit of the store."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[RowT]: ...
    def get(self, key: str) -> RowT | None: ...
    def save(self, row: RowT) -> RowT: ...
    def remove(self, row: RowT) -> None: ...


class TableRows(Generic[RowT]):
    """One table; every row is also at hand in memory, in the order of its first save."""

    def __init__(
        self, database: Database, table: str, kind: type[RowT], write: Callable[[Write], None]
    ) -> None:
        database.table(table, "key TEXT PRIMARY KEY, content TEXT NOT NULL")
        self._write = write
        self._upsert = upsert(table, "key, content")
        self._delete = f"DELETE FROM {table} WHERE key = ?"
        decoder = msgspec.json.Decoder(kind)
        rows = database.read(f"SELECT content FROM {table}", tuple[str])
        found = (decoder.decode(content) for (content,) in rows)
        self._rows = {row.key: row for row in sorted(found, key=lambda row: row.key)}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[RowT]:
        """All of them, also while some are changed."""
        return iter(list(self._rows.values()))

    def get(self, key: str) -> RowT | None:
        return self._rows.get(key)

    def save(self, row: RowT) -> RowT:
        self._check(row)
        saved = replace(row, version=row.version + 1)
        self._write(Write(self._upsert, (_in_index(saved.key), msgspec.json.encode(saved).decode())))
        self._rows[saved.key] = saved
        return saved

    def remove(self, row: RowT) -> None:
        self._check(row)
        self._write(Write(self._delete, (_in_index(row.key),)))
        self._rows.pop(row.key, None)

    def _check(self, row: RowT) -> None:
        held = self._rows.get(row.key)
        if (held.version if held else 0) != row.version:
            raise Stale(f"{row.key}: version {row.version} is not the stored one")


def _in_index(key: str) -> str:
    """What it is in the table. Peers choose parts of it, and an index does not take what is too long."""
    return key if len(key) <= _LONGEST else sha256(key.encode()).hexdigest()
