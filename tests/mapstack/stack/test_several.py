"""Several invokes in one dialogue: one after the other, ours and the peer's at once (TS 29.002 §23.3)."""

import pytest

from mapstack import (
    MT_FORWARD_SM,
    Answered,
    AnsweredInPart,
    DialogueClosed,
    DialogueLost,
    ErrorCode,
    Invoked,
    LocalError,
    LostReason,
    MapError,
    MapEvent,
    Refused,
)
from mapstack.ber import element
from mapstack.events import PeerMisbehaved
from mapstack.map.short_message import MtForwardSmArg
from mapstack.tcap.component import (
    ComponentType,
    InvokeProblem,
    ProblemType,
    encode_invoke,
    encode_reject,
    encode_return_error,
    encode_return_result,
    encode_return_result_not_last,
)
from mapstack.tcap.message import MessageType, encode_message
from tests.mapstack.stack.network import HLR, OTID, Network
from tests.mapstack.stack.peer import ACCEPT, DONE, FIRST, LAST, MESSAGE, NEXT, REFUSED, Peer


def _invoked(events: list[MapEvent]) -> Invoked:
    (event,) = events
    assert isinstance(event, Invoked)
    return event


def _begun(network: Network, arg: MtForwardSmArg = FIRST) -> tuple[int, int]:
    """The first message has been delivered, and there are more."""
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, arg, network.now)
    theirs = _invoked(network.exchange()[1]).dialogue
    network.hlr.result(theirs, DONE, network.now)
    assert network.exchange()[0] == [Answered(ours, MT_FORWARD_SM, DONE, goes_on=True)]
    return ours, theirs


# ---- moreMessagesToSend, between two stacks


def test_messages_follow_each_other_in_one_dialogue() -> None:
    network = Network()
    ours, theirs = _begun(network)
    for index, arg in enumerate((NEXT, NEXT, LAST), start=2):
        assert network.sc.invoke_in(ours, MT_FORWARD_SM, arg, network.now) == index
        event = _invoked(network.exchange()[1])
        assert (event.dialogue, event.arg, event.invoke_id) == (theirs, arg, index)
        network.hlr.result(theirs, DONE, network.now)
        goes_on = arg is NEXT
        answered = Answered(ours, MT_FORWARD_SM, DONE, index, goes_on)
        assert network.exchange()[0] == [answered]
        assert network.sc.is_open(ours) == network.hlr.is_open(theirs) == goes_on
    assert len(network.sc) == len(network.hlr) == 0
    assert (network.sc.deadline(), network.hlr.deadline()) == (
        Network().sc.deadline(),
        Network().hlr.deadline(),
    )


def test_an_error_ends_the_dialogue_though_there_are_more() -> None:
    network = Network()
    ours, theirs = _begun(network)
    network.sc.invoke_in(ours, MT_FORWARD_SM, NEXT, network.now)
    network.exchange()
    network.hlr.error(theirs, REFUSED, network.now)
    assert network.exchange()[0] == [Refused(ours, MT_FORWARD_SM, REFUSED, 2)]
    assert len(network.sc) == len(network.hlr) == 0


def test_an_error_lets_the_dialogue_go_on_if_its_performer_wants_that() -> None:
    network = Network()
    ours, theirs = _begun(network)
    network.sc.invoke_in(ours, MT_FORWARD_SM, NEXT, network.now)
    network.exchange()
    network.hlr.error(theirs, REFUSED, network.now, more=True)
    assert network.exchange()[0] == [Refused(ours, MT_FORWARD_SM, REFUSED, 2, goes_on=True)]
    network.sc.close(ours, network.now)
    network.exchange()
    assert len(network.sc) == len(network.hlr) == 0


@pytest.mark.parametrize("prearranged", [False, True])
def test_who_has_no_more_closes(prearranged: bool) -> None:
    network = Network()
    ours, theirs = _begun(network)
    network.sc.close(ours, network.now, prearranged=prearranged)
    heard = network.exchange()
    assert heard == ([], [] if prearranged else [DialogueClosed(theirs)])
    assert (len(network.sc), len(network.hlr)) == (0, prearranged)
    network.now += 60
    assert (
        DialogueClosed(theirs, "60 s without an answer") in network.hlr.expire(network.now)
    ) == prearranged
    assert len(network.hlr) == 0


def test_a_dialogue_in_which_nothing_happens_is_aborted() -> None:
    network = Network(idle=20.0)
    ours, _ = _begun(network)
    network.now += 20
    assert DialogueClosed(ours, "20 s without an answer") in network.sc.expire(network.now)
    network.exchange()
    assert len(network.sc) == len(network.hlr) == 0
    with pytest.raises(LocalError):
        network.sc.invoke_in(ours, MT_FORWARD_SM, LAST, network.now)


