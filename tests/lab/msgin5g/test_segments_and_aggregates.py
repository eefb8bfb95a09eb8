"""Long messages in segments, and small ones together (TS 23.554 clauses 8.4, 8.5)."""

from dataclasses import replace

import pytest

from msgin5g_bridge.message import (
    AggregatedMessage,
    IndividualMessage,
    Message,
    SegmentConfirmation,
    SegmentRecovery,
)
from msgin5g_bridge.model import MessageId
from msgin5g_bridge.msgdelivery import Priority
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.registration import ClientProfile
from msgin5g_bridge.segmentation import cut
from tests.lab.msgin5g.world import CLIENTS, LAMP, METER, PHONE, READER, SETTINGS, World, message


@pytest.fixture
def world() -> World:
    world = World()
    for who in (METER, LAMP, PHONE, READER):
        world.register(who)
    return world


def test_a_long_message_comes_in_segments_and_goes_in_those_of_its_recipient(world: World) -> None:
    world.register(LAMP, ClientProfile(max_seg_size=1000))
    whole = message(METER, LAMP, payload="x" * 5000, deliv_st_req_ind=True)
    for segment in cut(whole, "s"):
        world.accepted(segment)
    (confirmed,) = [each for each in world.errands if isinstance(each.body, SegmentConfirmation)]
    assert confirmed.contact.address == CLIENTS[METER].address
    world.errands.remove(confirmed)
    parts = []
    while world.errands:
        body = world.answer().body
        assert isinstance(body, Message)
        parts.append(body)
    assert [len(part.payload or "") for part in parts] == [1000] * 5
    assert "".join(part.payload or "" for part in parts) == "x" * 5000
    missed = SegmentRecovery(
        ori_addr=LAMP,
        dest_addr=METER,
        seg_id=(parts[0].seg_params and parts[0].seg_params.seg_id) or "",
        seg_numbs=(2,),
    )
    world.server.take(missed, CLIENTS[LAMP], world.now)
    world.collect()
    assert [each.body for each in world.errands] == [parts[1]]


def test_missing_segments_are_asked_for_and_then_given_up(world: World) -> None:
    first, *_ = cut(message(METER, LAMP, payload="x" * 5000, deliv_st_req_ind=True), "s")
    world.accepted(first)
    asked = []
    while not list(world.reports()):
        world.wait(1)
        asked += [world.answer().body for each in list(world.errands)]
    assert [each.seg_numbs for each in asked if isinstance(each, SegmentRecovery)] == [(2, 3), (2, 3)]
    assert [each.failure_cause for each in world.reports()] == [FailureCause.SEGMENTS_MISSING]


def aggregating() -> World:
    settings = replace(SETTINGS, aggregate_wait=5.0)
    world = World(settings)
    for who in (METER, LAMP, READER):
        world.register(who)
    return world


def test_small_messages_go_together_after_a_wait() -> None:
    world = aggregating()
    for id_ in ("a", "b", "c"):
        world.send(message(METER, LAMP, id_))
    world.wait(4)
    assert not world.errands
    world.wait(2)
    body = world.answer().body
    assert isinstance(body, AggregatedMessage)
    assert [each.msg_id for each in body.list] == ["a", "b", "c"]
    assert all(each.state.final for each in world.data.transfers.values())


def test_an_aggregate_stays_within_the_segment_size_and_urgent_messages_out_of_it() -> None:
    world = aggregating()
    world.register(LAMP, ClientProfile(max_seg_size=600))
    for id_ in ("a", "b", "c"):
        world.send(message(METER, LAMP, id_, payload="x" * 150))
    world.send(message(METER, LAMP, "d", priority=Priority.HIGH))
    world.wait(6)
    kinds = []
    while world.errands:
        body = world.answer().body
        assert isinstance(body, Message | AggregatedMessage)
        kinds.append(
            [each.msg_id for each in body.list] if isinstance(body, AggregatedMessage) else body.msg_id
        )
        world.wait(10)
    assert kinds == [["a", "b"], "d", "c"]


def test_an_aggregate_that_comes_in_is_taken_apart(world: World) -> None:
    entries = tuple(IndividualMessage(msg_id=MessageId(id_), payload="x") for id_ in "ab")
    world.server.take(
        AggregatedMessage(ori_addr=METER, dest_addr=READER, count=2, list=entries), CLIENTS[METER], world.now
    )
    world.collect()
    assert [each.body.dest_addr for each in world.errands if isinstance(each.body, Message)] == [READER] * 2
