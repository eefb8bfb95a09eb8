"""The tree of a JSON text, each value where it stands (RFC 8259)."""

import json
import re
from collections.abc import Iterator

from ipsmgw.trace.tree import Tree

__all__ = ["tree"]

_SPACE = re.compile(r"[ \t\r\n]*")
_DEEPEST = 32
_DECODER = json.JSONDecoder()
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null")


def tree(octets: bytes, at: int, name: str = "JSON") -> Tree | None:
    """None for what is no JSON, or too deep to be shown."""
    text = octets.decode("latin-1")  # so that places count octets
    try:
        json.loads(octets)
        found, end = _value(text, _skip(text, 0), (name, at), 0)
    except (ValueError, LookupError, RecursionError):
        return None
    return found if _skip(text, end) == len(text) else None


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def _value(text: str, start: int, named: tuple[str, int], depth: int) -> tuple[Tree, int]:
    """The value that begins there, and where it ends; ValueError or IndexError for none."""
    name, at = named
    if depth > _DEEPEST:
        raise ValueError("too deep")
    if text[start] in "{[":
        children = tuple(_members(text, start, at, depth))
        end = _skip(text, children[-1].end - at if children else start + 1) + 1
        return Tree(name, "", at + start, at + end, children), end
    if text[start] == '"':
        value, end = _string(text, start)
        return Tree(name, value, at + start, at + end), end
    plain = _PLAIN.match(text, start)
    if plain is None:
        raise ValueError("no value")
    return Tree(name, plain[0], at + start, at + plain.end()), plain.end()


def _members(text: str, start: int, at: int, depth: int) -> Iterator[Tree]:
    """Of an object or an array."""
    closing = "}" if text[start] == "{" else "]"
    here, number = _skip(text, start + 1), 0
    while text[here] != closing:
        number += 1
        name = str(number)
        if closing == "}":
            name, here = _string(text, here)
            here = _skip(text, _skip(text, here) + 1)
        member, here = _value(text, here, (name, at), depth + 1)
        yield member
        here = _skip(text, here)
        if text[here] == ",":
            here = _skip(text, here + 1)


def _string(text: str, start: int) -> tuple[str, int]:
    """As it was written, and where it ends; an escape may have brought in what is no octet."""
    value, end = _DECODER.raw_decode(text, start)
    said = str(value)
    try:
        return said.encode("latin-1").decode("utf-8", "replace"), end
    except UnicodeEncodeError:
        return said, end
