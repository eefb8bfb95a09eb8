"""The commands of `ipsmgw`."""

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
from ipsmgw.program import program

__all__ = ["app"]

app = program(
    "ipsmgw",
    "An IP-Message-GW (3GPP: IP-SM-GW).",
    {
        "run": run_command,
        "check": check_command,
        "status": status_command,
        "decode": decode_command,
        "ifc": ifc_command,
        "cdr": cdr_command,
        "explain": explain_command,
        "number": number_command,
        "settings": settings_command,
        "causes": causes_command,
    },
)
