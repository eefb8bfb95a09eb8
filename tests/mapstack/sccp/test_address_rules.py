"""Addresses by peer and by operation: the first rule that matches decides, and nothing else changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.address_rules import AddressChange, Addresses, AddressRule

CALLED, CALLING = SccpAddress(Gt("447700900013"), 6), SccpAddress(Gt("447700900011"), 8)
OWN = 1011
CONTEXT = (0, 4, 0, 0, 1, 0, 20, 3)


def begun(
    *rules: AddressRule, operation: str = "sendRoutingInfoForSM", context: tuple[int, ...] = CONTEXT
) -> tuple[SccpAddress, SccpAddress]:
    addresses = Addresses(rules, own_point_code=OWN)
    first = addresses.addresses(CALLED, CALLING, operation, context)
    assert addresses.addresses(CALLED, CALLING, operation, context) is first
    return first


def test_without_rules_nothing_changes() -> None:
    assert begun() == (CALLED, CALLING)
    assert not Addresses((), own_point_code=OWN)
    assert Addresses((AddressRule(),), own_point_code=OWN)


SET = AddressRule(
    called=AddressChange(ssn=149, translation_type=3, plan=7, nature=3, indicator=4),
    calling=AddressChange(digits="4915112345", ssn=147, route_on_gt=False, point_code=True),
)


def test_a_rule_sets_what_it_names_and_leaves_the_rest() -> None:
    assert begun(SET) == (
        SccpAddress(Gt("447700900013", 3, 7, 3), 149),
        SccpAddress(Gt("4915112345"), 147, OWN, False),
    )


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        (AddressRule(prefix="4477"), True),
        (AddressRule(prefix="4478"), False),
        (AddressRule(ssn=6), True),
        (AddressRule(ssn=8), False),
        (AddressRule(operation="sendRoutingInfoForSM"), True),
        (AddressRule(operation="0.4.0.0.1.0.20.3"), True),
        (AddressRule(operation="mt-ForwardSM"), False),
        (AddressRule(prefix="44", ssn=6, operation="sendRoutingInfoForSM"), True),
        (AddressRule(prefix="44", ssn=6, operation="mt-ForwardSM"), False),
    ],
)
def test_a_rule_matches_by_number_subsystem_operation_and_context(rule: AddressRule, matches: bool) -> None:
    assert rule.matches(CALLED, ("sendRoutingInfoForSM",), "0.4.0.0.1.0.20.3") is matches


def test_the_first_rule_that_matches_decides() -> None:
    rules = (
        AddressRule(prefix="99", calling=AddressChange(digits="1")),
        AddressRule(operation="sendRoutingInfoForSM", calling=AddressChange(digits="2")),
        AddressRule(calling=AddressChange(digits="3")),
    )
    assert begun(*rules)[1].gt == Gt("2")
    assert begun(*rules, operation="mt-ForwardSM")[1].gt == Gt("3")


def test_an_address_without_a_title_gets_one_only_with_digits() -> None:
    bare = SccpAddress(None, 8, OWN, False)
    addresses = Addresses(
        (AddressRule(calling=AddressChange(nature=3, point_code=False)),), own_point_code=OWN
    )
    assert addresses.addresses(bare, bare, "") == (bare, SccpAddress(None, 8, None, False))
    addresses = Addresses(
        (AddressRule(calling=AddressChange(digits="12", nature=3, route_on_gt=True)),), own_point_code=OWN
    )
    assert addresses.addresses(bare, bare, "")[1] == SccpAddress(Gt("12", 3), 8, OWN)


def test_an_encoding_scheme_does_not_outlive_the_digits_that_it_was_for() -> None:
    foreign = SccpAddress(Gt("1234", encoding=0), 6)
    rules = (AddressRule(called=AddressChange(digits="123")),)
    called, _ = Addresses(rules, own_point_code=OWN).addresses(foreign, CALLING, "x")
    assert called.encode().hex() == "1206001104" + "2103"


@given(st.lists(st.text("0123456789", min_size=1, max_size=4), max_size=20))
def test_no_more_is_kept_than_allowed(numbers: list[str]) -> None:
    addresses = Addresses((SET,), own_point_code=OWN, limit=3)
    for digits in numbers:
        called, calling = addresses.addresses(SccpAddress(Gt(digits), 6), CALLING, "x")
        assert (called.gt, calling.ssn) == (Gt(digits, 3, 7, 3), 147)
        assert len(addresses._known) <= 3


def test_rules_that_make_no_sense_are_refused() -> None:
    for wrong in (
        lambda: AddressRule(prefix="+44"),
        lambda: AddressRule(called=AddressChange(point_code=True)),
        lambda: AddressRule(called=AddressChange(route_on_gt=False)),
        lambda: AddressRule(answers=True, called=AddressChange(ssn=8)),
        lambda: AddressChange(digits=""),
        lambda: AddressChange(digits="1" * 33),
        lambda: AddressChange(ssn=256),
        lambda: AddressChange(nature=128),
    ):
        with pytest.raises(ValueError, match=r"."):
            wrong()
