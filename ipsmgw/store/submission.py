"""What has to be remembered of messages that phones send into the MSGin5G service."""

from ipsmgw.store.rows import Row

__all__ = ["AwaitedReport", "OfferedMessage", "SubmittedPart"]


class SubmittedPart(Row, frozen=True, kw_only=True):
    """A part of a concatenated message, while others are missing; the key is made of who, where and which."""

    tpdu: bytes
    received: float


class AwaitedReport(Row, frozen=True, kw_only=True):
    """A message whose sender wants to know what has become of it; the key is its Message ID."""

    imsi: str
    references: tuple[int, ...]
    """TP-MR of each part that asks for a report."""
    recipient: bytes
    """TP-DA, as it stood in the SUBMIT."""
    sent: float
    until: float


class OfferedMessage(Row, frozen=True, kw_only=True):
    """A message that the service centre has brought, while its answer may be lost: it may bring it again.

    The key is made of who writes where, and what.
    """

    msg_id: str
    """Message ID that the MSGin5G Server has it by: it takes that once."""
    taken: bool = False
    """Whether the server has said that it has it."""
    until: float
