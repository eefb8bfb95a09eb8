"""The commands for a carrier that runs: `up` starts it, `send` sends through it from another terminal."""

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from lab.describing import CARRIER, carrier_of
from lab.explain import explain_message
from lab.fault import FAULT, FAULT_FILE, HELP, all_rules, fault
from lab.msgin5g.plan import Msgin5gPlan
from lab.msgin5g.security import Security
from lab.plan import MAX_NETWORK, Gmsc, Plan, PlanTimers
from lab.send import send_message
from lab.up import Wishes, up

__all__ = ["explain_command", "fault_command", "send_command", "up_command"]

_NETWORK = typer.Option(min=1, max=MAX_NETWORK, help="Addresses are 127.0.NETWORK.x; several labs may run.")
_GMSC = Gmsc(ip_messaging=True, gprs=True)
"""One that tries PS and CS after the IMS, where nobody has described another."""
_out = Console(soft_wrap=True)


def up_command(
    network: Annotated[int, _NETWORK] = 1,
    carrier: Annotated[Path | None, CARRIER] = None,
    seconds: Annotated[
        float | None,
        typer.Option("--for", metavar="SECONDS", min=0, help="End by itself that long after the start."),
    ] = None,
    *,
    faults: Annotated[list[str] | None, FAULT] = None,
    fault_file: Annotated[Path | None, FAULT_FILE] = None,
    secure: Annotated[
        bool, typer.Option("--secure", help="TLS, access tokens, and keys of UEs in the MSGin5G service.")
    ] = False,
    msgin5g: Annotated[
        bool | None,
        typer.Option(
            "--msgin5g/--no-msgin5g",
            help="With an MSGin5G service, in which the phones are too, and what to type to ask it by hand; "
            "or without one. By default there is one, unless there is a description.",
        ),
    ] = None,
    show_page: Annotated[bool, typer.Option("--open", help="Open its page in a browser.")] = False,
) -> None:
    """Run the carrier on loopback, with one message through it at once, and its page; Ctrl-C ends it."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    plan = carrier_of(carrier, PlanTimers(), network=network)
    plan = plan if carrier is not None else replace(plan, legs=("msc", "sgsn"), gmsc=_GMSC)
    if (msgin5g or (msgin5g is None and carrier is None)) and plan.msgin5g is None:
        plan = replace(plan, msgin5g=Msgin5gPlan(own_gateway=True, seal=True))
    with TemporaryDirectory(prefix="ipsmgw-lab-tls-") as folder:
        try:
            plan = _secured(plan, folder, wanted=secure)
            rules = all_rules(faults or [], fault_file, plan)
        except ValueError as fault:
            _out.print(f"ipsmgw-lab: {fault}", markup=False, highlight=False)
            raise typer.Exit(2) from None
        raise typer.Exit(
            asyncio.run(up(_out, plan, seconds, Wishes(rules, show_page, bool(msgin5g or secure))))
        )


def _secured(plan: Plan, folder: str, *, wanted: bool) -> Plan:
    """With keys and certificates in this folder, unless the description has one."""
    service = plan.msgin5g
    if service is None:
        if wanted:
            raise ValueError("--secure is for an MSGin5G service, and there is none")
        return plan
    security = service.security or (Security() if wanted else None)
    if security is None or security.folder:
        return plan
    return replace(plan, msgin5g=replace(service, security=replace(security, folder=folder)))


def send_command(
    sender: Annotated[str, typer.Argument(metavar="FROM", help="A phone's name or number.")],
    recipient: Annotated[
        str | None, typer.Argument(metavar="TO", help="A phone's name, or any number.")
    ] = None,
    text: Annotated[str | None, typer.Argument(metavar="TEXT")] = None,
    *,
    tpdu: Annotated[
        str | None, typer.Option(metavar="HEX", help="Instead of a text: a TPDU, whatever it is.")
    ] = None,
    rp: Annotated[
        str | None, typer.Option(metavar="HEX", help="Instead of a text: an RPDU, whatever it is.")
    ] = None,
    network: Annotated[int, _NETWORK] = 1,
) -> None:
    """Send a message through the running carrier, and see its way; 0: delivered, 1: not, 2: not sent.

    With --tpdu or --rp what no phone would write; TO is then an element that gets it past the S-CSCF.
    """
    asked = {"from": sender, "to": recipient, "text": text, "tpdu": tpdu, "rp": rp}
    raise typer.Exit(
        send_message(_out, network, {key: value for key, value in asked.items() if value is not None})
    )


def fault_command(
    rules: Annotated[
        list[str] | None, typer.Argument(metavar="RULE…", help="Rules to set, each in quotes.")
    ] = None,
    clear: Annotated[
        str | None, typer.Option(metavar="NUMBER|all", help="Clear a rule, or all; then RULE… is set.")
    ] = None,
    network: Annotated[int, _NETWORK] = 1,
) -> None:
    raise typer.Exit(fault(_out, network, rules or [], clear))


fault_command.__doc__ = HELP


def explain_command(
    name: Annotated[str, typer.Argument(metavar="ID", help="Its id or Call-ID; or an MSISDN or IMSI.")],
    network: Annotated[int, _NETWORK] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say why a message went where it went; 0: explained, 1: there is none, 2: nobody answers."""
    raise typer.Exit(explain_message(_out, network, name, as_json=as_json))
