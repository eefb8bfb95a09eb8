"""The settings of SCCP: translations, addresses of dialogues, and [map.sccp] (DESIGN §2, §6)."""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Annotated, Literal, NamedTuple, TypeVar

from msgspec import Meta

from ipsmgw.section import Fault, Section
from mapstack.map.operations import OPERATIONS
from mapstack.sccp.address_rules import AddressChange, AddressRule
from mapstack.sccp.gt_translation import GtDestination, GtPattern, GtRewrite, GtTranslation
from mapstack.sccp.settings import Concerned, Messages, SccpSettings, StatusTest

__all__ = [
    "AddressSection",
    "ChangeSection",
    "ConcernedSection",
    "DestinationSection",
    "Digits",
    "PointCode",
    "RewriteSection",
    "Routed",
    "SccpSection",
    "TranslationSection",
    "address_rule",
    "sccp_faults",
    "sccp_settings",
    "translation",
]

PointCode = Annotated[int, Meta(ge=0, le=0x3FFF)]
Digits = Annotated[str, Meta(pattern="^[0-9a-f]{1,32}$")]
Ssn = Annotated[int, Meta(ge=2, le=255)]
TranslationType = Annotated[int, Meta(ge=0, le=255)]
Plan = Annotated[int, Meta(ge=0, le=15)]
Nature = Annotated[int, Meta(ge=0, le=127)]
Indicator = Annotated[int, Meta(ge=1, le=4)]
Seconds = Annotated[float, Meta(gt=0, le=86400)]
_OID = re.compile(r"[0-9]+(\.[0-9]+)+")


class Routed(NamedTuple):
    """Where messages can go."""

    own: int
    """Our own point code."""
    reaches: Callable[[int], bool]
    """Whether an association leads to it, or it is our own."""
    prefixes: tuple[str, ...]
    """Of the routes."""


class RewriteSection(Section, frozen=True, kw_only=True):
    digits: Digits | None = None
    strip: Annotated[int, Meta(ge=0, le=32)] | None = None
    prepend: Digits | None = None
    translation_type: TranslationType | None = None
    plan: Plan | None = None
    nature: Nature | None = None
    indicator: Indicator | None = None


class DestinationSection(Section, frozen=True, kw_only=True):
    point_code: PointCode
    ssn: Ssn | None = None
    route_on_ssn: bool = False


class TranslationSection(Section, frozen=True, kw_only=True):
    prefix: Digits | None = None
    translation_type: TranslationType | None = None
    plan: Plan | None = None
    nature: Nature | None = None
    indicator: Indicator | None = None
    rewrite: RewriteSection = RewriteSection()
    destination: tuple[DestinationSection, ...] = ()
    backup: tuple[DestinationSection, ...] = ()


class ChangeSection(Section, frozen=True, kw_only=True):
    digits: Digits | None = None
    ssn: Ssn | None = None
    translation_type: TranslationType | None = None
    plan: Plan | None = None
    nature: Nature | None = None
    indicator: Indicator | None = None
    route_on_gt: bool | None = None
    point_code: bool | None = None


class AddressSection(Section, frozen=True, kw_only=True):
    prefix: Digits | None = None
    ssn: Ssn | None = None
    operation: Annotated[str, Meta(min_length=1)] | None = None
    called: ChangeSection = ChangeSection()
    calling: ChangeSection = ChangeSection()
    answers: bool = False


class ConcernedSection(Section, frozen=True, kw_only=True):
    point_code: PointCode
    ssn: Ssn | None = None


