"""Each row of the conformance table has scenarios, and they fail when the element does not do its part."""

import re

import pytest

from lab.conformance import Document, Row, table
from lab.conformance.shown import as_markdown
from lab.runner import run
from lab.scenarios import SCENARIOS
from tests.house.source import ROOT
from tests.lab.conformance import (  # importing them registers the mutations
    element_mutations,
    originating_mutations,
    registration_mutations,
    routing_mutations,
    terminating_mutations,
)
from tests.lab.conformance.mutation import MUTATIONS

ROWS = [pytest.param(document, row, id=row.id) for document, row in table()]
SHOWN = sorted({(row.mutation, scenario) for _, row in table() for scenario in row.scenarios})
PARTS = (
    element_mutations,
    originating_mutations,
    registration_mutations,
    routing_mutations,
    terminating_mutations,
)
_CLAUSE = re.compile(r"§|^[A-Z]\.|^-\d ")


@pytest.mark.parametrize(("mutation", "name"), SHOWN, ids=[" ".join(pair) for pair in SHOWN])
def test_a_scenario_fails_by_an_expectation_when_the_element_is_broken(
    mutation: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    MUTATIONS[mutation](monkeypatch)
    broken = run(SCENARIOS[name], judges=()).broken
    assert broken is not None
    assert "law 6" not in broken  # which would be a crash of the mutation


@pytest.mark.parametrize(("document", "row"), ROWS)
def test_a_row_is_whole(document: Document, row: Row) -> None:
    assert _CLAUSE.search(row.clause)
    assert row.demand.endswith(".")
    assert bool(row.why) == (row.supported != "yes")
    assert bool(row.scenarios) == bool(row.mutation) == (row.supported != "no")
    assert set(row.scenarios) <= SCENARIOS.keys()
    assert row.mutation in {*MUTATIONS, ""}


def test_the_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "conformance.md").read_text("utf-8")
    assert page == as_markdown(), "ipsmgw-lab conformance --markdown > docs/conformance.md"


def test_no_two_rows_have_the_same_name() -> None:
    names = [row.id for _, row in table()]
    assert len(set(names)) == len(names)


def test_every_mutation_is_that_of_a_row() -> None:
    assert MUTATIONS.keys() == {row.mutation for _, row in table() if row.mutation}
    assert {apply.__module__ for apply in MUTATIONS.values()} == {part.__name__ for part in PARTS}
