"""What the ISC side tells those above it (TS 24.341 §5.3.3; TR 23.804 §8.1 where phones register here)."""

from typing import NamedTuple

from msgspec import Struct

from sipbridge.events import NoAnswer, PeerMisbehaved, Request, Response, ServerTx
from sipbridge.flow import Flow
from sipbridge.identity import Asserted
from sipbridge.reg_event_subscription import RegEvent
from sipbridge.register import Register
from sipbridge.rp import Rpdu
from sipbridge.short_message_info import ShortMessageInfo
from sipbridge.text import TextMessage
from sipbridge.third_party_register import ThirdPartyRegister

__all__ = ["FlowFailed", "IscEvent", "SmMessage", "SmUnreadable"]


class SmMessage(Struct, frozen=True, gc=False):
    """A MESSAGE that carries an RPDU from a phone (TS 24.341 §5.3.3.2, §5.3.3.4)."""

    tx: ServerTx
    rpdu: Rpdu
    call_id: str
    in_reply_to: str | None
    asserted: Asserted
    request_uri: str
    flow: Flow
    charging: bytes = b""
    """P-Charging-Vector as it came (RFC 7315 §4.6)."""
    info: ShortMessageInfo | None = None
    """Of people without a number."""


class SmUnreadable(NamedTuple):
    """A MESSAGE whose RPDU makes no sense but has a reference: to be accepted, then refused with RP-ERROR
    `cause`.
    """

    tx: ServerTx
    octets: bytes
    message_reference: int
    cause: int
    call_id: str
    asserted: Asserted
    flow: Flow
    charging: bytes = b""
    request_uri: str = ""


class FlowFailed(NamedTuple):
    """A connection is gone: who has registered over it cannot be reached by it any more (RFC 5626 §4.5)."""

    flow: Flow


IscEvent = (
    ThirdPartyRegister
    | SmMessage
    | SmUnreadable
    | TextMessage
    | RegEvent
    | Response
    | NoAnswer
    | PeerMisbehaved
    | Register
    | Request
    | FlowFailed
)
"""A `Request` is a SUBSCRIBE of a phone; it, `Register` and `FlowFailed` come where phones are served."""
