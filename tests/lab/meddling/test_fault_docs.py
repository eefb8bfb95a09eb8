"""docs/faults.md and `fault --help` tell of every fault, and each rule that they show is one."""

import re
import tomllib
from pathlib import Path

import pytest

from lab.fault import HELP
from lab.meddling.catalogue import catalogue
from lab.meddling.grammar import Grammar
from lab.meddling.meddling import check_rules
from lab.meddling.pdu import NAMES
from lab.plan import Plan

DOCS = (Path(__file__).parents[3] / "docs" / "faults.md").read_text("utf-8")
PLAN = Plan(esmes=("weather",))
CODES = {"hlr": 13, "smsc": 14}
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in DOCS.split("## All faults")[1].splitlines()
    if line.startswith("|")
][2:]
EXAMPLES = [
    *(row[3].strip("`") for row in ROWS),
    *(rule for block in re.findall(r"```faults\n(.*?)```", DOCS, re.DOTALL) for rule in block.splitlines()),
    *re.findall(r"ipsmgw-lab fault '([^']+)'", DOCS),
    *re.findall(r'carrier\.fault\("([^"]+)"\)', DOCS),
]


def test_the_table_has_every_fault_with_its_form_and_layer() -> None:
    kinds = catalogue(CODES).values()
    written = {row[1].split("`")[1]: row for row in ROWS}
    assert [kind.form for kind in kinds if kind.form not in written] == []
    for kind in kinds:
        row = written[kind.form]
        assert (kind.layer in row[0], row[1].endswith("*")) == (True, kind.at_once), row


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_rule_of_the_docs_is_one(rule: str) -> None:
    check_rules([rule], PLAN)


def test_an_example_is_of_the_fault_in_its_row() -> None:
    assert [row for row in ROWS if row[1].strip("`").split()[0].strip("`") not in row[3]] == []


def test_the_table_of_the_docs_is_one() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", DOCS, re.DOTALL)
    (table,) = tomllib.loads(text)["fault"]
    check_rules([f"{table['where']} {table['what']} {table['fault']}"], PLAN)


def test_help_lists_every_fault_and_every_message() -> None:
    assert [kind.name for kind in catalogue(CODES).values() if f"  {kind.form}" not in HELP] == []
    assert [name for name in NAMES.values() if name not in HELP] == []
    assert Grammar({"hlr": True}, (), CODES).kinds.keys() == catalogue(CODES).keys()
