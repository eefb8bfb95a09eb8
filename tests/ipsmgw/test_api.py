"""What the local API answers, without a server around it."""

import asyncio
import json

import pytest
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette

from ipsmgw.explain import Explanation, Found
from ipsmgw.web import routes

JSON = {"content-type": "application/json"}


def post(body: str, headers: dict[str, str]) -> Response:
    async def posted() -> Response:
        app = Starlette(routes=routes(dict, lambda imsi: imsi == "001010000000001"))
        async with AsyncClient(transport=ASGITransport(app=app), base_url="http://gw") as client:
            return await client.post("/api/deregister", content=body, headers=headers)

    return asyncio.run(posted())


@pytest.mark.parametrize(("body", "headers", "status"), [
    ('{"imsi": "001010000000001"}', JSON, 200),
    ('{"imsi": "001010000000002"}', JSON, 404),
    ('{"imsi": "001010000000001"}', {"content-type": "text/plain"}, 415),
    ('{"imsi": 1}', JSON, 400),
    ("nonsense", JSON, 400),
])  # fmt: skip
def test_an_operator_ends_a_registration_by_imsi(body: str, headers: dict[str, str], status: int) -> None:
    answer = post(body, headers)
    assert answer.status_code == status
    if status in (200, 404):
        assert answer.json() == {"imsi": json.loads(body)["imsi"], "deregistered": status == 200}


FOUND = Found("gw-0.1-1", "ISMSMO", "delivered", 0.0, "15551234567", "", "15557654321")
EXPLAINED = Explanation("gw-0.1-1", "ISMSMO", "delivered", "mobile originated, delivered", (), "a ladder")


def get(path: str, accept: str) -> Response:
    def explain(name: str) -> Explanation | tuple[Found, ...]:
        if name in ("gw-0.1-1", "a/b@c"):
            return EXPLAINED
        return (FOUND,) if name == "15551234567" else ()

    async def got() -> Response:
        app = Starlette(routes=routes(dict, explain=explain))
        async with AsyncClient(transport=ASGITransport(app=app), base_url="http://gw") as client:
            return await client.get(path, headers={"accept": accept})

    return asyncio.run(got())


@pytest.mark.parametrize("name", ["gw-0.1-1", "a%2Fb%40c"])
def test_a_message_is_explained_as_json_and_as_text(name: str) -> None:
    assert get(f"/api/explain/{name}", "*/*").json()["ladder"] == "a ladder"
    text = get(f"/api/explain/{name}", "text/plain").text
    assert text == "gw-0.1-1: mobile originated, delivered\n\na ladder"


def test_the_messages_of_a_number_are_a_list() -> None:
    (one,) = get("/api/explain/15551234567", "application/json").json()["messages"]
    assert (one["id"], one["other"]) == ("gw-0.1-1", "15557654321")
    text = get("/api/explain/15551234567", "text/plain").text
    assert text.endswith("15551234567 MO to 15557654321: delivered")


@pytest.mark.parametrize("name", ["x", "", "%00", "a" * 5000])
def test_what_is_no_message_is_said_to_be_none(name: str) -> None:
    answer = get(f"/api/explain/{name}", "text/plain")
    assert answer.status_code == 404
    assert answer.json()["error"].startswith("no message ")
