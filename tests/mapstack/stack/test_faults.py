"""What a peer can do wrong, and what it is answered (Q.774 §3.3.4, TS 29.002 §15)."""

import pytest

from mapstack import (
    INFORM_SERVICE_CENTRE,
    MT_FORWARD_SM,
    DialogueClosed,
    DialogueLost,
    Invoked,
    LostReason,
    MapLimits,
)
from mapstack.ber import element
from mapstack.events import PeerMisbehaved
from mapstack.map.application_contexts import SHORT_MSG_GATEWAY_V3, SHORT_MSG_MT_RELAY_V3
from mapstack.tcap.component import (
    ComponentType,
    GeneralProblem,
    InvokeProblem,
    ProblemType,
    decode_components,
    encode_invoke,
    encode_reject,
    encode_return_error,
    encode_return_result,
)
from mapstack.tcap.dialogue_portion import Aare, decode_dialogue, encode_aarq
from mapstack.tcap.message import (
    Message,
    MessageType,
    PAbortCause,
    decode_message,
    encode_message,
    p_abort,
    u_abort,
)
from tests.mapstack.stack.network import HLR, OTID, Network, asked
from tests.mapstack.stack.samples import ARGUMENTS, INFORM, RESULTS

MT = ARGUMENTS[MT_FORWARD_SM].encode()
INVOKE = encode_invoke(5, 44, MT)
REQUEST = SHORT_MSG_MT_RELAY_V3.request


def _begin(components: bytes, dialogue: bytes = REQUEST) -> bytes:
    return encode_message(MessageType.BEGIN, OTID, dialogue, components)


def _one(answers: list[bytes]) -> Message:
    (data,) = answers
    return decode_message(data)


# ---- a Begin that is refused


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (encode_message(MessageType.BEGIN, OTID, b"", INVOKE), PAbortCause.INCORRECT_TRANSACTION_PORTION),
        (_begin(INVOKE, b"\x6b\x02\x05\x00"), PAbortCause.INCORRECT_TRANSACTION_PORTION),
        (_begin(INVOKE, SHORT_MSG_MT_RELAY_V3.accept), PAbortCause.INCORRECT_TRANSACTION_PORTION),
        (_begin(INVOKE)[:-1], PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION),
        (bytes.fromhex("62084804000000aa0500"), PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION),
        (bytes.fromhex("65064804000000aa"), PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION),
        (bytes.fromhex("63064804000000aa"), PAbortCause.UNRECOGNIZED_MESSAGE_TYPE),
        (bytes.fromhex("650c4804000000aa490400000001"), PAbortCause.UNRECOGNIZED_TRANSACTION_ID),
    ],
)
def test_a_message_without_a_dialogue_is_aborted_with_its_cause(data: bytes, cause: PAbortCause) -> None:
    network = Network()
    events, answers = network.to_hlr(data)
    assert [type(event) for event in events] == [PeerMisbehaved]
    assert _one(answers) == Message(MessageType.ABORT, dtid=OTID[2:], p_abort=cause)
    assert len(network.hlr) == 0


@pytest.mark.parametrize(
    "data", ["", "61", "62", "6100", "64064904000000aa", "67094904000000aa4a0101", "62054803aabbcc05", "ff00"]
)
def test_what_has_no_sender_is_dropped(data: str) -> None:
    network = Network()
    events, answers = network.to_hlr(bytes.fromhex(data))
    assert [type(event) for event in events] == [PeerMisbehaved]
    assert answers == [] or _one(answers).p_abort is not None


def test_a_version_that_is_not_spoken_is_answered_with_the_one_that_is() -> None:
    network = Network()
    _, answers = network.to_hlr(_begin(INVOKE, encode_aarq((0, 4, 0, 0, 1, 0, 25, 4))))
    refusal = decode_dialogue(_one(answers).dialogue)
    assert refusal == Aare((0, 4, 0, 0, 1, 0, 25, 3), 1, 2)


def test_an_unknown_context_is_refused_by_its_own_name() -> None:
    network = Network()
    _, answers = network.to_hlr(_begin(INVOKE, encode_aarq((0, 4, 0, 0, 1, 0, 19, 2))))
    assert decode_dialogue(_one(answers).dialogue) == Aare((0, 4, 0, 0, 1, 0, 19, 2), 1, 2)


def test_another_version_of_the_dialogue_portion_is_refused_by_the_provider() -> None:
    network = Network()
    portion = REQUEST.replace(b"\x80\x02\x07\x80", b"\x80\x02\x06\x40")
    _, answers = network.to_hlr(_begin(INVOKE, portion))
    refusal = decode_dialogue(_one(answers).dialogue)
    assert refusal == Aare(SHORT_MSG_MT_RELAY_V3.oid, 1, 2, by_provider=True)


