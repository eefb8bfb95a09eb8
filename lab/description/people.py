"""The subscribers of a description: one by one, by ranges, and from CSV files."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from ipsmgw.identity import Imsi, Msisdn
from ipsmgw.settings import BadSettings, Fault, faults_of, text_of
from lab.description.sections import Description, RangeSection, SubscriberSection
from lab.elements.domain import Service
from lab.elements.milenage import Secret
from lab.plan import PHONES, Subscriber

__all__ = ["People", "faults", "people", "phones", "range_faults"]

_YES_AND_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_NUMBERS = {"sip_port"}
_FLAGS = {field.name for field in msgspec.structs.fields(SubscriberSection) if field.type is bool}
_MOST_FAULTS = 20
"""Of one file that are told."""

People = list[tuple[str, SubscriberSection]]
"""Each with the place that tells of him."""


def people(description: Description, folder: Path) -> People:
    """All of them; raises `BadSettings` where a CSV file has faults."""
    found = [(f"subscriber[{i}]", each) for i, each in enumerate(description.subscriber)]
    for i, several in enumerate(description.range):
        found += [(f"range[{i}]", each) for each in _of_range(several)]
    for name in description.subscribers:
        found += _of_file(folder / name)
    return found or [("the usual", _usual(each)) for each in PHONES]


def phones(section: SubscriberSection) -> Iterator[Subscriber]:
    """As a plan has them: the phone of a subscriber, and his other devices."""
    keys = section.k is not None and section.opc is not None
    for name in (section.name, *section.devices):
        yield Subscriber(
            name,
            Imsi(section.imsi),
            Msisdn(section.msisdn),
            usim=Secret(bytes.fromhex(section.k or ""), bytes.fromhex(section.opc or "")) if keys else None,
            msisdn_less=section.msisdn_less,
            over_ip=section.over_ip,
            service=Service[section.service.upper().replace("-", "_")],
        )


def faults(found: People) -> Iterator[Fault]:
    """What one of them alone does not show."""
    yield from _twice("name", ((place, name) for place, each in found for name in (each.name, *each.devices)))
    yield from _twice("imsi", ((place, each.imsi) for place, each in found))
    yield from _twice("msisdn", ((place, each.msisdn) for place, each in found))
    for place, section in found:
        if (section.k is None) != (section.opc is None):
            yield f"{place}.k", "K and OPc go together"
        if section.is_ == "external" and not section.address:
            yield f"{place}.address", "missing: where is this phone?"


def _twice(what: str, values: Iterable[tuple[str, str]]) -> Iterator[Fault]:
    whose: dict[str, str] = {}
    for place, value in values:
        if value in whose:
            yield f"{place}.{what}", f"{value!r} is {whose[value]}'s already"
        whose.setdefault(value, place)


def range_faults(ranges: Iterable[RangeSection]) -> Iterator[Fault]:
    """Ranges that run out of digits, or whose names are one."""
    for i, several in enumerate(ranges):
        if several.count > 1 and "{n}" not in several.name:
            yield f"range[{i}].name", f"{{n}} is wanted in {several.name!r}: each phone has a name of its own"
        for what in ("imsi", "msisdn"):
            first = getattr(several, what)
            if len(str(int(first) + several.count - 1)) > len(first):
                yield (
                    f"range[{i}].{what}",
                    f"{several.count} numbers from {first} on are more than it has digits for",
                )


def _of_range(several: RangeSection) -> Iterator[SubscriberSection]:
    for n in range(several.count):
        yield SubscriberSection(
            name=several.name.replace("{n}", str(n + 1)),
            imsi=_further(several.imsi, n),
            msisdn=_further(several.msisdn, n),
            over_ip=several.over_ip,
            service=several.service,
            text_only=several.text_only,
            is_=several.is_,
        )


def _further(first: str, by: int) -> str:
    return f"{int(first) + by:0{len(first)}}"


def _usual(one: Subscriber) -> SubscriberSection:
    return SubscriberSection(name=one.name, imsi=one.imsi, msisdn=one.msisdn)


def _of_file(path: Path) -> Iterator[tuple[str, SubscriberSection]]:
    """A line each, below one with the names of the columns; raises `BadSettings` with file and line."""
    rows = list(enumerate(csv.reader(text_of(path).splitlines()), 1))
    rows = [(line, row) for line, row in rows if row and not row[0].startswith("#")]
    if not rows:
        raise BadSettings([f"{path}: a line with the names of the columns is wanted: name,imsi,msisdn"])
    (_, header), *lines = rows
    said, found = [], []
    for line, row in lines:
        table = {
            key.strip(): _value(key.strip(), cell.strip()) for key, cell in zip(header, row, strict=False)
        }
        table = {key: value for key, value in table.items() if value != ""}
        wrong = [f"{where}: {what}" for where, what in faults_of(SubscriberSection, table)]
        if len(row) != len(header):
            wrong = [f"{len(row)} columns, and the header has {len(header)}"]
        said += [f"{path}: line {line}: {fault}" for fault in wrong]
        if not wrong:
            found.append((f"{path}: line {line}", msgspec.convert(table, SubscriberSection)))
    if said:
        more = len(said) - _MOST_FAULTS
        raise BadSettings([*said[:_MOST_FAULTS], *([f"{path}: and {more} more"] if more > 0 else [])])
    return iter(found)


def _value(key: str, cell: str) -> object:
    """In a CSV file everything is text."""
    if key in _FLAGS:
        return _YES_AND_NO.get(cell.lower(), cell)
    return int(cell) if key in _NUMBERS and cell.isdecimal() else cell
