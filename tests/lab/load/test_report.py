"""Tables, figures and the plot of a run say what its accounts say."""

from xml.etree import ElementTree

import msgspec
import pytest
from rich.console import Console

from lab.load.figures import Figures
from lab.load.flow import Flow
from lab.load.objective import parse
from lab.load.report import Report, as_json, tell, tell_ramp
from lab.load.series import Series
from lab.load.step import Step, judged
from lab.load.svg import plot
from lab.load.usage import Usage


def figures(done: int = 98, refused: int = 1, lost: int = 1, lag: float = 0.001) -> Figures:
    found = Figures(repeated=3, late=1, warm_up=7, unexpected={"responses": 2})
    tally = found.of(Flow.MO)
    tally.offered, tally.done, tally.lost = done + refused + lost, done, lost
    tally.refused = {"503 Service Unavailable": refused} if refused else {}
    for number in range(done):
        tally.latency.add(0.010 + number / 10_000)
        found.lag.add(lag)
    return found


def series() -> Series:
    found = Series(0.0, {"gateway": 0.0})
    for second in range(1, 11):
        found.add(figures(10, 0, 0))
        assert not found.turn(second - 0.5, 5, {"gateway": second * 0.2})
        assert found.turn(second, 5, {"gateway": second * 0.2})
    return found


def step(rate: float = 100.0, began: float = 0.0, **of: float) -> Step:
    lag = of.pop("lag", 0.001)
    found = figures(lag=lag, **{name: int(value) for name, value in of.items()})
    return Step(
        rates={Flow.MO: rate},
        seconds=10.0,
        figures=found,
        points=series().points,
        usage=[Usage("gateway", 0.5, 50.0, 80 << 20, 12.0), Usage("generator", 0.1, 10.0, 40 << 20, 0.0)],
        verdicts=judged([parse("mo p95 < 200 ms", [Flow.MO]), parse("refused < 1%", [Flow.MO])], found),
        lag_limit=0.02,
        began=began,
    )


def told(*steps: Step) -> str:
    console = Console(width=120, force_terminal=False)
    with console.capture() as captured:
        for each in steps:
            tell(console, each)
        tell_ramp(console, steps)
    return captured.get()


def test_the_table_has_every_end_and_every_process() -> None:
    said = told(step())
    for words in ("503 Service Unavailable: 1", "gateway", "50.0", "80.0", "responses: 2", "7 more"):
        assert words in said
    row = next(line for line in said.splitlines() if line.split()[:1] == ["mo"])
    assert row.split()[1:5] == ["100", "98", "1", "1"]


def test_objectives_are_told_held_or_broken() -> None:
    said = told(step())
    assert "held   mo p95 < 200 ms" in said
    assert "BROKEN refused < 1%: 1.000%" in said


def test_a_ramp_tells_the_highest_rate_that_held() -> None:
    said = told(step(100, refused=0), step(200, 10.0, refused=0), step(300, 20.0))
    assert "the highest rate that held: 200" in said
    assert "no rate held" in told(step())


def test_a_generator_that_was_late_is_no_result() -> None:
    late = step(refused=0, lag=0.5)
    assert not late.is_valid
    assert not late.held
    assert "This is no result: the generator was late itself, by 500 ms" in told(late)


def test_the_figures_as_json_add_up() -> None:
    report = msgspec.json.decode(as_json("gateway", [step(refused=0)]), type=Report)
    assert report.held_rate == 100.0
    flow = report.steps[0].flows[Flow.MO]
    assert flow.offered == flow.done + sum(flow.refused.values()) + flow.lost == 99
    assert flow.p50 == pytest.approx(0.0149, rel=0.01)
    assert [point.done for point in report.steps[0].points] == [10.0] * 10
    assert [point.cpu["gateway"] for point in report.steps[0].points] == pytest.approx([0.2] * 10)


@pytest.mark.parametrize("steps", [(step(),), (step(100, refused=0), step(200, 12.0))])
def test_the_plot_is_a_picture_that_stays_on_its_paper(steps: tuple[Step, ...]) -> None:
    root = ElementTree.fromstring(plot("gateway: mo <100/s>", steps))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    curves = [each for each in root.iter() if each.tag.endswith("polyline")]
    assert len(curves) == 6  # offered, done; p50, p95, p99, max
    for curve in curves:
        for place in curve.attrib["points"].split():
            x, y = (float(each) for each in place.split(","))
            assert 0 < x < width
            assert 0 < y < height
    words = [each.text or "" for each in root.iter() if each.tag.endswith("text")]
    assert "gateway: mo <100/s>" in words
    assert ("broken" in words) == (len(steps) > 1)


def test_a_run_without_points_has_a_plot_too() -> None:
    nothing = Step({Flow.MO: 1.0}, 1.0, Figures(), [], [], [], 0.02)
    assert ElementTree.fromstring(plot("nothing", [nothing])) is not None


def test_a_moment_without_messages_has_no_latencies() -> None:
    quiet = Series(0.0, {"gateway": 0.0})
    assert quiet.turn(1.0, 0, {"gateway": 0.0})
    point = quiet.points[0]
    assert (point.p50, point.most, point.done) == (None, None, 0.0)
