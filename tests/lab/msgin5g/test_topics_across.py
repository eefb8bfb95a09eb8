"""What servers tell each other of Messaging Topics, rule by rule (TS 29.538 clause 5)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lab.msgin5g.contact import Leg, Peer
from lab.msgin5g.errand import Errand, Outcome, Result
from lab.msgin5g.records import Refusal, address
from lab.msgin5g.topic_records import Listener
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.message import DeliveryReport, MessageResponse, TopicSubscribe, TopicUnsubscribe
from msgin5g_bridge.model import MessageId, Topic
from msgin5g_bridge.msgdelivery import ReportDeliveryStatus
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.topiclistevent import (
    MessagingTopic,
    TopicListNotification,
    TopicListSubscription,
    TopicListSubscriptionAck,
    TopicListUnsubscription,
    TopicSubscription,
    TopicUnsubscription,
    UpdateStatus,
)
from msgin5g_bridge.ts29571 import Uri
from tests.lab.msgin5g.world import CLIENTS, FAR, LAMP, METER, SETTINGS, SILENT, TOPIC, World, message

FAR_SERVER = address(AddressType.AS, FAR.svc_id)
HERE = address(AddressType.AS, SETTINGS.svc_id)
FAR_PEER, STRANGER = Peer(Leg.SERVER, "far"), Peer(Leg.SERVER, "elsewhere")
LIST = TopicListSubscription(
    ori_addr=FAR_SERVER, dest_addr=HERE, notification_uri=Uri("http://far/notifications")
)
LIFETIME = SETTINGS.topic_lifetime


@pytest.fixture
def world() -> World:
    """It follows the far server, and has two clients."""
    world = World(replace(SETTINGS, neighbours={"far.example": replace(FAR, topics=True)}))
    for who in (METER, LAMP):
        world.register(who)
    return world


def followed(world: World) -> World:
    """The far server has taken the subscription to its list."""
    assert isinstance(world.errands[0].body, TopicListSubscription)
    ack = TopicListSubscriptionAck(sub_stat="SUBSCRIBED")
    world.answer(Result(Outcome.TAKEN, location="http://far/x/topiclist-subscriptions/7", body=ack))
    return world


def told(world: World, topic: str, status: UpdateStatus, peer: Peer = FAR_PEER) -> Refusal | None:
    change = MessagingTopic(msg_topic=Topic(topic), update_stat=status)
    answer = world.server.topics.told(TopicListNotification(msg_topics=(change,)), peer, world.now)
    world.collect()
    return answer


def subscribe(world: World, peer: Peer = CLIENTS[LAMP]) -> None:
    who = FAR_SERVER if peer is FAR_PEER else LAMP
    world.server.take(TopicSubscribe(ori_addr=who, msg_topics=(Topic("alarms"),)), peer, world.now)
    world.collect()


def unsubscribe(world: World) -> None:
    request = TopicUnsubscribe(ori_addr=LAMP, msg_topics=(Topic("alarms"),))
    world.server.take(request, CLIENTS[LAMP], world.now)
    world.collect()


def listen(world: World, request: TopicListSubscription = LIST, peer: Peer = FAR_PEER) -> Listener | Refusal:
    answer = world.server.topics.listen(request, peer, world.now)
    world.collect()
    return answer


def changes(errand: Errand) -> list[tuple[str, str]]:
    assert isinstance(errand.body, TopicListNotification)
    return [(each.msg_topic, each.update_stat) for each in errand.body.msg_topics]


def test_who_subscribes_is_told_what_is_there_and_then_what_changes(world: World) -> None:
    subscribe(followed(world))
    assert isinstance(listen(world), Listener)
    assert changes(world.answer()) == [("alarms", "CREATED")]
    unsubscribe(world)
    assert changes(world.answer()) == [("alarms", "DELETED")]


def test_what_was_not_answered_is_told_again_as_it_is_then(world: World) -> None:
    listen(followed(world))
    subscribe(world)
    assert changes(world.answer(SILENT)) == [("alarms", "CREATED")]
    world.wait(SETTINGS.retry)
    assert changes(world.answer(SILENT)) == [("alarms", "CREATED")]
    unsubscribe(world)
    world.wait(2 * SETTINGS.retry)
    assert not world.errands


def test_the_same_server_at_the_same_uri_has_one_subscription_and_is_told_all_again(world: World) -> None:
    subscribe(followed(world))
    first = listen(world)
    world.answer()
    second = listen(world)
    assert isinstance(first, Listener)
    assert isinstance(second, Listener)
    assert first.id == second.id
    assert changes(world.answer()) == [("alarms", "CREATED")]


def test_a_subscription_that_the_other_server_does_not_know_is_forgotten(world: World) -> None:
    subscribe(followed(world))
    listen(world)
    world.answer(Result(Outcome.REFUSED, FailureCause.SUBSCRIPTION_UNKNOWN))
    assert not world.data.topics.listeners


def test_a_subscription_to_the_list_ends_in_time(world: World) -> None:
    listen(followed(world))
    world.wait(LIFETIME + 1)
    assert not world.data.topics.listeners


@pytest.mark.parametrize(
    ("request_", "peer", "cause"),
    [
        (LIST, STRANGER, FailureCause.NOT_AUTHORIZED),
        (
            TopicListSubscription(ori_addr=FAR_SERVER, dest_addr=HERE, notification_uri=Uri("far")),
            FAR_PEER,
            FailureCause.PAYLOAD_NOT_SUPPORTED,
        ),
        (
            TopicListSubscription(
                ori_addr=FAR_SERVER,
                dest_addr=HERE,
                notification_uri=Uri("http://far"),
                expr_time=datetime.fromtimestamp(1.0, UTC),
            ),
            FAR_PEER,
            FailureCause.EXPIRED,
        ),
    ],
)
def test_a_bad_subscription_is_refused(
    world: World, request_: TopicListSubscription, peer: Peer, cause: FailureCause
) -> None:
    answer = listen(world, request_, peer)
    assert isinstance(answer, Refusal)
    assert answer.cause == cause


def test_who_has_subscribed_ends_it_and_nobody_else(world: World) -> None:
    listener = listen(followed(world))
    assert isinstance(listener, Listener)
    request = TopicListUnsubscription(ori_addr=FAR_SERVER, dest_addr=HERE)
    topics = world.server.topics
    for id_, peer, cause in (
        ("99", FAR_PEER, FailureCause.SUBSCRIPTION_UNKNOWN),
        (listener.id, STRANGER, FailureCause.NOT_AUTHORIZED),
    ):
        refused = topics.stop_listening(id_, request, peer)
        assert refused is not None
        assert refused.cause == cause
    assert topics.stop_listening(listener.id, request, FAR_PEER) is None
    assert not world.data.topics.listeners


def test_who_is_not_followed_tells_nothing(world: World) -> None:
    refused = told(world, "alarms", UpdateStatus.CREATED, STRANGER)
    assert refused is not None
    assert refused.cause == FailureCause.SUBSCRIPTION_UNKNOWN


def test_a_topic_there_with_subscribers_here_is_subscribed_to_until_it_is_gone(world: World) -> None:
    subscribe(followed(world))
    assert told(world, "other", UpdateStatus.CREATED) is None
    assert not world.errands
    told(world, "alarms", UpdateStatus.CREATED)
    asked = world.answer().body
    assert isinstance(asked, TopicSubscription)
    assert (asked.ori_addr, asked.msg_topics) == (HERE, ("alarms",))
    told(world, "alarms", UpdateStatus.DELETED)
    assert isinstance(world.answer().body, TopicUnsubscription)


def test_subscriptions_are_renewed_at_half_of_their_time(world: World) -> None:
    subscribe(followed(world))
    told(world, "alarms", UpdateStatus.CREATED)
    world.answer()
    world.wait(LIFETIME / 2)
    assert isinstance(world.answer().body, TopicListSubscription)
    assert isinstance(world.answer().body, TopicSubscription)


def test_after_a_restart_what_was_asked_and_not_answered_is_asked_again(world: World) -> None:
    world.restart()
    assert [type(each.body) for each in world.errands] == [TopicListSubscription]
    subscribe(followed(world))
    told(world, "alarms", UpdateStatus.CREATED)
    world.restart()
    assert [type(each.body) for each in world.errands] == [TopicSubscription]


def test_a_server_that_was_silent_for_long_has_no_topics_any_more(world: World) -> None:
    followed(world)
    told(world, "alarms", UpdateStatus.CREATED)
    world.wait(LIFETIME / 2)
    while world.errands:
        world.answer(SILENT)
        world.wait(SETTINGS.retry_most)
        if world.now > 1000 + 2 * LIFETIME:
            break
    assert not world.data.topics.elsewhere("alarms", world.now)


def test_a_message_goes_once_to_a_server_that_has_asked_and_told(world: World) -> None:
    followed(world)
    told(world, "alarms", UpdateStatus.CREATED)
    subscribe(world, FAR_PEER)
    world.accepted(message(METER, TOPIC, deliv_st_req_ind=True))
    (errand,) = world.errands
    assert errand.contact.leg is Leg.SERVER


def test_a_message_of_another_server_does_not_go_on_to_the_next(world: World) -> None:
    followed(world)
    subscribe(world)
    told(world, "alarms", UpdateStatus.CREATED)
    world.answer()
    far = address(AddressType.UE, "ue@far.example")
    world.server.take(message(far, TOPIC), FAR_PEER, world.now)
    world.collect()
    assert [each.contact.leg for each in world.errands] == [Leg.CLIENT]


def test_each_subscriber_there_is_reported_once_and_the_server_itself_only_where_it_fails(
    world: World,
) -> None:
    subscribe(followed(world), FAR_PEER)
    world.accepted(message(METER, TOPIC, deliv_st_req_ind=True))
    world.answer()
    report = DeliveryReport(
        ori_addr=address(AddressType.UE, "ue@far.example"),
        dest_addr=METER,
        msg_id=MessageId("m1"),
        deliv_st=ReportDeliveryStatus.REPT_DELY_SUCCESS,
    )
    for _ in range(2):
        assert isinstance(world.server.take(report, FAR_PEER, world.now), MessageResponse)
    assert list(world.reports()) == [report]
    world.accepted(message(METER, TOPIC, "m2", deliv_st_req_ind=True))
    world.collect()
    failed = next(each for each in world.errands if each.contact.leg is Leg.SERVER)
    world.server.answered(failed.id, SILENT, world.now)
    _, last = world.reports()
    assert (last.ori_addr, last.deliv_st) == (FAR_SERVER, ReportDeliveryStatus.REPT_DELY_FAILED)


def test_a_report_of_a_server_that_was_not_sent_the_message_is_unknown(world: World) -> None:
    world.accepted(message(METER, LAMP, deliv_st_req_ind=True))
    report = DeliveryReport(
        ori_addr=address(AddressType.UE, "ue@far.example"),
        dest_addr=METER,
        msg_id=MessageId("m1"),
        deliv_st=ReportDeliveryStatus.REPT_DELY_SUCCESS,
    )
    refused = world.server.take(report, FAR_PEER, world.now)
    assert isinstance(refused, Refusal)
    assert refused.cause == FailureCause.MESSAGE_UNKNOWN
