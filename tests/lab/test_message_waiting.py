"""The HLR's waiting data follow TS 23.040 §3.2 and TS 29.002 §23.5, §23.6."""

import pytest

from ipsmgw.identity import NodeNumber
from lab.elements.message_waiting import (
    DEREGISTERED_FOR_IMS,
    NO_RESPONSE_VIA_IP_SM_GW,
    HlrData,
    HlrSubscriber,
    ListFull,
    activate,
    alert_answered,
    deactivate,
    report,
    route,
)
from lab.plan import PHONES
from mapstack.map import SmDeliveryOutcome

GATEWAY, SC, OTHER = NodeNumber("15550000011"), NodeNumber("15550000014"), NodeNumber("15550000099")
ABSENT, FULL, DONE = (
    SmDeliveryOutcome.ABSENT_SUBSCRIBER,
    SmDeliveryOutcome.MEMORY_CAPACITY_EXCEEDED,
    SmDeliveryOutcome.SUCCESSFUL_TRANSFER,
)


@pytest.fixture
def data() -> HlrData:
    return HlrData.of(PHONES)


@pytest.fixture
def bob(data: HlrData) -> HlrSubscriber:
    return data.by_msisdn[PHONES[1].msisdn]


def test_who_is_not_registered_is_absent_and_the_sc_waits(data: HlrData, bob: HlrSubscriber) -> None:
    assert route(data, bob, SC, priority=True) == DEREGISTERED_FOR_IMS
    assert route(data, bob, SC, priority=True) == DEREGISTERED_FOR_IMS
    assert bob.waiting == [SC]


def test_who_is_registered_is_reached_through_the_gateway(data: HlrData, bob: HlrSubscriber) -> None:
    activate(bob, GATEWAY)
    assert route(data, bob, SC, priority=False) == GATEWAY
    assert bob.waiting == []


def test_who_was_absent_is_tried_with_priority_only(data: HlrData, bob: HlrSubscriber) -> None:
    activate(bob, GATEWAY)
    report(data, bob, SC, ABSENT)
    assert route(data, bob, OTHER, priority=False) == NO_RESPONSE_VIA_IP_SM_GW
    assert route(data, bob, OTHER, priority=True) == GATEWAY
    assert bob.waiting == [SC, OTHER]


def test_a_registration_alerts_everybody_who_waits(data: HlrData, bob: HlrSubscriber) -> None:
    activate(bob, GATEWAY)
    report(data, bob, SC, ABSENT)
    report(data, bob, OTHER, ABSENT)
    deactivate(bob)
    assert activate(bob, GATEWAY) == [SC, OTHER]
    assert not bob.unri
    alert_answered(bob, SC)
    alert_answered(bob, SC)
    assert bob.waiting == [OTHER]


def test_nobody_is_alerted_while_the_phone_has_no_room(data: HlrData, bob: HlrSubscriber) -> None:
    report(data, bob, SC, FULL)
    assert bob.mcef
    assert activate(bob, GATEWAY) == []
    assert bob.waiting == [SC]


def test_a_success_clears_the_flags_and_alerts_the_others(data: HlrData, bob: HlrSubscriber) -> None:
    report(data, bob, SC, FULL)
    report(data, bob, OTHER, ABSENT)
    assert report(data, bob, SC, DONE) == [OTHER]
    assert not bob.mcef
    assert not bob.unri
    assert bob.waiting == [OTHER]


def test_the_list_is_bounded(data: HlrData, bob: HlrSubscriber) -> None:
    data.list_limit = 1
    report(data, bob, SC, ABSENT)
    with pytest.raises(ListFull):
        report(data, bob, OTHER, ABSENT)
    route(data, bob, OTHER, priority=False)
    assert bob.waiting == [SC]
    report(data, bob, SC, ABSENT)
