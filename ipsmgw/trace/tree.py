"""What octets mean, as a tree: each part with its name, its value and where it stands."""

from typing import NamedTuple

__all__ = ["DecodeError", "Layer", "Rows", "Tree"]


class Tree(NamedTuple):
    """One part of a PDU; `start` and `end` count the octets of the whole that was decoded."""

    name: str
    value: str
    start: int
    end: int
    children: tuple["Tree", ...] = ()


class Layer(NamedTuple):
    """A decoded PDU with all that it carries.

    `reencoded`: whether our codecs give the same octets back; None when a part is none that they know.
    `surplus`: octets after the end of the PDU.
    """

    tree: Tree
    reencoded: bool | None = True
    surplus: int = 0


class DecodeError(Exception):
    """These octets are no PDU of this layer: which layer, what is wrong, at which octet (counted from 0)."""

    def __init__(self, layer: str, reason: str, offset: int) -> None:
        super().__init__(f"{layer}, octet {offset}: {reason}")
        self.layer = layer
        self.reason = reason
        self.offset = offset


class Rows:
    """Parts that stand one after the other."""

    def __init__(self, at: int) -> None:
        self._start = at
        self.at = at
        self._rows: list[Tree] = []

    def add(self, name: str, value: str, size: int, *children: Tree) -> None:
        """One more part, of so many octets."""
        self._rows.append(Tree(name, value, self.at, self.at + size, children))
        self.at += size

    def append(self, tree: Tree) -> None:
        """One more part, that knows where it stands."""
        self._rows.append(tree)
        self.at = tree.end

    def tree(self, name: str, value: str = "") -> Tree:
        """All of them as one part."""
        return Tree(name, value, self._start, self.at, tuple(self._rows))
