"""What a SIP stack tells those above it."""

from typing import NamedTuple, NewType

from msgspec import Struct

from sipbridge.errors import DecodeError
from sipbridge.flow import Flow
from sipbridge.message import Message, parse
from sipbridge.settings import Limits

__all__ = ["ClientTx", "NoAnswer", "PeerMisbehaved", "Request", "Response", "ServerTx", "SipEvent"]

ServerTx = NewType("ServerTx", bytes)
ClientTx = NewType("ClientTx", bytes)

_NO_LIMITS = Limits(headers=65_535)


class Request(Struct, frozen=True, gc=False):
    """A request that opened a server transaction; answer it with `respond`, or `forward` it."""

    tx: ServerTx
    message: Message
    flow: Flow


class Response(Struct, frozen=True, gc=False):
    """A response to a request of ours. Only status and branch have been read; the rest is read when asked
    for.
    """

    tx: ClientTx
    status: int
    octets: bytes

    @property
    def message(self) -> Message | None:
        """The whole response; None where the peer wrote it so that nobody can read it."""
        try:
            return parse(self.octets, _NO_LIMITS)
        except DecodeError:
            return None


class NoAnswer(NamedTuple):
    """Nobody answered: 408 after timer F, 503 where the transport or we had no room (§8.1.3.1)."""

    tx: ClientTx
    status: int


class PeerMisbehaved(NamedTuple):
    """Octets that make no sense; what could be answered has been."""

    flow: Flow
    layer: str
    reason: str


SipEvent = Request | Response | NoAnswer | PeerMisbehaved
