"""MSGin5G UEs and application servers over the lab's API."""

from dataclasses import replace
from typing import cast

from lab.msgin5g.plan import Msgin5gPlan
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
