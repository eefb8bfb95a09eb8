"""The commands of `ipsmgw-lab` (DESIGN §10)."""

from typing import Annotated

import typer
from rich.console import Console

from ipsmgw import __version__
from lab.conformance.command import conformance_command
from lab.describing import check_command, gateway_file_command
from lab.element import element_command
from lab.live import explain_command, fault_command, send_command, up_command
from lab.load.command import load_command
from lab.quirks.command import quirks_command
from lab.run import run_command
from lab.scenarios import SCENARIOS

__all__ = ["app"]

app = typer.Typer(
    name="ipsmgw-lab",
    help="A carrier to try the gateway on: scenarios of the specifications, each with a verdict.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_out = Console(soft_wrap=True)

app.command("up")(up_command)
app.command("send")(send_command)
app.command("explain")(explain_command)
app.command("run")(run_command)
app.command("conformance")(conformance_command)
app.command("element")(element_command)
app.command("check")(check_command)
app.command("gateway-file")(gateway_file_command)
app.command("load")(load_command)
app.command("fault")(fault_command)
app.command("quirks")(quirks_command)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ipsmgw-lab {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What stands before the name of a command."""


@app.command("list")
def list_command() -> None:
    """The scenarios, with the clauses that they show."""
    names = max(len(scenario.name) for scenario in SCENARIOS.values())
    clauses = max(len(scenario.clause) for scenario in SCENARIOS.values())
    for scenario in SCENARIOS.values():
        line = f"{scenario.name:<{names}}  {scenario.clause:<{clauses}}  {scenario.what}"
        _out.print(line, markup=False, highlight=False)
