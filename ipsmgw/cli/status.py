"""`ipsmgw status`: where every association, application server and destination stands, and MSGin5G."""

import json
import time
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Annotated

import httpx
import msgspec
import typer
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ipsmgw.cli.asking import NOBODY, TOKEN, URL, Api, Silent, where
from ipsmgw.msgin5g_standing import Msgin5gStatus, msgin5g_standings
from ipsmgw.signalling import Standing, lasting, standings
from mapstack.m3ua.status import M3uaStatus

__all__ = ["status_command"]

_EVERY = 1.0
_PEERS = ("association", "MSGin5G Server", "SM-SC")


def status_command(
    file: Annotated[
        Path | None,
        typer.Option(
            "-c", "--config", metavar="FILE", help="Configuration of the gateway: asks where it listens."
        ),
    ] = None,
    url: Annotated[str | None, typer.Option(help=f"Where its API listens; {URL} without.")] = None,
    token: TOKEN = "",
    watch: Annotated[bool, typer.Option("--watch", help="Look again each second, until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; watching, a line each time.")] = False,
) -> None:
    """Say how SIGTRAN and MSGin5G stand; exit status 0: all is well, 1: what to change, 2: nobody answers."""
    try:
        at = where(file, url, token)
        if watch:
            raise typer.Exit(_watch(at, as_json=as_json))
        point_code, found = _ask(at)
    except Silent as silence:
        typer.echo(f"ipsmgw status: {silence}", err=True)
        raise typer.Exit(NOBODY) from None
    if as_json:
        typer.echo(json.dumps([one._asdict() for one in found], indent=2))
    else:
        Console().print(_picture(point_code, found), soft_wrap=True)
    raise typer.Exit(_verdict(found))


def _verdict(found: list[Standing]) -> int:
    return 0 if all(one.sound for one in found) else 1


def _ask(api: Api) -> tuple[int, list[Standing]]:
    """What the gateway says of itself, or the lab of its gateway: its point code, and how all stands."""
    try:
        answer = api.get("/api/status")
        answer.raise_for_status()
        found = msgspec.json.decode(answer.content, type=dict[str, msgspec.Raw])
        if "gateway" in found:
            found = msgspec.json.decode(found["gateway"], type=dict[str, msgspec.Raw])
        m3ua = msgspec.json.decode(found["m3ua"], type=M3uaStatus)
        service = msgspec.json.decode(found.get("msgin5g", b"null"), type=Msgin5gStatus | None)
        ours = [] if service is None else msgin5g_standings(service)
        return m3ua.point_code, standings(m3ua) + ours
    except httpx.HTTPError as fault:
        raise Silent(f"{api}: {fault}; does the gateway run, with this web.listen?") from None
    except (msgspec.MsgspecError, KeyError):
        raise Silent(f"{api}: the answer is not that of a gateway") from None


def _watch(api: Api, *, as_json: bool) -> int:
    """Until Ctrl-C; who is silent now may answer later. The exit status is that of the last look."""
    verdict, console = NOBODY, Console()
    picture: Group | Text = Text()
    # a screen of its own is drawn anew when its size changes
    live = (
        Live(console=console, screen=True, auto_refresh=False)
        if console.is_terminal and not as_json
        else None
    )
    with live or nullcontext(), suppress(KeyboardInterrupt):
        while True:
            if as_json:
                verdict = _tell(api)
            else:
                picture, verdict = _look(api)
            if live is not None:
                live.update(picture, refresh=True)
            elif not as_json:
                console.print(picture, "", soft_wrap=True)  # a file, or a pipe
            time.sleep(_EVERY)
    if live is not None:
        console.print(picture, soft_wrap=True)  # what was seen last stays
    return verdict


def _tell(api: Api) -> int:
    """A line of JSON for each look; that nobody answers goes to standard error."""
    try:
        _, found = _ask(api)
    except Silent as silence:
        typer.echo(f"ipsmgw status: {silence}", err=True)
        return NOBODY
    typer.echo(json.dumps([one._asdict() for one in found]))
    return _verdict(found)


def _look(api: Api) -> tuple[Group | Text, int]:
    try:
        point_code, found = _ask(api)
    except Silent as silence:
        return Text(str(silence), "red"), NOBODY
    return _picture(point_code, found), _verdict(found)


def _picture(point_code: int, found: list[Standing]) -> Group:
    """A table of all, and a sentence for each peer and for whatever is not as it should be."""
    table = Table("", "name", "state", "for", box=None, pad_edge=False, header_style="bold")
    for title in ("DATA sent", "received"):
        table.add_column(title, justify="right")
    for one in found:
        colour = "green" if one.sound else "red"
        since = "" if one.seconds is None else lasting(one.seconds)
        counts = ["" if count is None else str(count) for count in (one.sent, one.received)]
        table.add_row(one.what, Text(one.name), Text(one.state, colour), since, *counts)
    told = [one for one in found if one.what in _PEERS or not one.sound]
    sentences = [Text(one.sentence, "" if one.sound else "red") for one in told]
    return Group(Text(f"point code {point_code}", "bold"), table, Text(""), *sentences)
