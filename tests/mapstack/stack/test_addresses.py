"""Addresses of dialogues by peer and operation, and subsystems that go out of service, through the stack."""

import pytest
from msgspec.structs import replace

from mapstack import (
    MT_FORWARD_SM,
    SEND_ROUTING_INFO_FOR_SM,
    Answered,
    DialogueLost,
    Gt,
    Invoked,
    LostReason,
    SccpAddress,
    SubsystemService,
)
from mapstack.ber import element
from mapstack.map.versions import arg_in
from mapstack.sccp.address_rules import AddressChange, AddressRule
from mapstack.sccp.sccp import UnitData
from mapstack.tcap.component import encode_invoke, encode_return_result
from mapstack.tcap.message import MessageType, encode_message
from tests.mapstack.stack.network import FLOW, HLR, HLR_GT, OTID, SC, SC_GT, Network
from tests.mapstack.stack.peer import ACCEPT, DONE, MESSAGE, REQUEST
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


# ---- what answers come from

BEGIN = encode_message(MessageType.BEGIN, OTID, REQUEST, encode_invoke(1, 44, MESSAGE.encode_element()))
MALFORMED = BEGIN[:-1]
OTHER, OTHER_GT = SccpAddress(Gt("15550000099"), 8), Gt("15550000099")
BY_NUMBER, BY_NODE = SC, SccpAddress(None, 8, 1, False)


def answered_from(
    called: SccpAddress, calling: SccpAddress = SC, *rules: AddressRule, data: bytes = BEGIN
) -> list[SccpAddress]:
    """Calling addresses of what the HLR answers to who calls it so: a Continue, and then an End."""
    network = Network(address_rules=rules)
    network.sc._sccp.unitdata(called, calling, data, network.now, sls=0)
    events = [event for each in network.from_sc() for event in network.hlr.receive(each, FLOW, network.now)]
    for event in events:
        if isinstance(event, Invoked):
            network.hlr.result(event.dialogue, DONE, network.now, last=False)
            network.hlr.result(event.dialogue, DONE, network.now)
    arrived = [event for each in network.from_hlr() for event in network.sc._sccp.receive(each, FLOW, 1.0)]
    return [event.calling for event in arrived if isinstance(event, UnitData)]


@pytest.mark.parametrize(
    ("called", "calling", "answers"),
    [
        (OTHER, BY_NUMBER, OTHER),
        (replace(OTHER, point_code=2), BY_NUMBER, OTHER),
        (replace(OTHER, point_code=2, route_on_gt=False), BY_NUMBER, OTHER),
        (
            replace(OTHER, gt=Gt("15550000099", 3, 7, 9)),
            BY_NUMBER,
            replace(OTHER, gt=Gt("15550000099", 3, 7, 9)),
        ),
        (OTHER, BY_NODE, OTHER),
        (replace(BY_NODE, point_code=2), BY_NUMBER, SccpAddress(Gt(HLR_GT), 8)),
        (replace(BY_NODE, point_code=2), BY_NODE, replace(BY_NODE, point_code=2)),
    ],
)
def test_an_answer_comes_from_the_address_that_was_called(
    called: SccpAddress, calling: SccpAddress, answers: SccpAddress
) -> None:
    """Q.774 lets it come from any; GMSCs and signalling firewalls drop what comes from another."""
    assert answered_from(called, calling) == [answers] * 2
    assert answered_from(called, calling, data=MALFORMED) == [answers]


def test_an_hlr_is_called_by_numbers_of_others_and_answers_from_its_own() -> None:
    """TS 29.002 §6.1.3: MSISDN and E.214 lead to it, but in a dialogue it has a number of its own."""
    for gt in (OTHER_GT, Gt("447785012345678", 4, 7)):
        called = SccpAddress(gt, 6, 2)
        assert answered_from(called) == [SccpAddress(Gt(HLR_GT), 6)] * 2


PEER_RULE = AddressRule(answers=True, prefix=SC_GT[:6], calling=AddressChange(digits="15557777777"))


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        (PEER_RULE, True),
        (AddressRule(answers=True, ssn=8, calling=PEER_RULE.calling), True),
        (AddressRule(answers=True, operation="mt-ForwardSM", calling=PEER_RULE.calling), True),
        (AddressRule(answers=True, operation="0.4.0.0.1.0.25.3", calling=PEER_RULE.calling), True),
        (AddressRule(answers=True, operation="mo-ForwardSM", calling=PEER_RULE.calling), False),
        (AddressRule(answers=True, prefix="44", calling=PEER_RULE.calling), False),
        (AddressRule(calling=PEER_RULE.calling), False),
    ],
)
def test_a_rule_for_answers_says_what_they_come_from(rule: AddressRule, matches: bool) -> None:
    answers = replace(OTHER, gt=Gt("15557777777")) if matches else OTHER
    assert answered_from(OTHER, SC, rule) == [answers] * 2


