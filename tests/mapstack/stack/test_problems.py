"""Every component that cannot be is rejected with its problem, and every Reject told (Q.774 §3.2.1.4)."""

import pytest

from mapstack import MT_FORWARD_SM, DialogueLost, LostReason
from mapstack.events import PeerMisbehaved
from mapstack.tcap.component import (
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
from tests.mapstack.stack.peer import MESSAGE, Peer

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
        *((ProblemType.RETURN_RESULT, value) for value in range(4)),
        *((ProblemType.RETURN_ERROR, value) for value in range(6)),
    ],
)
@pytest.mark.parametrize("invoke_id", [1, None])
def test_each_problem_of_a_reject_is_told(problem: tuple[ProblemType, int], invoke_id: int | None) -> None:
    peer = Peer()
    peer.network.hlr.invoke_in(peer.dialogue, MT_FORWARD_SM, MESSAGE, peer.network.now)
    peer.hears()
    (lost,) = peer.says(encode_reject(invoke_id, *problem))
    assert isinstance(lost, DialogueLost)
    assert lost.reason is LostReason.REJECT
    assert lost.detail.startswith(f"{problem[0].name} problem ")
    assert peer.network.hlr.awaits_answer(peer.dialogue)
