"""Timers J and K without timer objects: memories of two generations (RFC 3261 §17.1.2.2, §17.2.2)."""

from typing import Generic, TypeVar

__all__ = ["Generations"]

ValueT = TypeVar("ValueT")


class Generations(Generic[ValueT]):
    """Remembers each key for `lifetime` to twice `lifetime` seconds, at most `limit` of them: timers J and K.

    Nothing is kept per key but the key and its value; when the limit is met the older generation goes early.
    """

    def __init__(self, lifetime: float, limit: int) -> None:
        self._lifetime = lifetime
        self._half = max(1, limit // 2)
        self.young: dict[bytes, ValueT] = {}
        self.old: dict[bytes, ValueT] = {}
        self.turn: float | None = None

    def __len__(self) -> int:
        return len(self.young) + len(self.old)

    def get(self, key: bytes) -> ValueT | None:
        """The value of a key that is remembered."""
        value = self.young.get(key)
        return self.old.get(key) if value is None else value

    def put(self, key: bytes, value: ValueT, now: float) -> None:
        """Remember a key from now on."""
        if self.turn is None:
            self.turn = now + self._lifetime
        elif len(self.young) >= self._half:
            self._rotate(now)
        self.young[key] = value

    def discard(self, key: bytes) -> None:
        """Forget one key."""
        self.young.pop(key, None)
        self.old.pop(key, None)

    def expire(self, now: float) -> None:
        """Let the older generation go when its time has come."""
        if self.turn is not None and now >= self.turn:
            self._rotate(now)

    def _rotate(self, now: float) -> None:
        self.old, self.young = self.young, {}
        self.turn = now + self._lifetime if self.old else None
