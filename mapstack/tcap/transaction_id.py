"""Transaction ids that do not come again soon: node, boot and a counter (Q.773 §3.2.3)."""

from collections.abc import Container
from random import Random

from mapstack.errors import LocalError

__all__ = ["MAX_OPEN", "TransactionIds"]

_COUNTER_BITS, _BOOT_BITS, _NODE_BITS = 20, 8, 4
_COUNTER_MASK = (1 << _COUNTER_BITS) - 1
MAX_OPEN = 1 << (_COUNTER_BITS - 1)
"""More open dialogues than this would make a free id hard to find."""


class TransactionIds:
    """Four octets: 4 bits of node, 8 of boot counter, 20 of a counter that starts anywhere.

    So an answer that is late by a restart, or that was for another node, meets no dialogue.
    """

    __slots__ = ("_counter", "_high")

    def __init__(self, node: int, boot: int, rng: Random) -> None:
        if not 0 <= node < 1 << _NODE_BITS:
            raise LocalError(f"node {node} is not within 0..15")
        self._high = node << (_BOOT_BITS + _COUNTER_BITS) | boot % (1 << _BOOT_BITS) << _COUNTER_BITS
        self._counter = rng.getrandbits(_COUNTER_BITS)

    def allocate(self, in_use: Container[int]) -> int:
        """The next id that is not `in_use`."""
        while True:
            self._counter = self._counter + 1 & _COUNTER_MASK
            tid = self._high | self._counter
            if tid not in in_use:
                return tid
