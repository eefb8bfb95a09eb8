"""What makes no sense, at every operation and of every Message Type: a no each, and never a bug of ours."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import json as msgspec_json
from msgspec.structs import replace

from lab.msgin5g.coap_side import CoapSide
from lab.msgin5g.errand import Result
from lab.msgin5g.rest_side import OPERATIONS, RestSide
from msgin5g_bridge import Body, Payload, apis, decode, encode
from msgin5g_bridge.coap import CoapSettings, CoapStack
from msgin5g_bridge.exchange import Asked, Peer, Reply, Request, Response
from msgin5g_bridge.names import URI_PATH
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import RestSettings
from msgin5g_bridge.ts29571 import ProblemDetails
from tests.lab.msgin5g.world import CLIENTS, FAR, L3G, METER, PHONE, READER, World, message
from tests.msgin5g_bridge.rubbish import examples, odd, unreadable
from tests.msgin5g_bridge.test_properties import JSON, bodies

VARIABLES = {"registrationId": "1", "subscriptionId": "1"}
JSON_HEADERS = (("content-type", "application/json"),)
PAYLOADS: tuple[type[Body], ...] = get_args(Payload)
NOBODY, OTHER_SERVER, GATEWAY = Peer("10.0.0.9:1"), Peer("far:1"), Peer("l3g:1", "gw", secure=True)
WITH_BODY = [operation for operation in OPERATIONS if operation.body is not None]


class Front:
    """A server behind its REST, with a UE, a phone and an AS."""

    def __init__(self) -> None:
        self.world = World()
        for who in (METER, PHONE, READER):
            self.world.register(who)
        self.stack = RestStack(OPERATIONS, RestSettings())
        self.side = RestSide(self.stack, self.world.server, self._ended, "http://m5s")

    def _ended(self, errand: int, result: Result, now: float) -> None:
        raise AssertionError("nothing is asked here")

    def asks(self, operation: Operation, body: bytes, peer: Peer = NOBODY) -> Response:
        request = Request(operation.method, operation.filled(VARIABLES), JSON_HEADERS, body)
        for event in self.stack.receive(Asked(1, request, peer), self.world.now):
            self.side.on_event(event, self.world.now)
        (reply,) = self.stack.take_output()
        assert isinstance(reply, Reply)
        return reply.response


def check(response: Response, operation: Operation) -> None:
    if response.status in operation.answers:
        return
    assert 400 <= response.status < 500 or response.status == 503
    problem = decode(ProblemDetails, response.body)
    assert (problem.status, bool(problem.cause)) == (response.status, True)


@pytest.mark.parametrize("operation", [apis.AS_DEREGISTER, apis.UE_DEREGISTER], ids=lambda each: each.name)
def test_a_registration_that_is_not_there_cannot_be_deleted(operation: Operation) -> None:
    """Also for who says it twice, because his answer was lost."""
    front = Front()
    front.world.server.data.registered.clear()
    response = front.asks(operation, b"")
    assert (response.status, decode(ProblemDetails, response.body).cause) == (404, "NOT_REGISTERED")


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)
@given(data=st.data())
def test_a_body_that_is_bent_or_means_nothing_has_a_problem(
    operation: Operation, data: st.DataObject
) -> None:
    front = Front()
    assert operation.body is not None
    caller = data.draw(st.sampled_from((NOBODY, OTHER_SERVER)))
    good = encode(data.draw(bodies(operation.body)))
    octets = bytearray(good)
    for _ in range(data.draw(st.integers(0, 3))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    for body in (
        good,
        bytes(octets),
        bytes(octets[: len(octets) // 2]),
        msgspec_json.encode(data.draw(JSON)),
    ):
        check(front.asks(operation, body, caller), operation)


@pytest.mark.parametrize("kind", PAYLOADS, ids=lambda kind: kind.__name__)
@settings(max_examples=200)
@given(data=st.data())
def test_any_payload_in_a_clients_name_is_answered_and_time_goes_on(
    kind: type[Body], data: st.DataObject
) -> None:
    world = World()
    for who in (METER, PHONE, READER):
        world.register(who)
    payload = data.draw(bodies(kind))
    names = {"ori_addr": METER, "dest_addr": data.draw(st.sampled_from((METER, PHONE, READER)))}
    mine: dict[str, object] = {name: value for name, value in names.items() if hasattr(payload, name)}
    if hasattr(payload, "ue_svc_id"):
        mine["ue_svc_id"] = METER.addr
    body = replace(payload, **mine)
    assert isinstance(body, Payload)
    for _ in range(2):
        world.server.take(body, CLIENTS[METER], world.now)
        world.send(message(READER, METER, payload="x" * 300, keep=True))
        world.wait(10.0)
        while world.errands:
            world.answer()


class CoapFront:
    """A server behind its CoAP, with the same people."""

    def __init__(self) -> None:
        self.world = World()
        for who in (METER, PHONE, READER):
            self.world.register(who)
        self.stack = CoapStack(CoapSettings())
        self.side = CoapSide(self.stack, self.world.server, self._ended)

    def _ended(self, errand: int, result: Result, now: float) -> None:
        raise AssertionError("nothing is asked here")

    def asks(self, body: bytes) -> Response:
        request = Request("POST", URI_PATH, JSON_HEADERS, body)
        for event in self.stack.receive(Asked(1, request, Peer(CLIENTS[METER].address)), self.world.now):
            self.side.on_event(event, self.world.now)
        (reply,) = self.stack.take_output()
        assert isinstance(reply, Reply)
        return reply.response


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)
def test_what_is_no_body_of_its_operation_changes_nothing(operation: Operation) -> None:
    assert operation.body is not None
    front = Front()
    before = repr(front.world.data)
    for good in examples(operation.body):
        for how, body in unreadable(operation.body, good):
            assert 400 <= front.asks(operation, body).status < 500, how
        assert repr(front.world.data) == before
        for _, body in odd(good):
            check(front.asks(operation, body), operation)
    front.world.wait(10.0)


@pytest.mark.parametrize("kind", PAYLOADS, ids=lambda kind: kind.__name__)
def test_what_is_no_payload_is_4_xx_and_changes_nothing(kind: type[Body]) -> None:
    front = CoapFront()
    before = repr(front.world.data)
    for example in examples(kind):
        good = example.replace(b'"u"', f'"{METER.addr}"'.encode())
        for how, body in unreadable(kind, good):
            response = front.asks(body)
            assert (response.status // 100, bool(response.body)) == (4, True), how
        assert repr(front.world.data) == before
        for how, body in odd(good):
            assert front.asks(body.replace(b"meter@msgin5g.lab.example", METER.addr.encode())).status < 500, (
                how
            )
    front.world.wait(10.0)


def test_there_is_an_example_of_each() -> None:
    kinds = {*PAYLOADS, *(operation.body for operation in WITH_BODY)}
    assert not [kind for kind in kinds if kind is not None and not examples(kind)]


NO_URIS = ("", "reader", "coap://reader", "http://", "http://a b", "http://h:99999", "http://u@h", "http://é")
FAR_AWAY = {key: {"addrType": "AS", "addr": FAR.svc_id} for key in ("oriAddr", "destAddr")}


@pytest.mark.parametrize(
    ("operation", "caller", "element", "rest"),
    [
        (apis.AS_REGISTER, NOBODY, "targetUri", {"asSvcId": READER.addr}),
        (apis.UE_REGISTER, GATEWAY, "targetUri", {"ueSvcId": PHONE.addr, "mgwSvcId": L3G, "cred": ""}),
        (apis.TOPICLIST_SUBSCRIBE, OTHER_SERVER, "notificationURI", FAR_AWAY),
    ],
    ids=lambda value: str(getattr(value, "name", "")),
)
@pytest.mark.parametrize("uri", NO_URIS)
def test_a_uri_that_is_none_is_refused_when_it_comes_with_the_name_of_its_element(
    operation: Operation, caller: Peer, element: str, rest: dict[str, object], uri: str
) -> None:
    front = Front()
    before = repr(front.world.data)
    response = front.asks(operation, msgspec_json.encode({**rest, element: uri}), caller)
    problem = decode(ProblemDetails, response.body)
    assert (problem.status, (problem.detail or "").partition(":")[0]) == (400, f"/{element}"), problem
    assert repr(front.world.data) == before
