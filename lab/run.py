"""`ipsmgw-lab run`: scenarios, each with a verdict, and reports of them (docs/verdicts.md)."""

from pathlib import Path
from typing import Annotated, NamedTuple, NoReturn

import typer
from rich.console import Console

from ipsmgw.app import AddressTaken
from lab.choice import NoScenario, chosen
from lab.describing import CARRIER, carrier_of, configured_for
from lab.fault import FAULT, FAULT_FILE, all_rules
from lab.orders import FAULTS, Order, Run
from lab.plan import MAX_NETWORK, PACED, Plan, PlanTimers
from lab.quirks.command import find
from lab.quirks.profile import PLAIN, profiles
from lab.report import FaultChoice
from lab.runner import ClockKind
from lab.scenario import Scenario
from lab.scenarios import SCENARIOS
from lab.session import Files, Session
from lab.shrink import BadFaultFile, read_faults

__all__ = ["run_command"]

_err = Console(stderr=True, soft_wrap=True)

_Carrier = Annotated[Path | None, CARRIER]
_GatewayFor = Annotated[
    str, typer.Option(metavar="NAME", help="For which scenario an external gateway is configured.")
]
_Names = Annotated[
    list[str] | None, typer.Argument(metavar="NAME…", help="Scenarios to play, also as 'mt*'.")
]
_All = Annotated[bool, typer.Option("--all", help="Play all of them.")]
_Words = Annotated[
    str, typer.Option("-k", metavar="EXPRESSION", help="Those with these words: 'mt and not silent'.")
]
_Clause = Annotated[str, typer.Option(help="Those of a clause, or below it: 'TS 23.204 §6'.")]
_Clock = Annotated[ClockKind, typer.Option(help="Virtual time, or real sockets on loopback.")]
_Seed = Annotated[int, typer.Option(help="What all randomness follows from.")]
_Seeds = Annotated[int, typer.Option(min=1, help="How many seeds, from --seed on.")]
_Faults = Annotated[
    str,
    typer.Option(help="none; all, in virtual time: then only the laws judge; or coap, on the wire."),
]
_Only = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Play a run again with the faults of this file and no others."),
]
_Attempts = Annotated[
    int, typer.Option("--shrink", min=0, help="How often at most the first that fails is played with less.")
]
_Pcap = Annotated[Path | None, typer.Option(metavar="DIR", help="Write a capture file of each run here.")]
_Junit = Annotated[Path | None, typer.Option(metavar="FILE", help="Write JUnit XML.")]
_Html = Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with ladders and decodes.")]
_Json = Annotated[Path | None, typer.Option(metavar="FILE", help="Write JSON (docs/verdicts.md).")]
_Jobs = Annotated[int, typer.Option("-j", "--jobs", min=1, help="Processes to play in.")]
_Network = Annotated[
    int,
    typer.Option(
        min=1, max=MAX_NETWORK, help="Addresses on the wire are 127.0.NETWORK.x; with -j the next too."
    ),
]
_Quirks = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME", help="With the quirks of a profile, or all: `ipsmgw-lab quirks` shows them."
    ),
]
_Rules = Annotated[list[str] | None, FAULT]
_RuleFile = Annotated[Path | None, FAULT_FILE]
_Strict = Annotated[
    bool, typer.Option("--strict", help="With --fault: what the story expects is judged as well.")
]
_Rows = Annotated[int, typer.Option(min=1, help="Rows of the ladder of a failure, the last ones.")]


def run_command(
    names: _Names = None,
    *,
    every: _All = False,
    words: _Words = "",
    clause: _Clause = "",
    clock: _Clock = ClockKind.VIRTUAL,
    seed: _Seed = 1,
    seeds: _Seeds = 1,
    faults: _Faults = "none",
    only_faults: _Only = None,
    shrink: _Attempts = 500,
    pcap: _Pcap = None,
    junit: _Junit = None,
    html: _Html = None,
    json: _Json = None,
    jobs: _Jobs = 1,
    network: _Network = 1,
    carrier: _Carrier = None,
    gateway_for: _GatewayFor = "",
    quirks: _Quirks = None,
    rule: _Rules = None,
    fault_file: _RuleFile = None,
    strict: _Strict = False,
    rows: _Rows = 60,
) -> None:
    """Play scenarios, each with a verdict; exit status 0: all passed, 1: not so, 2: not played."""
    if only_faults is not None:
        _refuse_others(bool(names) or every or bool(words or clause or quirks))
        order, runs = _again(only_faults)
    else:
        wanted = _chosen(names or [], every=every, words=words, clause=clause)
        runs = _runs(wanted, range(seed, seed + seeds), _profiles(quirks or []))
        rules = _rules(rule or [], fault_file, wanted, strict=strict)
        order = Order(clock, _known(faults, clock), rules=rules, strict=strict)
    order = _on(order, _Where(carrier, gateway_for, network, jobs))
    files = Files(junit, html, json, pcap)
    order = order._replace(pcap=pcap, rows=rows)
    attempts = 0 if order.rules else shrink  # what rules do is not drawn choice by choice
    raise typer.Exit(_play(Session(runs, order, jobs, files, attempts), files))


