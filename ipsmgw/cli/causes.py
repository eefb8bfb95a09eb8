"""`ipsmgw causes`: why a message was not delivered, as each side is told it (TS 23.040 §11)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from ipsmgw.cause import Cause, MapCause
from ipsmgw.cause_section import Wording
from ipsmgw.cli.check import sound
from ipsmgw.procedures.msgin5g.cause import failure_cause, is_temporary
from ipsmgw.procedures.routing import tries_next
from ipsmgw.routing_section import RoutingSection
from ipsmgw.smpp.cause import state_of, status_of
from ipsmgw.smpp.codes import MessageState
from mapstack.map import CallBarringCause, SmEnumeratedDeliveryFailureCause
from mapstack.map.errors import ErrorCode
from sipbridge.rp import RpCause

__all__ = ["causes_as_markdown", "causes_command"]

_out = Console()
_RP_CAUSES = frozenset(RpCause)
_TABLE, _POLICY = Wording(()), RoutingSection()
_WIDTH = 200
"""Of what goes to a file."""
_COLUMNS = (
    "cause",
    "RP-ERROR",
    "MAP error",
    "SIP",
    "of SIP",
    "SMPP",
    "again?",
    "MSGin5G",
    "next?",
    "that is",
)
_HEAD = """\
# Causes

Why a short message was not delivered: one row for each cause, as each side is told it. This page is
written by `ipsmgw causes --markdown` from the table in [ipsmgw/cause.py](../ipsmgw/cause.py); a test holds
that it is up to date.

    ipsmgw causes            # the same on a screen
    ipsmgw causes absent     # the causes in whose row this stands
    ipsmgw causes RP-38      # by the cause of an RP-ERROR; likewise MAP-6, SIP-480

- *cause*: how charging records name it, and `routing.avoid` in the configuration.
- *RP-ERROR*: the cause that a phone is told whose message it is (TS 24.011 §8.2.5.4).
- *MAP error*: what the SMS-GMSC is told: number of the error, and parameter (TS 29.002 §17.6.6).
- *SIP*: the answer to a MESSAGE that is refused at the door.
- *of SIP*: the answers to a MESSAGE for the phone that mean it.
- *SMPP*: the command_status that says it (SMPP v3.4 §5.1.3).
- *again?*: whether it is temporary, so that a receipt does not yet say UNDELIVERABLE.
- *MSGin5G*: failureCause of a delivery status report; with * the message is kept, and tried again until its
  validity ends.
- *next?*: whether the next domain is tried, with `procedures = "ts-23.204"`; `routing.avoid` may name more
  causes after which none is.

A network that wants another RP cause, or another answer to a plain text, gets it by `[[cause]]` in the
[configuration](configuration.md); `ipsmgw causes -c FILE` shows the table as a configuration has it.

Where several rows share a value, the first one is what that value is read as.

"""


class _Row(NamedTuple):
    cause: str
    rp: str
    map_error: str
    sip: str
    of_sip: str
    smpp: str
    again: str
    msgin5g: str
    next_domain: str
    sentence: str


def causes_command(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="Only rows with it; or RP-38, MAP-6, SIP-480.")
    ] = "",
    *,
    config: Annotated[
        Path | None,
        typer.Option("-c", "--config", metavar="FILE", help="As this configuration has it told."),
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write the page docs/causes.md.")] = False,
) -> None:
    """Say why messages are not delivered: each cause, as every side is told it."""
    if markdown:
        typer.echo(causes_as_markdown(), nl=False)
        return
    settings = None if config is None else sound(config)
    wording = _TABLE if settings is None else Wording(settings.cause)
    policy = _POLICY if settings is None else settings.routing
    found = [(cause, _row(cause, wording, policy)) for cause in Cause]
    rows = [row for cause, row in found if _is_meant(cause, row, text.lower())]
    if not rows:
        typer.echo(f"ipsmgw causes: {text!r} stands in no row; without it all of them are shown", err=True)
        raise typer.Exit(2)
    if not _out.is_terminal:
        _out.width = _WIDTH
    _out.print(_grid(rows))


def causes_as_markdown() -> str:
    """The page docs/causes.md."""
    lines = [f"| {' | '.join(_COLUMNS)} |", f"|{'---|' * len(_COLUMNS)}"]
    lines += [
        f"| {' | '.join(cell.replace('*', chr(92) + '*') for cell in _row(cause, _TABLE, _POLICY))} |"
        for cause in Cause
    ]
    return _HEAD + "\n".join(lines) + "\n"


def _row(cause: Cause, wording: Wording, policy: RoutingSection) -> _Row:
    failure = failure_cause(cause.cdr)
    return _Row(
        cause.cdr,
        _rp_cause(wording.rp(cause)),
        _map_error(cause.map_cause),
        str(wording.sip(cause)),
        ", ".join(map(str, cause.answers)),
        status_of(cause).name,
        "yes" if state_of(cause) is MessageState.ENROUTE else "no",
        failure + "*" * is_temporary(failure),
        "yes" if tries_next(cause.cdr, policy) else "no",
        cause.sentence,
    )


def _is_meant(cause: Cause, row: _Row, text: str) -> bool:
    protocol, _, number = text.partition("-")
    if protocol in ("rp", "map", "sip") and number.isdigit():
        codes = {
            "rp": (cause.rp_cause,),
            "map": (cause.map_cause.code,),
            "sip": (cause.sip_status, *cause.answers),
        }
        return int(number) in codes[protocol]
    return text in " ".join(row).lower()


def _rp_cause(code: int) -> str:
    """With its name, if it is one of TS 24.011."""
    return f"{code} {_words(RpCause(code).name)}" if code in _RP_CAUSES else str(code)


def _map_error(error: MapCause) -> str:
    """Its number and name, and what its parameter adds."""
    said = f"{int(error.code)} {_words(ErrorCode(error.code).name)}"
    if error.sm_delivery_failure is not None:
        said += f": {_words(SmEnumeratedDeliveryFailureCause(error.sm_delivery_failure).name)}"
    if error.absent_subscriber_diagnostic is not None:
        said += f": diagnostic {error.absent_subscriber_diagnostic}"
    if error.call_barring is not None:
        said += f": {_words(CallBarringCause(error.call_barring).name)}"
    return said


def _words(name: str) -> str:
    return name.lower().replace("_", " ")


def _grid(rows: Iterable[_Row]) -> Table:
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for column in _COLUMNS:
        grid.add_column(column, overflow="fold", no_wrap=column == "cause")
    for row in rows:
        grid.add_row(*row)
    return grid
