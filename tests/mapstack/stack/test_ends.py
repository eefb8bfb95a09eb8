"""Dialogues that go on, and how they end: by time, in between, without a way (Q.774 §3.2.1, §3.3.2)."""

from dataclasses import replace

import pytest

from mapstack import (
    INSERT_SUBSCRIBER_DATA,
    MT_FORWARD_SM,
    REPORT_SM_DELIVERY_STATUS,
    SEND_ROUTING_INFO_FOR_SM,
    UPDATE_LOCATION,
    AddressString,
    Answered,
    AnsweredInPart,
    DialogueClosed,
    DialogueLost,
    Gt,
    Invoked,
    LocalError,
    LostReason,
    MapEvent,
    SccpAddress,
)
from mapstack.ber import element
from mapstack.events import PeerMisbehaved
from mapstack.map.location_management import UpdateLocationArg
from mapstack.map.subscriber_data import InsertSubscriberDataArg
from mapstack.tcap.component import InvokeProblem, ProblemType, encode_invoke, encode_reject
from mapstack.tcap.message import MessageType, decode_message, encode_message
from tests.mapstack.stack.network import FLOW, HLR, OTID, Network
from tests.mapstack.stack.peer import DONE, FIRST, LAST, MESSAGE, NEXT, REQUEST, Peer
from tests.mapstack.stack.samples import ARGUMENTS

NUMBER = AddressString("15550000003")
UPDATE = UpdateLocationArg(imsi="001010123456789", msc_number=NUMBER, vlr_number=NUMBER)
DATA = InsertSubscriberDataArg(msisdn=AddressString("15551230001"))


def _invoked(events: list[MapEvent]) -> Invoked:
    (event,) = events
    assert isinstance(event, Invoked)
    return event


def _begun(network: Network) -> tuple[int, int]:
    """The first message has been delivered, and there are more."""
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, FIRST, network.now)
    theirs = _invoked(network.exchange()[1]).dialogue
    network.hlr.result(theirs, DONE, network.now)
    network.exchange()
    return ours, theirs


# ---- timers, and what leaves nothing behind


def test_invokes_whose_time_is_up_together_end_the_dialogue_once() -> None:
    peer = Peer()
    hlr, now = peer.network.hlr, peer.network.now
    for _ in range(3):
        hlr.invoke_in(peer.dialogue, MT_FORWARD_SM, MESSAGE, now)
    peer.network.from_hlr()
    told = [each for each in hlr.expire(now + 180) if isinstance(each, DialogueLost | DialogueClosed)]
    assert [each.invoke_id for each in told if isinstance(each, DialogueLost)] == [1, 2, 3]
    assert isinstance(told[-1], DialogueClosed)
    assert len(told) == 4
    assert len(hlr) == 0


def test_an_invoke_and_its_dialogue_may_time_out_together() -> None:
    """The timers are of two durations, and one late call of `expire` finds both run out."""
    network = Network()
    report, routing = REPORT_SM_DELIVERY_STATUS, SEND_ROUTING_INFO_FOR_SM
    ours = network.sc.invoke(report, HLR, ARGUMENTS[report], network.now)
    network.sc.invoke_in(ours, routing, ARGUMENTS[routing], network.now)
    network.from_sc()
    lost = [each for each in network.sc.expire(network.now + 40) if isinstance(each, DialogueLost)]
    assert [(each.operation, each.reason) for each in lost] == [
        (report, LostReason.TIMEOUT),
        (routing, LostReason.TIMEOUT),
    ]
    assert len(network.sc) == 0


def test_what_never_finds_a_way_goes_with_its_timer() -> None:
    peer = Peer()
    hlr, network = peer.network.hlr, peer.network
    hlr.result(peer.dialogue, DONE, network.now)
    peer.hears()
    network.sc.link_down(FLOW, network.now)
    hlr.link_down(FLOW, network.now)
    network.now += 3
    hlr.expire(network.now)  # T(r)
    hlr.invoke_in(peer.dialogue, MT_FORWARD_SM, MESSAGE, network.now)
    lost = [each for each in hlr.expire(network.now + 180) if isinstance(each, DialogueLost)]
    assert [each.reason for each in lost] == [LostReason.TIMEOUT]
    assert len(hlr) == 0


def test_data_that_are_inserted_do_not_stop_the_timer_of_the_update() -> None:
    network = Network()
    ours = network.sc.invoke(UPDATE_LOCATION, HLR, UPDATE, network.now)
    theirs = _invoked(network.exchange()[1]).dialogue
    network.hlr.invoke_in(theirs, INSERT_SUBSCRIBER_DATA, DATA, network.now)
    network.exchange()
    network.now += 20
    network.sc.result(ours, None, network.now)
    network.exchange()
    assert [each for each in network.sc.expire(network.now + 9) if isinstance(each, DialogueLost)] == []
    lost = [each for each in network.sc.expire(network.now + 10) if isinstance(each, DialogueLost)]
    assert [each.reason for each in lost] == [LostReason.TIMEOUT]


