"""Elements, links, HLR, SM-SC, causes and faults over the lab's API."""

from typing import cast

from tests.lab.web.desk import Desk, at_the_desk

Row = dict[str, object]


async def rows(desk: Desk, path: str, key: str) -> list[Row]:
    return cast(list[Row], (await desk.get(path))[key])


async def element(desk: Desk, name: str) -> tuple[object, object]:
    found = next(each for each in await rows(desk, "/api/network", "elements") if each["name"] == name)
    return found["state"], found["words"]


async def link(desk: Desk, one: str, other: str) -> Row:
    links = await rows(desk, "/api/network", "links")
    return next(each for each in links if (each["one"], each["other"]) == (one, other))


def test_all_is_up_and_what_has_gone_over_each_link_is_counted() -> None:
    async def story(desk: Desk) -> None:
        assert {each["state"] for each in await rows(desk, "/api/network", "elements")} == {"up"}
        before = cast(int, (await link(desk, "hlr", "ipsmgw"))["sent"])
        await desk.do("/api/phones/alice/messages", to="bob", text="hi")
        await desk.quiet()
        after = await link(desk, "alice", "scscf")
        assert (after["state"], after["words"]) == ("up", "alice is registered")
        assert cast(int, (await link(desk, "hlr", "ipsmgw"))["sent"]) >= before
        assert cast(int, (await link(desk, "scscf", "ipsmgw"))["received"]) > 0

    at_the_desk(story)


def test_a_phone_that_is_on_and_not_registered_is_not_called_off() -> None:
    async def story(desk: Desk) -> None:
        await desk.do("/api/phones/bob", order="deregister")
        (bob,) = [each for each in await rows(desk, "/api/phones", "phones") if each["name"] == "bob"]
        assert bob["on"]
        assert cast(list[Row], bob["domains"])[0]["state"] == "not registered"
        assert await element(desk, "bob") == ("quiet", "bob is not registered")

    at_the_desk(story)


def test_a_link_that_is_refused_is_down_in_words_and_comes_back() -> None:
    async def story(desk: Desk) -> None:
        desk.carrier.fault("smsc->ipsmgw refuse 20 s")
        await desk.carrier.pause(5.0)
        cut = await link(desk, "ipsmgw", "smsc")
        assert (cut["state"], cut["words"]) == ("down", "the association is cut, or its ASP is not active")
        assert await element(desk, "smsc") == ("partly", "not connected to ipsmgw")
        await desk.carrier.until(desk.carrier.linked, "all associations are active", within=60.0)
        assert (await link(desk, "ipsmgw", "smsc"))["state"] == "up"

    at_the_desk(story)


def test_an_element_that_has_died_is_down_until_it_is_back() -> None:
    async def story(desk: Desk) -> None:
        desk.carrier.fault("hlr restart 8 s")
        await desk.carrier.pause(3.0)
        assert await element(desk, "hlr") == ("down", "it is down for 3 s, and comes back")
        assert (await link(desk, "hlr", "ipsmgw"))["words"] == "hlr is down"

    at_the_desk(story)


def test_the_hlr_shows_the_flags_and_the_centre_what_waits() -> None:
    async def story(desk: Desk) -> None:
        await desk.do("/api/phones/bob", order="memory-full")
        await desk.do("/api/phones/alice/messages", to="bob", text="later")
        await desk.quiet()
        bob = (await rows(desk, "/api/hlr", "rows"))[1]
        assert (bob["name"], bob["mcef"], bob["gateway"]) == ("bob", True, "15550000011")
        assert bob["waiting"] == ["15550000014"]
        (waiting,) = await rows(desk, "/api/centre", "messages")
        assert (waiting["state"], waiting["held"], waiting["name"]) == ("waiting", True, "bob")
        assert cast(float, waiting["next"]) > desk.carrier.now

    at_the_desk(story)


