"""How peers write numbers, and which service centre a message goes to, in the settings (TR 23.804 §8.9)."""

from collections.abc import Callable, Iterator
from typing import Annotated, Literal

from msgspec import Meta

from ipsmgw.identity import NodeNumber
from ipsmgw.section import Fault, Section
from sipbridge import DecodeError, SipUri, parse_uri

__all__ = [
    "NumbersSection",
    "PsiSection",
    "ServiceCentreSection",
    "number_faults",
    "psi_name",
    "service_centre_faults",
]

Prefix = Annotated[str, Meta(pattern="^[0-9]{1,15}$")]
Dialled = Annotated[str, Meta(pattern="^[0-9]{0,5}$")]
_AS_LONG_AS_E164 = 15


class NumbersSection(Section, frozen=True, kw_only=True):
    peer: Literal["phones", "scscf", "map"]
    """Who writes them so: phones in RPDUs and Request-URIs, the S-CSCF in identities, or nodes over MAP."""
    prefix: Prefix | None = None
    """How the global title of those nodes begins; the longest decides."""
    country_code: Annotated[str, Meta(pattern="^[1-9][0-9]{0,2}$")] | None = None
    international_prefixes: tuple[Prefix, ...] = ("00",)
    national_prefix: Dialled = "0"
    bare: Literal["international", "national"] = "international"
    """What a number is that has no prefix and is of unknown type."""
    short: Annotated[int, Meta(ge=0, le=_AS_LONG_AS_E164)] = 6
    """So many digits, or fewer, are a short code, whatever its type of number says: it is left alone."""
    write: Literal["international", "national"] = "international"
    """How numbers are written to them."""
    ton: Annotated[int, Meta(ge=0, le=7)] | None = None
    npi: Annotated[int, Meta(ge=0, le=15)] | None = None


class PsiSection(Section, frozen=True, kw_only=True):
    uri: Annotated[str, Meta(min_length=1)]
    number: NodeNumber


class ServiceCentreSection(Section, frozen=True, kw_only=True):
    named_in: tuple[Literal["rp-da", "request-uri"], ...] = ("rp-da", "request-uri")
    """Where a phone names it; the first that has a number decides."""
    allowed: tuple[Prefix, ...] = ()
    """How the numbers begin that phones may name; none: all."""
    default: NodeNumber | None = None
    """Where those go whose phone has named none that a route leads to."""
    forced: bool = False
    """Every message goes to the default one, whatever the phone has named."""
    psi: tuple[PsiSection, ...] = ()
    """Numbers of Request-URIs that have none in them."""


def number_faults(tables: tuple[NumbersSection, ...]) -> Iterator[Fault]:
    """What no type can say of them."""
    seen: set[tuple[str, str | None]] = set()
    for i, table in enumerate(tables):
        where, whom = f"numbers[{i}]", (table.peer, table.prefix)
        if table.prefix is not None and table.peer != "map":
            yield f"{where}.prefix", f'it is for peer = "map", and {table.peer} have no global title'
        if whom in seen:
            yield (
                f"{where}.peer",
                f"{table.peer}{f' {table.prefix}' if table.prefix else ''} has a table already",
            )
        if table.write == "national" and table.country_code is None:
            yield f"{where}.write", "a national number wants country_code"
        if table.peer == "scscf" and (table.write, table.ton, table.npi) != ("international", None, None):
            yield f"{where}.peer", "an S-CSCF is written URIs: write, ton and npi are for phones and map"
        seen.add(whom)


def service_centre_faults(section: ServiceCentreSection, is_routed: Callable[[str], bool]) -> Iterator[Fault]:
    """What no type can say of it."""
    if not section.named_in:
        yield "service_centre.named_in", "at least one is wanted: rp-da, request-uri"
    number = section.default
    if section.forced and number is None:
        yield "service_centre.default", "a number is wanted: where is every message forced to go?"
    if section.forced and section.allowed:
        yield "service_centre.allowed", "forced leaves phones nothing to name"
    if number is not None and not is_routed(number):
        yield "service_centre.default", f"no route leads to {number}"
    if section.psi and "request-uri" not in section.named_in:
        yield "service_centre.psi", "nobody reads it: named_in has no request-uri"
    for i, psi in enumerate(section.psi):
        if psi_name(psi.uri) is None:
            yield f"service_centre.psi[{i}].uri", f"a sip: or tel: URI is wanted, got {psi.uri!r}"


def psi_name(uri: str) -> str | None:
    """A PSI in the one form in which it is compared (TS 23.003 §13.5); None: it is none."""
    try:
        read = parse_uri(uri)
    except DecodeError:
        return None
    return f"{read.user}@{read.host}" if isinstance(read, SipUri) else read.number
