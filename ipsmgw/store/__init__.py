"""What survives a crash, behind a dozen verbs in the product's words (DESIGN §5)."""

from ipsmgw.store.address import open_store
from ipsmgw.store.binding import Binding, HlrState
from ipsmgw.store.correlation import Correlation
from ipsmgw.store.sqlite import SqliteStore, store_in_memory
from ipsmgw.store.store import Stale, Store
from ipsmgw.store.unri import Unri

__all__ = [
    "Binding",
    "Correlation",
    "HlrState",
    "SqliteStore",
    "Stale",
    "Store",
    "Unri",
    "open_store",
    "store_in_memory",
]
