"""docs/scenarios.md says what is so: its example plays, and its tables have every helper."""

import re
from collections.abc import Iterator

import pytest

from lab import seen, steps
from lab.runner import ClockKind, run
from lab.scenario import Scenario
from lab.scenarios import SCENARIOS
from tests.house.source import ROOT

PAGE = (ROOT / "docs" / "scenarios.md").read_text("utf-8")


@pytest.fixture
def example() -> Iterator[Scenario]:
    """The scenario of the page, as if it stood in a file of its own."""
    (block,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    before = SCENARIOS.keys() | set()
    exec(compile(block, "docs/scenarios.md", "exec"), {"__name__": "example"})
    (name,) = SCENARIOS.keys() - before
    yield SCENARIOS[name]
    del SCENARIOS[name]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_example_plays_in_virtual_time(example: Scenario, seed: int) -> None:
    verdict = run(example, seed=seed)
    assert verdict.passed, verdict.broken


@pytest.mark.wire
def test_the_example_plays_on_the_wire(example: Scenario) -> None:
    verdict = run(example, ClockKind.WIRE, network=97)
    assert verdict.passed, verdict.broken


@pytest.mark.parametrize("name", [*steps.__all__, *seen.__all__])
def test_every_helper_is_in_a_table(name: str) -> None:
    assert re.search(rf"^\|.*`{name}\b", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", re.findall(r"ipsmgw-lab run ([a-z_ ]+?)(?=  | --|`)", PAGE))
def test_what_it_plays_is_there(name: str) -> None:
    assert set(name.split()) <= {*SCENARIOS, "two_that_wait"}
