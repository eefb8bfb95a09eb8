"""Commands for a description: `check` says what carrier it makes, `gateway-file` what its gateway needs."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from ipsmgw.settings import BadSettings
from lab.addresses import associations_table, elements_table
from lab.description import describe
from lab.fit import configuration, differences, groups
from lab.plan import PACED, Plan, PlanTimers
from lab.scenario import near
from lab.scenarios import SCENARIOS

__all__ = ["CARRIER", "carrier_of", "check_command", "configured_for", "gateway_file_command"]

CARRIER = typer.Option(
    "-c", "--carrier", metavar="FILE", help="The carrier's description (docs/carrier.toml)."
)
_out = Console(soft_wrap=True)
_err = Console(stderr=True, soft_wrap=True)


def carrier_of(file: Path | None, timers: PlanTimers, *, network: int = 1) -> Plan:
    """The carrier of a description, or the usual one; ends the command where the file has faults."""
    if file is None:
        return Plan(network=network, timers=timers)
    try:
        return describe(file, timers)
    except BadSettings as bad:
        for fault in bad.faults:
            _err.print(fault, markup=False, highlight=False)
        raise typer.Exit(2) from None


def check_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A carrier's description.")],
) -> None:
    """Say what carrier a description makes: elements with addresses, associations; 2: every fault."""
    plan = carrier_of(file, PlanTimers())
    for text in (elements_table(plan), "", associations_table(plan), "", f"{file}: ok"):
        _out.print(text, markup=False, highlight=False)


def gateway_file_command(
    name: Annotated[str | None, typer.Argument(metavar="[SCENARIO]", help="For this scenario.")] = None,
    carrier: Annotated[Path | None, CARRIER] = None,
    by_groups: Annotated[
        bool, typer.Option("--groups", help="Which scenarios want the same, and what they want else.")
    ] = False,
) -> None:
    """Print the gateway.toml that a carrier or a scenario wants, with the timers of the wire."""
    plan = carrier_of(carrier, PACED)
    if by_groups:
        _show_groups(plan)
    elif name is None:
        _out.print(configuration(plan), markup=False, highlight=False, end="")
    else:
        _out.print(configuration(configured_for(name, plan)), markup=False, highlight=False, end="")


def configured_for(name: str, carrier: Plan) -> Plan:
    """The plan of a scenario; ends the command where there is none of this name."""
    if name not in SCENARIOS:
        close = near(name)
        hint = f"did you mean {' or '.join(close)}?" if close else "`ipsmgw-lab list` shows them"
        _refuse(f"there is no scenario {name!r}; {hint}")
    return SCENARIOS[name].plan(carrier)


def _show_groups(plan: Plan) -> None:
    usual = configuration(plan)
    for wanted, scenarios in groups(SCENARIOS.values(), plan).items():
        lines = differences(wanted, usual)
        _out.print("as the carrier says" if wanted == usual else "\n".join(lines), markup=False, style="bold")
        _out.print(
            "  " + " ".join(scenario.name for scenario in scenarios) + "\n", markup=False, highlight=False
        )


def _refuse(sentence: str) -> NoReturn:
    _err.print(f"ipsmgw-lab: {sentence}", markup=False, highlight=False)
    raise typer.Exit(2)
