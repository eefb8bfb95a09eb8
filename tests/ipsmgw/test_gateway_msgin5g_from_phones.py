"""Short messages of phones reach the MSGin5G Server, and the RP-ACK says that they have."""

import base64
from datetime import UTC, datetime

import pytest

from ipsmgw.sms import Address as Number
from ipsmgw.sms import Part, Ports, Relative, Submit, compose, divide
from msgin5g_bridge import ABSENT
from msgin5g_bridge.apis import DELIVER_UE_MESSAGE, L3G_DELIVER_MESSAGE
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.model import MessageId
from msgin5g_bridge.msgdelivery import (
    DeliveryStatus,
    MessageDeliveryAck,
    ReportDeliveryStatus,
    UEMessageDelivery,
)
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.segmentation import Reassembly, Whole
from sipbridge.rp import RpAck, RpAddress, RpData, RpError
from tests.ipsmgw.asked import invoked, octets, records
from tests.ipsmgw.msgin5g import AS, DEVICE, PHONE, answer, crash, gateway, join, joined, message, ring, rows
from tests.ipsmgw.node import Node

SUCCESS, FAILED = ReportDeliveryStatus.REPT_DELY_SUCCESS, ReportDeliveryStatus.REPT_DELY_FAILED
CODE = {"short_code": [{"number": "4711", "address": AS.addr}]}


def parts_of(text: str) -> tuple[Part, ...]:
    return compose(text, reference=9)


def one(text: str) -> Part:
    """The only one."""
    (part,) = parts_of(text)
    return part


def submit(
    node: Node, part: Part, number: str = "4711", *, mr: int = 5, report: bool = False, hours: int = 0
) -> None:
    """Her phone sends it."""
    tpdu = Submit.of(
        mr,
        Number.of_digits(number),
        udl=part.udl,
        ud=part.ud,
        dcs=part.dcs,
        udhi=part.udhi,
        status_report=report,
        validity=Relative.at_least(3600 * hours) if hours else None,
    ).encode()
    node.message(octets(RpData(mr, RpAddress("15550000014"), tpdu)))
    node.exchange()
    node.synced()


def heard(node: Node) -> list[RpAck | RpError]:
    """What her phone has heard of what it has sent."""
    rpdus = [each.rpdu for each in ring(node)]
    return [each for each in rpdus if isinstance(each, RpAck | RpError)]


def taken(node: Node) -> list[UEMessageDelivery]:
    """What the server has got."""
    return [each for each in node.server.take(DELIVER_UE_MESSAGE) if isinstance(each, UEMessageDelivery)]


def test_a_message_to_a_short_code_is_the_application_servers() -> None:
    node = joined(**CODE)
    submit(node, one("hello"))
    (got,) = taken(node)
    assert (got.ori_addr, got.dest_addr, got.payload) == (PHONE, AS, "hello")
    assert (got.sto_and_fw_ind, got.deliv_st_req_ind, len(got.msg_id)) == (False, ABSENT, 36)
    assert heard(node) == [RpAck(5)]
    assert [(each.record, each.outcome, each.other) for each in records(node)] == [
        ("ISMSMO", "delivered", "4711")
    ]
    assert invoked(node) == []


def test_a_message_to_any_other_number_goes_to_its_service_centre() -> None:
    node = joined(**CODE)
    submit(node, one("hello"), number="15559999")
    assert len(invoked(node)) == 1
    assert taken(node) == []


def test_the_rp_ack_waits_for_the_server() -> None:
    node = joined(**CODE, answer=10.0)
    node.server.silent = {DELIVER_UE_MESSAGE}
    submit(node, one("hello"))
    assert heard(node) == []
    assert node.gateway.status()["mo_in_flight"] == 1
    node.pass_time(9.0)
    assert heard(node) == []
    node.pass_time(2.0)
    node.synced()
    assert heard(node) == [RpError(5, 38)]
    assert node.gateway.open_work == 0


