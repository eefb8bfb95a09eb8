"""The gateway with its real stacks: trust, MO, MT, limits, and what fits nothing."""

from collections.abc import Callable

import pytest

from ipsmgw.cause import Cause
from ipsmgw.map_error import error_of
from mapstack import Answered, Gt, SccpAddress
from mapstack.map import (
    ALERT_SERVICE_CENTRE,
    MT_FORWARD_SM,
    AbsentSubscriberSmParam,
    AddressString,
    AlertServiceCentreArg,
    ErrorCode,
    MoForwardSmArg,
    MoForwardSmRes,
    MtForwardSmRes,
)
from sipbridge.rp import RpAck, RpAddress, RpData, RpError, RpSmma
from tests.ipsmgw.asked import SUBMIT, invoked, octets, records, refusal, statuses
from tests.ipsmgw.broken import sound
from tests.ipsmgw.node import ALICE, IMSI, SCSCF, Node

# Trust


@pytest.mark.parametrize("source", [("127.0.0.99", 5060), ("127.0.0.13", 5060)])
def test_a_foreign_s_cscf_registers_nobody_and_sends_nothing(node: Node, source: tuple[str, int]) -> None:
    node.register(source=source)
    node.message(octets(SUBMIT), source=source)
    node.message(b"\x00\x01", source=source)
    assert statuses(node) == [403, 403, 403]
    assert invoked(node) == []
    assert node.gateway.status()["bindings"] == 0


def test_a_trusted_address_with_a_port_is_trusted_at_that_port_only() -> None:
    table = sound()
    assert isinstance(table["sip"], dict)
    table["sip"]["scscf"] = ["127.0.0.12:5060"]
    node = Node(table)
    node.register(source=("127.0.0.12", 5061))
    node.register(source=SCSCF)
    assert statuses(node) == [403, 200]


def test_a_sender_without_a_number_is_refused(node: Node) -> None:
    node.message(octets(SUBMIT), sender="sip:stranger@ims.example")
    node.message(octets(RpSmma(3)), sender="sip:stranger@ims.example")
    assert statuses(node) == [403, 403]


def test_a_sender_is_known_by_the_number_that_is_asserted(node: Node) -> None:
    node.message(octets(SUBMIT), sender="sip:+15551112222@ims.example")
    (asked,) = invoked(node)
    assert isinstance(asked.arg, MoForwardSmArg)
    assert asked.arg.sm_rp_oa.msisdn == AddressString("15551112222")
    assert asked.arg.imsi is None


# MO


def test_an_mo_is_reported_once_its_record_is_on_disk(registered: Node) -> None:
    registered.message(octets(SUBMIT))
    assert statuses(registered) == [202]
    (asked,) = invoked(registered)
    registered.peer.result(asked.dialogue, MoForwardSmRes(sm_rp_ui=b"\x01\x00"), registered.watch.time)
    registered.exchange()
    assert registered.take_sip() == []
    registered.synced()
    (report,) = registered.take_sip()
    assert report.rpdu == RpAck(5, b"\x01\x00")
    assert report.line.startswith(f"MESSAGE {ALICE} ")
    (record,) = records(registered)
    assert (record.outcome, record.imsi, record.node) == ("delivered", IMSI, "ipsmgw")
    assert report.headers["In-Reply-To"] == record.call_id


def test_an_mo_that_the_sc_refuses_is_reported_with_its_cause(registered: Node) -> None:
    registered.message(octets(SUBMIT))
    (asked,) = invoked(registered)
    registered.peer.error(asked.dialogue, error_of(Cause.SC_CONGESTION), registered.watch.time)
    registered.exchange()
    registered.synced()
    assert registered.take_sip()[1].rpdu == RpError(5, 42)


def test_an_mo_that_the_sc_does_not_answer_is_reported_in_time(registered: Node) -> None:
    registered.message(octets(SUBMIT))
    registered.take_sip()
    registered.pass_time(30.0)
    registered.synced()
    (report,) = registered.take_sip()
    assert report.rpdu == RpError(5, 38)
    assert records(registered)[0].outcome == "networkOutOfOrder"


def test_an_mo_without_a_way_to_the_sc_is_reported_at_once() -> None:
    node = Node(linked=False)
    node.message(octets(SUBMIT), sender="sip:+15551112222@ims.example")
    node.pass_time(0.0)
    node.synced()
    assert [message.status for message in node.sip] == [202, 0]
    assert node.sip[1].rpdu == RpError(5, 38)


