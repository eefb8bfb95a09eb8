"""The two ways to fail: a peer that sends nonsense, and a bug of ours (RFC 3261 §21.4.1, TS 24.011 §9.3)."""

__all__ = ["DecodeError", "LocalError"]


class DecodeError(ValueError):
    """Octets of a peer make no sense; `status` is the SIP answer, `cause` the RP cause where there is one."""

    def __init__(
        self, reason: str, *, status: int = 400, cause: int | None = None, reference: int | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.cause = cause
        self.reference = reference


class LocalError(RuntimeError):
    """Something above asked for what the protocol forbids: our bug, never the peer's."""
