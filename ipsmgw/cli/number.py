"""`ipsmgw number`: what becomes of a number, step by step, and where a message to it would go."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console
from rich.text import Text

from ipsmgw.cause_section import Wording
from ipsmgw.cli.check import sound
from ipsmgw.hlr_section import msisdns
from ipsmgw.numbers import Kind, Numbers, Reading, read, written
from ipsmgw.numbers_section import NumbersSection
from ipsmgw.procedures.service_centre import ServiceCentres
from ipsmgw.settings import Settings, is_routed
from ipsmgw.sms import NumberingPlan, TypeOfNumber
from ipsmgw.stacks import map_settings
from mapstack import MO_FORWARD_SM, Gt, SccpAddress
from mapstack.map import AddressString
from mapstack.sccp.address_rules import Addresses
from mapstack.sccp.routing import Translation, Ways
from sipbridge.rp import RpAddress

__all__ = ["number_command"]

_LONGEST = 20  # TS 23.040 §9.1.2.5, TS 24.011 §8.2.5.1
_MSC = 8
_BETWEEN = str.maketrans("", "", " -.()/\u00a0")
_WRONG = re.compile(r"[^0-9*#a-c]")
_PEERS = ("phones", "scscf")
_WHAT, _VALUE = 19, 24
"""Columns."""


class Line(NamedTuple):
    """One row of what is said."""

    what: str
    value: str
    why: str = ""


def number_command(
    digits: Annotated[str, typer.Argument(metavar="DIGITS", help="The number as somebody writes it.")],
    *,
    file: Annotated[
        Path | None, typer.Option("-c", "--config", metavar="FILE", help="The configuration, in TOML.")
    ] = None,
    peer: Annotated[
        str,
        typer.Option(
            "--from", metavar="PEER", help="Who writes it: phones, scscf, or a node's global title."
        ),
    ] = "phones",
    ton: Annotated[
        int | None, typer.Option(min=0, max=7, help="Its type of number; by its + without.")
    ] = None,
    npi: Annotated[int, typer.Option(min=0, max=15, help="Its numbering plan.")] = NumberingPlan.E164,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what a number is, by which rule, and where a message to it would go."""
    try:
        said = _said(digits, ton, npi)
        peer = _peer(peer)
    except ValueError as fault:
        typer.echo(f"ipsmgw number: {fault}", err=True)
        raise typer.Exit(2) from None
    settings = None if file is None else sound(file)
    lines = list(_tell(said, peer, settings))
    if as_json:
        rows = [{key: value for key, value in line._asdict().items() if value} for line in lines]
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        _print(lines)


class _Said(NamedTuple):
    """A number as somebody has written it."""

    digits: str
    ton: int
    npi: int


def _said(text: str, ton: int | None, npi: int) -> _Said:
    """ValueError with a sentence."""
    plain = text.strip().translate(_BETWEEN).lower()
    digits = plain.removeprefix("+")
    wrong = _WRONG.search(digits)
    if wrong is not None:
        raise ValueError(f"{text!r} is no number: {wrong[0]!r} is none of 0 to 9, *, #, a, b, c")
    if not 1 <= len(digits) <= _LONGEST:
        raise ValueError(
            f"{text!r} is no number: it has {len(digits)} digits, and 1 to {_LONGEST} are wanted"
        )
    usual = TypeOfNumber.INTERNATIONAL if digits != plain else TypeOfNumber.UNKNOWN
    return _Said(digits, usual if ton is None else ton, npi)


def _peer(text: str) -> str:
    """phones, scscf, or digits; ValueError with a sentence."""
    if text in _PEERS or (text.isascii() and text.isdecimal() and len(text) <= _LONGEST):
        return text
    raise ValueError(f"--from {text!r}: phones, scscf or the digits of a global title are wanted")


def _tell(said: _Said, peer: str, settings: Settings | None) -> Iterator[Line]:
    """What is said of it, in order."""
    yield Line("written", said.digits, _type(said.ton, said.npi))
    numbers = Numbers(() if settings is None else settings.numbers)
    tables = {"phones": numbers.phones, "scscf": numbers.scscf}
    table = tables[peer] if peer in tables else numbers.of_node(peer)
    reading = _read(said, table)
    yield Line("rule", _name(table, settings), "" if table else "numbers are taken as they are written")
    for step in reading.steps:
        yield Line("", "", step)
    yield Line("it is", reading.kind.value, reading.number)
    if settings is not None:
        yield from _whose(reading, settings)
        yield from _as_centre(said, peer, reading, numbers, settings)
    else:
        yield Line("more", "", "-c FILE: by the rules of a configuration, with the way that messages take")


