"""Messages of the service to phones that are not in the IMS: submit_sm, and what receipts say."""

import pytest
from msgspec.structs import replace

from ipsmgw.smpp import EsmClass, MessageState, Receipts, Status, Tag, Ton
from ipsmgw.smpp.pdu import BindTransceiver
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.model import ApplicationId
from tests.ipsmgw.by_centre import LONG, SMPP, away, post, reports
from tests.ipsmgw.msgin5g import answer, deliver_in, gateway, join, message, ring, rows
from tests.ipsmgw.node import MSISDN


def test_the_gateway_binds_as_an_esme() -> None:
    node = away(system_type="m2m", address_range="^1555")
    (bind,) = node.centre.binds
    assert isinstance(bind, BindTransceiver)
    assert (bind.system_id, bind.password, bind.system_type) == ("mgw", "secret", "m2m")
    assert bind.address_range == "^1555"


def test_a_phone_out_of_the_ims_stays_registered_at_the_server() -> None:
    node = gateway(smpp=SMPP)
    join(node)
    join(node, expires=0)
    assert node.server.names() == ["Provisioning_NonMSGin5GUE", "UERegistration_Request"]


def test_a_phone_out_of_the_ims_is_reached_by_its_service_centre() -> None:
    node = away()
    post(node, message())
    (sent,) = node.centre.submitted
    assert (sent.source_addr_ton, sent.source_addr) == (Ton.INTERNATIONAL, "15559001")
    assert (sent.dest_addr_ton, sent.dest_addr_npi, sent.destination_addr) == (1, 1, MSISDN)
    assert (sent.data_coding, sent.short_message.decode("utf-16-be")) == (8, "21 °C")
    assert (sent.registered_delivery, sent.validity_period) == (Receipts.ALWAYS, "000001000000000R")
    assert not reports(node)
    node.centre.receipt(0)
    assert reports(node) == [""]
    assert node.centre.answers[-1][0] is Status.ROK


def test_a_message_without_a_report_ends_when_the_service_centre_has_it() -> None:
    node = away()
    post(node, message(payload="Hello", report=False))
    (sent,) = node.centre.submitted
    assert (sent.registered_delivery, sent.short_message, sent.data_coding) == (0, b"Hello", 0)
    assert sent.tlv(Tag.USER_MESSAGE_REFERENCE) is None
    assert [row.phase for row in rows(node).transfers] == ["ended"]


def test_a_long_one_goes_in_parts_that_the_phone_joins() -> None:
    node = away()
    post(node, message(payload=LONG))
    assert [each.esm_class for each in node.centre.submitted] == [EsmClass.UDHI] * 2
    headers = [each.short_message[:7] for each in node.centre.submitted]
    assert [header[:3] for header in headers] == [bytes((6, 8, 4))] * 2
    assert [header[-1] for header in headers] == [1, 2]
    assert b"".join(each.short_message[7:] for each in node.centre.submitted) == LONG.encode()
    node.centre.receipt(1)
    assert not reports(node)
    node.centre.receipt(0)
    assert reports(node) == [""]


def test_octets_go_to_the_port_of_their_application() -> None:
    node = gateway(smpp=SMPP, application=[{"id": "meter", "binary": True, "port": 16_000}])
    node.centre.up(node.watch.time)
    join(node)
    join(node, expires=0)
    post(node, replace(message(payload="AAEC"), app_id=ApplicationId("meter")))
    (sent,) = node.centre.submitted
    assert (sent.data_coding, sent.esm_class) == (4, EsmClass.UDHI)
    assert sent.short_message == bytes.fromhex("060504 3e80 0000 000102".replace(" ", ""))
    assert (sent.source_addr_ton, sent.source_addr) == (Ton.ALPHANUMERIC, "MSGin5G")


@pytest.mark.parametrize(
    ("state", "error", "cause"),
    [
        (MessageState.UNDELIVERABLE, 1, "RECIPIENT_UNKNOWN"),
        (MessageState.UNDELIVERABLE, 27, "ABSENT_SUBSCRIBER"),
        (MessageState.UNDELIVERABLE, 0, "SMS_PERMANENT_40"),
        (MessageState.EXPIRED, 6, "ABSENT_SUBSCRIBER"),
        (MessageState.EXPIRED, 0, "EXPIRED"),
        (MessageState.DELETED, 0, "SMS_PERMANENT_48"),
        (MessageState.REJECTED, 0, "SMS_PERMANENT_42"),
        (MessageState.UNKNOWN, 0, "SMS_PERMANENT_49"),
    ],
)
def test_a_receipt_tells_why_not(state: MessageState, error: int, cause: str) -> None:
    node = away()
    post(node, message())
    node.centre.receipt(0, MessageState.ENROUTE)
    assert not reports(node)
    node.centre.receipt(0, state, error=error)
    assert reports(node) == [cause]
    node.centre.receipt(0)
    assert not reports(node)


def test_a_code_of_the_service_centre_means_what_the_settings_say() -> None:
    node = away(error=[{"code": "084", "cause": "memoryCapacityExceeded"}])
    post(node, message())
    node.centre.receipt(0, MessageState.UNDELIVERABLE, error=0)
    assert reports(node) == ["SMS_PERMANENT_40"]


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (Status.RINVDSTADR, "RECIPIENT_UNKNOWN"),
        (Status.RX_R_APPN, "BARRED"),
        (Status.RINVMSGLEN, "PAYLOAD_NOT_SUPPORTED"),
        (Status.RINVSRCADR, "SMS_PERMANENT_40"),
    ],
)
def test_a_refusal_for_good_is_told_at_once(status: Status, cause: str) -> None:
    node = away()
    node.centre.verdicts = [status]
    post(node, message())
    assert reports(node) == [cause]


