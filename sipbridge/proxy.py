"""What a stateful proxy changes in a message: Via, Route, Max-Forwards (RFC 3261 §16.4, §16.6, §16.7)."""

from sipbridge.errors import DecodeError
from sipbridge.header import split
from sipbridge.message import Message
from sipbridge.uri import SipUri, parse_name_addr, parse_uri

__all__ = ["forwarded", "is_own", "relayed"]

_REWRITTEN = (b"Via: ", b"Max-Forwards: ", b"Content-Length: ", b"Route: ")


def forwarded(message: Message, own: frozenset[str], hops: bytes, drop: frozenset[bytes]) -> list[bytes]:
    """The header lines below our Via: `hops` replaces Max-Forwards, our own Route goes, and the names in
    `drop`.
    """
    lines = [b"Via: " + via for via in message.vias]
    lines.append(b"Max-Forwards: " + hops)
    routes = message.listed(b"Route")
    if routes and is_own(routes[0], own):
        del routes[0]
    if routes:
        lines.append(b"Route: " + b", ".join(routes))
    kept = (line for line in message.lines if not line.startswith(_REWRITTEN))
    lines.extend(line for line in kept if line.partition(b":")[0].lower() not in drop)
    return lines


def is_own(route: bytes, own: frozenset[str]) -> bool:
    """Whether a Route value names this element."""
    try:
        uri = parse_uri(parse_name_addr(route).uri)
    except DecodeError:
        return False
    return isinstance(uri, SipUri) and f"{uri.host}:{uri.port or 5060}" in own


def relayed(message: Message) -> bytes | None:
    """A response without its top Via; None where no other is left."""
    below = [*split(message.vias[0])[1:], *message.vias[1:]]
    if not below:
        return None
    lines = [b"SIP/2.0 %d %b" % (message.status, message.reason)]
    lines.extend(b"Via: " + via for via in below)
    lines.extend(line for line in message.lines if not line.startswith((b"Via: ", b"Content-Length: ")))
    return b"%b\r\nContent-Length: %d\r\n\r\n%b" % (b"\r\n".join(lines), len(message.body), message.body)
