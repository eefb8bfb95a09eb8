"""Messages of phones in CS and PS to the service: deliver_sm, answered when the MSGin5G Server has them."""

from dataclasses import replace

import pytest

from ipsmgw.smpp import EsmClass, Status, Tag, Tlv, Ton
from ipsmgw.smpp.pdu import AlertNotification, DataSm, DeliverSm, Pdu
from msgin5g_bridge.apis import DELIVER_UE_MESSAGE, L3G_DELIVER_MESSAGE, UE_REGISTER
from msgin5g_bridge.l3gdelivery import AddressType
from msgin5g_bridge.msgdelivery import DeliveryStatus, MessageDeliveryAck, UEMessageDelivery
from msgin5g_bridge.problem import Problem
from tests.ipsmgw.by_centre import away
from tests.ipsmgw.msgin5g import DEVICE, PHONE, crash, message
from tests.ipsmgw.node import MSISDN, Node

CODE = {"number": "4711", "address": "meter"}


def here(**smpp: object) -> Node:
    """The service has a short code."""
    return away({"short_code": [CODE], "name_code": "4700"}, **smpp)


def text(words: str | bytes, to: str = "4711", *tlvs: Tlv, coding: int = 0, esm_class: int = 0) -> DeliverSm:
    """Of alice, in CS."""
    return DeliverSm(
        source_addr_ton=Ton.INTERNATIONAL,
        source_addr=MSISDN,
        destination_addr=to,
        esm_class=esm_class,
        data_coding=coding,
        short_message=words if isinstance(words, bytes) else words.encode(),
        tlvs=tlvs,
    )


def came(node: Node) -> list[UEMessageDelivery]:
    """At the server."""
    node.exchange()
    return [each for each in node.server.take(DELIVER_UE_MESSAGE) if isinstance(each, UEMessageDelivery)]


def statuses(node: Node) -> list[Status]:
    """What the service centre was answered since the last time."""
    node.exchange()
    answers, node.centre.answers = node.centre.answers, []
    return [status for status, _ in answers]


def test_a_text_to_a_short_code_goes_to_its_application_server() -> None:
    node = here()
    node.centre.deliver(text("How warm is it?"))
    (said,) = came(node)
    assert (said.ori_addr, said.dest_addr.addr_type, said.dest_addr.addr) == (PHONE, AddressType.AS, "meter")
    assert said.payload == "How warm is it?"
    assert statuses(node) == [Status.ROK]


def test_the_answer_waits_for_the_server() -> None:
    node = here(answer=8.0)
    node.server.silent.add(DELIVER_UE_MESSAGE)
    node.centre.deliver(text("Anybody?"))
    node.pass_time(7.0)
    assert not statuses(node)
    node.pass_time(2.0)
    assert statuses(node) == [Status.RX_T_APPN]


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (Problem(status=404, cause="RECIPIENT_UNKNOWN"), Status.RINVDSTADR),
        (Problem(status=403), Status.RINVSRCADR),
        (Problem(status=503), Status.RMSGQFUL),
        (Problem(status=500), Status.RSYSERR),
    ],
)
def test_what_the_server_says_the_service_centre_hears(problem: Problem, status: Status) -> None:
    node = here()
    node.server.refusals[DELIVER_UE_MESSAGE] = problem
    node.centre.deliver(text("Hello"))
    assert statuses(node) == [status]


def test_a_reply_goes_to_whom_its_number_is_remembered_for() -> None:
    node = here()
    node.server.deliver(L3G_DELIVER_MESSAGE, message(report=False))
    node.exchange()
    (sent,) = node.centre.submitted
    node.centre.deliver(text("Thank you", to=f"+{sent.source_addr}"))
    (said,) = came(node)
    assert (said.dest_addr, said.payload) == (DEVICE, "Thank you")


def test_parts_with_a_header_are_joined_and_each_is_answered() -> None:
    node = here()
    for number, words in ((2, "five"), (1, "twenty-")):
        header = bytes((5, 0, 3, 7, 2, number))
        node.centre.deliver(text(header + words.encode(), esm_class=EsmClass.UDHI))
    assert [each.payload for each in came(node)] == ["twenty-five"]
    assert statuses(node) == [Status.ROK] * 2


def test_parts_by_tlvs_are_joined() -> None:
    node = here()
    for number, words in ((1, "twenty-"), (2, "five")):
        tlvs = (
            Tlv(Tag.SAR_MSG_REF_NUM, b"\0\7"),
            Tlv(Tag.SAR_TOTAL_SEGMENTS, b"\2"),
            Tlv(Tag.SAR_SEGMENT_SEQNUM, bytes((number,))),
        )
        node.centre.deliver(text(words, "4711", *tlvs))
    assert [each.payload for each in came(node)] == ["twenty-five"]


