"""A store is opened by its URL."""

from ipsmgw.store.sqlite import SqliteStore, connect
from ipsmgw.store.store import Store

__all__ = ["open_store"]


def open_store(url: str) -> Store:
    """`sqlite:///relative/path`, `sqlite:////absolute/path`, or `sqlite:///:memory:`."""
    scheme, _, path = url.partition(":///")
    if scheme != "sqlite" or not path:
        raise ValueError(f"no store for {url!r}: sqlite:///PATH is what this version has")
    return SqliteStore(connect(path))
