"""Objectives read as people write them, and hold or break as they say."""

import pytest

from lab.load.figures import Figures
from lab.load.flow import Flow
from lab.load.objective import parse
from lab.load.options import BadOption

OFFERED = (Flow.MO, Flow.MT)


def figures(*, done: int = 98, refused: int = 1, lost: int = 1, latency: float = 0.1) -> Figures:
    found = Figures()
    tally = found.of(Flow.MO)
    tally.offered, tally.done, tally.lost = done + refused + lost, done, lost
    tally.refused = {"no": refused}
    for _ in range(done):
        tally.latency.add(latency)
    return found


@pytest.mark.parametrize(
    ("text", "held", "words"),
    [
        ("mo p95 < 200 ms", True, "100.0 ms"),
        ("mo p95 < 50ms", False, "100.0 ms"),
        ("p95<0.2s", True, "100.0 ms"),
        ("p98.5 < 200 ms", True, "100.0 ms"),
        ("p99.5 < 1000 s", False, "never, for some"),
        ("max < 1 s", False, "never, for some"),
        ("mean < 1 s", False, "never, for some"),
        ("refused < 1%", False, "1.000%"),
        ("refused <= 1%", True, "1.000%"),
        ("failed < 2.5 %", True, "2.000%"),
        ("lost <= 1", True, "1"),
        ("mt p99 < 1 s", False, "nothing was offered"),
        ("mt refused < 1%", False, "nothing was offered"),
    ],
)
def test_an_objective_holds_or_breaks(text: str, held: bool, words: str) -> None:
    verdict = parse(text, OFFERED).judge(figures())
    assert (verdict.held, verdict.words) == (held, words)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fast", "makes no sense"),
        ("p99 < 200", "a time in us, ms or s"),
        ("refused < 3 ms", "a part in %, or a number"),
        ("register p99 < 1 s", "register is not offered; there are mo, mt"),
        ("p0 < 1 s", "a percentile is more than 0"),
        ("p101 < 1 s", "a percentile is more than 0"),
        ("mo p99 > 1 s", "makes no sense"),
    ],
)
def test_a_bad_objective_is_told_what_is_wrong_with_it(text: str, said: str) -> None:
    with pytest.raises(BadOption, match="--objective") as raised:
        parse(text, OFFERED)
    assert said in str(raised.value)
