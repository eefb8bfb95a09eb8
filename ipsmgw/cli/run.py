"""`ipsmgw run`: the gateway alone, until Ctrl-C or SIGTERM."""

import asyncio
import logging
from pathlib import Path
from typing import Annotated

import typer

from ipsmgw.app import AddressTaken, CannotRun, run
from ipsmgw.cli.check import sound

__all__ = ["run_command"]


def run_command(
    file: Annotated[Path, typer.Option("-c", "--config", metavar="FILE", help="The configuration, in TOML.")],
) -> None:
    """Run the gateway; it says where it listens, and ends with Ctrl-C or SIGTERM."""
    settings = sound(file)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(run(settings, typer.echo))
    except (AddressTaken, CannotRun) as fault:
        typer.echo(f"cannot run: {fault}", err=True)
        raise typer.Exit(1) from None
