"""RP-SMMA at the gateway with its real stacks: readyForSM, and the report (TS 24.341 §5.3; TS 23.040 §11)."""

import pytest

from mapstack import Invoked, MapError, Operation
from mapstack.map import READY_FOR_SM, AlertReason, ErrorCode, ReadyForSmArg, ReadyForSmRes
from mapstack.map.short_message_v2 import ReadyForSmArgV2
from sipbridge.rp import RpAck, RpError, RpSmma
from tests.ipsmgw.asked import SUBMIT, invoked, octets, only, records, statuses
from tests.ipsmgw.broken import sound
from tests.ipsmgw.handset import IMPU, Handset
from tests.ipsmgw.node import ALICE, IMSI, Node, Sip

SMMA = octets(RpSmma(9))


def asked(node: Node) -> Invoked:
    """The one readyForSM that the HLR has heard."""
    (event,) = invoked(node)
    assert isinstance(event.arg, ReadyForSmArg)
    return event


def take(node: Node, dialogue: int) -> None:
    node.peer.result(dialogue, ReadyForSmRes(), node.watch.time)
    node.exchange()


def refuse(node: Node, dialogue: int, error: MapError) -> None:
    node.peer.error(dialogue, error, node.watch.time)
    node.exchange()


def report(node: Node) -> Sip:
    """What the phone is told in the end, and that it is told nothing else."""
    (message,) = node.take_sip()
    assert message.line.startswith("MESSAGE ")
    return message


def test_the_hlr_hears_that_there_is_room_and_the_phone_that_it_has(registered: Node) -> None:
    registered.message(SMMA, call_id="room", extra=['P-Charging-Vector: icid-value="v"'])
    assert statuses(registered) == [202]
    event = asked(registered)
    assert event.operation is READY_FOR_SM
    assert event.arg == ReadyForSmArg(
        imsi=IMSI, alert_reason=AlertReason.MEMORY_AVAILABLE, additional_alert_reason_indicator=True
    )
    assert registered.gateway.open_work == registered.gateway.kept == 1
    take(registered, event.dialogue)
    said = report(registered)
    assert said.rpdu == RpAck(9)
    assert said.line == f"MESSAGE {ALICE} SIP/2.0"
    assert said.headers["In-Reply-To"] == "room"
    assert said.headers["P-Asserted-Identity"] == "<sip:ipsmgw.example>"
    assert said.headers["P-Charging-Vector"] == 'icid-value="v"'
    assert registered.gateway.open_work == registered.gateway.kept == 0


def test_nobody_is_charged_for_it(registered: Node) -> None:
    registered.message(SMMA)
    take(registered, asked(registered).dialogue)
    registered.synced()
    assert records(registered) == []


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (MapError(ErrorCode.DATA_MISSING), 38),
        (MapError(ErrorCode.UNEXPECTED_DATA_VALUE), 38),
        (MapError(ErrorCode.UNKNOWN_SUBSCRIBER), 30),
        (MapError(ErrorCode.FACILITY_NOT_SUPPORTED), 69),
    ],
    ids=lambda value: ErrorCode(value.code).name if isinstance(value, MapError) else str(value),
)
def test_an_error_of_the_hlr_is_an_rp_error(registered: Node, error: MapError, cause: int) -> None:
    registered.message(SMMA)
    registered.take_sip()
    refuse(registered, asked(registered).dialogue, error)
    assert report(registered).rpdu == RpError(9, cause)


def test_a_silent_hlr_is_an_rp_error_in_time_for_the_phone(registered: Node) -> None:
    registered.message(SMMA)
    registered.take_sip()
    registered.pass_time(15.0)
    assert report(registered).rpdu == RpError(9, 38)


def test_without_a_way_to_the_hlr_the_phone_hears_so_at_once(registered: Node) -> None:
    registered.gateway.driver.close()
    registered.born(linked=False)
    registered.message(SMMA)
    registered.pass_time(0.0)
    assert [message.status or message.rpdu for message in registered.take_sip()] == [202, RpError(9, 38)]


def test_one_that_comes_again_is_told_once(registered: Node) -> None:
    registered.message(SMMA, call_id="same")
    registered.message(SMMA, call_id="same")
    assert statuses(registered) == [202, 202]
    take(registered, asked(registered).dialogue)
    assert report(registered).rpdu == RpAck(9)
    registered.message(SMMA, call_id="same")
    assert statuses(registered) == [202]
    assert invoked(registered) == []


def test_after_tram_it_is_another_one(registered: Node) -> None:
    registered.message(SMMA, call_id="first")
    take(registered, asked(registered).dialogue)
    registered.message(SMMA, call_id="second")
    assert asked(registered).arg is not None


def test_one_too_many_is_refused_at_the_door() -> None:
    node = Node(sound() | {"limits": {"in_flight": 1}})
    node.register()
    invoked(node)
    node.message(SMMA)
    node.message(SMMA)
    node.message(octets(SUBMIT))
    _, first, second, third = node.take_sip()
    assert (first.status, second.status, second.headers["Retry-After"], third.status) == (202, 503, "5", 503)


def test_who_is_not_registered_here_has_nothing_to_be_alerted_for(node: Node) -> None:
    node.message(SMMA, sender="sip:+15551112222@ims.example")
    accepted, refused = node.take_sip()
    assert (accepted.status, refused.rpdu) == (202, RpError(9, 38))
    assert invoked(node) == []


def test_a_phone_that_has_registered_here_is_told_over_its_flow(inside: Handset) -> None:
    (accepted,) = inside.message(SMMA)
    assert accepted.status == 202
    take(inside.node, asked(inside.node).dialogue)
    (said,) = inside.node.take_sip()
    assert (said.rpdu, said.headers["To"]) == (RpAck(9), f"<{IMPU}>")
    assert inside.node.ways[-1] == inside.flow


def test_a_stranger_over_no_flow_of_ours_is_not_believed(inside: Handset) -> None:
    inside.flow = inside.flow._replace(remote=("127.0.0.99", 5060))
    assert [each.status for each in inside.message(SMMA)] == [403]
    assert invoked(inside.node) == []


# Versions


def test_an_hlr_of_version_2_hears_it_in_its_words(registered: Node) -> None:
    registered.message(SMMA)
    registered.take_sip()
    only(registered, 2)
    (event,) = invoked(registered)
    assert event.arg == ReadyForSmArgV2(imsi=IMSI, alert_reason=AlertReason.MEMORY_AVAILABLE)
    registered.peer.result(event.dialogue, None, registered.watch.time)
    registered.exchange()
    assert report(registered).rpdu == RpAck(9)


def test_version_1_knows_of_no_memory(registered: Node) -> None:
    registered.message(SMMA)
    registered.take_sip()
    only(registered, 1)
    registered.pass_time(0.0)
    assert report(registered).rpdu == RpError(9, 38)


# Our own bugs


def test_a_bug_after_the_202_is_a_temporary_failure(
    registered: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    def invoke(stack: object, operation: Operation, *_: object, **__: object) -> int:
        raise RuntimeError(operation.name)

    monkeypatch.setattr("mapstack.stack.MapStack.invoke", invoke)
    registered.message(SMMA)
    accepted, said = registered.take_sip()
    assert (accepted.status, said.rpdu) == (202, RpError(9, 41))
    assert registered.gateway.driver.bugs == 1
