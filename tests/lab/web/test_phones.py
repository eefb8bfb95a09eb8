"""Phones over the lab's API: what they show, what they do, and the sentence where they cannot."""

from dataclasses import replace
from typing import cast

import pytest

from ipsmgw.identity import Imsi, Msisdn
from lab.plan import Plan, Subscriber
from tests.lab.web.desk import EVERYWHERE, Desk, at_the_desk

Row = dict[str, object]
UNKNOWN = "the HLR does not know the subscriber (unknownSubscriber)"


async def phone(desk: Desk, name: str) -> Row:
    return await desk.get(f"/api/phones/{name}")


async def messages(desk: Desk, name: str) -> list[Row]:
    return cast(list[Row], (await phone(desk, name))["messages"])


async def domains(desk: Desk, name: str) -> dict[str, bool]:
    found = cast(list[Row], (await phone(desk, name))["domains"])
    return {str(each["domain"]): bool(each["present"]) for each in found}


def test_a_text_is_seen_to_leave_to_arrive_and_to_be_reported() -> None:
    async def story(desk: Desk) -> None:
        await desk.do("/api/phones/alice/messages", to="bob", text="hi €", messageClass=1, statusReport=True)
        (sending,) = await messages(desk, "alice")
        assert (sending["state"], sending["reason"]) == ("sending", "no answer yet")
        await desk.quiet()
        (sent,) = await messages(desk, "alice")
        assert (sent["state"], sent["report"], sent["messageClass"]) == ("delivered", "received by SME", 1)
        (got,) = await messages(desk, "bob")
        assert (got["text"], got["peer"], got["state"]) == ("hi €", "+15551001001", "received")
        assert got["incoming"]

    at_the_desk(story)


def test_a_long_text_is_one_message_in_several_parts() -> None:
    async def story(desk: Desk) -> None:
        await desk.do("/api/phones/alice/messages", to="15551001002", text="x" * 400)
        await desk.quiet()
        for name in ("alice", "bob"):
            (one,) = await messages(desk, name)
            assert (one["text"], one["parts"], one["whole"]) == ("x" * 400, 3, 3)

    at_the_desk(story)


def test_why_a_message_failed_is_said_in_words() -> None:
    async def story(desk: Desk) -> None:
        desk.carrier.fault("smsc mo-ForwardSM 1 x error systemFailure")
        await desk.do("/api/phones/alice/messages", to="bob", text="no")
        await desk.quiet()
        (sent,) = await messages(desk, "alice")
        assert (sent["state"], sent["reason"]) == ("failed", "SIP 202, RP-ERROR 38 (Network out of order)")
        await desk.do("/api/phones/alice/messages", to="15550001234", text="nobody")
        await desk.quiet()
        assert (await messages(desk, "alice"))[1]["reason"] == UNKNOWN

    at_the_desk(story)


def test_a_full_phone_refuses_and_has_it_when_there_is_room() -> None:
    async def story(desk: Desk) -> None:
        await desk.do("/api/phones/bob", order="memory-full")
        await desk.do("/api/phones/alice/messages", to="bob", text="later")
        await desk.quiet()
        (sent,) = await messages(desk, "alice")
        assert sent["state"] == "at the SC"
        assert str(sent["reason"]).startswith("it waits there: the memory of the phone is full (sm-")
        assert {each["state"] for each in await messages(desk, "bob")} == {"refused"}
        await desk.do("/api/phones/bob", order="memory-room")
        await desk.carrier.pause(1.0)
        await desk.quiet()
        assert (await messages(desk, "bob"))[-1]["state"] == "received"
        assert (await phone(desk, "bob"))["memory"] == "room"

    at_the_desk(story)


def test_a_phone_roams_to_cs_and_back() -> None:
    async def story(desk: Desk) -> None:
        await desk.do("/api/phones/bob", order="deregister")
        await desk.do("/api/phones/bob", order="attach", domain="cs")
        assert await domains(desk, "bob") == {"ims": False, "ps": False, "cs": True}
        await desk.do("/api/phones/alice/messages", to="bob", text="by radio")
        await desk.quiet()
        assert (await messages(desk, "bob"))[0]["domain"] == "cs"
        await desk.do("/api/phones/bob", order="detach", domain="cs")
        await desk.do("/api/phones/bob", order="register")
        assert await domains(desk, "bob") == {"ims": True, "ps": False, "cs": False}

    at_the_desk(story)


