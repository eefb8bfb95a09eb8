"""A relay passes what it is given, whatever it is (TS 23.554 clause 4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.msgin5g.plan import Msgin5gPlan, UePlan
from lab.msgin5g.relay import RelayStack
from msgin5g_bridge.exchange import Answered, Ask, Asked, NoAnswer, Peer, Reply, Request, Response

SERVER, UE = "coap://10.0.0.1:5683", "coap://10.0.0.2:5683"
REQUEST = Request("POST", "/msgin5g", (("content-type", "application/json"),), b'{ "odd" :1}', "q=1", False)


def asked(stack: RelayStack, peer: str, request: Request = REQUEST, exchange: int = 7) -> list[Ask | Reply]:
    stack.receive(Asked(exchange, request, Peer(peer)), 0.0)
    return stack.take_output()


@pytest.mark.parametrize(("peer", "to"), [(UE, SERVER), (SERVER, UE)])
@given(body=st.binary(max_size=50), answer=st.binary(max_size=50), code=st.sampled_from([201, 204, 403, 504]))
def test_requests_and_answers_pass_octet_for_octet(
    peer: str, to: str, body: bytes, answer: bytes, code: int
) -> None:
    stack = RelayStack(SERVER, UE)
    request = Request("POST", "/any/path", (("x", "y"),), body, "q")
    (ask,) = asked(stack, peer, request)
    assert isinstance(ask, Ask)
    assert (ask.origin, ask.request) == (to, request)
    response = Response(code, (("max-age", "3"),), answer)
    stack.receive(Answered(ask.exchange, response), 1.0)
    assert stack.take_output() == [Reply(7, response)]
    assert len(stack) == 0


def test_silence_is_told_as_silence() -> None:
    stack = RelayStack(SERVER, UE, within=10.0)
    asked(stack, UE)
    stack.receive(NoAnswer(1, "nobody"), 1.0)
    asked(stack, UE, exchange=8)
    assert stack.deadline() == 10.0
    stack.expire(10.0)
    assert stack.take_output()[-1] == Reply(8, Response(504))
    stack.receive(Answered(2, Response(204)), 11.0)  # too late
    assert stack.take_output() == []


def test_more_than_it_can_hold_is_refused() -> None:
    stack = RelayStack(SERVER, UE, most=1)
    asked(stack, UE)
    (reply,) = asked(stack, UE, exchange=8)
    assert isinstance(reply, Reply)
    assert reply.response.status == 503


def test_a_relay_without_a_ue_is_no_plan() -> None:
    with pytest.raises(ValueError, match="relay: a relay has one UE behind it"):
        Msgin5gPlan(ues=(UePlan(name="far"),), relays=("relay",))
