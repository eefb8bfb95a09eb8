"""curl as a VAL server and a SEAL client at the lab's SEAL server: groups made, changed, used and deleted."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable

import pytest

from lab.carrier import Carrier
from lab.msgin5g.plan import M5S, SEAL, Msgin5gPlan, UePlan
from lab.msgin5g.records import address
from lab.msgin5g.steps import answered, ue, until
from lab.plan import PACED, Plan
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.ue_configuration import read_configuration
from tests.interop.smpp_lab import running
from tests.interop.test_rest_tools import JSON, curl

pytestmark = [pytest.mark.interop, pytest.mark.wire]

NETWORK = 170 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])  # each worker has its own addresses
PLAN = Plan(
    network=NETWORK,
    timers=PACED,
    subscribers=(),
    msgin5g=Msgin5gPlan(ues=(UePlan(name="meter"), UePlan(name="lamp")), application_servers=(), seal=True),
)
PATCH = "content-type: application/merge-patch+json"


def in_lab(story: Callable[[Carrier, str], Awaitable[None]]) -> None:
    async def play() -> None:
        async with running(PLAN, judged=True) as carrier:
            assert carrier.msgin5g.plan.http(NETWORK, SEAL)[1] == 8080
            await story(carrier, carrier.msgin5g.seal.api_root)

    asyncio.run(play())


def test_curl_makes_a_group_that_a_message_goes_to() -> None:
    async def story(carrier: Carrier, root: str) -> None:
        meter, lamp = await ue(carrier, "meter"), await ue(carrier, "lamp")
        groups, crew = f"{root}/ss-gm/v1/group-documents", address(AddressType.GROUP, "crew")
        members = [{"valUserId": each.address.addr} for each in (meter, lamp)]
        body = json.dumps({"valGroupId": "crew", "members": members})
        said = await curl(groups, "--http2-prior-knowledge", "--header", JSON, "--data", body)
        document, version, status = said.rsplit(" ", 2)
        assert (version, status) == ("2", "201")
        path = json.loads(document)["resUri"]
        await answered(carrier, *meter.send(crew, "to curl's group"))
        await until(carrier, lambda: lamp.ledger.texts == ["to curl's group"], "lamp is in it")

        patch = ("--request", "PATCH", "--header", PATCH, "--data")
        changed = await curl(path, *patch, json.dumps({"members": members[:1], "grpDesc": "alone"}))
        assert changed.endswith(" 1.1 200")
        found = await curl(f"{groups}?val-group-id=crew")
        assert json.loads(found.rsplit(" ", 2)[0])[0]["grpDesc"] == "alone"
        assert (await curl(path, *patch, "[]")).endswith(" 1.1 400")
        assert (await curl(path, "--request", "PATCH", "--header", JSON, "--data", "{}")).endswith(" 415")
        assert (await curl(path, "--request", "DELETE")).endswith(" 1.1 204")
        assert '"cause":"GROUP_UNKNOWN"' in await curl(path)

    in_lab(story)


def test_curl_asks_for_a_configuration() -> None:
    async def story(carrier: Carrier, root: str) -> None:
        asked = f'{root}/ss-upr/v1/val-services?val-tgt-ue={{"valUeId":"meter"}}&val-service-id=MSGin5G'
        said = await curl(asked, "--globoff")
        (document,) = json.loads(said.rsplit(" ", 2)[0])
        configuration = read_configuration(document["profileInformation"])
        assert configuration.svc_id == carrier.msgin5g.plan.svc_id("meter")
        assert configuration.server == f"coap://{carrier.msgin5g.plan.host(NETWORK, M5S)}:5683"
        assert (await curl(asked.replace("meter", "nobody"), "--globoff")).endswith(" 404")

    in_lab(story)
