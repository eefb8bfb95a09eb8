"""What a REST stack tells, and what it is told (TS 29.538)."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from msgin5g_bridge.exchange import Peer
from msgin5g_bridge.model import Body
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.ts29571 import ProblemDetails

__all__ = [
    "Called",
    "Caller",
    "ClientCredentials",
    "Left",
    "PeerMisbehaved",
    "Refused",
    "RestEvent",
    "RestSettings",
    "Returned",
    "Unanswered",
    "Verifier",
]


class Caller(Struct, frozen=True):
    """Who calls: what the transport knows, and whom the access token was issued to."""

    peer: Peer
    subject: str = ""
    """Nothing: there was no token, and none was wanted."""


class Called(Struct, frozen=True):
    """A peer calls an operation of ours, in order as far as the stack can tell; it waits for `respond`."""

    exchange: int
    operation: Operation
    body: Body | None
    variables: Mapping[str, str]
    caller: Caller
    query: Mapping[str, str] = {}


class Left(Struct, frozen=True):
    """Who has called does not wait any more: his connection is gone, or our time is up."""

    exchange: int
    operation: Operation


class Returned(Struct, frozen=True):
    """The peer has done what we asked for."""

    exchange: int
    operation: Operation
    status: int
    body: Body | None
    location: str = ""


class Refused(Struct, frozen=True):
    """The peer has not."""

    exchange: int
    operation: Operation
    status: int
    problem: ProblemDetails
    retry_after: float | None = None


class Unanswered(Struct, frozen=True):
    """Nothing comes from the peer: whether it has done it is not known."""

    exchange: int
    operation: Operation
    reason: str


class PeerMisbehaved(Struct, frozen=True):
    """What a peer has sent makes no sense; it has been answered."""

    peer: str
    what: str


RestEvent = Called | Left | Returned | Refused | Unanswered | PeerMisbehaved


class Verifier(Protocol):
    """Reads access tokens: whom this one was issued to, or why it is worth nothing."""

    def subject(self, token: str, scope: str, now: float) -> str | Problem: ...


class ClientCredentials(Struct, frozen=True, kw_only=True):
    """How we get access tokens (RFC 6749 §4.4; TS 29.510 §6.3)."""

    token_uri: str
    client_id: str
    client_secret: str


class RestSettings(Struct, frozen=True, kw_only=True):
    """Seconds, octets, and how much at once."""

    prefix: str = ""
    """Path of our apiRoot, where it has one."""
    max_body: int = 65_536
    max_path: int = 2_048
    answer_within: float = 10.0
    """How long what is called may take until the peer hears 504."""
    wait: float = 10.0
    """How long an answer of a peer may take."""
    open: int = 1_000
    """Exchanges of peers at once; one more is refused: 503."""
    rate: float = 0.0
    """Requests a second of one peer, in the long run; more are refused: 429. 0: any number."""
    burst: int = 100
    """Requests that one peer may send at once."""
    secure_only: bool = False
    """Whether a request that comes without TLS is refused: 403."""
    retry_after: float = 5.0
    """What who is refused for want of room hears."""
