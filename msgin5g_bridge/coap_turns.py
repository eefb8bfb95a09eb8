"""Whose turn it is among requests to one endpoint (RFC 7252 §4.7, NSTART; RFC 7959 §2.4)."""

from collections import deque

__all__ = ["Turns"]

_ONE_DATAGRAM = 1024
"""Octets: a body of more goes in blocks."""


class Turns:
    """In the order in which they came, so many at once; and of those that go in blocks one, for two bodies
    in blocks to one resource would be taken for one.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._waiting: dict[str, deque[int]] = {}
        self._going: dict[str, set[int]] = {}
        self._origins: dict[int, str] = {}
        self._in_blocks: set[int] = set()

    def put(self, origin: str, exchange: int, octets: int) -> None:
        """It waits for its turn."""
        self._origins[exchange] = origin
        self._waiting.setdefault(origin, deque()).append(exchange)
        if octets > _ONE_DATAGRAM:
            self._in_blocks.add(exchange)

    def end(self, exchange: int) -> str | None:
        """It is over, or is not wanted any more; to whom it was."""
        origin = self._origins.pop(exchange, None)
        if origin is None:
            return None
        self._in_blocks.discard(exchange)
        going, waiting = self._going.get(origin, set()), self._waiting.get(origin, deque())
        if exchange in going:
            going.discard(exchange)
        else:
            waiting.remove(exchange)
        if not going and not waiting:
            self._going.pop(origin, None)
            self._waiting.pop(origin, None)
        return origin

    def next(self, origin: str) -> int | None:
        """Who may go now."""
        waiting = self._waiting.get(origin)
        if not waiting:
            return None
        going = self._going.setdefault(origin, set())
        if len(going) >= self._at_once:
            return None
        if waiting[0] in self._in_blocks and not self._in_blocks.isdisjoint(going):
            return None
        going.add(waiting[0])
        return waiting.popleft()