@pytest.mark.parametrize(
    ("body", "report"),
    [
        (octets(SUBMIT)[:9], RpError(5, 96)),
        (b"\x07\x09", RpError(9, 97)),
        (octets(SUBMIT._replace(service_centre=RpAddress("15*"))), RpError(5, 96)),
        (octets(SUBMIT._replace(user_data=bytes(220))), RpError(5, 96)),
    ],
    ids=["short", "unknown", "no number", "too long"],
)
def test_an_rpdu_that_goes_no_further_is_accepted_and_refused(
    registered: Node, body: bytes, report: RpError
) -> None:
    registered.message(body)
    assert registered.take_sip() == []
    registered.synced()
    accepted, refused = registered.take_sip()
    assert accepted.status == 202
    assert refused.rpdu == report
    assert registered.gateway.driver.bugs == 0


# MT


def test_an_mt_is_answered_once_the_phone_has_reported_and_the_record_is_on_disk(registered: Node) -> None:
    dialogue = registered.deliver()
    (message,) = registered.take_sip()
    assert isinstance(message.rpdu, RpData)
    registered.respond(message, 200)
    registered.message(
        octets(RpAck(message.rpdu.message_reference, b"\x00\x00")), reply_to=message.headers["Call-ID"]
    )
    assert registered.told == []
    registered.synced()
    assert registered.told == [Answered(dialogue, MT_FORWARD_SM, MtForwardSmRes(sm_rp_ui=b"\x00\x00"))]
    assert statuses(registered) == [202]
    (record,) = records(registered)
    assert (record.outcome, record.call_id) == ("delivered", message.headers["Call-ID"])


def test_a_report_with_empty_user_data_is_a_delivery_all_the_same(registered: Node) -> None:
    dialogue = registered.deliver()
    (message,) = registered.take_sip()
    assert isinstance(message.rpdu, RpData)
    empty = bytes((2, message.rpdu.message_reference, 0x41, 0))
    registered.message(empty, reply_to=message.headers["Call-ID"])
    registered.synced()
    assert registered.told == [Answered(dialogue, MT_FORWARD_SM, MtForwardSmRes())]
    assert registered.gateway.driver.bugs == 0


def test_an_mt_for_nobody_is_absent_with_diagnostic_11(node: Node) -> None:
    node.deliver()
    node.synced()
    code, parameter = refusal(node).error
    assert code == ErrorCode.ABSENT_SUBSCRIBER_SM
    assert isinstance(parameter, AbsentSubscriberSmParam)
    assert parameter.absent_subscriber_diagnostic_sm == 11
    assert records(node)[0].outcome == "imsDeregistered"


@pytest.mark.parametrize(
    "story",
    [
        lambda node, message: None,
        lambda node, message: node.respond(message, 200),
        lambda node, message: node.respond(message, 408),
    ],
    ids=["no answer", "no report", "408"],
)
def test_a_silent_phone_is_absent_with_diagnostic_12(
    registered: Node, story: Callable[[Node, object], None]
) -> None:
    registered.deliver()
    story(registered, registered.take_sip()[0])
    registered.pass_time(60.0)
    registered.synced()
    parameter = refusal(registered).error.parameter
    assert isinstance(parameter, AbsentSubscriberSmParam)
    assert parameter.absent_subscriber_diagnostic_sm == 12
    assert registered.gateway.open_work == 0


def test_a_report_that_fits_nothing_is_not_acceptable(registered: Node) -> None:
    registered.deliver()
    (message,) = registered.take_sip()
    assert isinstance(message.rpdu, RpData)
    reference = message.rpdu.message_reference
    registered.message(octets(RpAck(reference)), reply_to="nobody")
    registered.message(octets(RpAck(reference ^ 1)), reply_to=message.headers["Call-ID"])
    registered.message(octets(RpAck(reference)), sender="sip:bob@ims.example")
    registered.message(octets(RpAck(reference)), sender="mailto:x@y")
    assert statuses(registered) == [488, 488, 488, 488]


def test_a_report_without_in_reply_to_is_found_by_its_sender_and_reference(registered: Node) -> None:
    registered.deliver()
    (message,) = registered.take_sip()
    assert isinstance(message.rpdu, RpData)
    registered.message(octets(RpAck(message.rpdu.message_reference)), sender="SIP:alice@IMS.example;x=y")
    registered.synced()
    assert statuses(registered) == [202]


def test_a_report_that_comes_twice_gets_the_same_answer_and_counts_once(registered: Node) -> None:
    registered.deliver()
    (message,) = registered.take_sip()
    assert isinstance(message.rpdu, RpData)
    report = octets(RpAck(message.rpdu.message_reference))
    for _ in range(2):
        registered.message(report, reply_to=message.headers["Call-ID"])
        registered.synced()
    assert statuses(registered) == [202, 202]
    assert len(records(registered)) == 1


