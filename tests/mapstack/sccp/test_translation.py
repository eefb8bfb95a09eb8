"""Global title translation: which rule decides, and where it leads (Q.714 §2.4, §2.7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.gt_translation import GtDestination, GtPattern, GtRewrite, GtRoute, GtTranslation
from mapstack.sccp.message import ReturnCause
from mapstack.sccp.routing import Translation, Way, Ways


def to(point_code: int, **rest: object) -> tuple[GtDestination, ...]:
    return (GtDestination(point_code=point_code, **rest),)  # type: ignore[arg-type]  # fields by their names


def found(translation: Translation, address: SccpAddress) -> int | ReturnCause:
    ways = translation.ways(address)
    if isinstance(ways, ReturnCause):
        return ways
    assert ways.only is not None
    return ways.only.point_code


def number(digits: str, **kind: int) -> SccpAddress:
    return SccpAddress(Gt(digits, **kind), 6)


RULES = (
    GtTranslation(prefix="44", destinations=to(1)),
    GtTranslation(prefix="4477", destinations=to(2)),
    GtTranslation(prefix="44", kind=GtPattern(plan=7), destinations=to(3)),
    GtTranslation(prefix="44", kind=GtPattern(plan=7, nature=4), destinations=to(4)),
    GtTranslation(prefix="44", destinations=to(5)),
    GtTranslation(kind=GtPattern(plan=6), destinations=to(6)),
    GtTranslation(kind=GtPattern(translation_type=9, indicator=2), destinations=to(7)),
)


@pytest.mark.parametrize(
    ("address", "where"),
    [
        (number("4412"), 1),
        (number("447700900011"), 2),
        (number("4412", plan=7, nature=3), 3),
        (number("4412", plan=7), 4),
        (number("447712", plan=7), 2),
        (number("26201", plan=6), 6),
        (number("9912", translation_type=9, indicator=2), 7),
        (number("9912", translation_type=9), ReturnCause.NO_TRANSLATION_FOR_ADDRESS),
        (number("99"), ReturnCause.NO_TRANSLATION_FOR_ADDRESS),
        (number(""), ReturnCause.NO_TRANSLATION_FOR_ADDRESS),
        (SccpAddress(None, 6), ReturnCause.NO_TRANSLATION_FOR_NATURE),
        (SccpAddress(None, 6, None, False), ReturnCause.UNQUALIFIED),
        (SccpAddress(None, 6, 77, False), 77),
        (SccpAddress(Gt("4412"), 6, 77, False), 77),
        (SccpAddress(Gt("4412"), 6, 77), 1),
        (SccpAddress(Gt("99"), 6, 77), 77),
    ],
)
def test_the_longest_prefix_wins_then_the_kind_that_tells_more_then_the_first(
    address: SccpAddress, where: int | ReturnCause
) -> None:
    translation = Translation((), RULES)
    for _ in range(2):
        assert found(translation, address) == where


def test_a_kind_of_address_that_no_rule_is_for_is_told_apart_from_an_unknown_number() -> None:
    translation = Translation((), (GtTranslation(prefix="44", kind=GtPattern(plan=1), destinations=to(1)),))
    assert found(translation, number("99")) is ReturnCause.NO_TRANSLATION_FOR_ADDRESS
    assert found(translation, number("99", plan=6)) is ReturnCause.NO_TRANSLATION_FOR_NATURE
    assert found(Translation(()), number("99")) is ReturnCause.NO_TRANSLATION_FOR_NATURE


def test_a_route_is_a_short_form_of_a_rule() -> None:
    routes = (GtRoute(prefix="44", point_code=1), GtRoute(prefix="", point_code=2))
    translation = Translation(routes, (GtTranslation(prefix="4477", destinations=to(3)),))
    assert [found(translation, number(digits)) for digits in ("44", "4477", "1", "4")] == [1, 3, 2, 2]


def test_the_last_translation_leaves_the_subsystem_to_be_routed_on() -> None:
    rule = GtTranslation(prefix="44", destinations=to(1, ssn=7, route_on_ssn=True))
    ways = Translation((), (rule,)).ways(number("4412"))
    assert ways == Ways((Way(1, SccpAddress(Gt("4412"), 7, None, False)),))


def test_an_imsi_becomes_a_mobile_global_title_and_leaves_as_one() -> None:
    """E.212 to E.214: codes of E.164 take the place of those of E.212, and 15 digits are kept (E.214 §6)."""
    to_e214 = GtRewrite(strip=5, prepend="447785", plan=7, nature=4)
    rules = (
        GtTranslation(prefix="23415", kind=GtPattern(plan=6), rewrite=to_e214),
        GtTranslation(prefix="44", kind=GtPattern(plan=7), destinations=to(3)),
    )
    ways = Translation((), rules).ways(number("234150123456789", plan=6))
    assert ways == Ways((Way(3, number("447785012345678", plan=7)),))


@pytest.mark.parametrize(
    ("route_on_ssn", "point_code"), [(False, None), (True, None), (False, 99), (True, 99)]
)
def test_a_point_code_in_the_address_is_the_one_that_it_goes_to(
    route_on_ssn: bool, point_code: int | None
) -> None:
    """The old one would send the message back, or to nowhere (Q.714 §2.2.2)."""
    rule = GtTranslation(prefix="44", destinations=to(1, route_on_ssn=route_on_ssn), backup=to(2))
    ways = Translation((), (rule,)).ways(replace(number("4412"), point_code=point_code))
    assert isinstance(ways, Ways)
    for way in (*ways.shared, *ways.backup):
        assert way.called.point_code == (None if point_code is None else way.point_code)


@pytest.mark.parametrize("strip", [2, 3])
def test_nothing_is_left_of_a_title_and_it_leads_nowhere(strip: int) -> None:
    rule = GtTranslation(prefix="44", rewrite=GtRewrite(strip=strip), destinations=to(1))
    assert found(Translation((), (rule,)), number("44")) is ReturnCause.NO_TRANSLATION_FOR_ADDRESS


def test_a_new_title_leaves_together_with_where_it_goes() -> None:
    new = GtRewrite(digits="15550001", translation_type=2, indicator=3)
    rule = GtTranslation(prefix="4", rewrite=new, destinations=to(1), backup=to(2, ssn=8))
    other = Gt("15550001", 4, 1, 2, 3)
    ways = Translation((), (rule,)).ways(number("44"))
    assert ways == Ways((Way(1, SccpAddress(other, 6)),), (Way(2, SccpAddress(other, 8)),))
    assert isinstance(ways, Ways)
    assert ways.only is None


def test_titles_that_lead_to_each_other_lead_nowhere() -> None:
    rules = (
        GtTranslation(prefix="1", rewrite=GtRewrite(strip=1, prepend="2")),
        GtTranslation(prefix="2", rewrite=GtRewrite(strip=1, prepend="1")),
        GtTranslation(prefix="3", rewrite=GtRewrite(prepend="3" * 32)),
    )
    translation = Translation((), rules)
    assert found(translation, number("17")) is ReturnCause.NO_TRANSLATION_FOR_ADDRESS
    assert found(translation, number("3" * 40)) is ReturnCause.NO_TRANSLATION_FOR_ADDRESS


def test_an_encoding_scheme_does_not_outlive_the_digits_that_it_was_for() -> None:
    rule = GtTranslation(rewrite=GtRewrite(prepend="1"), destinations=to(1))
    ways = Translation((), (rule,)).ways(SccpAddress(Gt("22", encoding=0), 6))
    assert isinstance(ways, Ways)
    assert ways.shared[0].called.encode().hex() == "120600110421" + "02"


digits = st.text("12", max_size=4)


@given(st.lists(st.tuples(digits, st.integers(0, 99)), max_size=8), digits, st.integers(1, 3))
def test_the_table_says_what_looking_through_all_rules_says(
    prefixes: list[tuple[str, int]], called: str, limit: int
) -> None:
    translation = Translation((GtRoute(prefix=p, point_code=pc) for p, pc in prefixes), limit=limit)
    for asked in (called, called + "1", called[:1]):
        fitting = [each for each in prefixes if asked.startswith(each[0])]
        best = max(fitting, key=lambda each: len(each[0]), default=None)
        nothing = (
            ReturnCause.NO_TRANSLATION_FOR_ADDRESS if prefixes else ReturnCause.NO_TRANSLATION_FOR_NATURE
        )
        expected = nothing if best is None else best[1]
        assert found(translation, number(asked)) == expected


def test_a_subsystem_is_not_what_a_title_is_found_by() -> None:
    translation = Translation((), RULES)
    assert found(translation, replace(number("4412"), ssn=None)) == 1


def test_rules_that_make_no_sense_are_refused() -> None:
    for wrong in (
        lambda: GtTranslation(prefix="+44", destinations=to(1)),
        lambda: GtTranslation(prefix="44"),
        lambda: GtTranslation(prefix="44", rewrite=GtRewrite(strip=1), backup=to(1)),
        lambda: GtDestination(point_code=16384),
        lambda: GtDestination(point_code=1, ssn=256),
        lambda: GtPattern(plan=16),
        lambda: GtPattern(nature=128),
        lambda: GtPattern(indicator=5),
        lambda: GtPattern(translation_type=256),
        lambda: GtRewrite(digits="12x"),
        lambda: GtRewrite(prepend="1" * 33),
        lambda: GtRewrite(strip=-1),
        lambda: GtRewrite(digits="1", strip=1),
    ):
        with pytest.raises(ValueError, match=r"."):
            wrong()
