"""Rates one after the other, until an objective breaks."""

import re
from collections.abc import Iterator

from lab.load.options import BadOption

__all__ = ["rates"]

_RANGE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\.\.([0-9]+(?:\.[0-9]+)?)")
_STEP = re.compile(r"([0-9]+(?:\.[0-9]+)?)(%?)")


def rates(span: str, by: str) -> list[float]:
    """Of 50..2000: by 25% each time, or by 50 a second; the last one is the end."""
    ends, step = _RANGE.fullmatch(span.strip()), _STEP.fullmatch(by.strip())
    if ends is None or not 0 < float(ends[1]) <= float(ends[2]):
        raise BadOption(f"--ramp: {span!r} is no range of rates; 50..2000 is")
    if step is None or not float(step[1]):
        raise BadOption(f"--by: {by!r} is no step; 25% is, and 50 (messages a second)")
    return list(_climb(float(ends[1]), float(ends[2]), float(step[1]), part=bool(step[2])))


def _climb(rate: float, last: float, step: float, *, part: bool) -> Iterator[float]:
    while rate < last:
        yield round(rate, 1)
        rate += rate * step / 100 if part else step
    yield last
