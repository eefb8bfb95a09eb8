"""`ipsmgw check`: whether a configuration is sound, and everything that is wrong with it."""

from pathlib import Path
from typing import Annotated

import typer

from ipsmgw.settings import BadSettings, Settings, load

__all__ = ["check_command", "sound"]


def check_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The configuration, in TOML.")],
) -> None:
    """Say whether a configuration is sound; every fault is a line, and the exit status 2."""
    settings = sound(file)
    typer.echo(f"{file}: ok: {_summary(settings)}")


def sound(file: Path) -> Settings:
    """The settings in a file; where it has faults, says each and ends."""
    try:
        return load(file)
    except BadSettings as bad:
        for fault in bad.faults:
            typer.echo(fault, err=True)
        raise typer.Exit(2) from None


def _summary(settings: Settings) -> str:
    names = ", ".join(association.name for association in settings.map.association)
    node = settings.node
    return f"{node.name} {node.number}, SIP at {settings.sip.listen}, M3UA to {names or 'nobody'}"
