"""The conformance table as people read it: on a screen, or as a page of the documentation."""

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.table import Table

from lab.conformance.table import Document, Read, Row, documents

__all__ = ["as_markdown", "as_table", "summed_up"]

_KNOWN: dict[Read, str] = {
    "text": "read in the full text",
    "excerpt": "read in excerpts",
    "memory": "from memory, to be checked",
}
_HEAD = """\
# Conformance

What the specifications demand of an IP-Message-GW, and what shows that it is so. This page is written by
`ipsmgw-lab conformance --markdown` from the tables in [lab/conformance](../lab/conformance); a test holds
that it is up to date.

Each row that is supported, or in part, has scenarios: `ipsmgw-lab run NAME` plays one. And it has a mutation,
by which the element whose part it is goes wrong on purpose: a test applies it, and every scenario of the row
must fail by one of its expectations. The element is the gateway where no other one is named. The mutations
are functions of these names in [tests/lab/conformance](../tests/lab/conformance).

`ipsmgw-lab conformance` prints the same on a screen: `ipsmgw-lab conformance 23.204` one document,
`--supported no` what is missing, `--scenario mo` what one scenario shows.
"""


def as_table(rows: Iterable[tuple[Document, Row]]) -> Table:
    """For a screen."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("id", no_wrap=True)
    table.add_column("clause", overflow="fold", ratio=1)
    table.add_column("demand", overflow="fold", ratio=3)
    table.add_column("so?")
    table.add_column("scenarios", overflow="fold", ratio=2)
    for document, row in rows:
        clause = row.clause + _mark(document, row)
        whose = "" if row.of == "gateway" else f"{row.of}: "
        why = f" ({row.why})" if row.why else ""
        table.add_row(row.id, clause, whose + row.demand + why, row.supported, " ".join(row.scenarios))
    return table


def summed_up(rows: Iterable[tuple[Document, Row]]) -> str:
    """How many of each."""
    times = Counter(row.supported for _, row in rows)
    return f"{times.total()} demands: {times['yes']} supported, {times['partly']} in part, {times['no']} not"


def as_markdown() -> str:
    """The page docs/conformance.md."""
    rows = [(document, row) for document in documents() for row in document.row]
    lines = [_HEAD, f"{summed_up(rows)}. A clause with * is known from memory, and has yet to be checked.\n"]
    for document in documents():
        lines += _section(document)
    return "\n".join(lines)


def _section(document: Document) -> Iterator[str]:
    yield f"## {document.document}: {document.title}\n\nIts clauses: {_KNOWN[document.read]}.\n"
    yield "| id | clause | demand | so? | scenarios | mutation |\n|---|---|---|---|---|---|"
    for row in document.row:
        whose = "" if row.of == "gateway" else f"*{row.of}*: "
        why = f": {row.why}" if row.why else ""
        scenarios = ", ".join(f"`{name}`" for name in row.scenarios)
        clause, mutation = row.clause + _mark(document, row), row.mutation and f"`{row.mutation}`"
        cells = (row.id, clause, whose + row.demand, row.supported + why, scenarios, mutation)
        yield f"| {' | '.join(cells)} |"
    yield ""


def _mark(document: Document, row: Row) -> str:
    return "*" if document.how(row) == "memory" else ""