class SccpSection(Section, frozen=True, kw_only=True):
    transit: bool = False
    """Messages for others are handed on; our own number and those of [[map.address]] stay ours."""
    protocol_class: Literal[0, 1] = 0
    return_option: bool = True
    messages: Literal["as-needed", "udt", "xudt", "ludt"] = "as-needed"
    max_message: Annotated[int, Meta(ge=64, le=4096)] = 268
    max_long_message: Annotated[int, Meta(ge=64, le=65535)] = 4000
    importance: Annotated[int, Meta(ge=0, le=7)] | None = None
    hop_counter: Annotated[int, Meta(ge=1, le=15)] = 15
    reassembly_timeout: Seconds = 10.0
    status_test: Seconds = 10.0
    status_test_longest: Seconds = 600.0
    subsystems: tuple[Ssn, ...] | None = None
    """Besides 8, 149 and atm_calling_ssn: 6 for home routing, where the HLR's messages come to us."""
    concerned: tuple[ConcernedSection, ...] = ()


_SectionT = TypeVar("_SectionT", TranslationSection, AddressSection)


def translation(section: TranslationSection) -> GtTranslation:
    """ValueError where the rule leads nowhere or contradicts itself."""
    rewrite = _rewrite(section.rewrite)
    return GtTranslation(
        prefix=section.prefix or "",
        kind=GtPattern(
            translation_type=section.translation_type,
            plan=section.plan,
            nature=section.nature,
            indicator=section.indicator,
        ),
        rewrite=None if rewrite == GtRewrite() else rewrite,
        destinations=tuple(map(_destination, section.destination)),
        backup=tuple(map(_destination, section.backup)),
    )


def _rewrite(section: RewriteSection) -> GtRewrite:
    return GtRewrite(
        digits=section.digits,
        strip=section.strip or 0,
        prepend=section.prepend or "",
        translation_type=section.translation_type,
        plan=section.plan,
        nature=section.nature,
        indicator=section.indicator,
    )


def _destination(section: DestinationSection) -> GtDestination:
    return GtDestination(point_code=section.point_code, ssn=section.ssn, route_on_ssn=section.route_on_ssn)


def address_rule(section: AddressSection) -> AddressRule:
    """ValueError where it contradicts itself."""
    return AddressRule(
        prefix=section.prefix or "",
        ssn=section.ssn,
        operation=section.operation or "",
        called=_change(section.called),
        calling=_change(section.calling),
        answers=section.answers,
    )


def _change(section: ChangeSection) -> AddressChange:
    return AddressChange(
        digits=section.digits,
        ssn=section.ssn,
        translation_type=section.translation_type,
        plan=section.plan,
        nature=section.nature,
        indicator=section.indicator,
        route_on_gt=section.route_on_gt,
        point_code=section.point_code,
    )


def sccp_settings(
    section: SccpSection,
    translations: tuple[GtTranslation, ...],
    rules: tuple[AddressRule, ...],
    *,
    subsystems: frozenset[int],
) -> SccpSettings:
    """All but the routes, which are [[map.route]]."""
    return SccpSettings(
        translations=translations,
        address_rules=rules,
        local_subsystems=subsystems | frozenset(section.subsystems or ()),
        concerned=tuple(Concerned(point_code=each.point_code, ssn=each.ssn) for each in section.concerned),
        transit=section.transit,
        protocol_class=section.protocol_class,
        return_option=section.return_option,
        messages=Messages(section.messages),
        max_message=section.max_message,
        max_long_message=section.max_long_message,
        importance=section.importance,
        hop_counter=section.hop_counter,
        reassembly_timeout=section.reassembly_timeout,
        status_test=StatusTest(first=section.status_test, longest=section.status_test_longest),
    )


def sccp_faults(
    section: SccpSection,
    translations: tuple[TranslationSection, ...],
    addresses: tuple[AddressSection, ...],
    routed: Routed,
) -> Iterator[Fault]:
    """What no single value is to blame for."""
    if section.status_test > section.status_test_longest:
        yield "map.sccp.status_test", "it is longer than status_test_longest"
    for i, each in enumerate(translations):
        earlier = _index(each, translations[:i], _same_titles)
        if earlier is not None:
            yield f"map.translation[{i}]", f"map.translation[{earlier}] has the same titles and stands first"
        yield from _translation_faults(each, f"map.translation[{i}]", routed)
    prefixes = (*routed.prefixes, *(each.prefix or "" for each in translations))
    for i, each in enumerate(translations):
        yield from _rewrite_faults(each, f"map.translation[{i}].rewrite", prefixes)
    for i, one in enumerate(addresses):
        yield from _address_faults(one, f"map.address[{i}]")
        earlier = _index(one, addresses[:i], _matches_all_of)
        if earlier is not None:
            yield f"map.address[{i}]", f"all that it is for is decided by map.address[{earlier}]"


