"""What of the table of causes is told otherwise here, in the settings (TS 23.040 §11)."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Annotated

from msgspec import Meta

from ipsmgw.cause import Cause
from ipsmgw.section import Fault, Section

__all__ = ["CauseSection", "Wording", "cause_faults"]

_CAUSES = {cause.cdr: cause for cause in Cause}


class CauseSection(Section, frozen=True, kw_only=True):
    name: str
    """As charging records have it."""
    rp: Annotated[int, Meta(ge=1, le=127)] | None = None
    """In the RP-ERROR that tells the phone."""
    sip: Annotated[int, Meta(ge=400, le=699)] | None = None
    """The answer to a plain text that ends so."""


class Wording:
    """As what each cause is told: as the table has it, where nothing else is wanted."""

    def __init__(self, sections: Sequence[CauseSection]) -> None:
        self._rp = {_CAUSES[each.name]: each.rp for each in sections if each.rp is not None}
        self._sip = {_CAUSES[each.name]: each.sip for each in sections if each.sip is not None}

    def rp(self, cause: Cause) -> int:
        return self._rp.get(cause, cause.rp_cause)

    def sip(self, cause: Cause) -> int:
        return self._sip.get(cause, cause.sip_status)


def cause_faults(sections: Sequence[CauseSection]) -> Iterator[Fault]:
    """A cause is one of the table, has one place, and says something there."""
    for i, each in enumerate(sections):
        if each.name not in _CAUSES:
            near = get_close_matches(each.name, _CAUSES, 1)
            yield f"cause[{i}].name", "no such cause" + (f"; is it {near[0]}?" if near else "")
        elif each.name in [one.name for one in sections[:i]]:
            yield f"cause[{i}].name", f"{each.name} has a table already"
        elif each.rp is None and each.sip is None:
            yield f"cause[{i}]", "rp or sip is wanted: what shall be told instead?"
