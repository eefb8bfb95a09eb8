"""The tree of a SIP message, down into the short message that it carries (RFC 3261 §7, TS 24.341 §5)."""

from ipsmgw.sms import Direction
from ipsmgw.trace.layers import rp
from ipsmgw.trace.tree import Layer, Rows, Tree
from sipbridge.body import media_type
from sipbridge.errors import DecodeError
from sipbridge.message import Message, parse
from sipbridge.settings import Limits

__all__ = ["SHORT_MESSAGE", "layer", "rp_direction"]

SHORT_MESSAGE = b"application/vnd.3gpp.sms"

_LIMITS = Limits()


def layer(octets: bytes, at: int) -> Layer:
    """The tree of one message; the SIP room's DecodeError when it is none."""
    message = parse(octets, _LIMITS)
    head = octets.index(b"\r\n\r\n") + 4
    rows = Rows(at)
    _head(rows, octets[: head - 2])
    rows.add("empty line", "", 2)
    carried: bool | None = True
    if message.body:
        tree, carried = _body(message, at + head)
        rows.append(tree)
    surplus = at + len(octets) - rows.at
    if surplus:
        rows.add("octets after the end", octets[-surplus:].hex(), surplus)
    return Layer(rows.tree("SIP", _start_line(message)), _encode(message) == octets and carried, surplus)


def rp_direction(body: bytes) -> Direction:
    """Which way an RPDU goes, as its RP-MTI says (TS 24.011 §8.2.2)."""
    return Direction.TO_UE if body[0] & 1 else Direction.FROM_UE


def _start_line(message: Message) -> str:
    if message.is_request:
        return f"{_text(message.method)} {_text(message.uri)}"
    return f"{message.status} {_text(message.reason)}"


def _encode(message: Message) -> bytes:
    """The message from what the parser kept of it."""
    first = b"SIP/2.0 %d %b" % (message.status, message.reason)
    if message.is_request:
        first = b"%b %b SIP/2.0" % (message.method, message.uri)
    return b"\r\n".join((first, *message.lines, b"", message.body))


def _head(rows: Rows, octets: bytes) -> None:
    """Start line and header lines, each with its line end."""
    first, *lines = octets.splitlines(keepends=True)
    rows.add("start line", _text(first), len(first))
    for line in lines:
        name, _, value = line.partition(b":")
        rows.add(_text(name), _text(value), len(line))


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace").strip()


def _body(message: Message, at: int) -> tuple[Tree, bool | None]:
    body = message.body
    if media_type(message.first(b"Content-Type") or b"") != SHORT_MESSAGE:
        return Tree("body", _text(body), at, at + len(body)), True
    try:
        found = rp.layer(body, at, rp_direction(body))
    except DecodeError as error:
        return Tree("RPDU not decoded", f"{body.hex()} ({error.reason})", at, at + len(body)), None
    return found.tree, found.reencoded
