"""What the file says of SCCP is what the stack is told, and what contradicts itself is a fault."""

import pytest

from ipsmgw.settings import BadSettings, parse
from ipsmgw.stacks import map_settings
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.address_rules import AddressChange, AddressRule
from mapstack.sccp.gt_translation import GtDestination, GtPattern, GtRewrite, GtRoute, GtTranslation
from mapstack.sccp.routing import Translation, Ways
from mapstack.sccp.settings import Concerned, Messages, SccpSettings, StatusTest
from tests.ipsmgw.broken import Table, sound, toml


def with_map(**changed: object) -> Table:
    table = sound()
    assert isinstance(table["map"], dict)
    table["map"] |= changed
    return table


def sccp(**changed: object) -> SccpSettings:
    return map_settings(parse(toml(with_map(**changed))), 0).sccp


def test_without_anything_there_are_routes_and_defaults() -> None:
    assert sccp() == SccpSettings(
        routes=(GtRoute(prefix="1555", point_code=14),), local_subsystems=frozenset({8, 147, 149})
    )


WRITTEN: Table = {
    "route": [],
    "translation": [
        {
            "prefix": "23415",
            "translation_type": 1,
            "plan": 6,
            "nature": 4,
            "indicator": 4,
            "rewrite": {"strip": 5, "prepend": "447785", "plan": 7},
            "destination": [{"point_code": 14, "ssn": 6, "route_on_ssn": True}],
            "backup": [{"point_code": 14}],
        },
        {"rewrite": {"digits": "23415", "translation_type": 2, "nature": 3, "indicator": 2}},
    ],
    "address": [
        {
            "prefix": "44",
            "ssn": 8,
            "operation": "mo-ForwardSM",
            "called": {"ssn": 149, "translation_type": 1, "plan": 7, "nature": 3, "indicator": 3},
            "calling": {"digits": "4915", "ssn": 146, "route_on_gt": False, "point_code": True},
        },
        {"answers": True, "calling": {"digits": "4916"}},
    ],
    "sccp": {
        "protocol_class": 1,
        "return_option": False,
        "messages": "xudt",
        "max_message": 250,
        "max_long_message": 2000,
        "importance": 5,
        "hop_counter": 9,
        "reassembly_timeout": 15.0,
        "status_test": 5.0,
        "status_test_longest": 50.0,
        "subsystems": [6],
        "concerned": [{"point_code": 14}, {"point_code": 14, "ssn": 8}],
    },
}
FIRST = GtTranslation(
    prefix="23415",
    kind=GtPattern(translation_type=1, plan=6, nature=4, indicator=4),
    rewrite=GtRewrite(strip=5, prepend="447785", plan=7),
    destinations=(GtDestination(point_code=14, ssn=6, route_on_ssn=True),),
    backup=(GtDestination(point_code=14),),
)
SECOND = GtTranslation(rewrite=GtRewrite(digits="23415", translation_type=2, nature=3, indicator=2))
RULE = AddressRule(
    prefix="44",
    ssn=8,
    operation="mo-ForwardSM",
    called=AddressChange(ssn=149, translation_type=1, plan=7, nature=3, indicator=3),
    calling=AddressChange(digits="4915", ssn=146, route_on_gt=False, point_code=True),
)
ANSWERS = AddressRule(answers=True, calling=AddressChange(digits="4916"))


def test_every_setting_reaches_the_stack() -> None:
    found = sccp(**WRITTEN)
    assert found == SccpSettings(
        translations=(FIRST, SECOND),
        address_rules=(RULE, ANSWERS),
        local_subsystems=frozenset({6, 8, 146, 147, 149}),
        concerned=(Concerned(point_code=14), Concerned(point_code=14, ssn=8)),
        protocol_class=1,
        return_option=False,
        messages=Messages.XUDT,
        max_message=250,
        max_long_message=2000,
        importance=5,
        hop_counter=9,
        reassembly_timeout=15.0,
        status_test=StatusTest(first=5.0, longest=50.0),
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"address": [{"ssn": 6}, {"ssn": 8}, {"prefix": "44", "ssn": 8, "answers": True}]},
        {"address": [{"prefix": "4477"}, {"prefix": "44"}, {"operation": "mo-ForwardSM"}]},
        {"translation": [{"prefix": "44", "rewrite": {"strip": 2, "prepend": "15"}}]},
        {"translation": [{"plan": 6, "rewrite": {"strip": 5}}]},
        {"translation": [{"prefix": "44", "rewrite": {"digits": "15551"}}]},
        {"translation": [{"prefix": "44", "destination": [{"point_code": 14}, {"point_code": 11}]}]},
    ],
)
def test_what_can_be_used_is_no_fault(changed: dict[str, object]) -> None:
    assert parse(toml(with_map(**changed))).map.route


