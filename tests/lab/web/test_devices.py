"""MSGin5G UEs and application servers over the lab's API."""

from dataclasses import replace
from typing import cast

from lab.msgin5g.plan import ApplicationClientPlan, GatewayUePlan, Msgin5gPlan, UePlan
from lab.plan import Plan
from tests.lab.web.desk import Desk, at_the_desk

PLAN = replace(Plan(), msgin5g=Msgin5gPlan(own_gateway=True))
Row = dict[str, object]


async def device(desk: Desk, name: str) -> Row:
    found = cast(list[Row], (await desk.get("/api/devices"))["devices"])
    return next(each for each in found if each["name"] == name)


async def messages(desk: Desk, name: str) -> list[Row]:
    return cast(list[Row], (await device(desk, name))["messages"])


async def all_registered(desk: Desk) -> None:
    for name in ("meter", "lamp", "reader"):
        await desk.do(f"/api/devices/{name}", order="register")
    await desk.carrier.until(lambda: len(desk.carrier.msgin5g.data.registered) == 5, "phones are, too", 60.0)


def test_a_device_writes_to_a_phone_and_an_application_server_to_a_device() -> None:
    async def story(desk: Desk) -> None:
        await all_registered(desk)
        await desk.do("/api/devices/meter/messages", to="alice", text="The boiler is too warm.")
        (sending,) = await messages(desk, "meter")
        assert (sending["state"], sending["reason"]) == ("sending", "the server has not answered yet")
        await desk.do("/api/devices/reader/messages", to="lamp@msgin5g.lab.example", text="on", report=False)
        await desk.carrier.pause(5.0)
        assert (await messages(desk, "meter"))[0]["state"] == "delivered"
        assert (await messages(desk, "reader"))[0]["reason"] == "no report was asked for"
        (got,) = await messages(desk, "lamp")
        assert (got["text"], got["incoming"], got["peer"]) == ("on", True, "reader@msgin5g.lab.example")
        assert list(desk.carrier.phone("alice").ledger.inbox)[-1].endswith("The boiler is too warm.")

    at_the_desk(story, PLAN)


def test_what_a_phone_writes_to_a_short_code_is_with_the_server_however_long() -> None:
    async def story(desk: Desk) -> None:
        await all_registered(desk)
        (code,) = desk.carrier.msgin5g.plan.codes
        for text in ("short", "long " * 60):
            await desk.do("/api/phones/alice/messages", to=code, text=text)
            await desk.quiet()
        phone = await desk.get("/api/phones/alice")
        for sent in cast(list[Row], phone["messages"]):
            assert (sent["state"], sent["reason"]) == (
                "at the server",
                "the gateway has handed it to the MSGin5G Server",
            )

    at_the_desk(story, PLAN)


def test_who_is_registered_is_seen_and_comes_and_goes() -> None:
    async def story(desk: Desk) -> None:
        for name in ("lamp", "reader"):
            assert not (await device(desk, name))["registered"]
            await desk.do(f"/api/devices/{name}", order="register")
            assert (await device(desk, name))["registered"]
            await desk.do(f"/api/devices/{name}", order="deregister")
            assert not (await device(desk, name))["registered"]

    at_the_desk(story, PLAN)


def test_what_cannot_be_is_said() -> None:
    async def story(desk: Desk) -> None:
        said = await desk.refused("/api/devices/meter/messages", to="nobody", text="x")
        assert said.startswith("400 nobody here is 'nobody'; there are meter, lamp, reader")
        assert (await desk.refused("/api/devices/oven", order="register")).startswith(
            "404 there is no MSGin5G"
        )
        assert (await desk.refused("/api/devices/reader", order="ignore")).startswith("409 reader is an app")
        await desk.do("/api/devices/lamp", order="ignore")
        assert not (await device(desk, "lamp"))["answers"]
        await desk.do("/api/devices/meter/messages", to="lamp", text="hello?")
        await desk.carrier.pause(1.0)
        assert (await messages(desk, "meter"))[0]["state"] == "failed"

    at_the_desk(story, PLAN)


def test_the_network_has_them_too() -> None:
    async def story(desk: Desk) -> None:
        await all_registered(desk)
        network = await desk.get("/api/network")
        kinds = {each["name"]: each["kind"] for each in cast(list[Row], network["elements"])}
        assert (kinds["meter"], kinds["reader"], kinds["m5s"]) == ("device", "as", "m5s")
        links = {(each["one"], each["other"]): each["protocol"] for each in cast(list[Row], network["links"])}
        assert links["meter", "m5s"] == "CoAP"
        assert links["reader", "m5s"] == "HTTP"

    at_the_desk(story, PLAN)


def test_every_element_of_the_service_is_called_what_it_is_and_linked_to_whom_it_speaks_with() -> None:
    plan = Msgin5gPlan(
        own_gateway=True,
        ues=(UePlan(name="meter"), UePlan(name="lamp", behind="hub")),
        gateway_ues=(GatewayUePlan(name="hub"),),
        application_clients=(ApplicationClientPlan(name="panel", app_id="panel", ue="meter"),),
        line_ues=("bell",),
        seal=True,
        function_node="desk",
    )

    async def story(desk: Desk) -> None:
        network = await desk.get("/api/network")
        what = {each["name"]: each["what"] for each in cast(list[Row], network["elements"])}
        for name, words in {
            "hub": "MSGin5G UE",
            "panel": "Application Client",
            "bell": "non-3GPP UE",
            "seal": "SEAL server",
            "desk": "provisioning function",
        }.items():
            assert what[name] == words
        links = {(each["one"], each["other"]): each["protocol"] for each in cast(list[Row], network["links"])}
        for pair, protocol in {
            ("lamp", "hub"): "CoAP",
            ("panel", "meter"): "CoAP",
            ("bell", "ipsmgw"): "JSON lines",
            ("seal", "m5s"): "HTTP",
        }.items():
            assert links[pair] == protocol

    at_the_desk(story, replace(Plan(), msgin5g=plan))
