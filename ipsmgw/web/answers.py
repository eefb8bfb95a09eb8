"""What the JSON API answers, as types: OpenAPI describes these, and the page reads them."""

from collections.abc import Sequence

from msgspec import Struct

from ipsmgw.explain import Found
from ipsmgw.trace import Shown, Tree
from ipsmgw.web.rows import Row
from ipsmgw.web.source import Message, Registered, Tab

__all__ = [
    "Decoded",
    "Deregister",
    "Deregistered",
    "FoundList",
    "Live",
    "Messages",
    "Node",
    "Page",
    "Pdus",
    "Ready",
    "Registrations",
    "decoded",
]


class Page(Struct, frozen=True):
    """What the page is made of."""

    title: str
    version: str
    tabs: Sequence[Tab]
    nodes: Sequence[str]
    contents: bool
    """Whether texts of messages are shown."""


class Pdus(Struct, frozen=True):
    """Rows, the oldest first; the latest PDU that was looked at has the number `end` - 1."""

    rows: Sequence[Row]
    end: int


class Node(Struct, frozen=True):
    """A part of a PDU, and from which octet to which it goes."""

    name: str
    value: str
    start: int
    end: int
    children: Sequence["Node"]


class Decoded(Struct, frozen=True):
    """A PDU: its row, its octets, and what they mean."""

    row: Row
    protocol: str
    hex: str
    hidden: Sequence[tuple[int, int]]
    """Octets that are not shown, from which to which."""
    tree: Node


class Messages(Struct, frozen=True):
    """The latest first."""

    messages: Sequence[Message]


class FoundList(Struct, frozen=True):
    """The messages that a number may mean."""

    messages: Sequence[Found]


class Registrations(Struct, frozen=True):
    """Who is registered; `count` of them, of whom some may be left out."""

    count: int
    registrations: Sequence[Registered]


class Deregister(Struct, forbid_unknown_fields=True, frozen=True):
    imsi: str


class Deregistered(Struct, frozen=True):
    imsi: str
    deregistered: bool


class Live(Struct, frozen=True):
    live: bool


class Ready(Struct, frozen=True):
    ready: bool


def decoded(row: Row, protocol: str, what: Shown) -> Decoded:
    return Decoded(row, protocol, what.data.hex(), what.hidden, _node(what.tree))


def _node(tree: Tree) -> Node:
    return Node(tree.name, tree.value, tree.start, tree.end, [_node(child) for child in tree.children])