def _read(said: _Said, table: NumbersSection | None) -> Reading:
    if table is not None:
        return read(table, *said)
    if not said.digits.isdecimal():
        return Reading("", Kind.OTHER, ("it is not all digits",))
    return Reading(said.digits, Kind.AS_WRITTEN, ())


def _name(table: NumbersSection | None, settings: Settings | None) -> str:
    if table is None or settings is None:
        return "no table [[numbers]] for them"
    prefix = f", prefix {table.prefix}" if table.prefix else ""
    return f"numbers[{settings.numbers.index(table)}], {table.peer}{prefix}"


def _type(ton: int, npi: int) -> str:
    plans = {
        int(plan): plan.name.replace("_", " ").lower().replace("e164", "E.164") for plan in NumberingPlan
    }
    kind = TypeOfNumber(ton).name.replace("_", " ").lower()
    return f"TON {ton} ({kind}), NPI {npi} ({plans.get(npi, 'reserved')})"


def _whose(reading: Reading, settings: Settings) -> Iterator[Line]:
    """Whom the configuration knows by this number."""
    found = "; ".join(who for number, who in _known(settings) if number == reading.number)
    if reading.kind in (Kind.SHORT, Kind.OTHER):
        yield Line("known as", "nobody", "only an international number is somebody's here")
    elif found:
        yield Line("known as", found)
    else:
        yield Line("known as", "nobody", "in the configuration")


def _known(settings: Settings) -> Iterator[tuple[str | None, str]]:
    section = settings.map
    yield settings.node.number, "this gateway (node.number)"
    yield section.hlr, "the HLR (map.hlr)"
    yield settings.text.service_centre, "where texts go (text.service_centre)"
    yield settings.service_centre.default, "the usual service centre (service_centre.default)"
    for psi in settings.service_centre.psi:
        yield psi.number, f"the service centre {psi.uri} (service_centre.psi)"
    for each in section.subscriber:
        yield each.msisdn, f"subscriber {each.imsi} (map.subscriber)"
    for imsi, msisdn in msisdns(section.msisdn_file).items():
        yield msisdn, f"subscriber {imsi} (map.msisdn_file)"


def _as_centre(
    said: _Said, peer: str, reading: Reading, numbers: Numbers, settings: Settings
) -> Iterator[Line]:
    """What becomes of a message whose service centre it is."""
    number = "" if reading.kind in (Kind.SHORT, Kind.OTHER) else reading.number
    if peer == "phones":
        centres = ServiceCentres(
            settings.service_centre, numbers, lambda number: is_routed(settings.map, number)
        )
        centre, cause, why = centres.choose(RpAddress(said.digits, 0x80 | said.ton << 4 | said.npi), "")
        yield Line("as the SC of an MO", centre.digits if cause is None else "refused", why)
        if cause is not None:
            yield Line("", f"RP-ERROR {Wording(settings.cause).rp(cause)}", cause.sentence)
            return
        number = centre.digits
    if number:
        yield from _way(number, numbers, settings)


def _way(number: str, numbers: Numbers, settings: Settings) -> Iterator[Line]:
    """How it stands in mo-ForwardSM, and where SCCP sends that."""
    table = numbers.of_node(number)
    address = AddressString(number) if table is None else written(table, number)
    yield Line("in SM-RP-DA", address.digits, _type(address.nature, address.plan))
    sccp = map_settings(settings, 0).sccp
    called, calling = SccpAddress(Gt(number), _MSC), SccpAddress(Gt(settings.node.number), _MSC)
    rules = (rule for rule in sccp.address_rules if not rule.answers)
    addresses = Addresses(rules, own_point_code=settings.map.point_code)
    called, calling = addresses.addresses(called, calling, MO_FORWARD_SM.name)
    yield Line("called address", _address(called))
    yield Line("calling address", _address(calling))
    ways = Translation(sccp.routes, sccp.translations).ways(called)
    if not isinstance(ways, Ways):
        yield Line("route", "none", ways.name.lower().replace("_", " "))
        return
    for kind, several in (("route", ways.shared), ("backup", ways.backup)):
        for way in several:
            yield Line(kind, f"point code {way.point_code}", _address(way.called))


def _address(address: SccpAddress) -> str:
    gt = address.gt
    title = "no global title" if gt is None else f"GT {gt.digits}, nature {gt.nature}, plan {gt.plan}"
    return f"{title}, SSN {address.ssn}"


def _print(lines: list[Line]) -> None:
    console = Console(soft_wrap=True)
    for line in lines:
        value = f"{line.value:{_VALUE}}  " if line.value and line.why else line.value
        console.print(Text.assemble((f"{line.what:{_WHAT}}", "bold"), value, (line.why, "dim")))
