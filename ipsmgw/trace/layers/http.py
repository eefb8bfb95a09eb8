"""The tree of a request or an answer of HTTP/1.1, with the JSON that it carries (RFC 9112)."""

import re

from ipsmgw.trace.layers import json_text
from ipsmgw.trace.tree import DecodeError, Layer, Rows, Tree

__all__ = ["layer"]

_START = re.compile(rb"HTTP/1\.[01] \d{3} [^\r\n]*\r\n|[A-Z]{1,20} [^ \r\n]+ HTTP/1\.[01]\r\n")


def layer(octets: bytes, at: int) -> Layer:
    """One message; DecodeError when it is none."""
    start = _START.match(octets)
    head = octets.find(b"\r\n\r\n")
    if start is None or head < 0:
        raise DecodeError("HTTP", "no start line and header of HTTP/1.1", 0)
    rows = Rows(at)
    rows.add("start line", _text(start[0]), len(start[0]))
    for line in octets[start.end() : head + 2].splitlines(keepends=True):
        name, _, value = line.partition(b":")
        rows.add(_text(name), _text(value), len(line))
    rows.add("empty line", "", 2)
    body = octets[head + 4 :]
    if body:
        rows.append(json_text.tree(body, rows.at) or Tree("body", _text(body), rows.at, rows.at + len(body)))
    return Layer(rows.tree("HTTP", _text(start[0])), None)


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace").strip()