def test_the_idle_guard_rests_while_an_invoke_has_its_own_timer() -> None:
    network = Network(idle=20.0, invoke_timers={"mt-ForwardSM": 50.0}, guard=100.0)
    ours, theirs = _begun(network)
    network.sc.invoke_in(ours, MT_FORWARD_SM, LAST, network.now)
    network.exchange()
    network.now += 49
    assert [each for each in network.sc.expire(network.now) if isinstance(each, DialogueClosed)] == []
    network.hlr.expire(network.now)
    network.hlr.result(theirs, DONE, network.now)
    assert [each for each in network.exchange()[0] if isinstance(each, Answered)] == [
        Answered(ours, MT_FORWARD_SM, DONE, 2)
    ]


def test_a_further_invoke_that_nobody_answers_aborts_the_dialogue() -> None:
    network = Network(invoke_timers={"mt-ForwardSM": 50.0}, guard=100.0)
    ours, theirs = _begun(network)
    network.sc.invoke_in(ours, MT_FORWARD_SM, NEXT, network.now)
    network.exchange()
    network.now += 50
    lost = DialogueLost(ours, MT_FORWARD_SM, LostReason.TIMEOUT, "50 s without an answer", 2)
    assert lost in network.sc.expire(network.now)
    assert [type(each) for each in network.exchange()[1] if type(each) is DialogueClosed] == [DialogueClosed]
    assert not network.hlr.is_open(theirs)


def test_what_is_asked_before_the_first_answer_leaves_with_it() -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, FIRST, network.now)
    network.sc.invoke_in(ours, MT_FORWARD_SM, LAST, network.now)
    first = _invoked(network.exchange()[1])
    network.hlr.result(first.dialogue, DONE, network.now)
    answered, second = network.exchange()
    assert answered == [Answered(ours, MT_FORWARD_SM, DONE)]
    assert _invoked(second).arg == LAST
    network.hlr.result(first.dialogue, DONE, network.now)
    assert network.exchange()[0] == [Answered(ours, MT_FORWARD_SM, DONE, 2)]
    assert len(network.sc) == len(network.hlr) == 0


def test_a_peer_that_ends_the_dialogue_at_once_leaves_the_rest_without_an_answer() -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, FIRST, network.now)
    network.sc.invoke_in(ours, MT_FORWARD_SM, LAST, network.now)
    first = _invoked(network.exchange()[1])
    network.hlr.error(first.dialogue, REFUSED, network.now)
    refused, lost = network.exchange()[0]
    assert refused == Refused(ours, MT_FORWARD_SM, REFUSED)
    assert lost == DialogueLost(ours, MT_FORWARD_SM, LostReason.REJECT, "ended without an answer", 2)


# ---- a dialogue with a peer whose octets are written here


def test_invokes_at_once_are_answered_in_any_order() -> None:
    invokes = b"".join(encode_invoke(each, 44, MESSAGE.encode()) for each in (1, -128, 127))
    peer = Peer(invokes)
    assert [each.invoke_id for each in peer.events if isinstance(each, Invoked)] == [1, -128, 127]
    for invoke_id, kind in ((127, MessageType.CONTINUE), (1, MessageType.CONTINUE), (-128, MessageType.END)):
        peer.answers(invoke_id)
        message, (result,) = peer.hears()
        assert (message.kind, result.invoke_id) == (kind, invoke_id)
        assert (message.dialogue == ACCEPT) == (invoke_id == 127)


def test_the_one_that_has_waited_longest_is_answered_if_none_is_named() -> None:
    peer = Peer(encode_invoke(7, 44, MESSAGE.encode()) + encode_invoke(3, 44, MESSAGE.encode()))
    for invoke_id in (7, 3):
        peer.network.hlr.result(peer.dialogue, DONE, peer.network.now)
        assert peer.hears()[1][0].invoke_id == invoke_id
    assert len(peer.network.hlr) == 0


def test_we_invoke_in_a_dialogue_of_the_peer_before_we_answer() -> None:
    """As an HLR does: insertSubscriberData within updateLocation."""
    peer = Peer()
    own = peer.network.hlr.invoke_in(peer.dialogue, MT_FORWARD_SM, MESSAGE, peer.network.now)
    message, (invoke,) = peer.hears()
    assert (message.kind, message.dialogue, invoke.kind) == (
        MessageType.CONTINUE,
        ACCEPT,
        ComponentType.INVOKE,
    )
    (answered,) = peer.says(encode_return_result(own, 44, DONE.encode()))
    assert answered == Answered(peer.dialogue, MT_FORWARD_SM, DONE, own, goes_on=True)
    peer.network.hlr.error(peer.dialogue, REFUSED, peer.network.now)
    assert peer.hears()[0].kind is MessageType.END
    assert len(peer.network.hlr) == 0


