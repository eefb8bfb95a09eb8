"""What survives a crash, behind a dozen verbs in the product's words (DESIGN §5)."""

from ipsmgw.store.address import open_store, store_url_fault, without_password
from ipsmgw.store.binding import Binding, HlrState
from ipsmgw.store.correlation import Correlation
from ipsmgw.store.database import DatabaseFault
from ipsmgw.store.enrolment import Enrolment
from ipsmgw.store.rows import Row, Rows
from ipsmgw.store.stale import Stale
from ipsmgw.store.store import Store
from ipsmgw.store.submission import AwaitedReport, OfferedMessage, SubmittedPart
from ipsmgw.store.tables import StoreFailed, TableStore, store_in_memory
from ipsmgw.store.transfer import Handed, ReplyContext, Segment, Transfer
from ipsmgw.store.unri import Unri

__all__ = [
    "AwaitedReport",
    "Binding",
    "Correlation",
    "DatabaseFault",
    "Enrolment",
    "Handed",
    "HlrState",
    "OfferedMessage",
    "ReplyContext",
    "Row",
    "Rows",
    "Segment",
    "Stale",
    "Store",
    "StoreFailed",
    "SubmittedPart",
    "TableStore",
    "Transfer",
    "Unri",
    "open_store",
    "store_in_memory",
    "store_url_fault",
    "without_password",
]
