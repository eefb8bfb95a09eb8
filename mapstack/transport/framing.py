"""Cuts a stream of octets into M3UA messages by the length of their common header (RFC 4666 §3.1)."""

from mapstack.errors import DecodeError

__all__ = ["MAX_MESSAGE", "Framer"]

MAX_MESSAGE = 65_536
_HEADER = 8
_VERSION = 1


class Framer:
    """The messages of one connection, whatever pieces they come in."""

    __slots__ = ("_max_message", "_rest")

    def __init__(self, max_message: int = MAX_MESSAGE) -> None:
        self._rest = b""
        self._max_message = max_message

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole now; `DecodeError` where no message can begin: close the connection."""
        stream = self._rest + data if self._rest else data
        messages: list[bytes] = []
        at, size = 0, len(stream)
        while size - at >= _HEADER:
            length = int.from_bytes(stream[at + 4 : at + 8])
            if stream[at] != _VERSION or not _HEADER <= length <= self._max_message:
                raise DecodeError("m3ua", f"version {stream[at]}, length {length} in a stream", offset=at)
            if size - at < length:
                break
            messages.append(stream[at : at + length])
            at += length
        self._rest = stream[at:]
        return messages
