"""What a page is about: a gateway alone, or the lab's whole carrier; the routes ask nobody else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from msgspec import Struct

from ipsmgw.explain import Explanation, Found
from ipsmgw.trace import Pdu

__all__ = ["Message", "Registered", "Seen", "Source", "Tab", "Told", "Wire"]


class Seen(NamedTuple):
    """One PDU that has gone over the wire; `number` counts all of them."""

    number: int
    pdu: Pdu
    begins: bool = False
    """Whether a short message in it is one that comes, and not one of before that goes on."""
    exchange: str = ""
    """What request and answer have in common, where their octets do not say it."""


class Wire(Protocol):
    """The last PDUs, by number."""

    @property
    def first(self) -> int: ...
    @property
    def end(self) -> int: ...
    def since(self, number: int, most: int) -> Sequence[Seen]: ...


class Message(Struct, frozen=True, rename={"sender": "from", "recipient": "to"}):
    """A short message; `thread` is what rows of the same message have in common."""

    id: str
    when: float
    direction: str
    sender: str
    recipient: str
    state: str
    """under way, delivered or failed."""
    outcome: str
    cause: str
    thread: int | None = None


class Told(NamedTuple):
    """A message, and what its PDUs are found by: its Call-ID, else the first octets of its TPDU."""

    message: Message
    call_id: str = ""
    head: bytes = b""


class Registered(Struct, frozen=True):
    """Somebody who is registered here."""

    impu: str
    imsi: str
    msisdn: str
    scscf: str
    expires: float
    hlr: str


class Tab(Struct, frozen=True):
    """A part of the page: its name, and the module that shows it."""

    name: str
    module: str


def _nothing_found(name: str) -> tuple[Found, ...]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Source:
    """Everything that is asked; each is called when somebody looks, and never otherwise."""

    title: str
    wire: Wire
    tabs: tuple[Tab, ...]
    nodes: Callable[[], Sequence[str]]
    """The lifelines of a ladder that are known before anything goes over them, from left to right."""
    status: Callable[[], Mapping[str, object]]
    told: Callable[[int], Iterable[Told]] = field(default=lambda most: ())
    """So many messages at most, the latest first."""
    explain: Callable[[str], Explanation | tuple[Found, ...]] = _nothing_found
    standings: Callable[[], Sequence[Mapping[str, object]]] = field(default=tuple)
    """How every association and what depends on it stands, in words."""
    registered: Callable[[int], Sequence[Registered]] = field(default=lambda most: ())
    bindings: Callable[[], int] = field(default=lambda: 0)
    """How many are registered, those who are not listed too."""
    deregister: Callable[[str], bool] | None = None
    lacking: Callable[[], Sequence[str]] = field(default=tuple)
    """Why it is not ready, in sentences; nothing: it is."""
    views: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    """What else a page follows, by the names of events: told whole when it is other than before."""
    metrics: Callable[[], tuple[str, bytes]] | None = None
    """Content type and text, for Prometheus."""
