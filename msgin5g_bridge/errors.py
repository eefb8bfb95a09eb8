"""The two errors of the room: a peer's body makes no sense (a 400 of TS 29.500), or we have a bug."""

__all__ = ["DecodeError", "LocalError"]


class DecodeError(Exception):
    """A JSON body that its type does not allow; `path` is a JSON Pointer, for `InvalidParam.param`."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or 'body'}: {reason}")
        self.path = path
        self.reason = reason


class LocalError(Exception):
    """Our own bug: a value that must not go out on the wire."""