def test_a_portion_written_another_way_is_learned() -> None:
    network = Network()
    portion = REQUEST.replace(b"\x60\x0f\x80\x02\x07\x80", b"\x60\x0b")
    portion = portion.replace(b"\x6b\x1e\x28\x1c", b"\x6b\x1a\x28\x18").replace(b"\xa0\x11", b"\xa0\x0d")
    for _ in range(2):
        events, _ = network.to_hlr(_begin(INVOKE, portion))
        assert [type(event) for event in events] == [Invoked]


def test_too_many_dialogues_are_refused_at_the_door() -> None:
    network = Network(limits=MapLimits(dialogues=1))
    network.to_hlr(_begin(INVOKE))
    events, answers = network.to_hlr(_begin(INVOKE))
    assert [type(event) for event in events] == [PeerMisbehaved]
    assert _one(answers).p_abort == PAbortCause.RESOURCE_LIMITATION
    assert len(network.hlr) == 1
    asked(network)
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, ARGUMENTS[MT_FORWARD_SM], network.now)
    (event,) = network.sc.expire(network.now)
    assert isinstance(event, DialogueLost)
    assert (event.dialogue, event.reason) == (ours, LostReason.NO_ROUTE)
    assert "resource limitation" in event.detail


# ---- an Invoke that is rejected


@pytest.mark.parametrize(
    ("component", "problem"),
    [
        (encode_invoke(5, 2, MT), InvokeProblem.UNRECOGNIZED_OPERATION),
        (encode_invoke(5, 46, MT), InvokeProblem.UNRECOGNIZED_OPERATION),
        (encode_invoke(5, 44, b"\x30\x00"), InvokeProblem.MISTYPED_PARAMETER),
        (encode_invoke(5, 44, b""), InvokeProblem.MISTYPED_PARAMETER),
        (encode_invoke(5, 44, b"\x04" + MT[1:]), InvokeProblem.MISTYPED_PARAMETER),
    ],
)
def test_an_invoke_that_cannot_be_done_is_rejected_in_an_end(
    component: bytes, problem: InvokeProblem
) -> None:
    network = Network()
    events, answers = network.to_hlr(_begin(component))
    message = _one(answers)
    assert [type(event) for event in events] == [PeerMisbehaved]
    assert (message.kind, message.dialogue) == (MessageType.END, SHORT_MSG_MT_RELAY_V3.accept)
    (reject,) = decode_components(answers[0], message.start, message.stop)
    assert (reject.invoke_id, reject.problem) == (5, (ProblemType.INVOKE, problem))
    assert len(network.hlr) == 0


@pytest.mark.parametrize(
    ("second", "problem"),
    [(5, InvokeProblem.DUPLICATE_INVOKE_ID), (6, InvokeProblem.RESOURCE_LIMITATION)],
)
def test_an_invoke_too_many_is_rejected_together_with_the_answer_to_the_first(
    second: int, problem: InvokeProblem
) -> None:
    network = Network(limits=MapLimits(invokes=1))
    events, answers = network.to_hlr(_begin(INVOKE + encode_invoke(second, 44, MT)))
    assert [type(event) for event in events] == [Invoked, PeerMisbehaved]
    assert answers == []
    assert isinstance(events[0], Invoked)
    network.hlr.result(events[0].dialogue, RESULTS[MT_FORWARD_SM], network.now)
    (data,) = network.answers()
    message = decode_message(data)
    reject, result = decode_components(data, message.start, message.stop)
    assert (reject.invoke_id, reject.problem) == (second, (ProblemType.INVOKE, problem))
    assert (result.kind, result.invoke_id) == (ComponentType.RETURN_RESULT_LAST, 5)


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        (b"\xa5\x03\x02\x01\x01", GeneralProblem.UNRECOGNIZED_COMPONENT),
        (b"\xa1\x03\x04\x01\x01", GeneralProblem.MISTYPED_COMPONENT),
        (b"\xa1\x7f", GeneralProblem.BADLY_STRUCTURED_COMPONENT),
    ],
)
def test_components_that_make_no_sense_are_rejected_without_an_id(
    octets: bytes, problem: GeneralProblem
) -> None:
    network = Network()
    _, answers = network.to_hlr(_begin(octets))
    message = _one(answers)
    (reject,) = decode_components(answers[0], message.start, message.stop)
    assert (message.kind, reject.problem) == (MessageType.END, (ProblemType.GENERAL, problem))


