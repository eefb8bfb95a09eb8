"""Every REST body that goes over a link in a story is as its schema has it, whoever has written it."""

import json
from urllib.parse import parse_qsl

import pytest

from lab.msgin5g.plan import OAUTH
from lab.msgin5g.rest_side import OPERATIONS
from lab.msgin5g.seal_side import SEAL_OPERATIONS
from lab.runner import run
from lab.scenarios import SCENARIOS
from msgin5g_bridge import apis
from msgin5g_bridge.operation import Found, Router
from msgin5g_bridge.seal_apis import EVENTS_NOTIFY
from tests.msgin5g_bridge.schemas import faults

ROUTER = Router(
    (
        *OPERATIONS,
        *apis.MSGS_ASDELIVERY,
        *apis.MSGG_L3GDELIVERY,
        *apis.MSGG_N3GDELIVERY,
        *apis.MSGG_BGDELIVERY,
        *apis.T8_DEVICE_TRIGGERING,
        apis.TRIGGER_NOTIFY,
        *SEAL_OPERATIONS,
        EVENTS_NOTIFY,
    )
)
STORIES = [name for name in SCENARIOS if name.startswith("msgin5g_")]


def wrong(story: str) -> tuple[list[str], int]:
    """What is wrong with requests and answers, and how many have been looked at."""
    asked: dict[tuple[str, str], list[Found]] = {}
    found: list[str] = []
    seen = 0
    for pdu in run(SCENARIOS[story]).pdus:
        if pdu.protocol != "http" or pdu.fate:
            continue
        head, body = pdu.data.split(b"\r\n\r\n", 1)
        first, second = head.split(b" ", 2)[:2]
        if OAUTH in (pdu.source, pdu.target):
            found += _token(first, second, body)
        elif first.startswith(b"HTTP/"):
            waiting = asked[pdu.target, pdu.source]
            found += _answer(waiting, int(second), body)
        else:
            operation = ROUTER.find(first.decode(), second.decode().partition("?")[0])
            assert isinstance(operation, Found), second
            asked.setdefault((pdu.source, pdu.target), []).append(operation)
            kind = operation.operation.body
            found += faults(kind.__name__, body) if kind is not None else []
        seen += 1
    return found, seen


def _token(first: bytes, second: bytes, body: bytes) -> list[str]:
    """What is asked of the authorization server is a form."""
    if not first.startswith(b"HTTP/"):
        return faults("AccessTokenReq", json.dumps(dict(parse_qsl(body.decode()))).encode())
    return faults("AccessTokenRsp" if second == b"200" else "AccessTokenErr", body)


def _answer(waiting: list[Found], status: int, body: bytes) -> list[str]:
    """Of several requests under way any may be the one that is answered."""
    if status >= 400:
        return faults("ProblemDetails", body)
    kinds = {each.operation.answers[status] for each in waiting if status in each.operation.answers}
    assert kinds, f"no operation here answers {status}"
    fitting = [
        [] if kind is None else faults(kind.__name__, body) for kind in kinds if bool(kind) == bool(body)
    ]
    return [] if [] in fitting else [fault for each in fitting for fault in each]


@pytest.mark.parametrize("story", STORIES)
def test_the_bodies_of_a_story_keep_to_their_schemas(story: str) -> None:
    assert wrong(story)[0] == []


def test_there_is_something_to_look_at() -> None:
    assert wrong("msgin5g_group")[1] > 10