def test_what_waits_is_tried_at_once_or_deleted() -> None:
    async def story(desk: Desk) -> None:
        desk.carrier.phone("bob").mute()
        for text in ("one", "two"):
            await desk.do("/api/phones/alice/messages", to="bob", text=text)
            await desk.quiet()
        desk.carrier.phone("bob").unmute()
        await desk.do("/api/centre/1")
        await desk.carrier.pause(1.0)
        assert [each["state"] for each in await rows(desk, "/api/centre", "messages")] == ["delivered"] * 2
        assert await desk.refused("/api/centre/1") == "409 message 1 cannot be tried now: it is delivered"
        desk.carrier.phone("bob").mute()
        await desk.do("/api/phones/alice/messages", to="bob", text="three")
        await desk.quiet()
        assert (await desk.ask("DELETE", "/api/centre/3")).status_code == 200
        assert (await rows(desk, "/api/centre", "messages"))[0]["state"] == "deleted"
        gone = await desk.ask("DELETE", "/api/centre/3")
        assert (gone.status_code, gone.json()["error"]) == (
            409,
            "message 3 cannot be deleted: it is deleted",
        )
        assert await desk.refused("/api/centre/9") == "404 there is no message 9 in the SM-SC"

    at_the_desk(story)


def test_charging_records_tell_what_each_message_has_come_to() -> None:
    async def story(desk: Desk) -> None:
        await desk.do("/api/phones/alice/messages", to="bob", text="hi")
        await desk.quiet()
        mt, mo = await rows(desk, "/api/records", "records")
        assert (mo["record"], mo["outcome"], mo["name"]) == ("ISMSMO", "delivered", "alice")
        assert (mt["record"], mt["outcome"], mt["other"]) == ("ISMSMT", "delivered", "15551001001")
        assert (await desk.get("/api/records"))["written"] == 2

    at_the_desk(story)


def test_who_is_registered_at_the_gateway_is_counted_and_listed() -> None:
    async def story(desk: Desk) -> None:
        assert (await desk.get("/api/registrations"))["count"] == 2
        assert {each["msisdn"] for each in await rows(desk, "/api/registrations", "registrations")} == {
            "15551001001",
            "15551001002",
        }
        await desk.do("/api/phones/bob", order="deregister")
        await desk.quiet()
        assert (await desk.get("/api/registrations"))["count"] == 1

    at_the_desk(story)


def test_the_lab_shows_the_text_of_a_message_in_its_explanation_too() -> None:
    async def story(desk: Desk) -> None:
        await desk.do("/api/phones/alice/messages", to="bob", text="nothing to hide")
        await desk.quiet()
        for message in await rows(desk, "/api/messages", "messages"):
            assert "nothing to hide" in str(await desk.get(f"/api/explain/{message['id']}"))

    at_the_desk(story)


def test_causes_are_a_table() -> None:
    async def story(desk: Desk) -> None:
        found = {each["name"]: each for each in await rows(desk, "/api/causes", "causes")}
        full = found["MEMORY_CAPACITY_EXCEEDED"]
        assert (full["rpCause"], full["sipStatus"]) == (22, 480)
        assert full["sentence"] == "the memory of the phone is full"

    at_the_desk(story)


def test_a_fault_is_dialled_to_another_percentage() -> None:
    async def story(desk: Desk) -> None:
        await desk.do("/api/faults", rule="smsc mo-ForwardSM 10% silence")
        changed = await desk.ask("PUT", "/api/faults/1", rule="smsc mo-ForwardSM 25% silence")
        assert changed.json()["rule"] == "smsc mo-ForwardSM 25% silence"
        assert (
            await desk.ask("PUT", "/api/faults/2", rule="smsc mo-ForwardSM 200% silence")
        ).status_code == 400
        (one,) = await rows(desk, "/api/faults", "faults")
        assert (one["number"], one["rule"]) == (2, "smsc mo-ForwardSM 25% silence")
        assert (await desk.ask("PUT", "/api/faults/1", rule="hlr * silence")).status_code == 404

    at_the_desk(story)


def test_what_rules_are_made_of_is_told() -> None:
    async def story(desk: Desk) -> None:
        words = await desk.get("/api/faults/words")
        assert "hlr" in cast(list[str], words["nodes"])
        forms = {str(each["form"]): each["atOnce"] for each in cast(list[Row], words["faults"])}
        assert forms["silence"] is False
        assert forms["cut"] is True
        assert "mo-ForwardSM" in [
            name for names in cast(dict[str, list[str]], words["messages"]).values() for name in names
        ]

    at_the_desk(story)
