"""The commands of `ipsmgw-lab` (DESIGN §10)."""

from rich.console import Console

from ipsmgw.program import program
from lab.conformance.command import conformance_command
from lab.describing import check_command, gateway_file_command
from lab.element import element_command
from lab.live import explain_command, fault_command, send_command, up_command
from lab.load.command import load_command
from lab.quirks.command import quirks_command
from lab.run import run_command
from lab.scenarios import SCENARIOS

__all__ = ["app"]

_out = Console(soft_wrap=True)


def list_command() -> None:
    """The scenarios, with the clauses that they show."""
    names = max(len(scenario.name) for scenario in SCENARIOS.values())
    clauses = max(len(scenario.clause) for scenario in SCENARIOS.values())
    for scenario in SCENARIOS.values():
        line = f"{scenario.name:<{names}}  {scenario.clause:<{clauses}}  {scenario.what}"
        _out.print(line, markup=False, highlight=False)


app = program(
    "ipsmgw-lab",
    "A carrier to try the gateway on: scenarios of the specifications, each with a verdict.",
    {
        "up": up_command,
        "send": send_command,
        "explain": explain_command,
        "run": run_command,
        "conformance": conformance_command,
        "element": element_command,
        "check": check_command,
        "gateway-file": gateway_file_command,
        "load": load_command,
        "fault": fault_command,
        "quirks": quirks_command,
        "list": list_command,
    },
)
