"""Cuts a stream of octets into M3UA messages by the length of their common header (RFC 4666 §3.1)."""

from struct import Struct

__all__ = ["MAX_MESSAGE", "Framer"]

MAX_MESSAGE = 65_536
_HEADER = Struct(">B3xI")  # version, length
_VERSION = 1


class Framer:
    """The messages of one connection, whatever pieces they come in."""

    __slots__ = ("_max_message", "_rest", "fault")

    def __init__(self, max_message: int = MAX_MESSAGE) -> None:
        self._rest = b""
        self._max_message = max_message
        self.fault = ""
        """Why no message can begin where the last one ended; close the connection."""

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole now, and none after a `fault`."""
        stream = self._rest + data if self._rest else data
        messages: list[bytes] = []
        at, size = 0, len(stream)
        last = size - _HEADER.size  # where a header can begin
        while at <= last:
            version, length = _HEADER.unpack_from(stream, at)
            if version != _VERSION or not _HEADER.size <= length <= self._max_message:
                self.fault = f"version {version}, length {length} in a stream"
                break
            end = at + length
            if end > size:
                break
            messages.append(stream[at:end])
            at = end
        self._rest = stream[at:]
        return messages
