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
_SHORT_MESSAGES = 9  # the protocol discriminator (TS 24.007 §11.2.3.1.1)
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
        return _node(_decoded(pdu))
    except (DecodeError, NoCpMessage) as fault:
        return ("octets", str(fault), 0, len(pdu.data), [])


def _decoded(pdu: Pdu) -> Tree:
    if pdu.protocol == DTAP:
        return _radio(pdu.data)
    layer = _LAYERS.get(pdu.protocol)
    return _text(pdu) if layer is None else decode(pdu.data, layer).tree


def _text(pdu: Pdu) -> Tree:
    """Of HTTP and CoAP the lines, as far as they can be read."""
    lines, at = [], 0
    for number, line in enumerate(pdu.data.splitlines(keepends=True), start=1):
        text = "".join(
            char if char.isprintable() else "·" for char in line.decode("utf-8", "replace").strip()
        )
        lines.append(Tree(f"line {number}", text, at, at + len(line)))
        at += len(line)
    return Tree(pdu.protocol.upper(), "", 0, len(pdu.data), tuple(lines))


def _radio(octets: bytes) -> Tree:
    """A CP message with the RPDU in it (TS 24.011 §7.2); mobility management is not looked into."""
    if octets[:1] and octets[0] & 0x0F != _SHORT_MESSAGES:
        return Tree("mobility management", octets.hex(), 0, len(octets))
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