def _index(
    one: _SectionT, earlier: tuple[_SectionT, ...], takes: Callable[[_SectionT, _SectionT], bool]
) -> int | None:
    """The first of the earlier tables that leaves nothing for this one."""
    return next((i for i, each in enumerate(earlier) if takes(each, one)), None)


def _same_titles(one: TranslationSection, other: TranslationSection) -> bool:
    titles = ("prefix", "translation_type", "plan", "nature", "indicator")
    return all(getattr(one, name) == getattr(other, name) for name in titles)


def _matches_all_of(one: AddressSection, other: AddressSection) -> bool:
    return (
        one.answers == other.answers
        and (other.prefix or "").startswith(one.prefix or "")
        and one.ssn in (None, other.ssn)
        and one.operation in (None, other.operation)
    )


def _address_faults(section: AddressSection, key: str) -> Iterator[Fault]:
    operation, known = section.operation, {operation.name for operation in OPERATIONS}
    if operation is not None and operation not in known and not _OID.fullmatch(operation):
        near = get_close_matches(operation, known, 1)
        yield f"{key}.operation", "no such operation" + (f"; is it {near[0]}?" if near else "")
    called = section.called
    if section.answers and called != ChangeSection():
        yield f"{key}.called", "an answer goes to the address that the peer gave: there is nothing to change"
    if called.point_code:
        yield f"{key}.called.point_code", "our own does not belong into a called address"
    if called.route_on_gt is False:
        told = "it has no point code to go to; route_on_ssn of a [[map.translation.destination]] does this"
        yield f"{key}.called.route_on_gt", told


def _translation_faults(section: TranslationSection, key: str, routed: Routed) -> Iterator[Fault]:
    try:
        translation(section)
    except ValueError as fault:
        yield key, str(fault)
    for name, destinations in (("destination", section.destination), ("backup", section.backup)):
        for i, each in enumerate(destinations):
            where = f"{key}.{name}[{i}].point_code"
            if name == "backup" and each.point_code == routed.own:
                yield where, "our own is no backup: what comes to us would be handed to the others first"
            elif not routed.reaches(each.point_code):
                yield where, f"no association leads to point code {each.point_code}"


def _rewrite_faults(section: TranslationSection, key: str, prefixes: tuple[str, ...]) -> Iterator[Fault]:
    """A new title that is looked up again must be able to match something."""
    if section.destination or section.rewrite == RewriteSection():
        return
    rewrite, prefix = section.rewrite, section.prefix or ""
    new = rewrite.digits or (rewrite.prepend or "") + prefix[rewrite.strip or 0 :]
    known = rewrite.digits is not None
    if known and (rewrite.strip or rewrite.prepend):
        return  # it contradicts itself, which has been said
    if not any(new.startswith(each) or (not known and each.startswith(new)) for each in prefixes):
        yield key, f"no route leads to {new}, which the titles become"
    if known and _takes_again(section, new, prefixes):
        yield key, f"the titles become {new}, which comes here again, and leads nowhere"


def _takes_again(section: TranslationSection, new: str, prefixes: tuple[str, ...]) -> bool:
    """Whether this is the rule, and the only one, for what it makes."""
    longest = max((each for each in prefixes if new.startswith(each)), key=len, default=None)
    kind = section.translation_type, section.plan, section.nature, section.indicator
    return longest == (section.prefix or "") and prefixes.count(longest) == 1 and kind == (None,) * 4
