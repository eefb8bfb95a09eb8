"""Messages through the server: whose turn, what is stored, which report, in which order."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from lab.msgin5g.contact import Leg
from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.message import (
    DeliveryReport,
    Message,
    MessageResponse,
    StoredMessageUpdate,
    TopicSubscribe,
    TopicUnsubscribe,
)
from msgin5g_bridge.model import MessageId, Topic
from msgin5g_bridge.msgdelivery import (
    DeliveryStatus,
    Priority,
    ReportDeliveryStatus,
    StoreAndForwardParameters,
)
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.registration import ClientProfile, CommunicationAvailability
from tests.lab.msgin5g.world import (
    AREA,
    CLIENTS,
    GROUP,
    LAMP,
    METER,
    PHONE,
    READER,
    REFUSED,
    SETTINGS,
    SILENT,
    TOPIC,
    World,
    message,
)

SUCCESS, FAILURE = ReportDeliveryStatus.REPT_DELY_SUCCESS, ReportDeliveryStatus.REPT_DELY_FAILED


@pytest.fixture
def world() -> World:
    world = World()
    for who in (METER, LAMP, PHONE, READER):
        world.register(who)
    return world


def at(when: float) -> StoreAndForwardParameters:
    return StoreAndForwardParameters(expr_time=datetime.fromtimestamp(when, UTC))


def recipients(world: World) -> list[Address]:
    return [each.body.dest_addr for each in world.errands if isinstance(each.body, Message)]


@pytest.mark.parametrize(("to", "leg"), [(LAMP, Leg.CLIENT), (PHONE, Leg.L3G), (READER, Leg.AS)])
def test_a_message_goes_over_the_reference_point_of_its_recipient(
    world: World, to: Address, leg: Leg
) -> None:
    assert world.accepted(message(METER, to)).status is not DeliveryStatus.DELY_FAILED
    errand = world.answer()
    assert errand.contact.leg is leg
    assert isinstance(errand.body, Message)
    assert (errand.body.msg_id, errand.body.payload) == ("m1", "hello")
    assert not world.errands, "nothing else goes out, for no report was asked for"


def test_a_report_that_was_asked_for_goes_to_the_sender_with_the_message_id(world: World) -> None:
    world.send(message(METER, PHONE, deliv_st_req_ind=True))
    world.answer()
    assert isinstance(world.report(PHONE, METER), MessageResponse)
    (relayed,) = world.errands
    assert relayed.contact.address == CLIENTS[METER].address
    assert relayed.body == DeliveryReport(
        ori_addr=PHONE, dest_addr=METER, msg_id=MessageId("m1"), deliv_st=SUCCESS
    )


def test_a_report_that_nobody_asked_for_is_not_relayed(world: World) -> None:
    world.send(message(METER, PHONE))
    world.answer()
    world.report(PHONE, METER)
    assert not world.errands


def test_a_second_report_changes_nothing(world: World) -> None:
    world.send(message(METER, PHONE, deliv_st_req_ind=True))
    world.answer()
    world.report(PHONE, METER, success=False)
    world.report(PHONE, METER, success=True)
    assert [(each.deliv_st, each.failure_cause) for each in world.reports()] == [
        (FAILURE, FailureCause.MEMORY_FULL)
    ]


def test_a_report_may_overtake_the_answer(world: World) -> None:
    world.send(message(METER, PHONE, deliv_st_req_ind=True))
    world.report(PHONE, METER)
    world.answer(SILENT)
    assert [each.deliv_st for each in world.reports()] == [SUCCESS]


def test_a_report_that_never_comes_is_a_failure_in_the_end(world: World) -> None:
    world.send(message(METER, PHONE, deliv_st_req_ind=True))
    world.answer()
    world.wait(SETTINGS.report + 1)
    assert [each.failure_cause for each in world.reports()] == [FailureCause.TIMEOUT]


def test_who_is_not_there_fails_at_once_and_is_not_reported_again(world: World) -> None:
    world = World()
    world.register(METER)
    answer = world.accepted(message(METER, LAMP, deliv_st_req_ind=True))
    assert (answer.status, answer.failure_cause) == (
        DeliveryStatus.DELY_FAILED,
        FailureCause.RECIPIENT_NOT_REGISTERED,
    )
    assert not list(world.reports())


def test_what_is_to_be_stored_waits_for_the_registration() -> None:
    world = World()
    world.register(METER)
    assert world.accepted(message(METER, LAMP, keep=True)).status is DeliveryStatus.DELY_STORED
    assert not world.errands
    world.register(LAMP)
    assert recipients(world) == [LAMP]


def test_what_is_stored_expires_with_a_failed_report() -> None:
    world = World()
    world.register(METER)
    stored = message(METER, LAMP, keep=True, deliv_st_req_ind=True, sto_and_fw_params=at(1500.0))
    world.send(stored)
    world.wait(499)
    assert not list(world.reports())
    world.wait(2)
    assert [each.failure_cause for each in world.reports()] == [FailureCause.EXPIRED]
    world.register(LAMP)
    assert LAMP not in recipients(world)


def test_what_has_expired_before_it_came_fails_at_once(world: World) -> None:
    answer = world.accepted(message(METER, LAMP, keep=True, sto_and_fw_params=at(999.0)))
    assert (answer.status, answer.failure_cause) == (DeliveryStatus.DELY_FAILED, FailureCause.EXPIRED)


def test_silence_is_tried_again_after_a_time_that_doubles(world: World) -> None:
    world.send(message(METER, LAMP, keep=True))
    times = []
    for _ in range(4):
        times.append(world.now)
        world.answer(SILENT)
        while not world.errands:
            world.wait(1)
    assert [later - earlier for earlier, later in pairwise(times)] == [60, 120, 240]


def test_what_expires_while_it_is_sent_is_not_stored_again(world: World) -> None:
    world.send(message(METER, LAMP, keep=True, deliv_st_req_ind=True, sto_and_fw_params=at(world.now + 1)))
    world.wait(2)
    world.answer(SILENT)
    assert [each.failure_cause for each in world.reports()] == [FailureCause.EXPIRED]


def test_without_store_and_forward_silence_is_the_end(world: World) -> None:
    world.send(message(METER, LAMP, deliv_st_req_ind=True))
    world.answer(SILENT)
    assert [each.failure_cause for each in world.reports()] == [FailureCause.TIMEOUT]


def test_a_refusal_is_final_also_for_what_is_stored(world: World) -> None:
    world.send(message(METER, LAMP, keep=True, deliv_st_req_ind=True))
    world.answer(REFUSED)
    assert [each.failure_cause for each in world.reports()] == [FailureCause.BARRED]


def test_who_leaves_finds_it_stored_when_it_is_back(world: World) -> None:
    world.send(message(METER, LAMP, "m1", keep=True))
    world.send(message(METER, LAMP, "m2", keep=True))  # waits behind the first
    world.answer()
    world.answer()
    assert not world.errands


def test_a_client_has_one_request_at_a_time_and_the_urgent_first(world: World) -> None:
    for id_, priority in (
        ("a", Priority.LOW),
        ("b", Priority.MIDDLE),
        ("c", Priority.HIGH),
        ("d", Priority.LOW),
    ):
        world.send(message(METER, LAMP, id_, priority=priority))
    assert len(world.errands) == 1
    order = []
    while world.errands:
        body = world.answer().body
        assert isinstance(body, Message)
        order.append(body.msg_id)
    assert order == ["a", "c", "b", "d"]


def test_the_same_message_id_is_delivered_once_and_answered_alike(world: World) -> None:
    first = world.send(message(METER, LAMP))
    assert world.send(message(METER, LAMP)) == first
    assert len(world.errands) == 1


def test_a_group_gets_a_copy_each_with_both_ids_and_a_report_each(world: World) -> None:
    world.send(message(READER, GROUP, deliv_st_req_ind=True))
    assert sorted(each.addr for each in recipients(world)) == sorted(
        each.addr for each in (METER, LAMP, PHONE)
    )
    assert {each.body.via_addr for each in world.errands if isinstance(each.body, Message)} == {GROUP}
    for who in (METER, LAMP, PHONE):
        world.report(who, READER)
    assert {each.ori_addr for each in world.reports()} == {METER, LAMP, PHONE}


def test_a_member_is_not_sent_its_own_message(world: World) -> None:
    world.send(message(METER, GROUP))
    assert METER not in recipients(world)


def test_members_that_fail_at_once_are_reported_where_others_do_not() -> None:
    world = World()
    world.register(READER)
    world.register(LAMP)
    assert not world.accepted(message(READER, GROUP, deliv_st_req_ind=True)).status
    assert {each.ori_addr for each in world.reports()} == {METER, PHONE}


def test_a_broadcast_goes_to_the_gateway_of_its_area_and_has_no_report(world: World) -> None:
    world.send(message(READER, AREA, deliv_st_req_ind=True))
    errand = world.answer()
    assert (errand.contact.leg, errand.contact.address) == (Leg.BMG, "http://bmg")
    world.wait(SETTINGS.report + 1)
    assert not list(world.reports())


def test_subscribers_of_a_topic_get_it_until_they_leave_or_it_expires(world: World) -> None:
    topics = (Topic(TOPIC.addr),)
    expiry = datetime.fromtimestamp(world.now + 100, UTC)
    for who in (LAMP, PHONE):
        subscribe = TopicSubscribe(ori_addr=who, msg_topics=topics, expr_time=expiry)
        world.server.take(subscribe, world.peer(who), world.now)
    world.server.take(TopicUnsubscribe(ori_addr=LAMP, msg_topics=topics), CLIENTS[LAMP], world.now)
    world.send(message(METER, TOPIC))
    assert recipients(world) == [PHONE]
    world.wait(101)
    answer = world.accepted(message(METER, TOPIC, "m2"))
    assert answer.status is DeliveryStatus.DELY_FAILED


def test_outside_its_window_a_message_is_stored_and_goes_when_it_opens() -> None:
    world = World()
    world.register(METER)
    schedule = CommunicationAvailability(
        sched_time=datetime.fromtimestamp(1100.0, UTC), duration=10, periodic_ind=True, interval=100
    )
    world.register(LAMP, ClientProfile(comm_avail=schedule))
    assert world.accepted(message(METER, LAMP, keep=True)).status is DeliveryStatus.DELY_STORED
    at_once = world.accepted(message(METER, LAMP, "m2"))
    assert at_once.failure_cause == FailureCause.RECIPIENT_NOT_AVAILABLE
    world.wait(99)
    assert not world.errands
    world.wait(2)
    assert recipients(world) == [LAMP]


def test_a_stored_message_is_discarded_by_its_sender_alone() -> None:
    world = World()
    world.register(METER)
    world.register(READER)
    world.send(message(METER, LAMP, keep=True, deliv_st_req_ind=True))
    for who, known in ((READER, False), (METER, True), (METER, False)):
        update = StoredMessageUpdate(ori_addr=who, dest_addr=LAMP, msg_id=MessageId("m1"))
        answer = world.server.take(update, world.peer(who), world.now)
        assert isinstance(answer, MessageResponse) is known
    world.register(LAMP)
    assert not world.errands
    assert not list(world.reports())


def test_a_stored_message_can_be_kept_for_another_time() -> None:
    world = World()
    world.register(METER)
    world.send(message(METER, LAMP, keep=True, sto_and_fw_params=at(1500.0)))
    update = StoredMessageUpdate(
        ori_addr=METER, dest_addr=LAMP, msg_id=MessageId("m1"), sto_and_fw_params=at(3000.0)
    )
    world.server.take(update, CLIENTS[METER], world.now)
    world.wait(1500)
    world.register(LAMP)
    assert recipients(world) == [LAMP]


def test_explain_says_why_a_message_went_where_it_went(world: World) -> None:
    world.send(message(METER, LAMP, keep=True))
    world.answer(SILENT)
    lines = "\n".join(world.server.explain("m1"))
    assert "is at home here" in lines
    assert "TIMEOUT" in lines
    assert "stored" in lines
    assert world.server.explain("m2") == []


def test_what_was_sent_and_not_answered_is_sent_again_after_a_restart(world: World) -> None:
    world.send(message(METER, LAMP))
    world.restart()
    assert recipients(world) == [LAMP]
    world.answer()
    world.restart()
    assert not world.errands


def test_all_is_forgotten_in_time(world: World) -> None:
    world.send(message(METER, LAMP))
    world.answer()
    world.restart()
    world.wait(3 * SETTINGS.remember)
    assert not world.data.transfers
    assert not world.data.submissions
