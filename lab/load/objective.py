"""What is asked of a gateway under load, as in `mo p99 < 200 ms`; and whether it was so."""

import re
from collections.abc import Collection
from typing import NamedTuple

from lab.load.figures import Figures, Tally
from lab.load.flow import FLOWS, Flow
from lab.load.options import BadOption

__all__ = ["Objective", "Verdict", "parse"]

_FORM = re.compile(
    r"(?:(?P<flow>[a-z][a-z-]*)\s+)?(?P<measure>p[0-9]+(?:\.[0-9]+)?|mean|max|refused|lost|failed)\s*"
    r"(?P<sign><=|<)\s*(?P<limit>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>us|ms|s|%|)"
)
_TIMES = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
_EXAMPLES = "'mo p99 < 200 ms', 'mean < 1 s', 'refused < 0.1%', 'mt lost <= 0'"


class Verdict(NamedTuple):
    """Of one objective."""

    objective: "Objective"
    held: bool
    measured: float | None
    """Seconds, a part of 1, or a number; None: it took longer than anybody waited, or there was nothing."""
    offered: bool

    @property
    def words(self) -> str:
        if self.measured is None:
            return "never, for some" if self.offered else "nothing was offered"
        if self.objective.is_time:
            return f"{self.measured * 1000:.1f} ms"
        return f"{self.measured:.3%}" if self.objective.unit == "%" else f"{self.measured:.0f}"


class Objective(NamedTuple):
    """Of one flow, or of all."""

    text: str
    flow: Flow | None
    measure: str
    limit: float
    unit: str
    strict: bool

    @property
    def is_time(self) -> bool:
        return self.unit in _TIMES

    def judge(self, figures: Figures) -> Verdict:
        """What never ended counts as slower than everything; without any message nothing holds."""
        tally = figures.all if self.flow is None else figures.flows.get(self.flow, Tally())
        offered = tally.offered > 0
        measured = self._measure(tally) if offered else None
        held = measured is not None and (
            measured < self.limit or (not self.strict and measured == self.limit)
        )
        return Verdict(self, held, measured, offered)

    def _measure(self, tally: Tally) -> float | None:
        latency = tally.latency
        if self.measure == "mean":
            return None if tally.lost else latency.mean
        if self.is_time:
            part = 1.0 if self.measure == "max" else float(self.measure[1:]) / 100
            return latency.quantile(part, beyond=tally.lost)
        failed = {"refused": tally.refusals, "lost": tally.lost, "failed": tally.refusals + tally.lost}
        return failed[self.measure] / (tally.offered if self.unit == "%" else 1)


def parse(text: str, flows: Collection[Flow]) -> Objective:
    """`flows`: those that are offered."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise BadOption(f"--objective: {text!r} makes no sense; {_EXAMPLES} do")
    flow, measure, unit = found["flow"], found["measure"], found["unit"]
    if flow is not None and (flow not in FLOWS or Flow(flow) not in flows):
        offered = ", ".join(flows)
        raise BadOption(f"--objective: {text!r}: {flow} is not offered; there are {offered}")
    counted = measure in ("refused", "lost", "failed")
    if counted == (unit in _TIMES) or (not counted and not unit):
        wanted = "a part in %, or a number," if counted else "a time in us, ms or s"
        raise BadOption(f"--objective: {text!r}: {wanted} is wanted behind {measure}")
    if measure.startswith("p") and not 0 < float(measure[1:]) <= 100:
        raise BadOption(f"--objective: {text!r}: a percentile is more than 0 and at most 100")
    limit = float(found["limit"]) * (_TIMES.get(unit, 0.01 if unit == "%" else 1.0))
    return Objective(text.strip(), Flow(flow) if flow else None, measure, limit, unit, found["sign"] == "<")
