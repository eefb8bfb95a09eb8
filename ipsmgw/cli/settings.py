"""`ipsmgw settings`: every setting with its type, range, unit and default (docs/configuration.md)."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table as Grid

from ipsmgw.reference import Table, example, tables

__all__ = ["as_markdown", "settings_command"]

_out = Console()
_WIDTH = 160
"""Of what goes to a file."""
_HEAD = """\
# Configuration

Every setting of the gateway: what may stand there, and what holds where it is left out. This page is
written by `ipsmgw settings --markdown` from the settings and from the comments of
[gateway.toml](gateway.toml), where the same stands as a file; a test holds that it is up to date.

    ipsmgw settings                     # the same on a screen
    ipsmgw settings limits              # one table, or all whose names begin so: map.association
    ipsmgw settings timers.mo_answer    # one setting
    ipsmgw settings --example > all.toml  # gateway.toml, to begin with
    ipsmgw check all.toml               # whether a file is sound, and all that is wrong with it

`[[a.b]]` may be there several times. *needed*: without it the table is refused. *none*: it has no value
where it is left out.

The carrier of the lab has a file of its own, with every option in [carrier.toml](carrier.toml).
"""


def settings_command(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A table or a setting, such as limits or sip.timers.t1.")
    ] = "",
    *,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Write the page docs/configuration.md.")
    ] = False,
    whole: Annotated[
        bool, typer.Option("--example", help="Print a configuration with every setting, each explained.")
    ] = False,
) -> None:
    """Say what may stand in a configuration, and what holds where it is left out."""
    if name and (whole or markdown):
        typer.echo(
            f"ipsmgw settings: --{'example' if whole else 'markdown'} has all settings, not {name!r} alone",
            err=True,
        )
        raise typer.Exit(2)
    if whole or markdown:
        typer.echo(example() if whole else as_markdown(), nl=False)
        return
    found = list(_named(name.replace("[", "").replace("]", "")))
    if not found:
        typer.echo(f"ipsmgw settings: there is no table or setting {name!r}{_hint(name)}", err=True)
        raise typer.Exit(2)
    if not _out.is_terminal:
        _out.width = _WIDTH
    for table in found:
        title = f"{table.header}  {table.said}".strip()
        if title:
            _out.print(f"\n{title}", markup=False, highlight=False, style="bold")
        _out.print(_grid(table))


def as_markdown() -> str:
    """The page docs/configuration.md."""
    return "\n".join((_HEAD, *(line for table in tables() for line in _section(table))))


def _section(table: Table) -> Iterator[str]:
    title = f"`{table.header}`" if table.path else "Before all tables"
    yield f"## {title}\n"
    if table.said:
        yield f"{_plain(table.said)}\n"
    yield "| setting | what may stand there | default | what it means |\n|---|---|---|---|"
    for key, kind, default, said in table.settings:
        shown = default if default in ("needed", "none") else f"`{_plain(default)}`"
        yield f"| `{key}` | {_plain(kind)} | {shown} | {_plain(said)} |"
    yield ""


def _plain(text: str) -> str:
    """What would begin another cell, or a tag, or emphasis does not."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def _named(name: str) -> Iterator[Table]:
    """The tables that begin with this name, or the one setting that it is."""
    for table in tables():
        path = table.path.replace("[]", "")
        if not name or path == name or path.startswith(f"{name}."):
            yield table
        elif settings := tuple(each for each in table.settings if f"{path}.{each.key}".strip(".") == name):
            yield table._replace(settings=settings)


def _hint(name: str) -> str:
    """What is near to it: a whole path, or the last word of one."""
    paths = [table.path.replace("[]", "") for table in tables() if table.path]
    keys = [f"{table.path.replace('[]', '')}.{each.key}" for table in tables() for each in table.settings]
    near = [key for key in keys if key.endswith(f".{name}")] or get_close_matches(name, paths + keys, 3)
    return f"; is it {' or '.join(near[:3])}?" if near else ""


def _grid(table: Table) -> Grid:
    grid = Grid(box=None, show_header=False, padding=(0, 2, 0, 2))
    for ratio in (None, 2, 1, 4):
        grid.add_column(overflow="fold", no_wrap=ratio is None, ratio=ratio)
    for setting in table.settings:
        grid.add_row(*(text.replace("[", "\\[") for text in setting))
    return grid
