"""The table as it stands in the data files, one for each document."""

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

__all__ = ["Document", "Read", "Row", "Supported", "documents", "table"]

Supported = Literal["yes", "partly", "no"]
Read = Literal["text", "excerpt", "memory"]
"""How a clause is known: from the text, from an excerpt, or from memory, which has yet to be checked."""


class Row(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One demand of a clause."""

    id: str
    clause: str
    demand: str
    of: str = "gateway"
    """Whose part it is; where it is another element's, that is the one which is mutated."""
    supported: Supported = "yes"
    why: str = ""
    """What is missing, of what is not supported or in part."""
    scenarios: tuple[str, ...] = ()
    mutation: str = ""
    """How the element is broken on purpose; each of the scenarios fails then."""
    read: Read | None = None
    """Where it differs from that of the document."""


class Document(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A specification, as far as it is about the gateway."""

    document: str
    title: str
    read: Read
    row: tuple[Row, ...]

    def how(self, row: Row) -> Read:
        """How a clause of it is known."""
        return row.read or self.read


@cache
def documents() -> tuple[Document, ...]:
    """In the order of their files' names."""
    files = sorted(Path(__file__).parent.glob("*.toml"))
    return tuple(msgspec.toml.decode(file.read_bytes(), type=Document) for file in files)


def table() -> list[tuple[Document, Row]]:
    """All rows."""
    return [(document, row) for document in documents() for row in document.row]