@pytest.mark.parametrize(
    ("name", "matches"), [("mt-ForwardSM", True), ("forwardSM", True), ("mo-ForwardSM", False)]
)
def test_a_rule_for_an_operation_is_for_every_version_that_a_peer_may_speak(name: str, matches: bool) -> None:
    form = MT_FORWARD_SM.older
    assert form is not None
    said = arg_in(MT_FORWARD_SM, form, MESSAGE)
    assert said is not None
    invoke = encode_invoke(1, form.code, said.encode_element())
    rule = AddressRule(answers=True, operation=name, calling=PEER_RULE.calling)
    network = Network(address_rules=(rule,))
    begin = encode_message(MessageType.BEGIN, OTID, form.context.request, invoke)
    network.sc._sccp.unitdata(OTHER, SC, begin, network.now, sls=0)
    (event,) = [event for each in network.from_sc() for event in network.hlr.receive(each, FLOW, network.now)]
    assert isinstance(event, Invoked)
    network.hlr.result(event.dialogue, None, network.now)
    (end,) = network.sc._sccp.receive(network.from_hlr()[0], FLOW, network.now)
    assert isinstance(end, UnitData)
    assert end.calling == (replace(OTHER, gt=Gt("15557777777")) if matches else OTHER)


def test_where_no_dialogue_comes_about_the_rule_for_the_peer_decides_too() -> None:
    assert answered_from(OTHER, SC, PEER_RULE, data=MALFORMED) == [replace(OTHER, gt=Gt("15557777777"))]


def test_a_rule_for_answers_does_not_say_what_begins() -> None:
    network = Network(address_rules=(PEER_RULE,))
    network.sc.invoke(SEND_ROUTING_INFO_FOR_SM, HLR, ARGUMENTS[SEND_ROUTING_INFO_FOR_SM], network.now)
    _, events = network.exchange()
    assert [event.calling for event in events if isinstance(event, Invoked)] == [SC]


def test_addresses_called_are_kept_within_bounds() -> None:
    network = Network()
    for last in range(5000):
        called = SccpAddress(Gt(f"1555{last:07d}"), 8)
        events = network.hlr._tcap.receive(UnitData(called, SC, MALFORMED, 1), network.now)
        assert events
    assert len(network.hlr._tcap._answered) <= 4096


@pytest.mark.parametrize(
    ("calling", "then"),
    [
        (OTHER, OTHER),
        (replace(BY_NODE, point_code=2), replace(BY_NODE, point_code=2)),
        (SccpAddress(), SccpAddress(Gt(HLR_GT), 8)),
    ],
)
def test_who_answers_from_another_address_is_spoken_to_there(calling: SccpAddress, then: SccpAddress) -> None:
    """Q.774 §3.2.1: the first backward message says where the dialogue goes on, if it says anything."""
    network = Network()
    called = SccpAddress(Gt(HLR_GT), 8)
    ours = network.sc.invoke(MT_FORWARD_SM, called, MESSAGE, network.now, more=True)
    network.from_sc()
    tids = OTID + element(0x49, ours.to_bytes(4))
    result = encode_return_result(1, 44, DONE.encode_element())
    data = encode_message(MessageType.CONTINUE, tids, ACCEPT, result)
    network.hlr._sccp.unitdata(SC, calling, data, network.now, sls=0)
    events = [event for each in network.from_hlr() for event in network.sc.receive(each, FLOW, network.now)]
    assert [type(event) for event in events] == [Answered]
    network.sc.invoke_in(ours, MT_FORWARD_SM, MESSAGE, network.now)
    arrived = [event for each in network.from_sc() for event in network.hlr._sccp.receive(each, FLOW, 1.0)]
    assert [event.called for event in arrived if isinstance(event, UnitData)] == [then]


def test_an_end_may_come_from_anywhere() -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, SccpAddress(Gt(HLR_GT), 8), MESSAGE, network.now)
    network.from_sc()
    network.hlr._sccp.unitdata(SC, OTHER, network.end(ours, ACCEPT, 44, DONE.encode_element()), 1.0, sls=0)
    events = [event for each in network.from_hlr() for event in network.sc.receive(each, FLOW, network.now)]
    assert [type(event) for event in events] == [Answered]


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
