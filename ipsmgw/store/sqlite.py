"""The embedded database: SQLite in one file, or in memory."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ipsmgw.store.database import DatabaseFault, FetchedT, Write, as_written

__all__ = ["SqliteDatabase"]


class _InMemory(sqlite3.Connection):
    """Goes with the last who knows it, without a complaint that nobody has closed it."""

    def __del__(self) -> None:
        self.close()


class SqliteDatabase:
    """A node owns its file."""

    def __init__(self, path: str) -> None:
        with _told():
            self._connection = _connect(path)

    def table(self, name: str, columns: str) -> None:
        with _told():
            self._connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns}) WITHOUT ROWID")

    def read(self, query: str, kind: type[FetchedT]) -> Iterable[FetchedT]:
        with _told():
            return as_written(self._connection.execute(query).fetchall(), kind)

    def run(self, writes: Sequence[Write], *, durable: bool = True) -> None:
        with _told():
            if durable:
                self._run(writes)
                return
            self._connection.execute("PRAGMA synchronous = NORMAL")
            try:
                self._run(writes)
            finally:
                self._connection.execute("PRAGMA synchronous = FULL")

    def _run(self, writes: Sequence[Write]) -> None:
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        try:
            for statement, values in writes:
                execute(statement, values)
            execute("COMMIT")
        except sqlite3.Error:
            self._connection.rollback()
            raise

    def fault(self) -> str:
        try:
            self.run(())
        except DatabaseFault as fault:
            return str(fault)
        return ""

    def close(self) -> None:
        self._connection.close()


def _connect(path: str) -> sqlite3.Connection:
    """Open the file with a write-ahead log, and each commit on disk before it returns."""
    if path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    kind = _InMemory if path == ":memory:" else sqlite3.Connection
    # The collector may end one in memory from any thread.
    own = path != ":memory:"
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, factory=kind, check_same_thread=own)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # a second node must not share the file
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as fault:
        hint = "; does another gateway use it?" if "locked" in str(fault) else ""
        raise DatabaseFault(f"{fault}{hint}") from None
