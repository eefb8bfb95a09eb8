"""Every component that cannot be is rejected with its problem, and every Reject told (Q.774 §3.2.1.4)."""

import pytest

from mapstack import MT_FORWARD_SM, Answered, DialogueLost, Gt, Invoked, LostReason, SccpAddress
from mapstack.ber import element
from mapstack.events import PeerMisbehaved
from mapstack.tcap.component import (
    ComponentType,
    InvokeProblem,
    ProblemType,
    ReturnErrorProblem,
    ReturnResultProblem,
    encode_invoke,
    encode_reject,
    encode_return_error,
    encode_return_result,
    encode_return_result_not_last,
)
from mapstack.tcap.message import MessageType, encode_message
from tests.mapstack.stack.network import HLR, OTID, Network
from tests.mapstack.stack.peer import ACCEPT, DONE, FIRST, MESSAGE, NEXT, Peer

NO_SUCH_RESULT = ProblemType.RETURN_RESULT, ReturnResultProblem.UNRECOGNIZED_INVOKE_ID
MISTYPED_RESULT = ProblemType.RETURN_RESULT, ReturnResultProblem.MISTYPED_PARAMETER
WRONG_ANSWERS = [
    (
        encode_return_result(9, 44, b""),
        NO_SUCH_RESULT,
    ),
    (
        encode_return_result_not_last(9, 44, b"\x30\x00"),
        NO_SUCH_RESULT,
    ),
    (encode_return_error(9, 34, b""), (ProblemType.RETURN_ERROR, ReturnErrorProblem.UNRECOGNIZED_INVOKE_ID)),
    (
        encode_return_result(1, 45, b"\x30\x00"),
        MISTYPED_RESULT,
    ),
    (
        encode_return_result(1, 44, b"\x04\x00"),
        MISTYPED_RESULT,
    ),
    (b"\xa1\x03\x02\x01\x09", (ProblemType.GENERAL, 2)),
    (b"\xa2\x06\x02\x01\x01\x04\x01\x00", (ProblemType.GENERAL, 1)),
    (b"\xa9\x03\x02\x01\x01", (ProblemType.GENERAL, 0)),
    (encode_invoke(4, 99, b""), (ProblemType.INVOKE, InvokeProblem.UNRECOGNIZED_OPERATION)),
    (encode_invoke(4, 44, b"\x30\x00"), (ProblemType.INVOKE, InvokeProblem.MISTYPED_PARAMETER)),
    (encode_invoke(1, 44, MESSAGE.encode()), (ProblemType.INVOKE, InvokeProblem.DUPLICATE_INVOKE_ID)),
    (encode_invoke(4, 44, MESSAGE.encode()), (ProblemType.INVOKE, InvokeProblem.RESOURCE_LIMITATION)),
    (encode_invoke(4, 44, MESSAGE.encode(), 9), (ProblemType.INVOKE, InvokeProblem.UNRECOGNIZED_LINKED_ID)),
    (
        encode_invoke(4, 44, MESSAGE.encode(), 1),
        (ProblemType.INVOKE, InvokeProblem.LINKED_RESPONSE_UNEXPECTED),
    ),
]


@pytest.mark.parametrize(("component", "problem"), WRONG_ANSWERS)
def test_each_component_that_cannot_be_has_its_problem(
    component: bytes, problem: tuple[ProblemType, int]
) -> None:
    peer = Peer(invokes=1 if problem[1] == InvokeProblem.RESOURCE_LIMITATION else 8)
    peer.network.hlr.invoke_in(peer.dialogue, MT_FORWARD_SM, MESSAGE, peer.network.now)
    peer.hears()
    assert PeerMisbehaved in [type(each) for each in peer.says(component)]
    peer.answers(1)
    _, components = peer.hears()
    assert components[0].problem == problem


