"""The page says which scenario shows what: each that it names is there, and each that is there is named."""

import re

from lab.scenarios import SCENARIOS
from tests.house.source import ROOT

PAGE = (ROOT / "docs" / "msgin5g.md").read_text("utf-8")
ROWS = re.findall(r"^\| (\d+) \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)


def test_each_feature_has_a_row() -> None:
    assert [int(number) for number, _, _ in ROWS] == list(range(1, 48))


def test_the_scenarios_are_those_that_there_are() -> None:
    named = set(re.findall(r"`(msgin5g_\w+)`", PAGE)) - {"msgin5g_bridge"}
    assert named == {name for name in SCENARIOS if name.startswith("msgin5g_")}


def test_a_row_names_a_scenario_or_what_is_to_come() -> None:
    assert not [row for row in ROWS if "`" not in row[2] and "to come" not in row[2]]


def test_the_files_that_it_names_are_there() -> None:
    paths = re.findall(r"`((?:tests|lab|msgin5g_bridge)/[\w./]+)`", PAGE)
    assert not [path for path in paths if not (ROOT / path).exists()]