def test_only_as_much_waits_for_the_first_answer_as_one_message_carries() -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, FIRST, network.now)
    network.from_sc()
    long = replace(NEXT, sm_rp_ui=bytes(200))
    for _ in range(15):
        network.sc.invoke_in(ours, MT_FORWARD_SM, long, network.now)
    for _ in range(5):
        with pytest.raises(LocalError):
            network.sc.invoke_in(ours, MT_FORWARD_SM, replace(long, sm_rp_ui=bytes(180)), network.now)
    tids = OTID + element(0x49, ours.to_bytes(4))
    network.to_sc(encode_message(MessageType.CONTINUE, tids, MT_FORWARD_SM.context.accept, b""))
    (data,) = network.sent_by_sc()
    assert data.count(bytes(200)) == 15


def test_only_as_much_waits_for_a_way_as_one_message_carries() -> None:
    peer = Peer()
    hlr, network = peer.network.hlr, peer.network
    hlr.result(peer.dialogue, DONE, network.now)
    peer.hears()
    hlr._tcap.dialogue(peer.dialogue).remote = SccpAddress(Gt("99"), 8)
    for _ in range(30):
        hlr.invoke_in(peer.dialogue, MT_FORWARD_SM, replace(NEXT, sm_rp_ui=bytes(200)), network.now)
    lost = [each for each in hlr.expire(network.now + 180) if isinstance(each, DialogueLost)]
    assert [each.reason for each in lost] == [LostReason.TIMEOUT] * 30
    assert len(hlr) == 0


# ---- what ends the dialogue in between


def test_an_invoke_in_an_end_is_not_told_for_nobody_could_answer_it() -> None:
    network = Network()
    _, (accepted,) = network.to_hlr(encode_message(MessageType.BEGIN, OTID, REQUEST, b""))
    tid = element(0x49, decode_message(accepted).otid)
    invoke = encode_invoke(1, 44, MESSAGE.encode())
    events, answers = network.to_hlr(encode_message(MessageType.END, tid, b"", invoke))
    assert [type(each) for each in events] == [PeerMisbehaved]
    assert (answers, len(network.hlr)) == ([], 0)


@pytest.mark.parametrize("components", [b"", encode_reject(9, ProblemType.INVOKE, 1)])
def test_a_dialogue_that_ends_between_two_messages_is_closed(components: bytes) -> None:
    network = Network()
    ours, _ = _begun(network)
    end = encode_message(MessageType.END, element(0x49, ours.to_bytes(4)), b"", components)
    assert network.to_sc(end) == [DialogueClosed(ours)]


def test_a_reject_of_one_message_leaves_the_dialogue_to_the_next() -> None:
    network = Network()
    ours, theirs = _begun(network)
    network.sc.invoke_in(ours, MT_FORWARD_SM, NEXT, network.now)
    network.from_sc()
    tids = element(0x48, theirs.to_bytes(4)) + element(0x49, ours.to_bytes(4))
    reject = encode_reject(2, ProblemType.INVOKE, InvokeProblem.RESOURCE_LIMITATION)
    (lost,) = network.to_sc(encode_message(MessageType.CONTINUE, tids, b"", reject))
    assert isinstance(lost, DialogueLost)
    assert (lost.invoke_id, lost.goes_on) == (2, True)
    network.sc.invoke_in(ours, MT_FORWARD_SM, LAST, network.now)
    (end,) = network.to_sc(encode_message(MessageType.END, tids[6:], b"", reject[:4] + b"\x03" + reject[5:]))
    assert isinstance(end, DialogueLost)
    assert not end.goes_on


def test_a_part_of_a_result_is_acknowledged_by_an_empty_continue() -> None:
    """An HLR that sends vectors in parts waits for it before it sends the next (TS 29.002 annex C)."""
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, MESSAGE, network.now)
    theirs = _invoked(network.exchange()[1]).dialogue
    network.hlr.result(theirs, DONE, network.now, last=False)
    (part,) = network.answers()
    assert network.to_sc(part) == [AnsweredInPart(ours, MT_FORWARD_SM, DONE)]
    (acknowledged,) = network.sent_by_sc()
    message = decode_message(acknowledged)
    assert (message.kind, message.start) == (MessageType.CONTINUE, message.stop)
    network.to_hlr(acknowledged)
    network.hlr.result(theirs, DONE, network.now)
    assert network.exchange()[0] == [Answered(ours, MT_FORWARD_SM, DONE)]
