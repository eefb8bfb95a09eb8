"""What has to be remembered of messages that phones send into the MSGin5G service."""

from ipsmgw.store.rows import Row

__all__ = ["AwaitedReport", "SubmittedPart"]


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
