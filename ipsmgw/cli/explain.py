"""`ipsmgw explain`: why a message went where it went, as the gateway that runs tells it."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import msgspec
import typer

from ipsmgw.cli.asking import NOBODY, TOKEN, URL, Api, Silent, where

__all__ = ["explain_command"]

_TIMEOUT = 10.0


def explain_command(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Its id in the charging record, Call-ID or Message ID; an MSISDN or IMSI: its latest.",
        ),
    ],
    file: Annotated[
        Path | None,
        typer.Option(
            "-c", "--config", metavar="FILE", help="Configuration of the gateway: asks where it listens."
        ),
    ] = None,
    url: Annotated[str | None, typer.Option(help=f"Where its API listens; {URL} without.")] = None,
    token: TOKEN = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say why a message went where it went; exit status 0: said, 1: no such message, 2: nobody answers."""
    try:
        answer = _ask(where(file, url, token), name, "application/json" if as_json else "text/plain")
    except Silent as silence:
        typer.echo(f"ipsmgw explain: {silence}", err=True)
        raise typer.Exit(NOBODY) from None
    if answer is None:
        typer.echo(f"ipsmgw explain: no message {name!r} is under way or remembered ([trace])", err=True)
        raise typer.Exit(1)
    typer.echo(msgspec.json.format(answer, indent=2) if as_json else answer)


def _ask(api: Api, name: str, accept: str) -> str | None:
    """None where it knows of no such message."""
    answer = api.get(f"/api/explain/{quote(name, safe='')}", accept, _TIMEOUT)
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if answer.status_code == 200 and kind == accept:
        return answer.text
    if answer.status_code == 404 and kind == "application/json":
        return None
    raise Silent(f"{api}: the answer is not that of a gateway")
