"""A plan gives each element its own address, and the gateway settings through the operator's door."""

import pytest

from lab.elements.domain import Domain
from lab.gateway_file import gateway_settings
from lab.plan import PHONES, Plan


def test_every_element_has_an_address_of_its_own_in_its_network() -> None:
    plan = Plan(network=7)
    hosts = [plan.host(node) for node in plan.nodes]
    assert len(set(hosts)) == len(hosts)
    assert plan.host("ipsmgw") == "127.0.7.11"
    assert plan.sip("alice") == ("127.0.7.21", 5060)
    assert {plan.node_at(host) for host in hosts} == set(plan.nodes)
    assert plan.node_at("192.0.2.1") == "192.0.2.1"


def test_the_gateway_is_configured_as_the_plan_says() -> None:
    plan = Plan(network=3)
    settings = gateway_settings(plan)
    assert settings.node.number == plan.gateway_number
    assert settings.sip.listen.pair() == plan.sip("ipsmgw")
    assert settings.sip.scscf == ("127.0.3.12",)
    assert [(one.name, one.remote.pair() if one.remote else None) for one in settings.map.association] == [
        ("hlr", ("127.0.3.13", 2905)),
        ("smsc", ("127.0.3.14", 2905)),
    ]


@pytest.mark.parametrize("network", [0, 255])
def test_a_network_has_a_number_that_fits_an_address(network: int) -> None:
    with pytest.raises(ValueError, match="network"):
        Plan(network=network)


def test_there_are_not_more_phones_than_addresses() -> None:
    with pytest.raises(ValueError, match="subscribers"):
        Plan(subscribers=PHONES * 200)


def test_msc_and_sgsn_are_there_where_the_plan_has_legs() -> None:
    plan = Plan(legs=("msc", "sgsn"))
    assert plan.domains == (Domain.CS, Domain.PS)
    assert len({plan.host(node) for node in plan.nodes}) == len(plan.nodes)
    names = [one.name for one in gateway_settings(plan).map.association]
    assert names == ["hlr", "smsc", "msc", "sgsn"]
    assert Plan().domains == ()


@pytest.mark.parametrize("legs", [("bsc",), ("msc", "msc")])
def test_legs_are_msc_and_sgsn_each_once(legs: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="legs"):
        Plan(legs=legs)
