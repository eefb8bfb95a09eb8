"""What becomes of our own invokes when the answer is none, or makes no sense (TS 29.002 §15.6)."""

import pytest
from msgspec.structs import replace

from mapstack import (
    ANY_TIME_MODIFICATION,
    MO_FORWARD_SM,
    SEND_ROUTING_INFO_FOR_SM,
    Answered,
    DialogueLost,
    LostReason,
    Refused,
)
from mapstack.ber import element
from mapstack.tcap.component import (
    ComponentType,
    ProblemType,
    ReturnResultProblem,
    encode_invoke,
    encode_reject,
    encode_return_error,
    encode_return_result,
)
from mapstack.tcap.dialogue_portion import Aare, encode_aare
from mapstack.tcap.message import (
    MessageType,
    encode_message,
)
from tests.mapstack.stack.network import FLOW, HLR, OTID, SC, Network, asked
from tests.mapstack.stack.samples import ARGUMENTS, RESULTS


def _answer(network: Network, components: bytes, kind: MessageType = MessageType.END) -> bytes:
    """An answer to the one dialogue that the SM-SC has open."""
    (tid,) = network.sc._tcap._dialogues
    tids = element(0x49, tid.to_bytes(4))
    if kind is MessageType.CONTINUE:
        tids = OTID + tids
    dialogue = network.sc._tcap.dialogue(tid)
    return encode_message(kind, tids, dialogue.context.accept, components)


@pytest.mark.parametrize(
    ("components", "reason"),
    [
        (b"", LostReason.REJECT),
        (encode_return_result(1, 45, b""), LostReason.REJECT),
        (encode_return_result(1, 45, b"\x30\x00"), LostReason.REJECT),
        (encode_return_result(1, 46, b"\x30\x00"), LostReason.REJECT),
        (encode_return_result(2, 45, b"\x30\x00"), LostReason.REJECT),
        (b"\xa7" + encode_return_result(1, 45, b"\x30\x00")[1:], LostReason.REJECT),
        (encode_reject(1, ProblemType.INVOKE, 1), LostReason.UNSUPPORTED),
        (encode_reject(1, ProblemType.INVOKE, 3), LostReason.REJECT),
        (encode_reject(None, ProblemType.GENERAL, 2), LostReason.REJECT),
        (encode_invoke(1, 45, b"\x30\x00"), LostReason.REJECT),
        (b"\xa2\x7f", LostReason.P_ABORT),
    ],
)
@pytest.mark.parametrize("kind", [MessageType.END, MessageType.CONTINUE])
def test_what_is_no_answer_loses_the_dialogue(
    components: bytes, reason: LostReason, kind: MessageType
) -> None:
    network = Network()
    ours = asked(network)
    events = network.to_sc(_answer(network, components, kind))
    goes_on = kind is MessageType.CONTINUE and (
        components[:5] in (b"", b"\xa2\x0a\x02\x01\x02") or components[0] == ComponentType.INVOKE
    )
    lost = [event for event in events if isinstance(event, DialogueLost)]
    assert [(each.dialogue, each.reason) for each in lost] == ([] if goes_on else [(ours, reason)])
    assert len(network.sc) == goes_on


def test_an_error_is_a_no_whatever_comes_with_it() -> None:
    for parameter in (b"", b"\x30\x7f", b"\x05\x00", b"\x0a\x01\x00"):
        network = Network()
        ours = asked(network)
        error = encode_return_error(1, 6, b"\x30\x03\x02\x01\x0c" if parameter == b"\x30\x7f" else parameter)
        (event,) = network.to_sc(_answer(network, error))
        assert isinstance(event, Refused)
        assert (event.dialogue, event.error.code) == (ours, 6)


def test_an_answer_in_a_continue_is_taken_and_the_dialogue_ended() -> None:
    network = Network()
    ours = asked(network)
    result = RESULTS[SEND_ROUTING_INFO_FOR_SM]
    assert result is not None
    answer = _answer(network, encode_return_result(1, 45, result.encode()), MessageType.CONTINUE)
    assert network.to_sc(answer) == [Answered(ours, SEND_ROUTING_INFO_FOR_SM, result)]
    (end,) = network.from_sc()
    assert len(network.sc) == 0
    assert bytes.fromhex("64064904000000aa") in end


def test_a_mistyped_result_in_a_continue_is_rejected() -> None:
    network = Network()
    asked(network)
    network.to_sc(_answer(network, encode_return_result(1, 45, b"\x30\x00"), MessageType.CONTINUE))
    (end,) = network.from_sc()
    wanted = encode_reject(1, ProblemType.RETURN_RESULT, ReturnResultProblem.MISTYPED_PARAMETER)
    assert wanted in end


