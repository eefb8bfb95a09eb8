"""Addresses of dialogues by peer and operation, and subsystems that go out of service, through the stack."""

from mapstack import (
    MT_FORWARD_SM,
    SEND_ROUTING_INFO_FOR_SM,
    DialogueLost,
    Gt,
    Invoked,
    LostReason,
    SccpAddress,
    SubsystemService,
)
from mapstack.sccp.address_rules import AddressChange, AddressRule
from tests.mapstack.stack.network import HLR, HLR_GT, SC_GT, Network
from tests.mapstack.stack.samples import ARGUMENTS

RULES = (
    AddressRule(
        operation="sendRoutingInfoForSM",
        called=AddressChange(nature=3, translation_type=9),
        calling=AddressChange(digits="15559999999", ssn=6),
    ),
    AddressRule(operation="0.4.0.0.1.0.25.3", calling=AddressChange(digits="15558888888", nature=3)),
)


def test_each_operation_has_the_addresses_that_its_rule_says() -> None:
    network = Network(address_rules=RULES)
    for operation, called in ((SEND_ROUTING_INFO_FOR_SM, HLR), (MT_FORWARD_SM, SccpAddress(Gt(HLR_GT), 8))):
        network.sc.invoke(operation, called, ARGUMENTS[operation], network.now)
    _, events = network.exchange()
    assert [(event.called, event.calling) for event in events if isinstance(event, Invoked)] == [
        (SccpAddress(Gt(HLR_GT, 3, 1, 9), 6), SccpAddress(Gt("15559999999"), 6)),
        (SccpAddress(Gt(HLR_GT), 8), SccpAddress(Gt("15558888888", 3), 8)),
    ]


def test_what_no_rule_matches_has_the_usual_addresses() -> None:
    network = Network(address_rules=(AddressRule(prefix="99", calling=AddressChange(digits="1")),))
    network.sc.invoke(SEND_ROUTING_INFO_FOR_SM, HLR, ARGUMENTS[SEND_ROUTING_INFO_FOR_SM], network.now)
    _, events = network.exchange()
    (invoked,) = [event for event in events if isinstance(event, Invoked)]
    assert (invoked.called, invoked.calling) == (HLR, SccpAddress(Gt(SC_GT), 8))


def test_a_dialogue_with_a_subsystem_out_of_service_is_lost_at_once() -> None:
    network = Network()
    arg = ARGUMENTS[SEND_ROUTING_INFO_FOR_SM]
    network.hlr.subsystem(6, SubsystemService.OUT_OF_SERVICE, network.now)
    first = network.sc.invoke(SEND_ROUTING_INFO_FOR_SM, HLR, arg, network.now)
    events, _ = network.exchange()
    (lost,) = [event for event in events if isinstance(event, DialogueLost)]
    assert (lost.dialogue, lost.reason, lost.detail) == (first, LostReason.NOTICE, "SUBSYSTEM_FAILURE")
    network.hlr.subsystem(6, SubsystemService.IN_SERVICE, network.now)
    network.sc.invoke(SEND_ROUTING_INFO_FOR_SM, HLR, arg, network.now)
    _, events = network.exchange()
    assert [type(event) for event in events] == [Invoked]
