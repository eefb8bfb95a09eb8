"""Explanations at the gateway: messages under way, what was forgotten, many messages, and their texts."""

import json
import sys
from types import FrameType

import pytest

from ipsmgw.explain import Explanation
from lab.bench.stories import Originating, Terminating
from mapstack.map import MoForwardSmRes
from sipbridge.rp import RpAck
from tests.ipsmgw.asked import SUBMIT, invoked, octets, records
from tests.ipsmgw.broken import sound
from tests.ipsmgw.node import ALICE, IMSI, MSISDN, Node
from tests.lab.desk import Desk


def explained(node: Node, name: str) -> Explanation:
    found = node.gateway.explain(name)
    assert isinstance(found, Explanation)
    return found


def lines(said: Explanation, title: str) -> dict[str, tuple[str, str]]:
    return {
        line.what: (line.value, line.why)
        for section in said.sections
        if section.title == title
        for line in section.lines
    }


def traced(*, contents: bool = False, **changed: int) -> Node:
    node = Node(sound() | {"trace": changed, "web": {"contents": contents}})
    node.register()
    node.confirm(invoked(node)[0].dialogue)
    node.take_sip()
    return node


def finish(node: Node, call_id: str) -> str:
    """An MO from end to end; its id."""
    node.message(octets(SUBMIT), call_id=call_id)
    node.peer.result(invoked(node)[-1].dialogue, MoForwardSmRes(), node.watch.time)
    node.exchange()
    node.synced()
    node.respond(node.take_sip()[-1], 200)
    return records(node)[-1].id


def test_an_mo_under_way_says_what_it_waits_for_and_how_long_it_may() -> None:
    node = traced()
    node.message(octets(SUBMIT), call_id="under-way")
    node.pass_time(10.0)
    said = explained(node, "under-way")
    assert said.outcome == "under way"
    assert said.sentence.endswith("waits for: the answer of the SC to mo-ForwardSM")
    assert lines(said, "timers") == {"timers.mo_answer": ("30 s", "runs, 20.0 s are left")}
    assert lines(said, "causes") == {"sent": ("202 Accepted to MESSAGE", lines(said, "causes")["sent"][1])}


def test_an_mt_under_way_waits_for_the_report_after_the_200() -> None:
    node = traced()
    node.deliver()
    (message,) = node.take_sip()
    call_id = message.headers["Call-ID"]
    assert explained(node, call_id).sentence.endswith("waits for: final answer to the MESSAGE")
    node.respond(message, 200)
    node.pass_time(5.0)
    said = explained(node, call_id)
    assert said.sentence.endswith("waits for: delivery report")
    assert lines(said, "timers")["timers.mt_report"] == ("25 s", "runs, 20.0 s are left")
    node.message(octets(RpAck(message.rpdu.message_reference)), reply_to=call_id)
    assert lines(explained(node, call_id), "timers")["timers.mt_report"][1] == "ended by RP-ACK after 5.0 s"


def test_messages_under_way_are_listed_by_number_before_those_that_have_ended() -> None:
    node = traced()
    finish(node, "first")
    node.message(octets(SUBMIT), call_id="second")
    for name in (MSISDN, IMSI):
        found = node.gateway.explain(name)
        assert isinstance(found, tuple)
        assert [one.outcome for one in found] == [
            "under way, waits for: the answer of the SC to mo-ForwardSM",
            "delivered",
        ]


def test_a_silent_service_centre_is_a_timer_that_has_run_out() -> None:
    node = traced()
    node.message(octets(SUBMIT), call_id="silence")
    node.pass_time(31.0)
    node.synced()
    said = explained(node, "silence")
    assert said.outcome == "networkOutOfOrder"
    assert lines(said, "timers")["timers.mo_answer"] == ("30 s", "has run out")


def test_what_the_trace_has_forgotten_is_said() -> None:
    node = traced(pdus=6)
    node.pass_time(1.0)
    first = finish(node, "first")
    assert "forgotten" not in {section.title for section in explained(node, first).sections}
    for number in range(3):
        node.pass_time(1.0)
        finish(node, f"later{number}")
    said = explained(node, first)
    assert lines(said, "forgotten")["PDUs"][0] == "the trace has forgotten some"
    assert said.ladder == ""
    assert lines(said, "service centre") == {"is": ("15550000014", "what the phone wrote is forgotten")}
    assert lines(said, "who")["IMPU"][0] == ALICE


@pytest.mark.parametrize(("policy", "is_", "why"), [
    ({"default": "15550000014"}, "15550000014", "service_centre.default: there is none in the RP-DATA"),
    ({}, "none", "the RPDU cannot be read"),
])  # fmt: skip
def test_a_phone_without_a_service_centre_is_said_to_have_none(
    policy: dict[str, str], is_: str, why: str
) -> None:
    node = Node(sound() | {"service_centre": policy})
    node.register()
    whole = octets(SUBMIT)
    node.message(whole[:3] + b"\0" + whole[4 + whole[3] :], call_id="none")
    node.synced()
    assert lines(explained(node, "none"), "service centre")["is"] == (is_, why)


@pytest.mark.parametrize(("pdus", "octets_"), [(0, 1_000), (1_000, 0)])
def test_without_a_trace_there_is_the_charging_record(pdus: int, octets_: int) -> None:
    node = traced(pdus=pdus, octets=octets_)
    said = explained(node, finish(node, "x"))
    assert said.outcome == "delivered"
    assert lines(said, "forgotten") == {"PDUs": ("none are kept", "trace.pdus or trace.octets is 0")}


def test_so_many_records_are_remembered_and_no_more() -> None:
    node = traced(records=2)
    ids = [finish(node, f"call{number}") for number in range(3)]
    assert node.gateway.explain(ids[0]) == ()
    assert explained(node, ids[1]).id == ids[1]
    assert traced(records=0).gateway.explain(IMSI) == ()


def test_the_text_is_shown_where_the_settings_allow_it() -> None:
    for contents, shown in ((True, {"text": ("hello", "")}), (False, {})):
        node = traced(contents=contents)
        said = lines(explained(node, finish(node, "x")), "message")
        assert {what: value for what, value in said.items() if what == "text"} == shown


def test_the_same_message_of_two_users_is_told_apart() -> None:
    node = traced()
    node.register("sip:bob@ims.example", info="imsi=001010000000002;msisdn=15557654321")
    node.confirm(invoked(node)[-1].dialogue)
    node.message(octets(SUBMIT), call_id="hers")
    node.message(octets(SUBMIT), call_id="his", sender="sip:bob@ims.example")
    for call_id, msisdn in (("hers", MSISDN), ("his", "15557654321")):
        assert lines(explained(node, call_id), "service centre")["SM-RP-OA"][0] == msisdn


def calls_to_explain(kind: type[Originating] | type[Terminating], messages: int) -> int:
    """Functions that are called to explain one in the middle of so many."""
    desk = Desk()
    desk.play(kind, messages, 50)
    ids = [json.loads(line)["id"] for line in desk.disk.content.splitlines()]
    calls = 0

    def note(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        found = desk.gateway.explain(ids[messages // 2])
    finally:
        sys.setprofile(before)
    assert isinstance(found, Explanation)
    assert found.ladder
    return calls


@pytest.mark.parametrize("kind", [Originating, Terminating])
def test_among_very_many_messages_only_one_is_read(kind: type[Originating] | type[Terminating]) -> None:
    """Of the others there is a glance at each PDU: 100 us to read it would be a second for all of them."""
    few, many = calls_to_explain(kind, 100), calls_to_explain(kind, 1100)
    assert (many - few) / 1000 < 60
