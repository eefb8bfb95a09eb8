"""The CoAP stack: what is asked is a payload or is refused with its code, and each exchange ends once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgin5g_bridge import ABSENT, encode
from msgin5g_bridge.coap import (
    CoapSettings,
    CoapStack,
    PeerMisbehaved,
    Requested,
    Responded,
    Unanswered,
    code_of,
)
from msgin5g_bridge.exchange import Answered, Ask, Asked, Gone, NoAnswer, Peer, Reply, Request, Response
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.message import Message, MessageResponse
from msgin5g_bridge.model import MessageId, UeServiceId
from msgin5g_bridge.names import STATUSES, URI_PATH, FailureCause
from msgin5g_bridge.registration import Deregistration, Registration

JSON = (("content-type", "application/json"),)
PEER = Peer("coap://10.0.0.1:5683")
REG = Registration(ue_svc_id=UeServiceId("meter"))
UE = Address(addr_type=AddressType.UE, addr="meter")
MSG = Message(ori_addr=UE, dest_addr=UE, msg_id=MessageId("1"), sto_and_fw_ind=False)
OK = Request("POST", URI_PATH, JSON, encode(REG))


def asked(stack: CoapStack, request: Request, number: int = 1, now: float = 0.0) -> object:
    events = stack.receive(Asked(number, request, PEER), now)
    return events[0] if events else None


def replied(stack: CoapStack) -> Response:
    (out,) = stack.take_output()
    assert isinstance(out, Reply)
    return out.response


def test_a_payload_is_told_and_answered() -> None:
    stack = CoapStack()
    assert asked(stack, OK) == Requested(1, REG, PEER)
    assert stack.respond(1, 201)
    assert replied(stack) == Response(201)
    assert not stack.respond(1, 201), "once"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (Request("POST", "/other", JSON, encode(REG)), 404),
        (Request("GET", URI_PATH, JSON), 405),
        (Request("POST", URI_PATH, (), encode(REG)), 415),
        (Request("POST", URI_PATH, (("content-type", "60"),), encode(REG)), 415),
        (Request("POST", URI_PATH, JSON, b"x" * 65_537), 413),
        (Request("POST", URI_PATH, JSON, b"{"), 400),
        (Request("POST", URI_PATH, JSON, b'{"msgType":"REG"}'), 400),
    ],
)
def test_what_is_wrong_has_its_code_and_says_what(request_: Request, code: int) -> None:
    stack = CoapStack()
    assert isinstance(asked(stack, request_), PeerMisbehaved)
    response = replied(stack)
    assert response.status == code
    assert response.body
    assert len(stack) == 0


def test_a_fault_in_json_is_named_by_its_path() -> None:
    stack = CoapStack()
    asked(stack, Request("POST", URI_PATH, JSON, b'{"msgType":"REG"}'))
    assert replied(stack).body == b"/ueSvcId: missing"


@pytest.mark.parametrize("cause", FailureCause)
def test_every_cause_is_refused_with_a_code_that_means_no(cause: FailureCause) -> None:
    stack = CoapStack()
    asked(stack, OK)
    stack.refuse(1, cause, "why")
    response = replied(stack)
    assert response.status == STATUSES.get(cause, 400) >= 400
    assert response.body == f"{cause}: why".encode()
    assert (response.header("max-age") is not None) == (response.status == 503)


def test_codes_of_yes() -> None:
    assert (code_of(REG), code_of(REG, refresh=True)) == (201, 204)
    assert code_of(Deregistration(ue_svc_id=UeServiceId("meter"))) == 202
    assert code_of(MSG) == 204


def test_too_much_at_once_and_too_often_is_refused() -> None:
    stack = CoapStack(CoapSettings(open=1, rate=1.0, burst=2))
    asked(stack, OK, 1)
    assert asked(stack, OK, 2) is None
    assert replied(stack) == Response(503, (("max-age", "5"),))
    assert asked(stack, OK, 3) is None
    assert replied(stack).status == 429


def test_who_is_not_answered_in_time_hears_so() -> None:
    stack = CoapStack(CoapSettings(answer_within=10.0))
    asked(stack, OK, now=5.0)
    assert stack.deadline() == 15.0
    stack.expire(15.0)
    assert replied(stack).status == 504
    assert stack.deadline() is None


def test_who_has_gone_is_not_answered() -> None:
    stack = CoapStack()
    asked(stack, OK)
    stack.receive(Gone(1), 1.0)
    assert not stack.respond(1, 201)
    assert not stack.take_output()


def ask(stack: CoapStack, now: float = 0.0) -> Ask:
    stack.ask("coap://10.0.0.2:5683", MSG, now)
    (out,) = stack.take_output()
    assert isinstance(out, Ask)
    return out


def test_what_we_ask_is_a_post_of_json_and_its_answer_is_told_once() -> None:
    stack = CoapStack()
    out = ask(stack)
    assert out.request == Request("POST", URI_PATH, JSON, encode(MSG))
    said = MessageResponse(ori_addr=UE, msg_id=MessageId("1"), status=ABSENT)
    answer = Answered(out.exchange, Response(204, JSON, encode(said)))
    assert stack.receive(answer, 1.0) == [Responded(out.exchange, MSG, 204, said)]
    assert stack.receive(answer, 1.0) == []


def test_a_no_comes_with_its_diagnostic() -> None:
    stack = CoapStack()
    out = ask(stack)
    (event,) = stack.receive(Answered(out.exchange, Response(404, (), b"who?\xff")), 1.0)
    assert event == Responded(out.exchange, MSG, 404, None, "who?\ufffd")


@pytest.mark.parametrize("body", [b"", b"nonsense", b"{}"])
def test_a_yes_is_a_yes_whatever_it_says_beside(body: bytes) -> None:
    stack = CoapStack()
    out = ask(stack)
    *_, event = stack.receive(Answered(out.exchange, Response(204, JSON, body)), 1.0)
    assert event == Responded(out.exchange, MSG, 204, None)


def test_silence_is_told_once_by_its_deadline_or_by_the_transport() -> None:
    stack = CoapStack(CoapSettings(wait=100.0))
    first = ask(stack, 0.0)
    assert stack.deadline() == first.until == 100.0
    assert stack.expire(100.0) == [Unanswered(first.exchange, MSG, "no answer in time")]
    assert stack.receive(NoAnswer(first.exchange, "late"), 101.0) == []
    second = ask(stack, 0.0)
    assert stack.receive(NoAnswer(second.exchange, "gone"), 1.0) == [Unanswered(second.exchange, MSG, "gone")]
    assert len(stack) == 0


def test_what_is_not_repeated_is_waited_for_as_long_as_an_answer_may_take() -> None:
    stack = CoapStack(CoapSettings(wait=100.0, answer_within=10.0))
    stack.ask("coap://192.0.2.1:5683", MSG, 0.0, confirmable=False)
    assert stack.deadline() == 10.0


def test_one_at_a_time_to_each_peer() -> None:
    stack = CoapStack(CoapSettings(wait=100.0))
    for origin in ("coap://a:1", "coap://a:1", "coap://b:1"):
        stack.ask(origin, MSG, 0.0)
    first, other = stack.take_output()
    assert isinstance(first, Ask)
    assert isinstance(other, Ask)
    assert (first.origin, other.origin) == ("coap://a:1", "coap://b:1")
    stack.receive(Answered(first.exchange, Response(204)), 7.0)
    (second,) = stack.take_output()
    assert isinstance(second, Ask)
    assert (second.origin, second.until) == ("coap://a:1", 107.0)
    assert [type(each) for each in stack.expire(200.0)] == [Unanswered, Unanswered]
    assert len(stack) == 0


TEXT = st.text(max_size=20)
REQUESTS = st.builds(
    Request,
    st.sampled_from(["POST", "GET", "FETCH"]),
    st.sampled_from([URI_PATH, "/"]) | TEXT,
    st.sampled_from([JSON, ()]) | st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
    st.binary(max_size=100) | st.sampled_from([encode(REG), encode(MSG)]),
)


@given(
    requests=st.lists(REQUESTS, max_size=5),
    responses=st.lists(st.tuples(st.integers(200, 599), st.binary(max_size=50))),
)
def test_any_octets_are_answered_or_told(requests: list[Request], responses: list[tuple[int, bytes]]) -> None:
    stack = CoapStack()
    for number, request in enumerate(requests):
        if isinstance(asked(stack, request, number), Requested):
            stack.respond(number, 204)
        assert isinstance(replied(stack), Response)
    for status, body in responses:
        out = ask(stack)
        assert stack.receive(Answered(out.exchange, Response(status, JSON, body)), 0.0)
    assert len(stack) == 0
