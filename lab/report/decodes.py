"""A ladder with the decode of every PDU, packed: what a page shows when it is opened (docs/verdicts.md)."""

from zlib import compress

from msgspec import json

from ipsmgw.trace import LAYER_OF, DecodeError, Pdu, Summaries, Tree, decode
from lab.runner import Verdict

__all__ = ["pack", "tree_of"]

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
    layer = LAYER_OF.get(pdu.protocol)
    if layer is None:  # a line of JSON is its own meaning
        return (pdu.protocol, pdu.data.decode("utf-8", "replace").strip(), 0, len(pdu.data), [])
    try:
        return _node(decode(pdu.data, layer).tree)
    except DecodeError as fault:
        return ("octets", str(fault), 0, len(pdu.data), [])


def _node(tree: Tree) -> Node:
    return (tree.name, tree.value, tree.start, tree.end, [_node(child) for child in tree.children])
