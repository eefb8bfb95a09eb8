"""People without a number: named by SIP URIs, in MAP by a correlationID (TS 24.341 B.7, TS 23.204 §6.4)."""

import pytest

from mapstack import Gt, Invoked, Refused, SccpAddress
from mapstack.map import (
    MT_FORWARD_SM,
    AbsentSubscriberSmParam,
    AddressString,
    CorrelationId,
    MapError,
    MoForwardSmArg,
    MoForwardSmRes,
    MtForwardSmArg,
    SmRpDa,
    SmRpOa,
)
from sipbridge import ShortMessageInfo
from sipbridge.body import parts
from sipbridge.rp import Direction, RpAck, RpData, RpError, decode
from sipbridge.short_message_info import read_info
from tests.ipsmgw.asked import SUBMIT, invoked, news, octets, records, statuses
from tests.ipsmgw.broken import sound
from tests.ipsmgw.handset import IMPU, Handset, direct
from tests.ipsmgw.node import ALICE, IMSI, Node, Sip

BOB = "sip:bob@elsewhere.example"
NOBODY = "0" * 15


@pytest.fixture
def carrier() -> Node:
    """Alice has registered, and nobody tells her number."""
    table = sound()
    section, sip = table["map"], table["sip"]
    assert isinstance(section, dict)
    assert isinstance(sip, dict)
    section["msisdn_less"] = True
    section["hlr"] = "15550000014"
    sip["service_info"] = "imsi={imsi}"
    node = Node(table)
    node.register(info=f"imsi={IMSI}")
    (asked,) = invoked(node)
    node.confirm(asked.dialogue)
    assert statuses(node) == [200]
    return node


def write(node: Node, to: str) -> None:
    """A short message of Alice's, with the URI of whom it is for."""
    xml = f"<short-message-info><To>{to}</To></short-message-info>".encode()
    pieces = (
        b"application/vnd.3gpp.sms+xml\r\nContent-Disposition: render;handling=optional\r\n\r\n" + xml,
        b"application/vnd.3gpp.sms\r\nContent-Transfer-Encoding: binary\r\n\r\n" + octets(SUBMIT),
    )
    body = b"".join(b"--b\r\nContent-Type: %b\r\n" % piece for piece in pieces) + b"--b--\r\n"
    lines = [
        f"From: <{ALICE}>;tag=1",
        "To: <sip:ipsmgw.example>",
        "Call-ID: written",
        f"P-Asserted-Identity: <{ALICE}>",
        "Content-Type: multipart/mixed;boundary=b",
    ]
    node.request("MESSAGE", lines, body)


def asked_of_sc(node: Node) -> tuple[Invoked, MoForwardSmArg]:
    (event,) = invoked(node)
    assert isinstance(event.arg, MoForwardSmArg)
    return event, event.arg


def send(node: Node, correlation: CorrelationId) -> int:
    """mt-ForwardSM with a correlationID; the dialogue at the SMS-GMSC."""
    arg = MtForwardSmArg(
        sm_rp_da=SmRpDa(imsi="001019999999999"),  # the identifier of the HLR
        sm_rp_oa=SmRpOa(service_centre_address_oa=AddressString("15550000014")),
        sm_rp_ui=b"\x04\x00",
        correlation_id=correlation,
    )
    dialogue = node.peer.invoke(MT_FORWARD_SM, SccpAddress(Gt("15550000011"), 8), arg, node.watch.time)
    node.exchange()
    return dialogue


def short_message(message: Sip) -> RpData:
    """What the phone gets beside the names."""
    short = parts(message.headers["Content-Type"].encode(), message.body)[1]
    rpdu = decode(short.octets, Direction.NETWORK_TO_MS)
    assert isinstance(rpdu, RpData)
    return rpdu


def refusal(node: Node) -> MapError:
    """Why the SMS-GMSC did not get rid of it."""
    (error,) = (event.error for event in node.told if isinstance(event, Refused))
    return error


