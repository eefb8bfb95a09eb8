"""What is counted of messages, in slots that are read when somebody asks: outcomes and durations."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from ipsmgw.cdr import Cdr

__all__ = ["BOUNDS", "Figures", "Spent", "Tally"]

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Seconds: upper ends of what is counted together."""


class Spent:
    """From the moment in which a message came to its outcome."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0


class Tally:
    """Of one gateway, since it began."""

    __slots__ = ("ended", "refused", "spent")

    def __init__(self) -> None:
        self.ended: dict[tuple[str, str], int] = {}
        """Messages by record and outcome."""
        self.spent = {"ISMSMO": Spent(), "ISMSMT": Spent()}
        self.refused = 0
        """Messages for which there was no room: 503."""

    def count(self, cdr: Cdr) -> None:
        """One more has ended."""
        ended, key = self.ended, (cdr.record, cdr.outcome)
        ended[key] = ended.get(key, 0) + 1
        spent, seconds = self.spent[cdr.record], cdr.time - cdr.received
        spent.counts[bisect_left(BOUNDS, seconds)] += 1
        spent.seconds += seconds


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What there is to be counted, at one moment."""

    tally: Tally
    pdus: Mapping[tuple[str, str], int]
    """By protocol, and whether they were sent or received."""
    retransmitted: int
    repeated: int
    dialogues: int
    transactions: int
    bindings: int
    unreachable: int
    records: int
    waiting: int
    syncs: int
    sync_seconds: float
    behind: bool
    bugs: int
    forgotten: int