def _runs(wanted: list[Scenario], seeds: range, quirks: list[str]) -> list[Run]:
    """Every scenario with every seed and all quirks; the ladder of the first seed is shown."""
    return [
        Run(scenario.name, seed, shown=seed == seeds.start, quirks=name)
        for name in quirks
        for seed in seeds
        for scenario in wanted
    ]


def _profiles(names: list[str]) -> list[str]:
    if "all" in names:
        return list(profiles())
    return [find(name).name for name in names] or [PLAIN.name]


def _play(session: Session, files: Files) -> int:
    try:
        files.prepare()
    except OSError as fault:
        _refuse(f"{fault.filename}: {fault.strerror}")
    try:
        return session.play()
    except AddressTaken as fault:
        _refuse(str(fault))


def _rules(
    given: list[str], path: Path | None, scenarios: list[Scenario], *, strict: bool
) -> tuple[str, ...]:
    """Of the command line and of the file; each must make sense in the carrier of each scenario."""
    rules: tuple[str, ...] = ()
    for scenario in scenarios:
        try:
            rules = all_rules(given, path, scenario.plan(Plan()))
        except ValueError as fault:
            _refuse(f"{scenario.name}: {fault}")
    if strict and not rules:
        _refuse("--strict is for rules that are set: --fault RULE or --fault-file FILE")
    return rules


class _Where(NamedTuple):
    """On which carrier, and how many at once."""

    carrier: Path | None
    gateway_for: str
    network: int
    jobs: int


def _on(order: Order, where: _Where) -> Order:
    """The order for this carrier."""
    wire = order.clock is ClockKind.WIRE
    plan = carrier_of(where.carrier, PACED if wire else PlanTimers(), network=where.network)
    others = ", ".join(plan.external)
    if others and not wire:
        _refuse(f"{where.carrier}: somebody else plays {others}, so that it takes --clock wire")
    if others and where.jobs > 1:
        _refuse(f"{where.carrier}: somebody else plays {others}, for one at a time: -j is not for that")
    if wire and plan.network + where.jobs - 1 > MAX_NETWORK:
        _refuse(f"network {plan.network} and -j {where.jobs} need addresses above 127.0.{MAX_NETWORK}.x")
    configured = configured_for(where.gateway_for, plan) if where.gateway_for else plan
    return order._replace(carrier=plan, configured=configured, carrier_file=where.carrier)


def _refuse_others(others: bool) -> None:
    if others:
        _refuse(
            "--only-faults says itself what is played: no names, --all, -k, --clause or --quirks beside it"
        )


def _again(path: Path) -> tuple[Order, list[Run]]:
    try:
        only = read_faults(path)
    except BadFaultFile as fault:
        _refuse(str(fault))
    if only.scenario not in SCENARIOS:
        _refuse(f"{path}: there is no scenario {only.scenario!r}")
    return Order(faults=only.faults, only=only, only_file=path), [
        Run(only.scenario, only.seed, shown=True, quirks=only.quirks)
    ]


def _chosen(names: list[str], *, every: bool, words: str, clause: str) -> list[Scenario]:
    if not (names or every or words or clause):
        _refuse("which scenario? Name some, or say --all; `ipsmgw-lab list` shows them")
    try:
        return chosen(SCENARIOS, [] if every else names, words=words, clause=clause)
    except NoScenario as fault:
        _refuse(str(fault))


def _known(name: str, clock: ClockKind) -> FaultChoice:
    known = next((each for each in FAULTS if each == name), None)
    if known is None:
        _refuse(f"--faults is none, all or coap, not {name!r}")
    if known == "all" and clock is ClockKind.WIRE:
        _refuse("--faults all is for virtual time: on the wire only datagrams of CoAP can be made to fail")
    if known == "coap" and clock is ClockKind.VIRTUAL:
        _refuse("--faults coap is for --clock wire: in virtual time all that can go wrong is --faults all")
    return known


def _refuse(sentence: str) -> NoReturn:
    _err.print(f"ipsmgw-lab: {sentence}", markup=False, highlight=False)
    raise typer.Exit(2)