def test_a_gmsc_that_gives_up_before_the_phone_has_reported_is_charged_as_that(registered: Node) -> None:
    dialogue = registered.deliver()
    registered.peer.abort(dialogue, registered.watch.time)
    registered.exchange()
    registered.pass_time(200.0)
    registered.synced()
    assert registered.gateway.open_work == 0
    assert [record.outcome for record in records(registered)] != ["delivered"]


def test_a_gmsc_that_gives_up_while_the_record_is_written_is_not_answered(registered: Node) -> None:
    registered.deliver()
    (message,) = registered.take_sip()
    assert isinstance(message.rpdu, RpData)
    registered.message(octets(RpAck(message.rpdu.message_reference)), reply_to=message.headers["Call-ID"])
    registered.pass_time(90.0)
    registered.told.clear()
    registered.synced()
    assert registered.told == []
    assert registered.gateway.driver.bugs == 0
    assert registered.gateway.open_work == 0


def test_a_phone_with_256_messages_to_report_on_gets_no_more(registered: Node) -> None:
    for _ in range(256):
        registered.deliver()
    assert len({message.body[1] for message in registered.take_sip()}) == 256
    registered.deliver()
    registered.synced()
    assert refusal(registered).error.code == ErrorCode.SYSTEM_FAILURE
    assert registered.take_sip() == []


def test_an_operation_that_is_not_for_a_gateway_is_refused(node: Node) -> None:
    arg = AlertServiceCentreArg(msisdn=AddressString("1555"), service_centre_address=AddressString("1556"))
    node.peer.invoke(ALERT_SERVICE_CENTRE, SccpAddress(Gt("15550000011"), 8), arg, node.watch.time)
    node.exchange()
    assert refusal(node).error.code == ErrorCode.SYSTEM_FAILURE
    assert node.gateway.driver.bugs == 0


# Limits


def test_one_message_too_many_is_refused_at_the_door_but_a_report_never() -> None:
    node = Node(sound() | {"limits": {"in_flight": 1}})
    node.register()
    node.deliver()
    message = node.take_sip()[-1]
    assert isinstance(message.rpdu, RpData)
    node.message(octets(SUBMIT))
    node.message(octets(RpSmma(1)))
    first, second = node.take_sip()
    assert (first.status, first.headers["Retry-After"], second.status) == (503, "5", 503)
    node.deliver()
    node.synced()
    assert refusal(node).error.code == ErrorCode.SYSTEM_FAILURE
    node.message(octets(RpAck(message.rpdu.message_reference)), reply_to=message.headers["Call-ID"])
    node.synced()
    node.message(octets(SUBMIT))
    assert statuses(node) == [202, 202]


def test_a_queue_that_stays_is_too_much_and_one_that_ends_is_not() -> None:
    node = Node(sound() | {"limits": {"backlog": 0.5}})
    node.register()
    node.gateway.sip.behind = lambda: True
    for wait in (0.0, 0.4, 0.2, 0.0):  # it counts from the first of them
        node.watch.reach(node.watch.time + wait)
        node.message(octets(SUBMIT))
    assert statuses(node) == [200, 202, 202, 202, 503]
    node.deliver()
    node.synced()
    assert refusal(node).error.code == ErrorCode.SYSTEM_FAILURE
    node.gateway.sip.behind = lambda: False
    node.message(octets(RpSmma(1)))
    node.message(octets(SUBMIT))
    assert statuses(node) == [503, 202]


def test_records_that_wait_for_the_disk_are_under_way_too() -> None:
    node = Node(sound() | {"limits": {"in_flight": 3}})
    node.register()
    for _ in range(5):
        node.message(b"\x07\x09")
    assert statuses(node) == [200, 503, 503]
    assert node.gateway.recording
    node.synced()
    assert not node.gateway.recording


def test_the_status_says_what_is_under_way(registered: Node) -> None:
    registered.deliver()
    registered.message(octets(SUBMIT))
    status = registered.gateway.status()
    assert (status["bindings"], status["mo_in_flight"], status["mt_in_flight"]) == (1, 1, 1)
    assert (status["node"], status["bugs"], status["cdrs_written"]) == ("ipsmgw", 0, 0)


def test_closing_ends_everything(registered: Node) -> None:
    registered.gateway.close()
    assert registered.paper.closed
    assert registered.watch.armed == []
