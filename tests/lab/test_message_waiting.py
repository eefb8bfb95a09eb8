"""The HLR's waiting data follow TS 23.040 §3.2 and TS 29.002 §23.5, §23.6."""

import pytest

from ipsmgw.identity import Msisdn, NodeNumber
from lab.elements.domain import Domain
from lab.elements.message_waiting import (
    DEREGISTERED_FOR_IMS,
    NO_RESPONSE_VIA_IP_SM_GW,
    HlrData,
    HlrSubscriber,
    ListFull,
    Reported,
    absence,
    activate,
    alert_answered,
    attach,
    deactivate,
    detach,
    inform,
    reachable,
    report,
    route,
)
from lab.plan import PHONES
from mapstack.map import AddressString, MwStatus, SmDeliveryOutcome

GATEWAY, SC, OTHER = NodeNumber("15550000011"), NodeNumber("15550000014"), NodeNumber("15550000099")
MSC, SGSN = NodeNumber("15550000015"), NodeNumber("15550000016")
ABSENT, FULL, DONE = (
    {Domain.IMS: Reported(SmDeliveryOutcome.ABSENT_SUBSCRIBER)},
    {Domain.IMS: Reported(SmDeliveryOutcome.MEMORY_CAPACITY_EXCEEDED)},
    {Domain.IMS: Reported(SmDeliveryOutcome.SUCCESSFUL_TRANSFER)},
)


@pytest.fixture
def data() -> HlrData:
    return HlrData.of(PHONES)


@pytest.fixture
def bob(data: HlrData) -> HlrSubscriber:
    return data.by_msisdn[PHONES[1].msisdn]


def test_who_is_not_registered_is_absent_and_the_sc_waits(data: HlrData, bob: HlrSubscriber) -> None:
    assert not route(data, bob, SC, priority=True)
    assert not route(data, bob, SC, priority=True)
    assert absence(bob).absent_subscriber_diagnostic_sm == DEREGISTERED_FOR_IMS
    assert bob.waiting == [SC]


def test_who_is_registered_is_reached_through_the_gateway(data: HlrData, bob: HlrSubscriber) -> None:
    activate(bob, GATEWAY)
    assert route(data, bob, SC, priority=False) == {Domain.IMS: GATEWAY}
    assert bob.waiting == []


def test_who_was_absent_is_tried_with_priority_only(data: HlrData, bob: HlrSubscriber) -> None:
    activate(bob, GATEWAY)
    report(data, bob, SC, ABSENT)
    assert not route(data, bob, OTHER, priority=False)
    assert absence(bob).absent_subscriber_diagnostic_sm == NO_RESPONSE_VIA_IP_SM_GW
    assert route(data, bob, OTHER, priority=True) == {Domain.IMS: GATEWAY}
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


def test_each_domain_has_its_flag_and_its_reason(data: HlrData, bob: HlrSubscriber) -> None:
    activate(bob, GATEWAY)
    attach(bob, Domain.CS, MSC)
    attach(bob, Domain.PS, SGSN)
    absent = SmDeliveryOutcome.ABSENT_SUBSCRIBER
    report(data, bob, SC, {Domain.CS: Reported(absent, 1), Domain.PS: Reported(absent)})
    assert (bob.unri, bob.mnrg, bob.mnrf) == (False, True, True)
    assert bob.absent == {Domain.CS: 1, Domain.PS: 5}
    assert route(data, bob, SC, priority=False) == {Domain.IMS: GATEWAY}
    assert reachable(bob)
    report(data, bob, SC, ABSENT)
    assert not route(data, bob, SC, priority=False)
    assert not reachable(bob)
    why = absence(bob)
    assert (why.absent_subscriber_diagnostic_sm, why.additional_absent_subscriber_diagnostic_sm) == (1, 5)
    assert attach(bob, Domain.PS, SGSN) == [SC]
    assert route(data, bob, SC, priority=False) == {Domain.PS: SGSN}
    detach(bob, Domain.PS)
    assert not route(data, bob, SC, priority=False)


def test_all_nodes_are_told_in_order_of_priority(data: HlrData, bob: HlrSubscriber) -> None:
    attach(bob, Domain.CS, MSC)
    attach(bob, Domain.PS, SGSN)
    activate(bob, GATEWAY)
    assert list(route(data, bob, SC, priority=True).items()) == [
        (Domain.IMS, GATEWAY),
        (Domain.PS, SGSN),
        (Domain.CS, MSC),
    ]
    assert list(route(data, bob, SC, priority=True, over_ip=False)) == [Domain.PS, Domain.CS]


def test_a_success_in_one_domain_says_nothing_of_the_others(data: HlrData, bob: HlrSubscriber) -> None:
    report(data, bob, SC, ABSENT)
    report(data, bob, SC, {**ABSENT, Domain.CS: Reported(SmDeliveryOutcome.SUCCESSFUL_TRANSFER)})
    assert bob.unri
    assert not bob.waiting


def test_a_single_attempt_leaves_no_trace(data: HlrData, bob: HlrSubscriber) -> None:
    assert not route(data, bob, SC, priority=True, note=False)
    assert not bob.waiting


def test_the_gmsc_is_informed_of_flags_but_not_of_unri(data: HlrData, bob: HlrSubscriber) -> None:
    report(data, bob, SC, ABSENT)
    assert inform(bob, SC, bob.msisdn) is None
    attach(bob, Domain.CS, MSC)
    report(data, bob, SC, {Domain.CS: Reported(SmDeliveryOutcome.ABSENT_SUBSCRIBER, 1)})
    report(data, bob, SC, FULL)
    said, to_another = inform(bob, SC, bob.msisdn), inform(bob, OTHER, bob.msisdn)
    assert said is not None
    assert said.mw_status is not None
    assert to_another is not None
    assert to_another.mw_status is not None
    assert [bit.name for bit in MwStatus if said.mw_status.has(bit)] == ["MNRF_SET", "MCEF_SET"]
    assert to_another.mw_status.has(MwStatus.SC_ADDRESS_NOT_INCLUDED)
    assert said.absent_subscriber_diagnostic_sm == 1


def test_who_is_called_by_another_number_is_told_the_stored_one(data: HlrData, bob: HlrSubscriber) -> None:
    report(data, bob, SC, ABSENT)
    said = inform(bob, SC, Msisdn("15551007777"))
    assert said is not None
    assert said.stored_msisdn == AddressString(bob.msisdn)
