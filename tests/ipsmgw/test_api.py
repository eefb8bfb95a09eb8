"""What the local API answers, without a server around it."""

import asyncio
import json

import pytest
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette

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
