"""How the HLR is told who is registered here, in the settings (TR 23.804 §8.1, §8.7)."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Annotated, Literal

from msgspec import Meta

from ipsmgw.section import Fault, Section

__all__ = ["SubscriberSection", "Way", "hlr_faults"]

Way = Literal["anyTimeModification", "updateGprsLocation", "none"]
_WHOLE = 14
"""Digits that an IMSI has at least, as far as anybody gives them out."""


class SubscriberSection(Section, frozen=True, kw_only=True):
    imsi: Annotated[str, Meta(pattern="^[0-9]{1,15}$")]
    """How the IMSI begins, or all of it; the longest one decides."""
    registration: Way | None = None
    """As map.registration, for these."""
    msisdn: Annotated[str, Meta(pattern="^[0-9]{5,15}$")] | None = None
    """Of this one subscriber, where nobody else tells it."""


def hlr_faults(sgsn_address: str | None, subscribers: tuple[SubscriberSection, ...]) -> Iterator[Fault]:
    """What no type can say of them."""
    if sgsn_address is not None and not _is_address(sgsn_address):
        yield "map.sgsn_address", f"an IP address is wanted, got {sgsn_address!r}"
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
