"""One rate for some time, and what came of it."""

from collections.abc import Sequence

import msgspec

from lab.load.figures import Figures
from lab.load.flow import Flow
from lab.load.objective import Objective
from lab.load.series import Point
from lab.load.usage import Usage

__all__ = ["FlowSummary", "Judged", "Step", "Summary", "judged", "summary"]


class Judged(msgspec.Struct):
    """An objective, for people."""

    objective: str
    held: bool
    measured: str


class Step(msgspec.Struct):
    """The figures are complete: nothing is under way any more."""

    rates: dict[Flow, float]
    seconds: float
    figures: Figures
    points: list[Point]
    usage: list[Usage]
    verdicts: list[Judged]
    lag_limit: float
    interrupted: bool = False
    began: float = 0.0
    """Seconds since the first step of a ramp began."""

    @property
    def rate(self) -> float:
        return sum(self.rates.values())

    @property
    def lag(self) -> float:
        """How late the generator was itself, of 99 in 100 messages."""
        return self.figures.lag.quantile(0.99) or 0.0

    @property
    def is_valid(self) -> bool:
        """Whether it says something of the gateway, and not of the generator."""
        return self.lag <= self.lag_limit

    @property
    def held(self) -> bool:
        return self.is_valid and all(each.held for each in self.verdicts)


class FlowSummary(msgspec.Struct):
    """Latencies are seconds, of those that were done; null where it was none of them, or never."""

    offered: int
    done: int
    refused: dict[str, int]
    lost: int
    mean: float | None
    p50: float | None
    p95: float | None
    p99: float | None
    most: float | None


class Summary(msgspec.Struct):
    """What `--json` tells of a step."""

    rates: dict[Flow, float]
    seconds: float
    valid: bool
    held: bool
    flows: dict[Flow, FlowSummary]
    objectives: list[Judged]
    generator_lag_p99: float
    warm_up: int
    repeated: int
    heard_again: int
    late: int
    unexpected: dict[str, int]
    processes: list[Usage]
    points: list[Point]


def judged(objectives: Sequence[Objective], figures: Figures) -> list[Judged]:
    verdicts = [objective.judge(figures) for objective in objectives]
    return [Judged(each.objective.text, each.held, each.words) for each in verdicts]


def summary(step: Step) -> Summary:
    figures = step.figures
    return Summary(
        rates=step.rates,
        seconds=step.seconds,
        valid=step.is_valid,
        held=step.held,
        flows={flow: flow_summary(figures, flow) for flow in figures.flows},
        objectives=step.verdicts,
        generator_lag_p99=step.lag,
        warm_up=figures.warm_up,
        repeated=figures.repeated,
        heard_again=figures.heard_again,
        late=figures.late,
        unexpected=figures.unexpected,
        processes=step.usage,
        points=step.points,
    )


def flow_summary(figures: Figures, flow: Flow) -> FlowSummary:
    tally = figures.of(flow)
    latency = tally.latency
    return FlowSummary(
        offered=tally.offered,
        done=tally.done,
        refused=tally.refused,
        lost=tally.lost,
        mean=latency.mean,
        p50=latency.quantile(0.5),
        p95=latency.quantile(0.95),
        p99=latency.quantile(0.99),
        most=latency.quantile(1.0),
    )
