"""Answers of 307 and 308: the same request goes to where the peer says (TS 29.500 §6.10.9.1)."""

import pytest

from msgin5g_bridge import encode
from msgin5g_bridge.apis import DELIVER_UE_MESSAGE
from msgin5g_bridge.exchange import Answered, Ask, Response
from msgin5g_bridge.rest import RestStack
from msgin5g_bridge.rest_events import Refused, RestEvent, RestSettings, Returned
from tests.msgin5g_bridge.test_rest import ACK, JSON, REPLY, ROOT


def asked(client: RestStack) -> Ask:
    """The one request that goes out now."""
    (out,) = client.take_output()
    assert isinstance(out, Ask)
    return out


def redirected(client: RestStack, location: str, status: int = 307) -> list[RestEvent]:
    """What comes of it that the peer names another place."""
    answer = Response(status, (("location", location),))
    return client.receive(Answered(asked(client).exchange, answer), 0.0)


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize(
    ("location", "origin", "path", "query"),
    [
        ("http://other.example/x/deliver?shard=2", "http://other.example", "/x/deliver", "shard=2"),
        ("https://other.example:444", "https://other.example:444", "/", ""),
        ("/elsewhere", "http://server.example:8080", "/elsewhere", ""),
    ],
)
def test_a_redirect_is_followed_with_the_same_request(
    status: int, location: str, origin: str, path: str, query: str
) -> None:
    client = RestStack((), RestSettings())
    exchange = client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0)
    assert redirected(client, location, status) == []
    there = asked(client)
    assert (there.origin, there.request.path, there.request.query) == (origin, path, query)
    assert (there.request.method, there.request.body) == ("POST", encode(REPLY))
    answered = Answered(there.exchange, Response(200, JSON, encode(ACK)))
    assert client.receive(answered, 1.0) == [Returned(exchange, DELIVER_UE_MESSAGE, 200, ACK)]


@pytest.mark.parametrize("location", ["", "ftp://other.example", "http://[::1", "http://other.example"])
def test_a_redirect_to_nowhere_or_out_of_tls_is_a_refusal(location: str) -> None:
    client = RestStack((), RestSettings())
    client.call(DELIVER_UE_MESSAGE, "https://server.example", REPLY, 0.0)
    (refused,) = redirected(client, location)
    assert isinstance(refused, Refused)
    assert refused.status == 307


def test_redirects_in_a_circle_end() -> None:
    client = RestStack((), RestSettings())
    client.call(DELIVER_UE_MESSAGE, ROOT, REPLY, 0.0)
    assert [redirected(client, ROOT) for _ in range(5)] == [[]] * 5
    (refused,) = redirected(client, ROOT)
    assert isinstance(refused, Refused)