def test_our_invoke_and_the_peers_have_ids_of_their_own() -> None:
    peer = Peer()
    own = peer.network.hlr.invoke_in(peer.dialogue, MT_FORWARD_SM, MESSAGE, peer.network.now)
    assert own == 1
    peer.hears()
    peer.answers(1)
    message, (result,) = peer.hears()
    assert (message.kind, result.kind) == (MessageType.CONTINUE, ComponentType.RETURN_RESULT_LAST)
    assert peer.says(encode_return_error(1, 34, b""))[0] == Refused(
        peer.dialogue, MT_FORWARD_SM, MapError(ErrorCode.SYSTEM_FAILURE), 1, goes_on=True
    )


@pytest.mark.parametrize("kind", [MessageType.END, MessageType.ABORT])
def test_what_waits_on_both_sides_ends_with_the_dialogue(kind: MessageType) -> None:
    peer = Peer()
    peer.network.hlr.invoke_in(peer.dialogue, MT_FORWARD_SM, MESSAGE, peer.network.now)
    peer.hears()
    lost, closed = peer.says(b"", kind)
    assert isinstance(lost, DialogueLost)
    assert lost.invoke_id == 1
    assert isinstance(closed, DialogueClosed)
    assert len(peer.network.hlr) == 0


def test_a_result_comes_in_parts() -> None:
    peer = Peer()
    own = peer.network.hlr.invoke_in(peer.dialogue, MT_FORWARD_SM, MESSAGE, peer.network.now)
    peer.hears()
    part = encode_return_result_not_last(own, 44, DONE.encode())
    assert peer.says(part + part) == [AnsweredInPart(peer.dialogue, MT_FORWARD_SM, DONE, own)] * 2
    (last,) = peer.says(encode_return_result(own, 44, DONE.encode()))
    assert isinstance(last, Answered)
    peer.network.hlr.abort(peer.dialogue, peer.network.now)


def test_a_result_leaves_in_parts() -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, MESSAGE, network.now)
    theirs = _invoked(network.exchange()[1]).dialogue
    network.hlr.result(theirs, DONE, network.now, last=False)
    assert network.exchange()[0] == [AnsweredInPart(ours, MT_FORWARD_SM, DONE)]
    network.hlr.result(theirs, DONE, network.now)
    assert network.exchange()[0] == [Answered(ours, MT_FORWARD_SM, DONE)]
    assert len(network.sc) == len(network.hlr) == 0


def test_what_is_right_counts_though_what_follows_is_not() -> None:
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, MESSAGE, network.now)
    network.from_sc()
    good = encode_return_result(1, 44, DONE.encode())
    tids = element(0x49, ours.to_bytes(4))
    answered, misbehaved = network.to_sc(encode_message(MessageType.END, tids, ACCEPT, good + b"\xa1\x7f"))
    assert answered == Answered(ours, MT_FORWARD_SM, DONE)
    assert isinstance(misbehaved, PeerMisbehaved)


def test_who_opens_the_dialogue_invokes() -> None:
    """An operation of the context itself is not for the responder to invoke (TS 29.002 §17.3.2)."""
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, FIRST, network.now)
    network.from_sc()
    tids = OTID + element(0x49, ours.to_bytes(4))
    invoke = encode_invoke(1, 44, MESSAGE.encode())
    events = network.to_sc(encode_message(MessageType.CONTINUE, tids, ACCEPT, invoke))
    assert [type(each) for each in events] == [PeerMisbehaved]
    assert encode_reject(1, ProblemType.INVOKE, InvokeProblem.UNRECOGNIZED_OPERATION) in network.from_sc()[0]


def test_invokes_that_cannot_be_are_our_bug() -> None:
    peer = Peer()
    hlr, now = peer.network.hlr, peer.network.now
    with pytest.raises(LocalError):
        hlr.invoke_in(peer.dialogue, MT_FORWARD_SM, MESSAGE, now, linked_id=5)
    with pytest.raises(LocalError):
        hlr.result(peer.dialogue, DONE, now, invoke_id=5)
    for _ in range(256):
        hlr.invoke_in(peer.dialogue, MT_FORWARD_SM, MESSAGE, now)
    with pytest.raises(LocalError):
        hlr.invoke_in(peer.dialogue, MT_FORWARD_SM, MESSAGE, now)
