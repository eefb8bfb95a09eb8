"""The commands for a carrier that runs: `up` starts it, `send` sends through it from another terminal."""

import asyncio
import logging
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from lab.describing import CARRIER, carrier_of
from lab.explain import explain_message
from lab.plan import MAX_NETWORK, PlanTimers
from lab.send import send_message
from lab.up import up

__all__ = ["explain_command", "send_command", "up_command"]

_NETWORK = typer.Option(min=1, max=MAX_NETWORK, help="Addresses are 127.0.NETWORK.x; several labs may run.")
_out = Console(soft_wrap=True)


def up_command(
    network: Annotated[int, _NETWORK] = 1,
    carrier: Annotated[Path | None, CARRIER] = None,
    seconds: Annotated[
        float | None,
        typer.Option("--for", metavar="SECONDS", min=0, help="End by itself that long after the start."),
    ] = None,
) -> None:
    """Run the carrier on loopback, with one message through it at once; Ctrl-C ends it."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    raise typer.Exit(asyncio.run(up(_out, carrier_of(carrier, PlanTimers(), network=network), seconds)))


def send_command(
    sender: Annotated[str, typer.Argument(metavar="FROM", help="A phone's name or number.")],
    recipient: Annotated[str, typer.Argument(metavar="TO", help="A phone's name, or any number.")],
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    network: Annotated[int, _NETWORK] = 1,
) -> None:
    """Send a message through the running carrier, and see its way; 0: delivered, 1: not, 2: not sent."""
    raise typer.Exit(send_message(_out, network, sender, recipient, text))


def explain_command(
    name: Annotated[str, typer.Argument(metavar="ID", help="Its id or Call-ID; or an MSISDN or IMSI.")],
    network: Annotated[int, _NETWORK] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say why a message went where it went; 0: explained, 1: there is none, 2: nobody answers."""
    raise typer.Exit(explain_message(_out, network, name, as_json=as_json))
