"""The settings of SCCP: translations, addresses of dialogues, and [map.sccp] (DESIGN §2, §6)."""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Annotated, Literal

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
    reaches: Callable[[int], bool],
) -> Iterator[Fault]:
    """What no single value is to blame for; `reaches`: messages can go to it, or it is our own."""
    if section.status_test > section.status_test_longest:
        yield "map.sccp.status_test", "it is longer than status_test_longest"
    for i, each in enumerate(translations):
        yield from _translation_faults(each, f"map.translation[{i}]", reaches)
    known = {operation.name for operation in OPERATIONS}
    for i, one in enumerate(addresses):
        if one.operation is not None and one.operation not in known and not _OID.fullmatch(one.operation):
            near = get_close_matches(one.operation, known, 1)
            yield f"map.address[{i}].operation", "no such operation" + (f"; is it {near[0]}?" if near else "")
        if one.called.point_code:
            yield f"map.address[{i}].called.point_code", "our own does not belong into a called address"


def _translation_faults(
    section: TranslationSection, key: str, reaches: Callable[[int], bool]
) -> Iterator[Fault]:
    try:
        translation(section)
    except ValueError as fault:
        yield key, str(fault)
    for name, destinations in (("destination", section.destination), ("backup", section.backup)):
        for i, each in enumerate(destinations):
            if not reaches(each.point_code):
                where = f"{key}.{name}[{i}].point_code"
                yield where, f"no association leads to point code {each.point_code}"
