"""The commands of `ipsmgw`."""

from typing import Annotated

import typer

from ipsmgw import __version__
from ipsmgw.cli.causes import causes_command
from ipsmgw.cli.cdr import cdr_command
from ipsmgw.cli.check import check_command
from ipsmgw.cli.decode import decode_command
from ipsmgw.cli.explain import explain_command
from ipsmgw.cli.ifc import ifc_command
from ipsmgw.cli.number import number_command
from ipsmgw.cli.run import run_command
from ipsmgw.cli.settings import settings_command
from ipsmgw.cli.status import status_command

__all__ = ["app"]

app = typer.Typer(
    name="ipsmgw",
    help="An IP-Message-GW (3GPP: IP-SM-GW).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run_command)
app.command("check")(check_command)
app.command("status")(status_command)
app.command("decode")(decode_command)
app.command("ifc")(ifc_command)
app.command("cdr")(cdr_command)
app.command("explain")(explain_command)
app.command("number")(number_command)
app.command("settings")(settings_command)
app.command("causes")(causes_command)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ipsmgw {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What stands before the name of a command."""
