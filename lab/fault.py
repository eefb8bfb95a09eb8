"""`ipsmgw-lab fault`: rules of misbehaviour for the carrier that runs in another terminal."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import typer
from rich.console import Console

from lab.meddling.catalogue import catalogue
from lab.meddling.grammar import rules_of_file
from lab.meddling.meddling import check_rules
from lab.meddling.pdu import names_by_layer
from lab.plan import Plan
from lab.up import api_address

__all__ = ["FAULT", "FAULT_FILE", "HELP", "all_rules", "everything", "fault"]

FAULT = typer.Option("--fault", metavar="RULE", help="A rule of docs/faults.md; may be given several times.")
FAULT_FILE = typer.Option(metavar="FILE", help="Rules, one a line; or TOML: tables [[fault]].")

_DEADLINE = 10.0


def fault(console: Console, network: int, rules: Sequence[str], clear: str | None) -> int:
    """Set rules, or clear one or all, and list what there is; 0: done, 1: refused, 2: nobody to ask."""
    url = f"http://{api_address(network)}/api/faults"
    if clear is not None and clear != "all" and not clear.isdigit():
        console.print(f"--clear wants a number of the list, or all, not {clear!r}", markup=False)
        return 1
    if any(" " not in rule for rule in rules):
        rules = [" ".join(rules)]  # one rule, without its quotes
    try:
        with httpx.Client(timeout=_DEADLINE, trust_env=False) as client:
            refused = _clear(client, url, clear) if clear is not None else ""
            for rule in rules:
                refused = refused or _said(client.post(url, json={"rule": rule}))
            if refused:
                console.print(f"refused: {refused}", markup=False, highlight=False)
                return 1
            _show(console, client.get(url).json()["faults"])
    except (httpx.HTTPError, ValueError) as fault:
        console.print(f"no lab answers at {url}: {fault}; start one with `make lab`", markup=False)
        return 2
    return 0


def _clear(client: httpx.Client, url: str, which: str) -> str:
    return _said(client.delete(url if which == "all" else f"{url}/{which}"))


def _said(answer: httpx.Response) -> str:
    """Why not; nothing where it was done."""
    return "" if answer.status_code == 200 else str(answer.json().get("error", answer.status_code))


def _show(console: Console, faults: list[dict[str, object]]) -> None:
    if not faults:
        console.print("no faults are set", highlight=False)
        return
    for one in faults:
        line = f"{one['number']:>3}  struck {one['struck']} of {one['seen']}  {one['rule']}"
        console.print(line, markup=False, highlight=False)


def all_rules(given: Sequence[str], path: Path | None, plan: Plan) -> tuple[str, ...]:
    """Those of the command line and of the file; ValueError with a sentence for the first that is wrong."""
    rules = (*given, *(rules_of_file(path) if path else ()))
    check_rules(rules, plan)
    return rules


def everything() -> Iterator[str]:
    """All faults by layer, and all messages that a rule can wait for."""
    kinds = catalogue({"hlr": 0, "smsc": 0}).values()
    width = max(len(kind.form) for kind in kinds) + 2
    for layer in dict.fromkeys(kind.layer for kind in kinds):
        yield f"{layer}:"
        for kind in kinds:
            form = kind.form + (" *" if kind.at_once else "")
            if kind.layer == layer:
                yield f"  {form:<{width}}  {kind.what}"
    yield "* without WHAT it is done at once"
    for layer, names in names_by_layer().items():
        yield f"{layer} messages: {', '.join(names)}"


HELP = f"""Make elements of the running carrier misbehave; without a rule, list what is set.

A rule: WHERE WHAT FAULT, or WHERE answer-to WHAT FAULT. WHERE is an element and what comes to it, or
'scscf->ipsmgw': from one to the other. FAULT by turn: '3 x error absentSubscriberSM, 1 x ok, then silence';
by percentage: '10% error systemFailure, 5% silence'. The whole: docs/faults.md.

\b
{chr(10).join(everything())}
"""
