"""`ipsmgw cdr`: what charging records say, of the journal and of closed files in either format."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ipsmgw.charging import BadCdrFile, read_cdr_file
from ipsmgw.cli.decode import rich_tree
from ipsmgw.trace import Tree
from ipsmgw.trace.layers.undeclared import charging_record

__all__ = ["cdr_command"]


def cdr_command(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="The journal, or closed files, .jsonl or .ber.")
    ],
) -> None:
    """Print charging records: JSON lines as they are, those of TS 32.297 files as trees."""
    for file in files:
        try:
            octets = file.read_bytes()
            lines = octets[:1] == b"{" or not octets
            if lines:
                typer.echo(octets, nl=False)
            else:
                _print(file, octets)
        except OSError as fault:
            _refuse(f"{file}: {fault.strerror}")
        except BadCdrFile as fault:
            _refuse(f"{file}: {fault}")


def _print(file: Path, octets: bytes) -> None:
    sequence, records = read_cdr_file(octets)
    console = Console()
    console.print(f"{file.name}: file {sequence}, {len(records)} records", highlight=False, soft_wrap=True)
    for tree in _trees(records):
        console.print(rich_tree(tree))


def _trees(records: list[bytes]) -> Iterator[Tree]:
    for number, record in enumerate(records, 1):
        found = charging_record(record)
        if found is None:
            yield Tree(f"record {number}", f"not readable: {record.hex()}", 0, 0)
        else:
            yield from found.rows


def _refuse(reason: str) -> None:
    typer.echo(f"ipsmgw cdr: {reason}", err=True)
    raise typer.Exit(2)
