"""The run over time: a point for each second or so, whatever the number of messages."""

from collections.abc import Mapping

import msgspec

from lab.load.figures import Figures, Tally

__all__ = ["Point", "Series"]


class Point(msgspec.Struct):
    """Rates are messages a second, latencies seconds; None where nothing was done."""

    at: float
    """Seconds since the first figures, at its end."""
    offered: float
    done: float
    refused: float
    lost: float
    under_way: int
    p50: float | None
    p95: float | None
    p99: float | None
    most: float | None
    cpu: dict[str, float]
    """Of each process, as a part of one core."""


class Series:
    """Adds up what comes within a second."""

    def __init__(self, begin: float, cpu: Mapping[str, float], width: float = 1.0) -> None:
        """`cpu`: seconds of each process until now."""
        self._begin = begin
        self._since = begin
        self._width = width
        self._cpu = cpu
        self._current = Figures()
        self.points: list[Point] = []

    @property
    def latest(self) -> Point | None:
        return self.points[-1] if self.points else None

    def add(self, figures: Figures) -> None:
        """Of a moment."""
        self._current.merge(figures)

    def turn(self, now: float, under_way: int, cpu: Mapping[str, float]) -> bool:
        """A second may be over; True where it is."""
        took = now - self._since
        if took < self._width:
            return False
        whole = self._current.all
        used = {name: round((seconds - self._cpu[name]) / took, 3) for name, seconds in cpu.items()}
        self.points.append(_point(whole, now - self._begin, took, under_way, used))
        self._since, self._cpu, self._current = now, cpu, Figures()
        return True


def _point(whole: Tally, at: float, took: float, under_way: int, cpu: dict[str, float]) -> Point:
    latency = whole.latency
    return Point(
        at=round(at, 2),
        offered=round(whole.offered / took, 1),
        done=round(whole.done / took, 1),
        refused=round(whole.refusals / took, 1),
        lost=round(whole.lost / took, 1),
        under_way=under_way,
        p50=latency.quantile(0.5),
        p95=latency.quantile(0.95),
        p99=latency.quantile(0.99),
        most=latency.quantile(1.0),
        cpu=cpu,
    )
