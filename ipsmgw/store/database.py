"""What a store wants of the database under it: SQLite in a file, or PostgreSQL."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol, TypeVar

import msgspec

__all__ = ["Database", "DatabaseFault", "FetchedT", "Write", "as_written"]

FetchedT = TypeVar("FetchedT")


class Write(NamedTuple):
    """A statement of SQL that both understand, with `?` for each value."""

    statement: str
    values: Sequence[str | int | float] = ()


class DatabaseFault(Exception):
    """The database does not do what it is asked for; says why."""


class Database(Protocol):
    """One node writes to it at a time: it is refused to a second one.

    What `run` gets is done as a whole or not at all. Where it is not `durable`, a power cut may take it.
    """

    def table(self, name: str, columns: str) -> None:
        """There is one with these columns, of TEXT, DOUBLE PRECISION and BIGINT, from now on."""

    def read(self, query: str, kind: type[FetchedT]) -> Iterable[FetchedT]:
        """Rows, each a tuple of these types."""
        ...

    def run(self, writes: Sequence[Write], *, durable: bool = True) -> None: ...
    def fault(self) -> str:
        """Why nothing can be written; nothing: it can."""
        ...

    def close(self) -> None: ...


def as_written(rows: Iterable[object], kind: type[FetchedT]) -> list[FetchedT]:
    """Rows of these types, or it was not us who has written them."""
    try:
        return msgspec.convert(rows, list[kind])  # type: ignore[valid-type]  # a type as a value
    except msgspec.ValidationError as fault:
        raise DatabaseFault(f"holds what no gateway has written: {fault}") from None
