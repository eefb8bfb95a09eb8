"""A database in PostgreSQL: what one node has kept is there for the one that takes its place elsewhere."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from time import monotonic
from typing import TypeVar

import psycopg
from psycopg.abc import PQGen

from ipsmgw.store.database import DatabaseFault, FetchedT, Write, as_written

__all__ = ["PostgresDatabase"]

_PATIENCE = 5.0
"""Seconds that the server may be silent: as long as we wait for it, everybody waits for us."""
_HANDOVER = 1
_OURS = "hashtextextended('ipsmgw ' || current_schema(), 0)"

ResultT = TypeVar("ResultT")


class _Impatient(psycopg.Connection[tuple[object, ...]]):
    def wait(self, gen: PQGen[ResultT], interval: float = 0.1, *others: float | None) -> ResultT:
        return super().wait(_within(gen, _PATIENCE), interval, *others)


class PostgresDatabase:
    """The schema belongs to one node for as long as it is connected.

    A connection that is lost does not come back, for by then the schema may belong to another.
    """

    def __init__(self, url: str) -> None:
        logging.getLogger("psycopg").setLevel(logging.ERROR)  # it warns of what the fault will say
        with _told():
            self._connection = _Impatient.connect(url, autocommit=True, connect_timeout=int(_PATIENCE))
            try:
                self._take()
            except (psycopg.Error, DatabaseFault):
                self._connection.close()
                raise

    def _take(self) -> None:
        """The server takes a moment to notice that the one before is gone."""
        try:
            with self._connection.transaction():
                self._connection.execute(f"SET LOCAL lock_timeout = '{_HANDOVER}s'".encode())
                self._connection.execute(f"SELECT pg_advisory_lock({_OURS})".encode())
        except psycopg.errors.LockNotAvailable:
            raise DatabaseFault("locked; does another gateway use it?") from None

    def table(self, name: str, columns: str) -> None:
        with _told():
            self._connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})".encode())

    def read(self, query: str, kind: type[FetchedT]) -> Iterable[FetchedT]:
        with _told():
            return as_written(self._connection.execute(query.encode()).fetchall(), kind)

    def run(self, writes: Sequence[Write], *, durable: bool = True) -> None:
        """All of it in one round trip."""
        connection = self._connection
        with _told(), connection.pipeline():
            connection.execute("BEGIN")
            if not durable:
                connection.execute("SET LOCAL synchronous_commit = off")
            for statement, values in writes:
                connection.execute(_marked(statement), [_as_text(each) for each in values])
            connection.execute("COMMIT")

    def fault(self) -> str:
        """Nothing that is written changes: but that is not what a server says that is a standby, or full."""
        try:
            self.run([Write("DELETE FROM node WHERE boot < 0")])
        except DatabaseFault as fault:
            return str(fault)
        return ""

    def close(self) -> None:
        self._connection.close()


@cache
def _marked(statement: str) -> bytes:
    return statement.replace("?", "%s").encode()


def _as_text(value: str | float) -> str | float:
    """PostgreSQL has no U+0000 in texts. Only keys can have one (contents are JSON): none is read back."""
    if isinstance(value, str) and ("\0" in value or "\1" in value):
        return value.replace("\1", "\1\1").replace("\0", "\1\2")
    return value


def _within(gen: PQGen[ResultT], seconds: float) -> PQGen[ResultT]:
    """The same steps; psycopg takes one now and then while nothing comes."""
    until = monotonic() + seconds
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and monotonic() > until:
                raise psycopg.OperationalError(f"the server has said nothing for {seconds:g} s")
            wanted = gen.send(ready)
    except StopIteration as done:
        result: ResultT = done.value
        return result


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as fault:
        raise DatabaseFault(str(_first(fault)).partition("\n")[0]) from None


def _first(fault: BaseException) -> BaseException:
    """A pipeline that ends because of a fault complains of its own end."""
    while isinstance(fault.__context__, psycopg.Error):
        fault = fault.__context__
    return fault