def test_what_is_for_a_uri_goes_to_the_sc_with_both_uris(carrier: Node) -> None:
    write(carrier, BOB)
    event, arg = asked_of_sc(carrier)
    assert arg.correlation_id == CorrelationId(sip_uri_a=ALICE.encode(), sip_uri_b=BOB.encode())
    assert (arg.sm_rp_oa.msisdn, arg.imsi) == (AddressString(NOBODY), IMSI)
    carrier.peer.result(event.dialogue, MoForwardSmRes(), carrier.watch.time)
    carrier.exchange()
    carrier.synced()
    assert carrier.take_sip()[-1].rpdu == RpAck(SUBMIT.message_reference, None)
    (record,) = records(carrier)
    assert (record.outcome, record.impu, record.other, record.msisdn) == ("delivered", ALICE, BOB, "")


def test_what_is_for_a_number_goes_there_from_nobody(carrier: Node) -> None:
    carrier.message(octets(SUBMIT))
    _, arg = asked_of_sc(carrier)
    assert arg.correlation_id is None
    assert arg.sm_rp_oa.msisdn == AddressString(NOBODY)


@pytest.mark.parametrize("to", ["bob", "sip:", "tel:123", "sip:bob@x y"])
def test_what_is_for_no_uri_is_refused_by_a_report(carrier: Node, to: str) -> None:
    write(carrier, to)
    carrier.synced()
    assert invoked(carrier) == []
    answer, report = carrier.take_sip()
    assert (answer.status, report.rpdu) == (202, RpError(SUBMIT.message_reference, 21))


def test_a_short_message_for_a_uri_is_delivered_with_the_name_of_its_sender(carrier: Node) -> None:
    send(carrier, CorrelationId(sip_uri_a=BOB.encode(), sip_uri_b=ALICE.encode()))
    (message,) = carrier.take_sip()
    assert message.line == f"MESSAGE {ALICE} SIP/2.0"
    assert message.headers["Feature-Caps"] == "*;+g.3gpp.smsip-msisdn-less"
    info = read_info(message.headers["Content-Type"].encode(), message.body)
    assert info == ShortMessageInfo(ALICE, BOB)
    report = RpAck(short_message(message).message_reference)
    carrier.message(octets(report), reply_to=message.headers["Call-ID"])
    carrier.synced()
    assert statuses(carrier) == [202]
    (record,) = records(carrier)
    assert (record.outcome, record.imsi, record.other) == ("delivered", IMSI, BOB)


def test_who_is_not_registered_by_this_uri_is_absent(carrier: Node) -> None:
    send(carrier, CorrelationId(sip_uri_a=BOB.encode(), sip_uri_b=BOB.encode()))
    carrier.synced()
    parameter = refusal(carrier).parameter
    assert isinstance(parameter, AbsentSubscriberSmParam)
    assert parameter.absent_subscriber_diagnostic_sm == 11
    assert records(carrier)[0].outcome == "imsDeregistered"
    assert carrier.gateway.status()["unreachable"] == 0


def test_a_correlation_of_nobody_is_refused(carrier: Node) -> None:
    send(carrier, CorrelationId(sip_uri_b=b"\xff not a uri"))
    carrier.synced()
    assert refusal(carrier).code == 36
    assert carrier.take_sip() == []


def test_who_has_no_number_is_not_registered_unless_that_is_wanted(node: Node) -> None:
    node.register(info="")
    assert statuses(node) == [403]


def test_a_phone_that_has_registered_here_hears_who_writes_too() -> None:
    phone = Handset(Node(direct()))
    assert phone.enter().status == 200
    for dialogue, _ in news(phone.node):
        phone.node.confirm(dialogue)
    phone.node.take_sip()
    send(phone.node, CorrelationId(sip_uri_a=BOB.encode(), sip_uri_b=IMPU.encode()))
    (message,) = phone.node.take_sip()
    assert message.line.startswith("MESSAGE sip:1@127.0.0.21")
    info = read_info(message.headers["Content-Type"].encode(), message.body)
    assert info == ShortMessageInfo(IMPU, BOB)
    assert short_message(message).user_data == b"\x04\x00"
