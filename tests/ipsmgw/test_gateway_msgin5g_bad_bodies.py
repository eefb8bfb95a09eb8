"""What a server sends that makes no sense: a no each, over REST and CoAP, and nothing of it is stored."""

import json
from random import Random
from typing import get_args

import pytest

from msgin5g_bridge import Body, Payload, apis, decode
from msgin5g_bridge.exchange import Response
from msgin5g_bridge.l3gdelivery import L3gMessageDelivery
from msgin5g_bridge.message import Message
from msgin5g_bridge.operation import Operation
from msgin5g_bridge.ts29571 import ProblemDetails
from tests.ipsmgw.msgin5g import PHONE, gateway, join, joined, rows
from tests.ipsmgw.node import Node
from tests.ipsmgw.test_gateway_msgin5g_over_coap import ASKS
from tests.msgin5g_bridge.rubbish import examples, odd, unreadable

OPERATIONS = (*apis.MSGG_L3GDELIVERY, *apis.MSGG_N3GDELIVERY)
PAYLOADS: tuple[type[Body], ...] = get_args(Payload)
N3G = {"listen": "127.0.0.11:7700", "ue": [{"name": "kiosk", "secret": "x" * 16, "service_id": "ue-kiosk"}]}
LIMIT = 65_536


def for_alice(example: bytes) -> bytes:
    """It would be hers, were it good."""
    whole = json.loads(example)
    if "destAddr" in whole:
        whole["destAddr"] = {"addrType": "UE", "addr": PHONE.addr}
    return json.dumps(whole).encode()


def stored(node: Node) -> int:
    return len(list(rows(node).transfers))


def bent(good: bytes, times: int = 150) -> list[bytes]:
    """Octets of it are others, or are gone."""
    chance = Random(good)
    found = []
    for _ in range(times):
        octets = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            octets[chance.randrange(len(octets))] = chance.randrange(256)
        del octets[chance.randint(1, 2 * len(octets)) :]
        found.append(bytes(octets))
    return found


def is_problem(response: Response) -> bool:
    problem = decode(ProblemDetails, response.body)
    media = response.header("content-type")
    return media == "application/problem+json" and problem.status == response.status and bool(problem.cause)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_what_is_no_body_is_a_problem_and_nothing_is_stored(operation: Operation) -> None:
    node = joined(n3g=N3G)
    assert operation.body is not None
    for good in map(for_alice, examples(operation.body)):
        for how, body in unreadable(operation.body, good):
            response = node.server.say(operation, body)()
            assert (response.status, is_problem(response)) == (400, True), how
        too_large = good[:-1] + b',"more":"' + b"x" * LIMIT + b'"}'
        assert node.server.say(operation, too_large)().status == 413
    assert stored(node) == 0


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_what_makes_an_odd_sense_is_taken_or_a_problem(operation: Operation) -> None:
    node = joined(n3g=N3G)
    assert operation.body is not None
    for good in map(for_alice, examples(operation.body)):
        for body in (*(body for _, body in odd(good)), *bent(good)):
            said = node.server.say(operation, body)
            node.synced()
            response = said()
            assert response.status in operation.answers or response.status < 500 or response.status == 503
            assert response.status < 300 or is_problem(response), body
    node.pass_time(100.0)


@pytest.mark.parametrize("kind", PAYLOADS, ids=lambda kind: kind.__name__)
def test_what_is_no_payload_is_4_xx_and_nothing_is_stored(kind: type[Body]) -> None:
    node = gateway(**ASKS)
    join(node)
    for good in map(for_alice, examples(kind)):
        for how, body in unreadable(kind, good):
            assert code(node.server.coap.say(body)) == 400, how
        assert code(node.server.coap.say(good[:-1] + b',"more":"' + b"x" * LIMIT + b'"}')) == 413
    assert stored(node) == 0


@pytest.mark.parametrize("kind", PAYLOADS, ids=lambda kind: kind.__name__)
def test_an_odd_payload_is_2_04_or_4_xx(kind: type[Body]) -> None:
    node = gateway(**ASKS)
    join(node)
    for good in map(for_alice, examples(kind)):
        for body in (*(body for _, body in odd(good)), *bent(good)):
            answer = node.server.coap.say(body)
            node.synced()
            status = node.server.coap.answers[-1].status if answer is None else answer.status
            assert status == 204 or 400 <= status < 500 or status == 503, body
    node.pass_time(100.0)


def test_a_good_one_is_taken() -> None:
    """So that no to everything is not what is seen above."""
    node, other = joined(), gateway(**ASKS)
    join(other)
    (good,) = map(for_alice, examples(L3gMessageDelivery))
    said = node.server.say(apis.L3G_DELIVER_MESSAGE, good)
    node.synced()
    assert (said().status, stored(node)) == (204, 1)
    (good,) = map(for_alice, examples(Message))
    assert (code(other.server.coap.say(good)), stored(other)) == (204, 1)


def code(response: Response | None) -> int:
    assert response is not None
    return response.status
