"""A ladder with the decode of every PDU, packed: what a page shows when it is opened (docs/verdicts.md)."""

from zlib import compress

from msgspec import json

from ipsmgw.trace import DecodeError, LayerName, Pdu, Summaries, Tree, decode
from lab.elements.air import DTAP
from lab.runner import Verdict
from sipbridge import cp
from sipbridge.errors import DecodeError as NoCpMessage

__all__ = ["pack", "tree_of"]

_LAYERS = {"sip": LayerName.SIP, "m3ua": LayerName.M3UA, "smpp": LayerName.SMPP}
_CP_HEAD = 3  # octets before the CP-User-Data

Node = tuple[str, str, int, int, list["Node"]]
"""Name, value, from which octet to which, and its parts."""


def pack(verdict: Verdict) -> bytes:
    """Nodes and arrows, as JSON, as zlib has it."""
    summaries = Summaries()
    arrows = [
        (
            round(pdu.when - verdict.began, 6),
            pdu.source,
            pdu.target,
            pdu.protocol,
            summaries.label(pdu),
            pdu.fate,
            pdu.data.hex(),
            tree_of(pdu),
        )
        for pdu in verdict.pdus
    ]
    return compress(json.encode({"nodes": verdict.nodes, "arrows": arrows}), 6)


def tree_of(pdu: Pdu) -> Node:
    """What its octets mean; what they are not, where they mean nothing."""
    try:
        return _node(
            _radio(pdu.data) if pdu.protocol == DTAP else decode(pdu.data, _LAYERS[pdu.protocol]).tree
        )
    except (DecodeError, NoCpMessage, KeyError) as fault:
        return ("octets", str(fault), 0, len(pdu.data), [])


def _radio(octets: bytes) -> Tree:
    """A CP message with the RPDU in it (TS 24.011 §7.2); mobility management is not looked into."""
    message = cp.decode(octets)
    if not isinstance(message, cp.CpData):
        return Tree(type(message).__name__, str(message), 0, len(octets))
    inner = _shifted(decode(message.user_data, LayerName.RP).tree, _CP_HEAD)
    head = Tree("header", octets[:_CP_HEAD].hex(), 0, _CP_HEAD)
    return Tree("CP-DATA", "", 0, len(octets), (head, inner))


def _shifted(tree: Tree, by: int) -> Tree:
    children = tuple(_shifted(child, by) for child in tree.children)
    return Tree(tree.name, tree.value, tree.start + by, tree.end + by, children)


def _node(tree: Tree) -> Node:
    return (tree.name, tree.value, tree.start, tree.end, [_node(child) for child in tree.children])