@pytest.mark.parametrize(
    ("refusal", "cause"),
    [
        (Problem(status=404), 21),
        (Problem(status=403), 28),
        (Problem(status=400, cause="RECIPIENT_UNKNOWN"), 21),
        (Problem(status=503), 42),
        (Problem(status=500), 38),
    ],
)
def test_what_the_server_refuses_the_phone_hears(refusal: Problem, cause: int) -> None:
    node = joined(**CODE)
    node.server.refusals[DELIVER_UE_MESSAGE] = refusal
    submit(node, one("hello"), report=True)
    assert heard(node) == [RpError(5, cause)]
    assert len(rows(node).awaited_reports) == 0


@pytest.mark.parametrize(
    ("status", "failure", "expected"),
    [
        (DeliveryStatus.DELY_STORED, ABSENT, RpAck(5)),
        (DeliveryStatus.DELY_FAILED, "RECIPIENT_NOT_REGISTERED", RpError(5, 21)),
        (DeliveryStatus.DELY_FAILED, ABSENT, RpError(5, 38)),
    ],
)
def test_the_answer_says_whether_it_was_taken(
    status: DeliveryStatus, failure: str, expected: RpAck | RpError
) -> None:
    node = joined(**CODE)
    ack = MessageDeliveryAck(ori_addr=PHONE, msg_id=MessageId("x"), status=status, failure_cause=failure)
    node.server.verdicts = [ack]
    submit(node, one("hello"))
    assert heard(node) == [expected]


def test_a_message_that_comes_twice_is_sent_once() -> None:
    node = joined(**CODE)
    (part,) = parts_of("hello")
    tpdu = Submit.of(5, Number.of_digits("4711"), udl=part.udl, ud=part.ud).encode()
    for _ in range(2):
        node.message(octets(RpData(5, RpAddress("15550000014"), tpdu)), call_id="same")
    node.exchange()
    assert len(taken(node)) == 1


def test_who_is_not_in_the_service_is_refused() -> None:
    node = gateway(**CODE, credential="")
    join(node)
    submit(node, one("hello"))
    assert heard(node) == [RpError(5, 28)]


def test_what_is_no_submit_is_refused() -> None:
    node = joined(**CODE)
    tpdu = bytes.fromhex("0105") + Number.of_digits("4711") + b"\x00"
    node.message(octets(RpData(5, RpAddress("15550000014"), tpdu)))
    node.synced()
    assert heard(node) == [RpError(5, 95)]


# Who it is for.


def test_a_reply_finds_who_has_written_first() -> None:
    node = joined(pool=["15559001", "15559002"], reply_within=100.0)
    node.server.deliver(L3G_DELIVER_MESSAGE, message(report=False))
    (came,) = ring(node)
    answer(node, came)
    node.take_sip()
    for _ in range(3):  # each keeps the number his for longer
        node.pass_time(90.0)
        node.take_sip()
        submit(node, one("ok"), number="15559001")
        assert [each.dest_addr for each in taken(node)] == [DEVICE]
        assert heard(node) == [RpAck(5)]
    node.pass_time(101.0)
    node.take_sip()
    submit(node, one("too late"), number="15559001")
    submit(node, one("nobody"), number="15559002", mr=6)
    assert heard(node) == [RpError(5, 21), RpError(6, 21)]
    assert taken(node) == []


def test_a_code_may_be_a_group_or_a_topic() -> None:
    codes = [
        {"number": "4712", "type": "GROUP", "address": "family"},
        {"number": "4713", "type": "TOPIC", "address": "news"},
    ]
    node = joined(short_code=codes)
    submit(node, one("hello"), number="4712")
    submit(node, one("hello"), number="4713", mr=6)
    assert [each.dest_addr for each in taken(node)] == [
        Address(addr_type=AddressType.GROUP, addr="family"),
        Address(addr_type=AddressType.TOPIC, addr="news"),
    ]


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("@kitchen How warm?", "How warm?"),
        ("@kitchen\nx", "x"),
        ("@cellar x", None),
        ("kitchen x", None),
        ("@kitchen", None),
    ],
)
def test_a_text_may_name_a_contact_in_front(text: str, payload: str | None) -> None:
    node = joined(name_code="4700", contact=[{"name": "kitchen", "address": DEVICE.addr}])
    submit(node, one(text), number="4700")
    assert [(each.dest_addr, each.payload) for each in taken(node)] == (
        [(DEVICE, payload)] if payload else []
    )
    assert heard(node) == [RpAck(5) if payload else RpError(5, 21)]


