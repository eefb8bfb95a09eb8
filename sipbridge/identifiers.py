"""Branches, tags and Call-IDs: unique over restarts, not to be guessed (RFC 3261 §8.1.1.7, §19.3, §20.8)."""

from random import Random

__all__ = ["Identifiers"]

_POOL = 2048


class Identifiers:
    """Node, boot counter, count and eight random octets: a late answer meets nobody, and nobody guesses the
    next.
    """

    def __init__(self, rng: Random, node: int, boot: int) -> None:
        self._rng = rng
        self._prefix = b"%x.%x.%08x." % (node, boot, rng.getrandbits(32))
        self._count = 0
        self._pool = ""
        self._at = 0

    @property
    def prefix(self) -> bytes:
        """What every identifier of this element starts with."""
        return self._prefix

    def new(self) -> bytes:
        """One identifier of token characters."""
        at = self._at
        if at == len(self._pool):
            self._pool = self._rng.randbytes(_POOL).hex()
            at = 0
        self._at = at + 16
        self._count += 1
        return b"%b%x.%b" % (self._prefix, self._count, self._pool[at : at + 16].encode())