def test_parts_survive_a_crash() -> None:
    node = here()
    for number, words in ((1, "twenty-"), (2, "five")):
        header = bytes((5, 0, 3, 7, 2, number))
        node.centre.deliver(text(header + words.encode(), esm_class=EsmClass.UDHI))
        if number == 1:
            crash(node)
            node.centre.up(node.watch.time)
    assert [each.payload for each in came(node)] == ["twenty-five"]


@pytest.mark.parametrize(
    "pdu",
    [
        text("Ünïcode".encode("utf-16-be"), coding=8),
        text("Ünïcode".encode("latin-1"), coding=3),
        text("", "4711", Tlv(Tag.MESSAGE_PAYLOAD, "Ünïcode".encode("utf-16-be")), coding=8),
        DataSm(
            source_addr=MSISDN,
            destination_addr="4711",
            data_coding=8,
            tlvs=(Tlv(Tag.MESSAGE_PAYLOAD, "Ünïcode".encode("utf-16-be")),),
        ),
    ],
)
def test_a_text_may_be_written_in_many_ways(pdu: Pdu) -> None:
    node = here()
    node.centre.deliver(pdu)
    assert [each.payload for each in came(node)] == ["Ünïcode"]
    assert statuses(node) == [Status.ROK]


def test_a_long_payload_is_one_message_and_has_one_answer() -> None:
    node = here()
    payload = b"On and on. " * 40
    node.centre.deliver(text("", "4711", Tlv(Tag.MESSAGE_PAYLOAD, payload)))
    assert [each.payload for each in came(node)] == [payload.decode()]
    assert statuses(node) == [Status.ROK]


@pytest.mark.parametrize(
    ("pdu", "status"),
    [
        (replace(text("Hello"), source_addr="15550000000"), Status.RINVSRCADR),
        (text("Hello", to="4712"), Status.RINVDSTADR),
        (text("Hello", to="15559001"), Status.RINVDSTADR),
        (text(b"odd", coding=8), Status.RINVMSGLEN),
        (text(b"?", coding=5), Status.RSUBMITFAIL),
        (text("@nobody Hello", to="4700"), Status.RINVDSTADR),
        (text(b"\0\1", coding=4), Status.RINVSERTYP),
    ],
)
def test_what_cannot_go_on_is_refused_at_once(pdu: DeliverSm, status: Status) -> None:
    node = here()
    node.centre.deliver(pdu)
    assert statuses(node) == [status]
    assert not came(node)


def test_who_is_not_registered_at_the_server_is_refused() -> None:
    node = here()
    node.server.refusals[UE_REGISTER] = Problem(status=403)
    node.pass_time(3_601.0)
    node.centre.deliver(text("Hello"))
    assert statuses(node) == [Status.RINVSRCADR]


def test_the_same_words_again_are_a_new_message_while_the_session_stands() -> None:
    node = here()
    for _ in range(2):
        node.centre.deliver(text("Yes"))
    first, second = came(node)
    assert first.msg_id != second.msg_id
    assert statuses(node) == [Status.ROK] * 2


def test_what_comes_again_because_its_answer_was_lost_goes_once() -> None:
    node = here()
    node.centre.deliver(text("Yes"))
    assert len(came(node)) == 1
    node.centre.cut()
    node.centre.up(node.watch.time)
    node.centre.deliver(text("Yes"))
    assert not came(node)
    assert statuses(node) == [Status.ROK] * 2


def test_what_may_be_at_the_server_goes_again_under_its_name() -> None:
    node = here()
    node.server.silent.add(DELIVER_UE_MESSAGE)
    node.centre.deliver(text("Yes"))
    (first,) = came(node)
    crash(node)
    node.server.silent.clear()
    node.centre.up(node.watch.time)
    node.centre.deliver(text("Yes"))
    (second,) = came(node)
    assert first.msg_id == second.msg_id
    assert statuses(node) == [Status.ROK]


def test_the_same_words_later_are_a_new_message() -> None:
    node = here()
    node.centre.deliver(text("Yes"))
    node.pass_time(11.0)
    node.centre.cut()
    node.centre.up(node.watch.time)
    node.centre.deliver(text("Yes"))
    assert len(came(node)) == 2


def test_what_was_refused_is_a_new_message_the_next_time() -> None:
    node = here()
    failed = MessageDeliveryAck(ori_addr=PHONE, msg_id=message().msg_id, status=DeliveryStatus.DELY_FAILED)
    node.server.verdicts = [failed]
    node.centre.deliver(text("Yes"))
    node.centre.deliver(text("Yes"))
    first, second = came(node)
    assert first.msg_id != second.msg_id
    assert statuses(node) == [Status.RSYSERR, Status.ROK]


def test_what_has_no_answer_is_left_alone() -> None:
    node = here()
    node.centre.deliver(AlertNotification(source_addr=MSISDN))
    assert node.gateway.driver.bugs == 0


def test_an_acknowledgement_that_nobody_has_asked_for_is_taken() -> None:
    node = here()
    node.centre.deliver(text("", esm_class=0x08))
    assert statuses(node) == [Status.ROK]
    assert not came(node)
