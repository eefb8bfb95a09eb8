"""What goes wrong between a PDU and whoever made it (SMPP v3.4 §5.1.3)."""

from ipsmgw.smpp.codes import Status

__all__ = ["DecodeError", "LocalError"]


class DecodeError(Exception):
    """Octets that are no PDU: the command_status that answers them, and why in words."""

    def __init__(self, status: Status, reason: str) -> None:
        super().__init__(f"{reason} (ESME_{status.name})")
        self.status = status
        self.reason = reason


class LocalError(Exception):
    """A request at the wrong time, or a value that does not fit its field: our own bug."""
