"""The Store protocol, and the way to open one by its URL."""

from typing import Protocol

from ipsmgw.identity import Impu
from ipsmgw.store.binding import Binding

__all__ = ["Stale", "Store", "open_store"]


class Stale(Exception):
    """The row has been saved by somebody else since it was read: load it again and decide again."""


class Store(Protocol):
    """Rows are versioned: `save` and `remove` of a stale version raise `Stale`.

    What a batch of inputs has saved becomes durable together, by `commit`, before anything that
    was decided on it leaves the node.
    """

    def next_boot(self) -> int: ...
    def binding(self, impu: Impu) -> Binding | None: ...
    def binding_of_imsi(self, imsi: str) -> Binding | None: ...
    def bindings_of_imsi(self, imsi: str) -> list[Binding]: ...
    def bindings(self) -> list[Binding]: ...
    def count(self) -> int: ...
    def save(self, binding: Binding) -> Binding: ...
    def remove(self, binding: Binding) -> None: ...
    def commit(self) -> None: ...
    def close(self) -> None: ...


def open_store(url: str) -> Store:
    """`sqlite:///relative/path`, `sqlite:////absolute/path`, or `sqlite:///:memory:`."""
    from ipsmgw.store.sqlite import SqliteStore, connect

    scheme, _, path = url.partition(":///")
    if scheme != "sqlite" or not path:
        raise ValueError(f"no store for {url!r}: sqlite:///PATH is what this version has")
    return SqliteStore(connect(path))
