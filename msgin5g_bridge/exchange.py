"""Request and answer, whoever carries them: HTTP by a library, or a link of the lab (TS 29.500 §5.2).

The sans-IO contract of this room: a stack takes what has come and the time, and gives back events and what is
to go out. The carrier numbers the exchanges that others begin; the stack numbers those that it begins itself.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from msgspec import Struct

from msgin5g_bridge.errors import DecodeError

__all__ = [
    "Answered",
    "Ask",
    "Asked",
    "ExchangeStack",
    "Gone",
    "Headers",
    "Incoming",
    "NoAnswer",
    "Outgoing",
    "Peer",
    "Reply",
    "Request",
    "Response",
    "split_coap",
    "split_uri",
]

Headers = tuple[tuple[str, str], ...]
"""Names in lower case, in the order in which they came."""
EventCo = TypeVar("EventCo", covariant=True)


class Request(Struct, frozen=True):
    """What is asked; the path begins with "/", is percent-encoded as it was sent and has no query."""

    method: str
    path: str
    headers: Headers = ()
    body: bytes = b""
    query: str = ""
    confirmable: bool = True
    """Of CoAP: whether it is repeated until it is acknowledged."""

    def header(self, name: str) -> str | None:
        """The first of this name."""
        return next((value for key, value in self.headers if key == name), None)


class Response(Struct, frozen=True):
    """What is answered."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first of this name."""
        return next((value for key, value in self.headers if key == name), None)


class Peer(Struct, frozen=True):
    """Who asks, as far as the transport knows."""

    address: str
    identity: str = ""
    """The name that his TLS certificate has proved; nothing: he has shown none."""
    secure: bool = False
    names: tuple[str, ...] = ()
    """All that his certificate is for."""


class Asked(Struct, frozen=True):
    """A peer waits for the answer to this."""

    exchange: int
    request: Request
    peer: Peer


class Gone(Struct, frozen=True):
    """A peer that had asked does not wait any more."""

    exchange: int


class Answered(Struct, frozen=True):
    """What a peer has answered us."""

    exchange: int
    response: Response


class NoAnswer(Struct, frozen=True):
    """A peer could not be reached, or the connection has ended before its answer."""

    exchange: int
    reason: str


class Ask(Struct, frozen=True):
    """To be sent to `origin`, as "https://host:port"; nobody waits for an answer after `until`."""

    exchange: int
    origin: str
    request: Request
    until: float
    identity: str = ""
    """Whose key protects it, where there is a choice."""


class Reply(Struct, frozen=True):
    """To be sent to who has asked."""

    exchange: int
    response: Response


Incoming = Asked | Gone | Answered | NoAnswer
Outgoing = Ask | Reply


class ExchangeStack(Protocol[EventCo]):
    """The one contract of DESIGN §3 for exchanges instead of octets; `receive` never raises."""

    def receive(self, incoming: Incoming, now: float) -> Sequence[EventCo]: ...
    def expire(self, now: float) -> Sequence[EventCo]: ...
    def deadline(self) -> float | None: ...
    def take_output(self) -> list[Outgoing]: ...


def split_uri(uri: str) -> tuple[str, str, str]:
    """Origin, path and query of an HTTP URI; raises `DecodeError` for what is none."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError as fault:
        raise DecodeError("", f"no URI: {fault}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or not _is_plain(uri):
        raise DecodeError("", f"http:// or https:// with a host is wanted, got {uri[:80]!r}")
    return f"{parts.scheme}://{parts.netloc}", parts.path, parts.query


def split_coap(uri: str) -> tuple[str, int]:
    """Host and port of coap://host:port, which has nothing else; raises `DecodeError` for what is none."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError as fault:
        raise DecodeError("", f"no URI: {fault}") from None
    rest = parts.path.rstrip("/") + parts.query + parts.fragment
    if parts.scheme != "coap" or not parts.hostname or port == 0 or rest or not _is_plain(uri):
        raise DecodeError("", f"coap:// with a host, and no path, is wanted, got {uri[:80]!r}")
    return parts.hostname, 5683 if port is None else port


def _is_plain(uri: str) -> bool:
    """Visible ASCII, and no user who is named to another host."""
    return uri.isascii() and uri.isprintable() and not set(uri) & set(' @<>"\\^`{|}')
