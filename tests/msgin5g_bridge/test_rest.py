"""REST, sans-IO: calls as typed bodies, and everything else as problem+json."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgin5g_bridge import Body, DecodeError, LocalError, apis, decode, encode
from msgin5g_bridge.apis import (
    DELIVER_UE_MESSAGE,
    L3G_DELIVER_MESSAGE,
    MSGG_L3GDELIVERY,
    MSGS_MSGDELIVERY,
    MSGS_TOPICLISTEVENT,
    MSGS_UEREGISTRATION,
    TOPICLIST_NOTIFY,
    UE_DEREGISTER,
    UE_REGISTER,
)
from msgin5g_bridge.exchange import Answered, Ask, Asked, Gone, NoAnswer, Peer, Request, Response, split_uri
from msgin5g_bridge.l3gdelivery import Address, AddressType, L3gMessageDelivery
from msgin5g_bridge.model import MessageId, MgwServiceId, Topic, UeServiceId
from msgin5g_bridge.msgdelivery import (
    DeliveryStatusReport,
    MessageDeliveryAck,
    ReportDeliveryStatus,
    UEMessageDelivery,
)
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.registration import RegistrationResponse, RegistrationResult
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import (
    Called,
    Left,
    PeerMisbehaved,
    Refused,
    RestSettings,
    Returned,
    Unanswered,
)
from msgin5g_bridge.topiclistevent import MessagingTopic, TopicListNotification, UpdateStatus
from msgin5g_bridge.ts29571 import ProblemDetails
from msgin5g_bridge.ueregistration import UeRegistration
from tests.msgin5g_bridge.wire import PEER, Wire, ask

ROOT = "http://server.example:8080/lab"
ALICE = Address(addr_type=AddressType.UE, addr="alice")
DEVICE = Address(addr_type=AddressType.UE, addr="device-7")
MESSAGE = L3gMessageDelivery(ori_addr=DEVICE, dest_addr=ALICE, msg_id=MessageId("m1"), payload="21 °C")
REPLY = UEMessageDelivery(ori_addr=ALICE, dest_addr=DEVICE, msg_id=MessageId("m2"), sto_and_fw_ind=False)
REPORT = DeliveryStatusReport(
    ori_addr=DEVICE,
    dest_addr=ALICE,
    msg_id=MessageId("m2"),
    deliv_st=ReportDeliveryStatus.REPT_DELY_SUCCESS,
)
ACK = MessageDeliveryAck(ori_addr=ALICE, msg_id=MessageId("m2"))
JSON = (("content-type", "application/json"),)
PATH = L3G_DELIVER_MESSAGE.path


@pytest.fixture
def gateway() -> RestStack:
    return RestStack(MSGG_L3GDELIVERY, RestSettings())


@pytest.fixture
def wire() -> Wire:
    """A gateway that asks a server."""
    operations = (*MSGS_MSGDELIVERY, *MSGS_UEREGISTRATION, *MSGS_TOPICLISTEVENT, TOPICLIST_NOTIFY)
    return Wire(RestStack((), RestSettings()), RestStack(operations, RestSettings(prefix="/lab")))


def post(
    body: bytes, path: str = PATH, method: str = "POST", headers: tuple[tuple[str, str], ...] = JSON
) -> Request:
    return Request(method, path, headers, body)


def problem(answer: Response | Called) -> ProblemDetails:
    assert isinstance(answer, Response)
    assert answer.header("content-type") == "application/problem+json"
    details = decode(ProblemDetails, answer.body)
    assert details.status == answer.status
    return details


def test_a_call_arrives_as_its_body(gateway: RestStack) -> None:
    called = ask(gateway, post(encode(MESSAGE)))
    assert isinstance(called, Called)
    assert (called.operation, called.body, called.caller.peer) == (L3G_DELIVER_MESSAGE, MESSAGE, PEER)


def test_what_is_asked_is_answered_as_declared(wire: Wire) -> None:
    exchange = wire.client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 1.0)
    (called,) = wire.carry(1.0)
    assert isinstance(called, Called)
    assert called.body == REPLY
    assert wire.server.respond(called.exchange, 200, ACK)
    assert wire.carry_back(1.5) == [Returned(exchange, DELIVER_UE_MESSAGE, 200, ACK)]
    assert len(wire.client) == len(wire.server) == 0
    assert wire.client.deadline() is wire.server.deadline() is None


def test_a_created_resource_has_a_place_and_variables_come_back(wire: Wire) -> None:
    body = UeRegistration(ue_svc_id=UeServiceId("a/b c"), mgw_svc_id=MgwServiceId("gw"), cred="s3cret")
    wire.client.call(UE_REGISTER, ROOT, body, 0.0)
    wire.carry(0.0)
    done = RegistrationResponse(ue_svc_id=body.ue_svc_id, result=RegistrationResult.SUCCESS)
    wire.server.respond(1, 201, done, (("location", "/here"),))
    (returned,) = wire.carry_back(0.0)
    assert isinstance(returned, Returned)
    assert (returned.status, returned.body, returned.location) == (201, done, "/here")
    wire.client.call(UE_DEREGISTER, ROOT, None, 1.0, variables={"registrationId": "a/b c"})
    (called,) = wire.carry(1.0)
    assert isinstance(called, Called)
    assert called.variables == {"registrationId": "a/b c"}


def test_a_callback_goes_to_the_uri_that_the_peer_has_named(wire: Wire) -> None:
    topic = MessagingTopic(msg_topic=Topic("news"), update_stat=UpdateStatus.CREATED)
    told = TopicListNotification(msg_topics=(topic,))
    wire.client.call(TOPICLIST_NOTIFY, "http://other.example/anything?x=1", told, 0.0)
    (out,) = wire.client.take_output()
    assert isinstance(out, Ask)
    assert (out.origin, out.request.path, out.request.query) == ("http://other.example", "/anything", "x=1")


@pytest.mark.parametrize(
    "uri", ["", "ftp://a/b", "http://", "http://[::1", "http://a:99999", "http://u@h/", "http://ä"]
)
def test_what_is_no_uri_is_not_asked(uri: str) -> None:
    with pytest.raises(DecodeError):
        split_uri(uri)


@pytest.mark.parametrize(
    ("request_", "status", "cause"),
    [
        (post(b"{}", "/nowhere"), 404, "RESOURCE_URI_STRUCTURE_NOT_FOUND"),
        (post(b"{}", f"{PATH}/x"), 404, "RESOURCE_URI_STRUCTURE_NOT_FOUND"),
        (post(b"{}", PATH.replace("/v1/", "/v2/")), 400, "INVALID_API"),
        (post(b"", method="GET"), 405, None),
        (post(b"{}", headers=()), 415, None),
        (post(b"{}", headers=(("content-type", "text/plain"),)), 415, None),
        (post(b"{}", headers=(*JSON, ("content-encoding", "gzip"))), 415, None),
        (post(b"{}", headers=(*JSON, ("content-length", "3"))), 411, "INCORRECT_LENGTH"),
        (post(b"x" * 70_000), 413, None),
        (post(b"{}", f"/{'x' * 3_000}"), 414, None),
        (post(b""), 400, "INVALID_MSG_FORMAT"),
        (post(b"{"), 400, "INVALID_MSG_FORMAT"),
        (post(b"[]"), 400, "INVALID_MSG_FORMAT"),
        (post(b"\xff"), 400, "INVALID_MSG_FORMAT"),
        (post(b"{}"), 400, "MANDATORY_IE_MISSING"),
    ],
)
def test_a_fault_gets_its_status_and_cause(
    gateway: RestStack, request_: Request, status: int, cause: str | None
) -> None:
    answer = ask(gateway, request_)
    details = problem(answer)
    assert isinstance(answer, Response)
    assert (answer.status, details.cause or None) == (status, cause)


def test_who_takes_no_json_gets_no_answer_that_is_one(wire: Wire) -> None:
    headers = (*JSON, ("accept", "application/problem+json"))
    answer = ask(wire.server, Request("POST", f"/lab{DELIVER_UE_MESSAGE.path}", headers, encode(REPLY)))
    assert problem(answer).status == 406


@pytest.mark.parametrize("operation", MSGG_L3GDELIVERY, ids=lambda each: each.name)
def test_where_no_answer_has_a_body_a_client_may_take_errors_only(
    gateway: RestStack, operation: Operation
) -> None:
    """As clients do that the OpenAPI Generator has made of TS29538_MSGG_L3GDelivery.yaml."""
    body = MESSAGE if operation is L3G_DELIVER_MESSAGE else REPORT
    headers = (*JSON, ("accept", "application/problem+json"))
    assert isinstance(ask(gateway, post(encode(body), operation.path, headers=headers)), Called)


def test_the_parameter_that_is_wrong_is_named(gateway: RestStack) -> None:
    body = encode(MESSAGE).replace(b'"m1"', b"1")
    details = problem(ask(gateway, post(body)))
    assert details.cause == "MANDATORY_IE_INCORRECT"
    assert isinstance(details.invalid_params, tuple)
    assert [each.param for each in details.invalid_params] == ["/msgId"]
    optional = encode(MESSAGE).replace(b'"payload":"', b'"segInd":"yes","payload":"')
    assert problem(ask(gateway, post(optional))).cause == "OPTIONAL_IE_INCORRECT"


def test_who_asks_with_another_method_hears_which_are_allowed(gateway: RestStack) -> None:
    answer = ask(gateway, post(b"", method="PUT"))
    assert isinstance(answer, Response)
    assert answer.header("allow") == "POST"


def test_another_version_is_refused_with_those_that_are_there(gateway: RestStack) -> None:
    details = problem(ask(gateway, post(b"{}", PATH.replace("/v1/", "/v2/"))))
    assert details.supported_api_versions == ("v1",)


def test_a_peer_that_makes_no_sense_is_told_of_and_the_busy_one_is_not(gateway: RestStack) -> None:
    (event,) = gateway.receive(Asked(1, post(b"{"), PEER), 0.0)
    assert isinstance(event, PeerMisbehaved)
    assert event.peer == PEER.address
    few = RestStack(MSGG_L3GDELIVERY, RestSettings(open=0))
    assert few.receive(Asked(1, post(encode(MESSAGE)), PEER), 0.0) == []


def test_one_call_too_many_is_told_to_come_again() -> None:
    stack = RestStack(MSGG_L3GDELIVERY, RestSettings(open=1, retry_after=7.0))
    stack.receive(Asked(1, post(encode(MESSAGE)), PEER), 0.0)
    stack.receive(Asked(2, post(encode(MESSAGE)), PEER), 0.0)
    (out,) = stack.take_output()
    answer = getattr(out, "response", None)
    assert isinstance(answer, Response)
    assert (answer.status, answer.header("retry-after")) == (503, "7")


def test_who_asks_too_often_waits_and_others_do_not() -> None:
    stack = RestStack(MSGG_L3GDELIVERY, RestSettings(rate=2.0, burst=2))
    statuses = [getattr(ask(stack, post(b"{"), now), "status", 0) for now in (0.0, 0.0, 0.0, 0.5)]
    assert statuses == [400, 400, 429, 400]
    answer = ask(stack, post(b"{"), 0.5)
    assert isinstance(answer, Response)
    assert answer.header("retry-after") == "1"
    assert getattr(ask(stack, post(b"{"), 0.5, Peer("192.0.2.8:1")), "status", 0) == 400


def test_where_tls_is_wanted_nothing_is_taken_without() -> None:
    stack = RestStack(MSGG_L3GDELIVERY, RestSettings(secure_only=True))
    assert getattr(ask(stack, post(encode(MESSAGE))), "status", 0) == 403
    assert isinstance(ask(stack, post(encode(MESSAGE)), peer=Peer("a", "server.example", True)), Called)


def test_a_call_that_nobody_answers_ends_with_504(gateway: RestStack) -> None:
    gateway.receive(Asked(5, post(encode(MESSAGE)), PEER), 100.0)
    assert gateway.deadline() == 110.0
    assert gateway.expire(109.9) == []
    assert gateway.expire(110.0) == [Left(5, L3G_DELIVER_MESSAGE)]
    (out,) = gateway.take_output()
    assert getattr(out, "response", Response(0)).status == 504
    assert not gateway.respond(5, 204)
    assert gateway.take_output() == []


def test_who_has_left_is_not_answered(gateway: RestStack) -> None:
    gateway.receive(Asked(5, post(encode(MESSAGE)), PEER), 0.0)
    assert gateway.receive(Gone(5), 1.0) == [Left(5, L3G_DELIVER_MESSAGE)]
    assert gateway.receive(Gone(5), 1.0) == []
    assert not gateway.refuse(5, Problem(status=404))
    assert (gateway.take_output(), gateway.deadline()) == ([], None)


def test_a_refusal_is_told_with_its_cause(wire: Wire) -> None:
    exchange = wire.client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 1.0)
    wire.carry(1.0)
    wire.server.refuse(exchange, Problem(status=404, cause="RECIPIENT_UNKNOWN", retry_after=2.5))
    (refused,) = wire.carry_back(1.0)
    assert isinstance(refused, Refused)
    assert (refused.status, refused.problem.cause, refused.retry_after) == (404, "RECIPIENT_UNKNOWN", 3.0)


def test_a_peer_that_is_silent_or_away_is_told_of_once() -> None:
    client = RestStack((), RestSettings())
    silent = client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0, within=3.0)
    away = client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0)
    assert client.receive(NoAnswer(away, "connection refused"), 1.0) == [
        Unanswered(away, DELIVER_UE_MESSAGE, "connection refused")
    ]
    assert client.deadline() == 3.0
    assert client.expire(3.0) == [Unanswered(silent, DELIVER_UE_MESSAGE, "no answer in time")]
    assert client.receive(Answered(silent, Response(200, JSON, encode(ACK))), 4.0) == []
    assert client.receive(NoAnswer(silent, "late"), 4.0) == []
    assert client.expire(9_999.0) == []


@pytest.mark.parametrize(
    "response",
    [
        Response(200, JSON, b"{"),
        Response(200, JSON, b"{}"),
        Response(204),
        Response(100),
        Response(0),
    ],
)
def test_an_answer_that_makes_no_sense_is_none(response: Response) -> None:
    client = RestStack((), RestSettings())
    exchange = client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0)
    misbehaved, unanswered = client.receive(Answered(exchange, response), 0.0)
    assert isinstance(misbehaved, PeerMisbehaved)
    assert isinstance(unanswered, Unanswered)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"status":"x"}', b"\xff\xfe"])
def test_an_error_without_a_problem_is_one_by_its_status(body: bytes) -> None:
    client = RestStack((), RestSettings())
    exchange = client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0)
    headers = (("content-type", "application/problem+json; charset=utf-8"), ("retry-after", "soon"))
    (refused,) = client.receive(Answered(exchange, Response(503, headers, body)), 0.0)
    assert isinstance(refused, Refused)
    assert (refused.problem.status, refused.retry_after) == (503, None)


def test_an_answer_that_the_operation_has_not_is_our_bug(wire: Wire) -> None:
    for status, body in ((201, ACK), (200, None), (200, MESSAGE)):
        wire.client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0)
        (called,) = wire.carry(0.0)
        assert isinstance(called, Called)
        with pytest.raises(LocalError):
            wire.server.respond(called.exchange, status, body)
    with pytest.raises(LocalError):
        wire.client.call(DELIVER_UE_MESSAGE, ROOT, MESSAGE, 0.0)


WORDS = st.sampled_from(["POST", "GET", "DELETE", "", "\r\n", "PATCH"]) | st.text(max_size=8)
PATHS = st.sampled_from(
    [PATH, "/", "", f"{PATH}/", "/msgs-ueregistration/v1/registrations/%ff", "/%2e", UE_REGISTER.path]
)
VALUES = st.sampled_from(["application/json", "", "*/*", "gzip", "Bearer x", "12", ";", "-1"]) | st.text(
    max_size=9
)
NAMES = ["content-type", "accept", "authorization", "content-length", "content-encoding", "x", "retry-after"]
HEADERS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4).map(tuple)
BODIES = st.binary(max_size=40) | st.sampled_from(
    [encode(MESSAGE), b'{"msgId":1}', b"\xed\xa0\x80", b'"\\ud800"']
)


@given(WORDS, PATHS | st.text(max_size=20), HEADERS, BODIES)
def test_any_request_is_called_or_answered(
    method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes
) -> None:
    stack = RestStack((*MSGG_L3GDELIVERY, *MSGS_UEREGISTRATION), RestSettings())
    answer = ask(stack, Request(method, path, headers, body))
    if isinstance(answer, Response):
        assert 400 <= answer.status < 500
        problem(answer)


@given(st.integers(0, 999), HEADERS, BODIES | st.just(encode(ACK)))
def test_any_answer_ends_the_call_once(
    status: int, headers: tuple[tuple[str, str], ...], body: bytes
) -> None:
    client = RestStack((), RestSettings())
    exchange = client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0)
    events = client.receive(Answered(exchange, Response(status, headers, body)), 0.0)
    assert sum(isinstance(event, Returned | Refused | Unanswered) for event in events) == 1
    assert (len(client), client.deadline()) == (0, None)


OPERATIONS = [each for each in vars(apis).values() if isinstance(each, Operation)]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_every_operation_is_found_by_its_path(operation: Operation) -> None:
    stack = RestStack([operation], RestSettings(prefix="/root"))
    path = operation.path.replace("{registrationId}", "7").replace("{subscriptionId}", "7")
    answer = ask(stack, Request(operation.method, f"/root{path}", JSON, b"{}"))
    status = answer.status if isinstance(answer, Response) else 0
    assert status == (0 if operation.body is None else 400)
    assert all(kind is None or issubclass(kind, Body) for kind in operation.answers.values())