@pytest.mark.parametrize("status", [Status.RTHROTTLED, Status.RMSGQFUL])
def test_a_service_centre_with_too_much_to_do_gets_nothing_for_a_while(status: Status) -> None:
    node = away(throttled=5.0)
    node.centre.verdicts = [status]
    post(node, message("m1"))
    post(node, message("m2"))
    assert len(node.centre.submitted) == 1
    node.pass_time(4.0)
    assert len(node.centre.submitted) == 1
    node.pass_time(2.0)
    assert len(node.centre.submitted) == 3
    node.centre.receipt(1)
    node.centre.receipt(2)
    assert reports(node) == ["", ""]


def test_a_refusal_for_now_is_tried_again() -> None:
    node = away()
    node.centre.verdicts = [Status.RSYSERR]
    post(node, message())
    node.pass_time(59.0)
    assert len(node.centre.submitted) == 1
    node.pass_time(2.0)
    assert len(node.centre.submitted) == 2


def test_no_more_wait_for_their_answer_than_the_window_has_room_for() -> None:
    node = away(window=2)
    node.centre.silent = True
    for number in range(5):
        post(node, message(f"m{number}"))
    assert len(node.centre.submitted) == 2


def test_transmitter_and_receiver_are_two_sessions() -> None:
    node = away(bind="transmitter and receiver")
    assert sorted(type(bind).__name__ for bind in node.centre.binds) == ["BindReceiver", "BindTransmitter"]
    post(node, message())
    node.centre.receipt(0)
    assert reports(node) == [""]


def test_the_ims_comes_first() -> None:
    node = away()
    join(node)
    post(node, message())
    (came,) = ring(node)
    answer(node, came)
    assert deliver_in(came).tp_oa.digits == "15559001"
    assert reports(node) == [""]
    assert not node.centre.submitted


@pytest.mark.parametrize("status", [480, 408, 503])
def test_what_the_ims_does_not_deliver_the_service_centre_gets(status: int) -> None:
    node = away()
    join(node)
    post(node, message())
    (came,) = ring(node)
    node.respond(came, status)
    node.synced()
    assert len(node.centre.submitted) == 1
    node.centre.receipt(0)
    assert reports(node) == [""]


def test_a_full_memory_is_full_everywhere() -> None:
    node = away()
    join(node)
    post(node, message())
    (came,) = ring(node)
    answer(node, came, 22)
    assert not node.centre.submitted


def test_after_what_is_to_be_avoided_no_other_way_is_tried() -> None:
    node = away(avoid=["equipmentProtocolError"])
    join(node)
    post(node, message())
    (came,) = ring(node)
    answer(node, came, 111)
    assert not node.centre.submitted
    assert reports(node) == ["SMS_PERMANENT_40"]


def test_with_the_service_centre_first_the_ims_is_next() -> None:
    node = away(domains=["sc", "ims"])
    join(node)
    node.centre.verdicts = [Status.RINVDSTADR]
    post(node, message())
    (came,) = ring(node)
    answer(node, came)
    assert reports(node) == [""]


def test_the_rest_of_what_the_phone_has_begun_to_take_may_go_by_the_service_centre() -> None:
    node = away()
    join(node)
    post(node, message(payload=LONG))
    (came,) = ring(node)
    answer(node, came)
    (came,) = ring(node)
    node.respond(came, 480)
    node.synced()
    (sent,) = node.centre.submitted
    assert sent.short_message[6] == 2
    node.centre.receipt(0)
    assert reports(node) == [""]


def test_a_phone_that_never_comes_to_the_ims_is_registered_at_the_start() -> None:
    known = {"imsi": "001010000000002", "msisdn": "15557654321", "always": True}
    node = gateway(smpp=SMPP, subscriber=[known])
    node.exchange()
    assert node.server.names() == ["Provisioning_NonMSGin5GUE", "UERegistration_Request"]
    node.centre.up(node.watch.time)
    his = Address(addr_type=AddressType.UE, addr="ue-001010000000002")
    post(node, replace(message(), dest_addr=his))
    assert node.centre.submitted[0].destination_addr == "15557654321"


def test_many_that_are_always_there_are_registered_in_bulk() -> None:
    known = [
        {"imsi": f"00101000000001{n}", "msisdn": f"155576543{n}", "always": True, "service_id": f"u{n}"}
        for n in range(3)
    ]
    node = gateway(smpp=SMPP, subscriber=known)
    node.exchange()
    assert node.server.names() == ["UERegistration_BulkRequest"]


def test_a_refused_bind_is_told_and_tried_again() -> None:
    node = gateway(smpp=SMPP | {"reconnect": 20.0})
    node.centre.refuses = Status.RINVPASWD
    node.centre.up(node.watch.time)
    status = node.gateway.status()["msgin5g"]
    assert isinstance(status, dict)
    (session,) = status["smpp"]["sessions"]
    assert (session["bound"], session["why"]) == (False, "the bind is refused: ESME_RINVPASWD")
    node.centre.refuses = Status.ROK
    node.pass_time(19.0)
    assert len(node.centre.binds) == 1
    node.pass_time(2.0)
    assert len(node.centre.binds) == 2


@pytest.mark.parametrize(("written", "told"), [("decimal", "26"), ("hexadecimal", "1a"), ("same", "ID0")])
def test_a_message_id_may_be_written_in_two_ways(written: str, told: str) -> None:
    node = away(receipt_id=written)
    node.centre.message_id = {"decimal": "1A", "hexadecimal": "26", "same": "id0"}[written]
    post(node, message())
    node.centre.receipt(0, id_=told)
    assert reports(node) == [""]