def test_a_relay_keeps_its_own_titles() -> None:
    found = sccp(sccp={"transit": True}, address=[{"calling": {"digits": "4915"}}])
    table = Translation(found.routes, found.translations)
    for digits, point_code in (("15550000011", 11), ("4915", 11), ("15550000014", 14)):
        ways = table.ways(SccpAddress(Gt(digits), 8))
        assert isinstance(ways, Ways)
        assert [way.point_code for way in ways.shared] == [point_code]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"route": []}, "map.route: at least one route or translation is wanted"),
        ({"translation": [{"prefix": "44"}]}, "map.translation[0]: translation of '44' leads nowhere"),
        (
            {"translation": [{"rewrite": {"digits": "1", "strip": 1}}]},
            "map.translation[0]: digits replace the old ones",
        ),
        (
            {"translation": [{"destination": [{"point_code": 15}]}]},
            "map.translation[0].destination[0].point_code: no association leads to point code 15",
        ),
        (
            {"translation": [{"destination": [{"point_code": 14}], "backup": [{"point_code": 15}]}]},
            "map.translation[0].backup[0].point_code: no association leads to point code 15",
        ),
        (
            {"address": [{"called": {"point_code": True}}]},
            "map.address[0].called.point_code: our own does not belong into a called address",
        ),
        (
            {"address": [{"operation": "mo-forwardSM"}]},
            "map.address[0].operation: no such operation; is it mo-ForwardSM?",
        ),
        ({"address": [{"operation": "nonsense"}]}, "map.address[0].operation: no such operation"),
        (
            {"address": [{"called": {"route_on_gt": False}}]},
            "map.address[0].called.route_on_gt: it has no point code to go to; route_on_ssn of a",
        ),
        (
            {"address": [{"answers": True, "called": {"ssn": 8}}]},
            "map.address[0].called: an answer goes to the address that the peer gave",
        ),
        (
            {"address": [{"ssn": 8}, {}, {"ssn": 6}, {"answers": True}]},
            "map.address[2]: all that it is for is decided by map.address[1]",
        ),
        (
            {
                "address": [
                    {"prefix": "44", "operation": "mo-ForwardSM"},
                    {"prefix": "4477", "operation": "mo-ForwardSM"},
                ]
            },
            "map.address[1]: all that it is for is decided by map.address[0]",
        ),
        (
            {"translation": [{"prefix": "44", "destination": [{"point_code": 14}]}] * 2},
            "map.translation[1]: map.translation[0] has the same titles and stands first",
        ),
        (
            {"translation": [{"destination": [{"point_code": 14}], "backup": [{"point_code": 11}]}]},
            "map.translation[0].backup[0].point_code: our own is no backup",
        ),
        (
            {"translation": [{"prefix": "44", "rewrite": {"strip": 2, "prepend": "35"}}]},
            "map.translation[0].rewrite: no route leads to 35, which the titles become",
        ),
        (
            {"translation": [{"prefix": "15", "rewrite": {"digits": "1512"}}]},
            "map.translation[0].rewrite: the titles become 1512, which comes here again, and leads nowhere",
        ),
        (
            {"address": [{"calling": {"digits": "+4915"}}]},
            "map.address[0].calling.digits: expected string matching regex '^[0-9a-f]{1,32}$': "
            "a number is written without its +",
        ),
        (
            {"translation": [{"prefix": "44", "rewrite": {"digits": "155"}}]},
            "map.translation[0].rewrite: no route leads to 155, which the titles become",
        ),
        (
            {"sccp": {"status_test": 700.0}},
            "map.sccp.status_test: it is longer than status_test_longest",
        ),
        ({"hlr": "4477", "translation": [{"prefix": "44", "destination": [{"point_code": 14}]}]}, ""),
        ({"hlr": "4577"}, "map.hlr: no route leads to 4577"),
    ],
)
def test_what_contradicts_itself_is_a_fault(changed: dict[str, object], said: str) -> None:
    text = toml(with_map(**changed))
    if not said:
        assert parse(text).map.hlr == "4477"
        return
    with pytest.raises(BadSettings) as bad:
        parse(text, "gateway.toml")
    (fault,) = bad.value.faults
    assert fault.startswith(f"gateway.toml: {said}")
