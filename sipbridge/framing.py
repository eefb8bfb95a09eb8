"""Cuts a stream into SIP messages by Content-Length (RFC 3261 §18.3); keep-alives (RFC 5626 §3.5.1)."""

import re

from sipbridge.settings import Limits

__all__ = ["PING", "PONG", "Framer"]

PING, PONG = b"\r\n\r\n", b"\r\n"
_START = re.compile(rb"[A-Za-z0-9\-.!%*_+`'~/]{1,64}(?: |\Z)").match
_START_LINE = re.compile(rb"(?i)(?:SIP/\d|[^\r\n]* SIP/\d)").match
_LENGTH = re.compile(rb"(?i)\r\n(?:content-length|l)[ \t]*:((?:[^\r\n]|\r\n[ \t])*)").findall
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n").search
_MOST_DIGITS = 9


class Framer:
    """The messages of one connection, whatever pieces they come in.

    `fault` says why nothing more can be cut out of this stream; what could not be framed comes as a last
    message, for the stack to answer. `pings` counts the double CRLFs that want an answer.
    """

    __slots__ = ("_limits", "_rest", "_wanted", "fault", "pings")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._rest = bytearray()
        self._wanted = 0
        self.fault = ""
        self.pings = 0

    @property
    def partial(self) -> bool:
        """Whether a message has begun that is not whole; line ends alone begin none."""
        return bool(self._rest) and not PING.startswith(self._rest)

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole now."""
        if self._rest:
            self._rest += data
            if len(self._rest) < self._wanted:
                return []
            data = bytes(self._rest)
        messages: list[bytes] = []
        at = 0
        while not self.fault:
            at = self._skip(data, at)
            end = self._end(data, at)
            if not end:
                break
            messages.append(data[at:end])
            at = end
        self._rest = bytearray() if self.fault else bytearray(data[at:])
        return messages

    def _skip(self, data: bytes, at: int) -> int:
        """Line ends before a start line mean nothing (§7.5), but two of them are a keep-alive."""
        while data.startswith(PING, at):
            self.pings += 1
            at += len(PING)
        if data.startswith(PONG, at) and not PING.startswith(data[at : at + len(PING)]):
            at += len(PONG)
        return at

    def _end(self, data: bytes, at: int) -> int:
        """Where the message ends that begins here; 0 where it is not whole yet."""
        self._wanted = 0
        if at == len(data) or PING.startswith(data[at : at + len(PING)]):
            return 0
        head = data.find(b"\r\n\r\n", at, at + self._limits.head)
        if head < 0:
            return self._unfinished(data, at)
        if not _START_LINE(data, at):
            return self._give_up("no start line of SIP", data)
        if _BARE(data, at, head):  # to another reader it may end a line, and a length stand behind it
            return self._give_up("line not ended by CRLF", data)
        length = _content_length(data, at, head)
        if length is None:
            return self._give_up("Content-Length malformed", data)
        size = head + 4 - at + length
        if size > self._limits.message:
            return self._too_large(data, at)
        self._wanted = size
        return at + size if len(data) - at >= size else 0

    def _unfinished(self, data: bytes, at: int) -> int:
        if not _START(data[at : at + 65]):
            return self._give_up("no start line of SIP", data)
        if len(data) - at >= self._limits.head:
            return self._give_up("header too large", data)
        return 0

    def _too_large(self, data: bytes, at: int) -> int:
        """So much of it that the stack sees that it is (513), and no more."""
        self._wanted = self._limits.message + 1
        if len(data) - at < self._wanted:
            return 0
        self._give_up("message too large", data)
        return at + self._wanted

    def _give_up(self, why: str, data: bytes) -> int:
        self.fault = why
        return len(data)


def _content_length(data: bytes, at: int, head: int) -> int | None:
    """Without it there is no body, though over streams it is mandatory (§20.14); two that differ would have
    two readers see two messages.
    """
    found = {value.strip() for value in _LENGTH(data, at, head)}
    if not found:
        return 0
    value = found.pop()
    if found or not value.isdigit() or len(value) > _MOST_DIGITS:
        return None
    return int(value)
