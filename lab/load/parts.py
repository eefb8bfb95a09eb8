"""What all flows of a generator share: accounts, transactions, subscribers, and what waits to be sent."""

from msgspec import Struct, field

from lab.load.ledger import Ledger, Row
from lab.load.people import People
from lab.load.templates import Templates
from lab.load.transactions import Transactions

__all__ = ["Parts", "cause_of", "name_of"]


class Parts(Struct, eq=False):
    """The flows put into `datagrams` and `frames`; somebody else takes it out."""

    templates: Templates
    people: People
    ledger: Ledger
    transactions: Transactions = field(default_factory=Transactions)
    datagrams: list[bytes] = []
    frames: dict[str, list[bytes]] = {}
    """By node."""

    def ask(self, number: int, request: bytes, now: float) -> None:
        """A request of the S-CSCF, of which each message has one."""
        self.datagrams.append(request)
        self.transactions.begin(number, request, now)

    def tell(self, node: str, frame: bytes) -> None:
        self.frames[node].append(frame)

    def refuse(self, row: Row, cause: str) -> None:
        self.transactions.end(row.number)
        self.ledger.refuse(row, cause)


def cause_of(response: bytes) -> str:
    """Status and reason phrase."""
    return response[8 : response.find(b"\r\n")].decode("latin-1")


def name_of(number: int) -> bytes:
    """In branch and Call-ID."""
    return b"%08x" % number
