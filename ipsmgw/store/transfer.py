"""Messages of the MSGin5G service on their way to phones: ours to see through, crash or not (DESIGN §4)."""

from typing import Literal

from msgspec import Struct

from ipsmgw.store.rows import Row

__all__ = ["Handed", "ReplyContext", "Segment", "Transfer"]


class Handed(Struct, frozen=True, omit_defaults=True):
    """A part that was given to the service centre: on disk before its submit_sm leaves."""

    reference: int
    """user_message_reference, which a receipt may repeat (SMPP v3.4 §5.3.2.17)."""
    id: str = ""
    """message_id; nothing: nobody knows whether the service centre has it."""
    outcome: str = ""
    """"delivered", or a failureCause, as a receipt has told."""


class Transfer(Row, frozen=True, kw_only=True):
    """One message that the server was told 204 for; the key is made of who writes to whom, and Message ID."""

    imsi: str
    ue: str
    """UE Service ID of the phone; nothing: the message is the gateway's own, and nobody hears of its end."""
    sender_type: str = ""
    sender: str = ""
    msg_id: str = ""
    report: bool = False
    """Whether the sender wants to hear what has become of it."""
    received: float
    until: float
    """From then on it is not tried any more."""
    parts: tuple[bytes, ...]
    """SMS-DELIVERs, or one SMS-STATUS-REPORT."""
    at: int = 0
    """The part that is next: those before have been delivered."""
    cause: str = ""
    """Why it has not been delivered yet, or at all: a failureCause."""
    phase: Literal["sms", "receipt", "report", "ended"] = "sms"
    due: float = 0.0
    """When to try again, the message or its report; of one that has ended, when to forget it."""
    tried: tuple[str, ...] = ()
    """Ways that have refused it for good."""
    resting: str = ""
    """The way that has failed for now, …"""
    rest: float = 0.0
    """… and until when it is not tried."""
    handed: tuple[Handed, ...] = ()
    """Parts from `at` on that have gone to the service centre; from the first on it gets all of them."""


class Segment(Row, frozen=True, kw_only=True):
    """A part of a message that is not whole yet."""

    body: bytes
    """As the server has sent it."""
    received: float


class ReplyContext(Row, frozen=True, kw_only=True):
    """Who an answer of this phone to this number is for; the key is made of IMSI and number."""

    address_type: str
    address: str
    until: float
