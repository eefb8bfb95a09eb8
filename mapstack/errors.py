"""The two errors of this room: octets that make no sense, and a request that we should not have made."""

__all__ = ["DecodeError", "LocalError"]


class DecodeError(Exception):
    """Octets make no sense in `layer`; caught once, in that layer's `receive`."""

    def __init__(self, layer: str, reason: str, *, offset: int = 0, code: int | None = None) -> None:
        """`code` is what the layer answers on the wire (ERR code, P-Abort cause), where it answers."""
        super().__init__(f"{layer}: {reason} (octet {offset})")
        self.layer = layer
        self.reason = reason
        self.offset = offset
        self.code = code


class LocalError(Exception):
    """Our own bug: a request at the wrong time, or with a value that cannot be encoded."""