@pytest.mark.parametrize(
    "problem",
    [
        *((ProblemType.GENERAL, value) for value in range(4)),
        *((ProblemType.INVOKE, value) for value in range(9)),
    ],
)
@pytest.mark.parametrize("invoke_id", [1, None])
def test_each_problem_of_a_reject_is_told(problem: tuple[ProblemType, int], invoke_id: int | None) -> None:
    peer = Peer()
    peer.network.hlr.invoke_in(peer.dialogue, MT_FORWARD_SM, MESSAGE, peer.network.now)
    peer.hears()
    (lost,) = peer.says(encode_reject(invoke_id, *problem))
    assert isinstance(lost, DialogueLost)
    operation, parameter = InvokeProblem.UNRECOGNIZED_OPERATION, InvokeProblem.MISTYPED_PARAMETER
    kind, value = problem
    unknown = invoke_id == 1 and kind is ProblemType.INVOKE and value in (operation, parameter)
    assert lost.reason is (LostReason.UNSUPPORTED if unknown else LostReason.REJECT)
    assert lost.detail.startswith(f"{problem[0].name} problem ")
    assert peer.network.hlr.awaits_answer(peer.dialogue)


@pytest.mark.parametrize("problem", [ProblemType.RETURN_RESULT, ProblemType.RETURN_ERROR])
@pytest.mark.parametrize("invoke_id", [1, None])
def test_a_reject_of_our_answer_is_none_of_our_invoke(problem: ProblemType, invoke_id: int | None) -> None:
    """Both sides have an invoke 1; the peer complains of the answer to its own (Q.773 §3.3.7)."""
    peer = Peer()
    peer.network.hlr.invoke_in(peer.dialogue, MT_FORWARD_SM, MESSAGE, peer.network.now)
    peer.answers(1)
    peer.network.from_hlr()
    assert peer.says(encode_reject(invoke_id, problem, 2)) == []
    (answered,) = peer.says(encode_return_result(1, 44, DONE.encode()))
    assert isinstance(answered, Answered)


@pytest.mark.parametrize(
    "reject", ["a406020101840101", "a406020101800100", "a4050201018401", "a403020101", "a47f0201"]
)
def test_a_reject_is_never_rejected_whatever_is_wrong_with_it(reject: str) -> None:
    peer = Peer()
    peer.network.hlr.invoke_in(peer.dialogue, MT_FORWARD_SM, MESSAGE, peer.network.now)
    peer.hears()
    events = peer.says(bytes.fromhex(reject))
    assert [each.reason for each in events if isinstance(each, DialogueLost)] == [LostReason.REJECT]
    peer.answers(1)
    _, components = peer.hears()
    assert [each.kind for each in components] == [ComponentType.RETURN_RESULT_LAST]


def test_rejects_that_find_no_way_do_not_pile_up() -> None:
    """The peer can reach us, and we cannot reach it: what waits for a way is bounded."""
    network = Network()
    ours = network.sc.invoke(MT_FORWARD_SM, HLR, FIRST, network.now)
    network.from_sc()
    tids = OTID + element(0x49, ours.to_bytes(4))
    answer = encode_return_result(1, 44, b"")
    network.to_sc(encode_message(MessageType.CONTINUE, tids, ACCEPT, answer))
    network.sc.invoke_in(ours, MT_FORWARD_SM, MESSAGE, network.now)
    network.from_sc()
    network.sc._tcap.dialogue(ours).remote = SccpAddress(Gt("99"), 6)  # there is no route to it
    junk = encode_return_error(9, 34, b"") * 30
    for _ in range(50):
        network.to_sc(encode_message(MessageType.CONTINUE, tids, b"", junk))
    kept = network.sc._tcap.dialogue(ours).kept
    assert kept is not None
    assert len(kept[1]) < 1000


def test_invokes_that_could_not_be_answered_do_not_pile_up() -> None:
    peer = Peer()
    peer.network.hlr.result(peer.dialogue, DONE, peer.network.now)
    peer.hears()
    peer.network.hlr._tcap.dialogue(peer.dialogue).remote = SccpAddress(Gt("99"), 8)
    told = 0
    for _ in range(300):
        for event in peer.says(encode_invoke(2, 44, NEXT.encode()) + b"\xa5\x00"):
            if isinstance(event, Invoked):
                told += 1
                peer.answers(2)
    assert told == 1
    assert len(peer.network.hlr) == 1
