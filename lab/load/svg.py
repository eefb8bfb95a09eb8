"""A plot of a run: rates above, latencies below, over time; plain SVG, readable without anything else."""

from collections.abc import Callable, Iterator, Sequence
from math import ceil, floor, log10
from typing import NamedTuple
from xml.sax.saxutils import escape

from lab.load.series import Point
from lab.load.step import Step

__all__ = ["plot"]

_WIDTH, _HEIGHT = 960, 620
_LEFT, _RIGHT, _GAP = 70, 150, 46
_PANEL = 220
_TOP = 78
_INK, _GRID, _PAPER = "#222", "#e4e4e4", "#fff"


class Curve(NamedTuple):
    """What is drawn of each point."""

    name: str
    colour: str
    of: Callable[[Point], float | None]


_RATES = (
    Curve("offered", "#9aa0a6", lambda point: point.offered),
    Curve("done", "#1a7f37", lambda point: point.done),
    Curve("refused", "#d1242f", lambda point: point.refused or None),
    Curve("lost", "#8250df", lambda point: point.lost or None),
)
_LATENCIES = (
    Curve("p50", "#54aeff", lambda point: _ms(point.p50)),
    Curve("p95", "#0969da", lambda point: _ms(point.p95)),
    Curve("p99", "#0a3069", lambda point: _ms(point.p99)),
    Curve("max", "#bc4c00", lambda point: _ms(point.most)),
)


class _Panel(NamedTuple):
    """A frame with its two scales, from values to the paper."""

    top: float
    span: float
    low: float
    high: float
    logarithmic: bool

    def x(self, at: float) -> float:
        return _LEFT + at / self.span * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        part = (self._place(value) - self._place(self.low)) / (self._place(self.high) - self._place(self.low))
        return self.top + _PANEL * (1 - part)

    def _place(self, value: float) -> float:
        return log10(max(value, self.low)) if self.logarithmic else value


def plot(title: str, steps: Sequence[Step]) -> str:
    """Of one step, or of all of a ramp."""
    points = [(step.began + point.at, point) for step in steps for point in step.points]
    span = max((at for at, _ in points), default=1.0)
    rates = _Panel(_TOP, span, 0.0, _round_up(_most(points, _RATES)), False)
    least, most = _least(points), _most(points, _LATENCIES)
    low = 10.0 ** floor(log10(least))
    latencies = _Panel(
        _TOP + _PANEL + _GAP, span, low, max(10.0 ** ceil(log10(max(most, least))), low * 10), True
    )
    body = [
        _text(_LEFT, 26, title, size=17, weight="600"),
        *_frame(rates, "messages a second", _linear_ticks(rates)),
        *_curves(rates, points, _RATES),
        *_frame(latencies, "latency, ms", _decades(latencies)),
        *_curves(latencies, points, _LATENCIES),
        *_times(latencies),
        *(_steps(rates, steps) if len(steps) > 1 else ()),
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" font-family="system-ui, sans-serif">'
    )
    paper = f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{_PAPER}"/>'
    return "\n".join([head, paper, *body, "</svg>", ""])


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000


def _values(points: Sequence[tuple[float, Point]], curves: Sequence[Curve]) -> Iterator[float]:
    for _, point in points:
        for curve in curves:
            value = curve.of(point)
            if value is not None:
                yield value


def _most(points: Sequence[tuple[float, Point]], curves: Sequence[Curve]) -> float:
    return max(_values(points, curves), default=1.0) or 1.0


def _least(points: Sequence[tuple[float, Point]]) -> float:
    return max(0.01, min(_values(points, _LATENCIES), default=1.0))


def _round_up(value: float) -> float:
    """To 1, 2 or 5 and noughts."""
    unit = 10.0 ** floor(log10(value))
    return next(step * unit for step in (1, 2, 5, 10) if step * unit >= value)


def _linear_ticks(panel: _Panel) -> list[float]:
    return [panel.high * part / 5 for part in range(6)]


def _decades(panel: _Panel) -> list[float]:
    first, last = round(log10(panel.low)), round(log10(panel.high))
    return [10.0**power for power in range(first, last + 1)]


def _frame(panel: _Panel, name: str, ticks: Sequence[float]) -> Iterator[str]:
    yield _text(_LEFT, panel.top - 24, name, size=13, colour="#555")
    for tick in ticks:
        y = panel.y(tick)
        yield _line(_LEFT, y, _WIDTH - _RIGHT, y, _GRID)
        yield _text(_LEFT - 8, y + 4, f"{tick:g}", anchor="end")


def _curves(panel: _Panel, points: Sequence[tuple[float, Point]], curves: Sequence[Curve]) -> Iterator[str]:
    """The name of each stands where it ends, in its colour, and clear of the others."""
    lowest = panel.top
    ends = []
    for curve in curves:
        places = [
            (panel.x(at), panel.y(value)) for at, point in points if (value := curve.of(point)) is not None
        ]
        if places:
            yield _path(places, curve.colour)
            ends.append((places[-1][1], curve))
    for y, curve in sorted(ends, key=lambda end: end[0]):
        lowest = max(y + 4, lowest)
        yield _text(_WIDTH - _RIGHT + 10, lowest, curve.name, colour=curve.colour, weight="600")
        lowest += 15


def _times(panel: _Panel) -> Iterator[str]:
    bottom = panel.top + _PANEL
    width = max(1.0, _round_up(panel.span / 8))
    for number in range(int(panel.span / width) + 1):
        x = panel.x(number * width)
        yield _line(x, bottom, x, bottom + 5, _INK)
        yield _text(x, bottom + 20, f"{number * width:g}", anchor="middle")
    yield _text(_WIDTH - _RIGHT, bottom + 38, "seconds", anchor="end", colour="#555")


def _steps(panel: _Panel, steps: Sequence[Step]) -> Iterator[str]:
    """Where each rate of a ramp begins; red where an objective broke."""
    bottom = panel.top + 2 * _PANEL + _GAP
    for step in steps:
        x = panel.x(step.began)
        colour = "#bbb" if step.held else "#d1242f"
        yield _line(x, panel.top, x, bottom, colour, dashed=True)
        yield _text(
            x + 3, panel.top - 10, f"{step.rate:.4g}", size=10, colour="#777" if step.held else colour
        )
        if not step.held:
            yield _text(x + 4, panel.top + 12, "broken" if step.is_valid else "no result", colour=colour)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="3 3"' if dashed else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{dash}/>'


def _path(places: Sequence[tuple[float, float]], colour: str) -> str:
    """One place alone is a dot."""
    if len(places) == 1:
        return f'<circle cx="{places[0][0]:.1f}" cy="{places[0][1]:.1f}" r="2.5" fill="{colour}"/>'
    way = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="1.8"/>'


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = 12,
    colour: str = _INK,
    anchor: str = "start",
    weight: str = "400",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{escape(words)}</text>'
    )