# Long ones.


def test_parts_become_one_payload_and_each_has_its_rp_ack() -> None:
    node = joined(**CODE)
    text = "Ω" * 200
    for number, part in enumerate(parts_of(text)):
        assert taken(node) == []
        submit(node, part, mr=number)
    (got,) = taken(node)
    assert got.payload == text
    assert heard(node) == [RpAck(n) for n in range(len(parts_of(text)))]
    assert len(rows(node).submitted_parts) == 0


def test_parts_survive_a_crash() -> None:
    node = joined(**CODE)
    first, second = parts_of("x" * 200)
    submit(node, first, mr=1)
    assert heard(node) == [RpAck(1)]
    crash(node)
    submit(node, second, mr=2)
    assert [each.payload for each in taken(node)] == ["x" * 200]


def test_when_the_whole_is_refused_the_last_part_may_come_again() -> None:
    node = joined(**CODE)
    first, second = parts_of("x" * 200)
    submit(node, first, mr=1)
    node.server.refusals[DELIVER_UE_MESSAGE] = Problem(status=503)
    submit(node, second, mr=2)
    assert heard(node) == [RpAck(1), RpError(2, 42)]
    node.server.refusals.clear()
    node.server.take()
    submit(node, second, mr=3)
    assert [each.payload for each in taken(node)] == ["x" * 200]
    assert heard(node) == [RpAck(3)]


def test_parts_whose_others_stay_away_are_forgotten() -> None:
    node = joined(**CODE, parts=100.0)
    submit(node, parts_of("x" * 200)[0])
    node.pass_time(101.0)
    assert len(rows(node).submitted_parts) == 0


def test_a_payload_that_is_too_long_goes_in_segments_and_the_rp_ack_waits_for_the_last() -> None:
    node = joined(**CODE, segment_size=100)
    text = "€" * 200
    *early, last = parts_of(text)
    for number, part in enumerate(early):
        submit(node, part, mr=number)
    heard(node)
    submit(node, last, mr=77, report=True)
    segments = taken(node)
    assert all(len((each.payload or "").encode()) <= 100 for each in segments)
    assert [bool(each.deliv_st_req_ind) for each in segments] == [True] + [False] * (len(segments) - 1)
    joining = Reassembly()
    (whole,) = [got for each in segments if isinstance(got := joining.put(each, 0.0), Whole)]
    assert whole.message.payload == text
    assert heard(node) == [RpAck(77)]


def test_the_provisioned_segment_size_counts() -> None:
    node = gateway(**CODE)
    node.server.segment_size = 64
    join(node)
    submit(node, one("x" * 150))
    assert [len(each.payload or "") for each in taken(node)] == [64, 64, 22]


# What it says.


def test_a_validity_period_is_for_the_server() -> None:
    node = joined(**CODE)
    submit(node, one("hello"), hours=1)
    (got,) = taken(node)
    assert got.sto_and_fw_ind
    assert got.sto_and_fw_params
    assert got.sto_and_fw_params.expr_time == datetime.fromtimestamp(node.watch.time + 3600, UTC)


def test_octets_to_a_port_are_an_applications() -> None:
    node = joined(**CODE, application=[{"id": "meter", "binary": True, "port": 5000}])
    (part,) = divide(b"\x00\xff", 4, also=(Ports(5000, 1).element(),))
    submit(node, part)
    (got,) = taken(node)
    assert (got.app_id, base64.b64decode(got.payload or "")) == ("meter", b"\x00\xff")
    (unknown,) = divide(b"\x00\xff", 4)
    heard(node)
    submit(node, unknown, mr=6)
    assert heard(node) == [RpError(6, 69)]


def test_an_earlier_part_that_comes_again_after_a_refusal_sends_nothing() -> None:
    node = joined(**CODE)
    first, second = parts_of("x" * 200)
    submit(node, first, mr=1)
    node.server.refusals[DELIVER_UE_MESSAGE] = Problem(status=503)
    submit(node, second, mr=2)
    node.server.refusals.clear()
    node.server.take()
    submit(node, first, mr=1)
    assert taken(node) == []
