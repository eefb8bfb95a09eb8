"""The command `ipsmgw-lab conformance`: what the specifications demand, and which scenarios show it."""

from typing import Annotated, NoReturn, get_args

import typer
from rich.console import Console

from lab.conformance.shown import as_markdown, as_table, summed_up
from lab.conformance.table import Document, Row, Supported, documents, table
from lab.scenario import near
from lab.scenarios import SCENARIOS

__all__ = ["conformance_command"]

_out = Console()
_WIDTH = 160
"""Of what goes to a file."""
_err = Console(stderr=True, soft_wrap=True)


def conformance_command(
    document: Annotated[
        str | None, typer.Argument(metavar="DOCUMENT", help="One specification, such as 23.204.")
    ] = None,
    *,
    supported: Annotated[str | None, typer.Option(help="Only what is so: yes, partly or no.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Only what this scenario shows.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write the page docs/conformance.md.")] = False,
) -> None:
    """What the specifications demand, row by row, and which scenarios show it."""
    if markdown:
        typer.echo(as_markdown(), nl=False)
        return
    rows = table()
    if document is not None:
        rows = _of_document(document)
    if supported is not None:
        rows = _supported(rows, supported)
    if scenario is not None:
        rows = _shown_by(rows, scenario)
    if not _out.is_terminal:
        _out.width = _WIDTH
    _out.print(as_table(rows))
    _out.print(summed_up(rows), highlight=False)


def _of_document(wanted: str) -> list[tuple[Document, Row]]:
    said = wanted.upper().replace("-", " ")
    rows = [(each, row) for each, row in table() if each.document.endswith(said)]
    if not rows:
        names = ", ".join(each.document for each in documents())
        _refuse(f"there is no document {wanted!r}; there are {names}")
    return rows


def _supported(rows: list[tuple[Document, Row]], wanted: str) -> list[tuple[Document, Row]]:
    if wanted not in get_args(Supported):
        _refuse(f"--supported is yes, partly or no, not {wanted!r}")
    return [(document, row) for document, row in rows if row.supported == wanted]


def _shown_by(rows: list[tuple[Document, Row]], name: str) -> list[tuple[Document, Row]]:
    if name not in SCENARIOS:
        close = near(name)
        hint = f"; did you mean {' or '.join(close)}?" if close else "; `ipsmgw-lab list` shows them"
        _refuse(f"there is no scenario {name!r}{hint}")
    return [(document, row) for document, row in rows if name in row.scenarios]


def _refuse(sentence: str) -> NoReturn:
    _err.print(f"ipsmgw-lab: {sentence}", markup=False, highlight=False)
    raise typer.Exit(2)
