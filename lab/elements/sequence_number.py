"""Sequence numbers of authentication, counted and not told by a clock (TS 33.102 C.1, C.3.2)."""

__all__ = ["DELTA", "INDICES", "SQN_OCTETS", "index_of", "joined", "sequence_of"]

SQN_OCTETS = 6
_INDEX_BITS = 5
INDICES = 1 << _INDEX_BITS
"""Vectors of several requesters are in use at once, each with an index of its own."""
DELTA = 1 << 28
"""A step further than this would bring the wrap-around near: it is not taken."""


def sequence_of(sqn: int) -> int:
    return sqn >> _INDEX_BITS


def index_of(sqn: int) -> int:
    return sqn % INDICES


def joined(sequence: int, index: int) -> int:
    """SQN = SEQ || IND."""
    return (sequence << _INDEX_BITS | index % INDICES) % (1 << 8 * SQN_OCTETS)