def test_a_phone_that_is_off_does_nothing_until_it_is_on() -> None:
    async def story(desk: Desk) -> None:
        await desk.do("/api/phones/bob", order="off")
        assert not (await phone(desk, "bob"))["on"]
        assert (
            await desk.refused("/api/phones/bob/messages", to="alice", text="x") == "409 bob is switched off"
        )
        assert await desk.refused("/api/phones/bob", order="register") == "409 bob is switched off"
        await desk.do("/api/phones/bob", order="on")
        assert (await domains(desk, "bob"))["ims"]

    at_the_desk(story)


def test_a_second_device_has_the_same_number_and_one_of_them_has_the_message() -> None:
    async def story(desk: Desk) -> None:
        await desk.do("/api/phones/bob", order="second-device")
        assert (await phone(desk, "bob"))["devices"] == ["bob", "bobs_tablet"]
        await desk.do("/api/phones/alice/messages", to="bob", text="to one of you")
        await desk.quiet()
        assert await messages(desk, "bob") == []
        (got,) = await messages(desk, "bobs_tablet")
        assert got["text"] == "to one of you"
        assert desk.carrier.fault("bobs_tablet off 1 s").strikes == 1
        for _ in range(3):
            await desk.do("/api/phones/bob", order="second-device")
        assert "409 bob has 5 devices" in await desk.refused("/api/phones/bob", order="second-device")

    at_the_desk(story)


def test_an_order_that_does_not_come_true_says_so_in_time() -> None:
    async def story(desk: Desk) -> None:
        desk.carrier.fault("bob->scscf REGISTER silence")
        said = await desk.refused("/api/phones/bob", order="register")
        assert said == "504 expected within 10 s, and not so: bob is registered; it is registering"

    at_the_desk(story)


ORDERS, MESSAGES = "/api/phones/bob", "/api/phones/bob/messages"


@pytest.mark.parametrize(("path", "body", "said"), [
    ("/api/phones/carol", {"order": "on"}, "404 there is no phone 'carol'"),
    (ORDERS, {"order": "fly"}, "400 Invalid enum value 'fly' - at `$.order`"),
    (ORDERS, {"order": "attach"}, "400 attach: to which domain, cs or ps?"),
    (ORDERS, {"order": "reject", "status": 200}, "400 a phone refuses with a status from 400 to 699, not"),
    (MESSAGES, {"to": "x", "text": "y"}, "400 'x' is neither a phone here (alice, bob"),
    (MESSAGES, {"to": "alice", "text": ""}, "400 an empty text is no message"),
    (MESSAGES, {"to": "alice", "text": "y", "messageClass": 4}, "400 a message class is 0 to 3, not 4"),
    (MESSAGES, {"to": "alice", "text": "y" * 50_000}, "400 the text needs 327 short messages"),
    (MESSAGES, {"to": "alice", "text": "y" * 70_000}, "413 a body of more than 65536 octets"),
])  # fmt: skip
def test_an_order_that_makes_no_sense_is_a_sentence(path: str, body: dict[str, object], said: str) -> None:
    async def story(desk: Desk) -> None:
        assert (await desk.refused(path, **body)).startswith(said)

    at_the_desk(story)


def test_where_there_is_no_msc_nobody_attaches() -> None:
    async def story(desk: Desk) -> None:
        said = await desk.refused("/api/phones/bob", order="attach", domain="cs")
        assert said == "409 this carrier has no MSC, so that there is no CS"

    at_the_desk(story, Plan())


def test_who_has_no_number_is_written_to_by_name() -> None:
    dora = Subscriber("dora", Imsi("001015551001003"), Msisdn("15551001003"), msisdn_less=True)

    async def story(desk: Desk) -> None:
        await desk.do("/api/phones/dora/messages", to="dora", text="note to myself")
        assert (await messages(desk, "dora"))[0]["peer"] == "sip:dora@ims.test"

    at_the_desk(story, replace(EVERYWHERE, subscribers=(*EVERYWHERE.subscribers, dora)))
