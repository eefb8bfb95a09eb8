"""A PDU without what the message in it says: its text gone from the octets and from their tree.

What is not understood may hold a text as well, so that it goes too. Numbers, causes and lengths stay.
"""

import re
from typing import NamedTuple

from ipsmgw.trace.decode import LAYER_OF, decode
from ipsmgw.trace.trace import Pdu
from ipsmgw.trace.tree import DecodeError, Tree

__all__ = ["Shown", "masked", "shown"]

_FILL, _QUOTE = b"*", ord('"')
_CONTENTS = frozenset({
    *("TP-UD", "sm-RP-UI", "ussd-String", "short_message", "message_payload", "payload", "body"),
    *("TPDU not decoded", "RPDU not decoded", "SCCP not decoded", "TCAP not decoded"),
    *("data", "user data", "octets after the end"),
    *("credential", "password", "authorization", "Authorization"),
})  # fmt: skip
_BEFORE = frozenset({"TP-UDH", "tag", "length"})
_UNKNOWN = ("unknown", "TLV 0x")
_LABELS = re.compile(rb"(?:REGISTER|SUBSCRIBE|NOTIFY|PUBLISH) ")
"""Requests of SIP whose bodies are no messages."""
_LONG = 8  # octets that are shown as they are, and may be a text
_HEX = re.compile(rf"[0-9a-f]{{{2 * _LONG},}}")


class Shown(NamedTuple):
    """What may be seen of a PDU: octets, and what they mean."""

    data: bytes
    tree: Tree
    hidden: tuple[tuple[int, int], ...] = ()
    """From which octet to which."""


def shown(pdu: Pdu, *, contents: bool) -> Shown:
    """With the contents of its message, or without."""
    layer = LAYER_OF.get(pdu.protocol)
    if layer is None:
        return _opaque(pdu, f"there is no decoder of {pdu.protocol}", contents=contents)
    try:
        tree = decode(pdu.data, layer).tree
    except DecodeError as error:
        why = str(error) if contents else f"{error.layer}, octet {error.offset}: malformed"
        return _opaque(pdu, why, contents=contents)
    if contents:
        return Shown(pdu.data, tree)
    hiding = _Hiding(pdu.data)
    tree = hiding.hide(tree)
    return Shown(bytes(hiding.octets), tree, tuple(hiding.hidden))


def masked(pdu: Pdu, *, contents: bool) -> Pdu:
    """The PDU as it may be written into a capture."""
    return pdu if contents else pdu._replace(data=shown(pdu, contents=False).data)


def _opaque(pdu: Pdu, why: str, *, contents: bool) -> Shown:
    size = len(pdu.data)
    tree = Tree("octets", why, 0, size)
    return Shown(pdu.data, tree) if contents else Shown(_FILL * size, tree, ((0, size),))


class _Hiding:
    """The octets of one PDU, from which more and more is taken."""

    def __init__(self, octets: bytes) -> None:
        self.octets = bytearray(octets)
        self.hidden: list[tuple[int, int]] = []
        self._keeps = "body" if _LABELS.match(octets) else ""

    def hide(self, tree: Tree) -> Tree:
        """The same tree without what is content."""
        if tree.name != self._keeps and self._is_content(tree):
            return self._without(tree)
        return tree._replace(children=tuple(self.hide(child) for child in tree.children))

    def _is_content(self, tree: Tree) -> bool:
        if tree.name in _CONTENTS or tree.name.startswith(_UNKNOWN):
            return True
        if tree.children:
            return False
        return tree.value.endswith(", in segments") or self._shows_octets(tree)

    def _shows_octets(self, tree: Tree) -> bool:
        """Whether it shows its own, and so many that they may be a text."""
        digits = _HEX.match(tree.value)
        return (
            digits is not None and bytes.fromhex(digits[0][: 2 * _LONG]) in self.octets[tree.start : tree.end]
        )

    def _without(self, tree: Tree) -> Tree:
        """What stands before it stays: a header of user data tells which part it is, a length how long."""
        kept = tuple(child for child in tree.children if child.name in _BEFORE)
        start, end = (kept[-1].end if kept else tree.start), tree.end
        if tree.name == "password":
            end -= 1  # a zero ends it
        if end - start > 1 and self.octets[start] == self.octets[end - 1] == _QUOTE:
            start, end = start + 1, end - 1  # a string of JSON stays one
        self.octets[start:end] = _FILL * (end - start)
        self.hidden.append((start, end))
        return tree._replace(value=f"hidden, {end - start} octets", children=kept)
