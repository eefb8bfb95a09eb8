"""What load has come to: counters and latencies of each flow, which add up over processes and time."""

import msgspec

from lab.load.flow import Flow
from lab.load.histogram import Histogram

__all__ = ["Figures", "Tally"]


class Tally(msgspec.Struct):
    """Of one flow. What was offered has been done, refused or lost, once nothing is under way."""

    offered: int = 0
    done: int = 0
    refused: dict[str, int] = {}
    """By cause, in the words of whoever refused."""
    lost: int = 0
    """Without an answer within its time; an answer after that is counted in `Figures.late`."""
    latency: Histogram = msgspec.field(default_factory=Histogram)
    """Of those that were done, from the moment at which they should have begun."""

    @property
    def refusals(self) -> int:
        return sum(self.refused.values())

    @property
    def ended(self) -> int:
        return self.done + self.refusals + self.lost

    @property
    def under_way(self) -> int:
        return self.offered - self.ended

    def merge(self, other: "Tally") -> None:
        self.offered += other.offered
        self.done += other.done
        _add(self.refused, other.refused)
        self.lost += other.lost
        self.latency.merge(other.latency)


class Figures(msgspec.Struct):
    """Of everything in a run, or in a moment of it."""

    flows: dict[Flow, Tally] = {}
    lag: Histogram = msgspec.field(default_factory=Histogram)
    """How late messages have begun: the generator's own doing."""
    warm_up: int = 0
    """Messages that only warm up, and are in no other figure."""
    repeated: int = 0
    """Requests that were sent again, for want of an answer (RFC 3261 §17.1.2.2)."""
    heard_again: int = 0
    """Requests and answers of the gateway that have come before."""
    late: int = 0
    """Answers to messages that were lost already."""
    unexpected: dict[str, int] = {}
    """What belongs to no message of ours, or comes at the wrong time."""

    def of(self, flow: Flow) -> Tally:
        tally = self.flows.get(flow)
        if tally is None:
            tally = self.flows[flow] = Tally()
        return tally

    @property
    def all(self) -> Tally:
        """All flows together."""
        whole = Tally()
        for tally in self.flows.values():
            whole.merge(tally)
        return whole

    def note(self, what: str) -> None:
        """Something unexpected."""
        self.unexpected[what] = self.unexpected.get(what, 0) + 1

    def merge(self, other: "Figures") -> None:
        """Those of another process, or of the moment after."""
        for flow, tally in other.flows.items():
            self.of(flow).merge(tally)
        self.lag.merge(other.lag)
        self.warm_up += other.warm_up
        self.repeated += other.repeated
        self.heard_again += other.heard_again
        self.late += other.late
        _add(self.unexpected, other.unexpected)


def _add(counts: dict[str, int], more: dict[str, int]) -> None:
    for name, count in more.items():
        counts[name] = counts.get(name, 0) + count