def test_answers_that_nobody_asked_for_are_rejected_but_no_reject_is() -> None:
    network = Network()
    wrong = (
        encode_return_result(1, 44, b"")
        + encode_return_error(2, 34, b"")
        + encode_reject(3, ProblemType.INVOKE, 1)
    )
    _, answers = network.to_hlr(_begin(wrong))
    message = _one(answers)
    rejects = decode_components(answers[0], message.start, message.stop)
    assert [each.problem for each in rejects] == [
        (ProblemType.RETURN_RESULT, 0),
        (ProblemType.RETURN_ERROR, 0),
    ]


def test_an_inform_alone_is_told_and_the_dialogue_ends() -> None:
    network = Network()
    begin = _begin(encode_invoke(1, 63, INFORM.encode()), SHORT_MSG_GATEWAY_V3.request)
    events, answers = network.to_hlr(begin)
    (event,) = events
    assert isinstance(event, Invoked)
    assert (event.operation, event.arg) == (INFORM_SERVICE_CENTRE, INFORM)
    assert (_one(answers).kind, len(network.hlr)) == (MessageType.END, 0)


# ---- the handshake, and dialogues that go on


def _handshake(network: Network) -> bytes:
    """An empty Begin is accepted; the transaction id of the HLR."""
    events, answers = network.to_hlr(_begin(b""))
    message = _one(answers)
    assert events == []
    assert (message.kind, message.dtid, message.start) == (MessageType.CONTINUE, OTID[2:], 0)
    assert message.dialogue == SHORT_MSG_MT_RELAY_V3.accept
    return message.otid


def test_an_empty_begin_is_accepted_and_the_invoke_follows() -> None:
    network = Network()
    tid = _handshake(network)
    tids = OTID + element(0x49, tid)
    (event,), answers = network.to_hlr(encode_message(MessageType.CONTINUE, tids, b"", INVOKE))
    assert answers == []
    assert isinstance(event, Invoked)
    network.hlr.result(event.dialogue, RESULTS[MT_FORWARD_SM], network.now)
    message = _one(network.answers())
    assert (message.kind, message.dialogue) == (MessageType.END, b"")


def test_a_dialogue_that_waits_is_closed_by_its_opener() -> None:
    network = Network()
    tid = _handshake(network)
    assert network.to_hlr(u_abort(tid, b""))[0] == []  # nothing had been told of it
    tid = _handshake(network)
    (event,), _ = network.to_hlr(encode_message(MessageType.CONTINUE, OTID + element(0x49, tid), b"", INVOKE))
    assert isinstance(event, Invoked)
    assert network.to_hlr(p_abort(tid, PAbortCause.RESOURCE_LIMITATION))[0] == [
        DialogueClosed(event.dialogue, "RESOURCE_LIMITATION")
    ]
    assert len(network.hlr) == 0


def test_another_transaction_of_a_peer_does_not_enter_a_dialogue() -> None:
    """Its id for the dialogue is fixed by its first message (Q.774 §3.3.2.2)."""
    network = Network()
    tid = element(0x49, _handshake(network))
    other = bytes.fromhex("4804000000bb")
    events, answers = network.to_hlr(encode_message(MessageType.CONTINUE, other + tid, b"", INVOKE))
    assert [type(event) for event in events] == [PeerMisbehaved]
    refused = Message(MessageType.ABORT, dtid=other[2:], p_abort=PAbortCause.UNRECOGNIZED_TRANSACTION_ID)
    assert _one(answers) == refused
    events, _ = network.to_hlr(encode_message(MessageType.CONTINUE, OTID + tid, b"", INVOKE))
    assert [type(event) for event in events] == [Invoked]


def test_an_id_that_was_never_given_away_ends_nothing() -> None:
    network = Network()
    network.to_hlr(_begin(INVOKE))
    (tid,) = network.hlr._tcap._dialogues
    for data in (
        p_abort(tid.to_bytes(4), PAbortCause.RESOURCE_LIMITATION),
        encode_message(MessageType.END, element(0x49, tid.to_bytes(4)), b"", b""),
        encode_message(MessageType.CONTINUE, OTID + element(0x49, tid.to_bytes(4)), b"", INVOKE),
        bytes((0x64, 0x07, 0x49, 0x04)) + tid.to_bytes(4) + b"\x05",
    ):
        events, _ = network.to_hlr(data)
        assert [type(event) for event in events] == [PeerMisbehaved]
    assert len(network.hlr) == 1
