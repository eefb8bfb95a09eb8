"""How the HLR is told who is registered here, in the settings (TR 23.804 §8.1, §8.7)."""

import csv
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from ipsmgw.identity import Imsi, Msisdn
from ipsmgw.section import Fault, Section

__all__ = ["Domain", "SubscriberSection", "Way", "hlr_faults", "msisdns"]

Way = Literal["anyTimeModification", "updateGprsLocation", "none"]
Domain = Literal["ims", "ps", "cs"]
_WHOLE = 14
"""Digits that an IMSI has at least, as far as anybody gives them out."""


class SubscriberSection(Section, frozen=True, kw_only=True):
    imsi: Annotated[str, Meta(pattern="^[0-9]{1,15}$")]
    """How the IMSI begins, or all of it; the longest one decides."""
    registration: Way | None = None
    """As map.registration, for these."""
    msisdn: Annotated[str, Meta(pattern="^[0-9]{5,15}$")] | None = None
    """Of this one subscriber, where nobody else tells it."""
    order: tuple[Domain, ...] = ()
    """As routing.order, for these, and for messages of any size."""


def msisdns(file: str) -> dict[Imsi, Msisdn]:
    """Those in a CSV file; OSError and ValueError, with a sentence, where it is none."""
    found: dict[Imsi, Msisdn] = {}
    if file:
        with Path(file).open(encoding="utf-8", newline="") as lines:
            for i, row in enumerate(csv.reader(lines), 1):
                if row and not row[0].startswith("#"):
                    found.update([_line(row, i)])
    return found


def _line(row: list[str], number: int) -> tuple[Imsi, Msisdn]:
    try:
        imsi, msisdn = row
        return Imsi.parse(imsi), Msisdn.parse(msisdn.strip())
    except ValueError as fault:
        raise ValueError(f"line {number}: IMSI,MSISDN is wanted: {fault}") from None


def hlr_faults(
    sgsn_address: str | None, subscribers: tuple[SubscriberSection, ...], msisdn_file: str
) -> Iterator[Fault]:
    """What no type can say of them."""
    if sgsn_address is not None and not _is_address(sgsn_address):
        yield "map.sgsn_address", f"an IP address is wanted, got {sgsn_address!r}"
    try:
        msisdns(msisdn_file)
    except OSError as fault:
        yield "map.msisdn_file", f"{msisdn_file}: {fault.strerror}"
    except ValueError as fault:
        yield "map.msisdn_file", f"{msisdn_file}: {fault}"
    seen: set[str] = set()
    for i, each in enumerate(subscribers):
        if each.imsi in seen:
            yield f"map.subscriber[{i}].imsi", f"{each.imsi} has a table already"
        if each.msisdn is not None and len(each.imsi) < _WHOLE:
            yield f"map.subscriber[{i}].msisdn", f"it is for one whole IMSI, and {each.imsi} is none"
        seen.add(each.imsi)


def _is_address(text: str) -> bool:
    try:
        return not ip_address(text).is_unspecified
    except ValueError:
        return False