@pytest.mark.parametrize(
    ("abort", "reason", "detail"),
    [
        ("4a0101", LostReason.P_ABORT, "UNRECOGNIZED_TRANSACTION_ID"),
        ("4a0109", LostReason.P_ABORT, "P-Abort cause 9"),
        ("4a0103", LostReason.UNSUPPORTED, "INCORRECT_TRANSACTION_PORTION"),
        ("", LostReason.UNSUPPORTED, "aborted without a reason"),
        ("6b021234", LostReason.U_ABORT, "dialogue portion"),
        (
            encode_aare(Aare((0, 4, 0, 0, 1, 0, 20, 2), 1, 2)).hex(),
            LostReason.UNSUPPORTED,
            "0.4.0.0.1.0.20.2 is offered",
        ),
    ],
)
def test_an_abort_loses_the_dialogue_with_its_reason(abort: str, reason: LostReason, detail: str) -> None:
    network = Network()
    ours = asked(network, ANY_TIME_MODIFICATION)  # it has no older version
    data = element(0x67, element(0x49, ours.to_bytes(4)) + bytes.fromhex(abort))
    (event,) = network.to_sc(data)
    assert isinstance(event, DialogueLost)
    assert (event.dialogue, event.reason) == (ours, reason)
    assert detail in event.detail


def test_a_broken_message_of_an_open_dialogue_ends_it() -> None:
    network = Network()
    ours = asked(network)
    events = network.to_sc(element(0x64, element(0x49, ours.to_bytes(4)) + b"\x05\x00"))
    lost = [(each.dialogue, each.reason) for each in events if isinstance(each, DialogueLost)]
    assert lost == [(ours, LostReason.P_ABORT)]


def test_a_refusal_within_an_end_ends_the_dialogue_at_both_sides() -> None:
    for kind in (MessageType.END, MessageType.CONTINUE):
        network = Network()
        ours = asked(network, ANY_TIME_MODIFICATION)
        refusal = encode_aare(Aare((0, 4, 0, 0, 1, 0, 20, 2), 1, 2))
        tids = (OTID if kind is MessageType.CONTINUE else b"") + element(0x49, ours.to_bytes(4))
        events = network.to_sc(encode_message(kind, tids, refusal, b""))
        assert (ours, LostReason.UNSUPPORTED) in [
            (each.dialogue, each.reason) for each in events if isinstance(each, DialogueLost)
        ]
        aborted = [b"\x49\x04\x00\x00\x00\xaa\x6b" in each for each in network.from_sc()]
        assert aborted == [True] * (kind is MessageType.CONTINUE)
        assert len(network.sc) == 0


def test_a_continue_that_times_out_aborts_the_peer() -> None:
    network = Network()
    ours = asked(network)
    assert network.to_sc(_answer(network, b"", MessageType.CONTINUE)) == []
    events = network.sc.expire(network.now + 30)
    assert (
        DialogueLost(ours, SEND_ROUTING_INFO_FOR_SM, LostReason.TIMEOUT, "30 s without an answer") in events
    )
    assert any(b"\x67" in each and b"\x49\x04\x00\x00\x00\xaa" in each for each in network.from_sc())


def test_a_message_that_comes_back_loses_the_dialogue() -> None:
    network = Network()
    elsewhere = replace(HLR, ssn=250)
    ours = network.sc.invoke(MO_FORWARD_SM, elsewhere, ARGUMENTS[MO_FORWARD_SM], network.now)
    events, _ = network.exchange()
    assert events == [DialogueLost(ours, MO_FORWARD_SM, LostReason.NOTICE, "UNEQUIPPED_USER")]
    assert len(network.sc) == 0


def test_what_waits_for_an_as_that_does_not_come_back_is_a_refusal_and_no_timeout() -> None:
    network = Network()
    network.hlr.link_down(FLOW, network.now)
    arg = ARGUMENTS[MO_FORWARD_SM]
    ours = network.hlr.invoke(MO_FORWARD_SM, SC, arg, network.now)
    events = network.hlr.expire(network.now + 2.0)
    lost = [event for event in events if isinstance(event, DialogueLost)]
    assert lost == [DialogueLost(ours, MO_FORWARD_SM, LostReason.NOTICE, "MTP_FAILURE")]
    assert len(network.hlr) == 0


def test_what_a_dead_association_had_not_sent_is_a_refusal_and_no_timeout() -> None:
    network = Network()
    ours = network.sc.invoke(MO_FORWARD_SM, HLR, ARGUMENTS[MO_FORWARD_SM], network.now)
    unsent = network.sc.take_output()
    network.sc.link_down(FLOW, network.now)
    (event,) = network.sc.unsent(unsent, network.now)
    assert event == DialogueLost(ours, MO_FORWARD_SM, LostReason.NOTICE, "MTP_FAILURE")
