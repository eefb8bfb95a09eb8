"""Messages of the MSGin5G Server reach phones as SMS, once; their reports tell the truth, crash or not."""

import base64

import pytest
from msgspec.structs import replace

from ipsmgw.sms import Deliver, ports, read
from ipsmgw.sms import Reassembly as SmsReassembly
from msgin5g_bridge.apis import DELIVER_REPORT, L3G_DELIVER_MESSAGE
from msgin5g_bridge.exchange import Peer
from msgin5g_bridge.l3gdelivery import Address, AddressType, L3gMessageDelivery
from msgin5g_bridge.model import ABSENT, ApplicationId
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, ReportDeliveryStatus
from msgin5g_bridge.problem import Problem
from msgin5g_bridge.segmentation import cut
from sipbridge.rp import RpSmma
from tests.ipsmgw.asked import octets, records
from tests.ipsmgw.msgin5g import (
    AS,
    DEVICE,
    PHONE,
    answer,
    crash,
    delivered,
    join,
    joined,
    message,
    ring,
    rows,
)
from tests.ipsmgw.node import IMSI, Node

SUCCESS, FAILED = ReportDeliveryStatus.REPT_DELY_SUCCESS, ReportDeliveryStatus.REPT_DELY_FAILED


def post(node: Node, body: L3gMessageDelivery) -> int:
    """The server delivers; the status of the answer."""
    answered = node.server.deliver(L3G_DELIVER_MESSAGE, body)
    node.exchange()
    return answered().status


def reports(node: Node) -> list[tuple[ReportDeliveryStatus, object]]:
    """What the server has heard since the last time."""
    node.exchange()
    taken = node.server.take(DELIVER_REPORT)
    assert all(isinstance(each, DeliveryStatusReport) for each in taken)
    return [
        (each.deliv_st, each.failure_cause or "") for each in taken if isinstance(each, DeliveryStatusReport)
    ]


def texts(node: Node) -> list[str]:
    """Of what comes to the phone, joined, each part taken at once."""
    joining, found = SmsReassembly(), []
    for tpdu in delivered(node):
        part = read(tpdu)
        assert part is not None
        whole = joining.add("", part, 0.0)
        if whole is not None:
            found.append(whole.text or "")
    return found


@pytest.mark.parametrize(
    ("names", "status"),
    [
        ((), 403),
        (("n1.example", "other"), 403),
        (("n1.example", "M5S.example"), 204),
        (("m5s.example",), 204),
    ],
)
def test_the_server_may_call_by_any_name_of_its_certificate(names: tuple[str, ...], status: int) -> None:
    """RFC 9525 §6: one of its node may come first; host names know no case."""
    node = joined(tls={"names": ["m5s.Example"]})
    node.server.peer = Peer("server:1", names[0] if names else "", secure=True, names=names)
    assert post(node, message()) == status


def test_a_message_becomes_an_sms_and_its_sender_hears_that_it_is_there() -> None:
    node = joined()
    assert post(node, message()) == 204
    assert reports(node) == []
    assert texts(node) == ["21 °C"]
    node.exchange()
    (report,) = node.server.take(DELIVER_REPORT)
    assert report == DeliveryStatusReport(
        ori_addr=PHONE, dest_addr=DEVICE, msg_id=message().msg_id, deliv_st=SUCCESS
    )
    assert [(each.outcome, each.imsi) for each in records(node)] == [("delivered", IMSI)]


def test_who_wants_no_report_gets_none() -> None:
    node = joined()
    post(node, message(report=False))
    assert texts(node) == ["21 °C"]
    assert reports(node) == []
    assert [row.phase for row in rows(node).transfers] == ["ended"]


def test_the_same_message_again_is_delivered_once() -> None:
    node = joined(remember=100.0)
    assert [post(node, message()) for _ in range(2)] == [204, 204]
    assert texts(node) == ["21 °C"]
    assert post(node, message()) == 204
    assert (texts(node), reports(node)) == ([], [(SUCCESS, "")])
    node.pass_time(101.0)
    assert list(rows(node).transfers) == []


@pytest.mark.parametrize("text", ["x" * 400, "Ω" * 200, "π€" * 90, "ж" * 300, "", "🙂" * 80])
def test_a_long_text_comes_in_parts_one_after_the_other(text: str) -> None:
    node = joined()
    post(node, message(payload=text))
    assert texts(node) == [text]
    assert reports(node) == [(SUCCESS, "")]


def test_segments_are_put_together_before_anything_is_sent() -> None:
    node = joined()
    body = message(payload="ab" * 500)
    segments = cut(body, "s1", 300)
    for segment in segments[:-1]:
        assert post(node, segment) == 204
        assert ring(node) == []
    crash(node)
    node.server.take()
    assert post(node, segments[0]) == 204  # it comes again
    assert post(node, segments[-1]) == 204
    assert texts(node) == ["ab" * 500]
    assert reports(node) == [(SUCCESS, "")]
    assert len(rows(node).segments) == 0


def test_segments_that_stay_away_end_in_a_report() -> None:
    node = joined(segments=10.0)
    first, *_ = cut(message(payload="x" * 500), "s1", 300)
    post(node, first)
    node.pass_time(11.0)
    assert (ring(node), reports(node)) == ([], [(FAILED, "SEGMENTS_MISSING")])
    assert len(rows(node).segments) == 0


def test_a_segment_that_does_not_say_which_it_is_is_refused() -> None:
    node = joined()
    assert post(node, replace(message(), seg_ind=True)) == 400
    assert node.server.cause() == "OPTIONAL_IE_INCORRECT"


@pytest.mark.parametrize(
    "recipient",
    [Address(addr_type=AddressType.UE, addr="nobody"), Address(addr_type=AddressType.AS, addr=PHONE.addr)],
)
def test_a_message_to_nobody_here_is_refused(recipient: Address) -> None:
    node = joined()
    assert post(node, replace(message(), dest_addr=recipient)) == 404
    assert node.server.cause() == "RECIPIENT_UNKNOWN"


def test_when_too_many_are_kept_the_server_has_to_wait() -> None:
    node = joined(limits={"transfers": 1})
    assert [post(node, message(name)) for name in ("m1", "m2")] == [204, 503]


# Outcomes.


@pytest.mark.parametrize(
    ("rp_cause", "cause"),
    [(111, "SMS_PERMANENT_40"), (22, "MEMORY_FULL")],
)
def test_a_phone_that_refuses_is_told_of_in_the_end(rp_cause: int, cause: str) -> None:
    node = joined(validity=100.0, retry=30.0)
    post(node, message())
    for _ in range(5):
        for came in ring(node):
            answer(node, came, rp_cause)
        node.pass_time(31.0)
    assert reports(node) == [(FAILED, cause)]


def test_a_full_phone_is_tried_again() -> None:
    node = joined(retry=30.0)
    post(node, message())
    (came,) = ring(node)
    answer(node, came, 22)
    assert (ring(node), reports(node)) == ([], [])
    node.pass_time(31.0)
    assert texts(node) == ["21 °C"]
    assert reports(node) == [(SUCCESS, "")]


def test_a_phone_that_has_room_again_gets_it_at_once() -> None:
    node = joined(retry=1_000.0)
    post(node, message())
    (came,) = ring(node)
    answer(node, came, 22)
    node.message(octets(RpSmma(9)))
    assert texts(node) == ["21 °C"]


def test_who_is_away_gets_his_message_when_he_comes() -> None:
    node = joined(keep_registered=True)
    join(node, expires=0)
    assert post(node, message()) == 204
    node.pass_time(1_000.0)
    assert (ring(node), reports(node)) == ([], [])
    join(node)
    assert texts(node) == ["21 °C"]
    assert reports(node) == [(SUCCESS, "")]


def test_who_stays_away_too_long_does_not_get_it() -> None:
    node = joined(validity=100.0)
    join(node, expires=0)
    post(node, message())
    node.pass_time(101.0)
    assert reports(node) == [(FAILED, "ABSENT_SUBSCRIBER")]
    join(node)
    assert ring(node) == []


def test_a_phone_that_does_not_answer_is_tried_when_it_registers_again() -> None:
    node = joined(retry=1_000.0)
    post(node, message())
    ring(node)
    node.pass_time(40.0)
    node.synced()
    node.take_sip()
    assert reports(node) == []
    join(node)
    assert texts(node) == ["21 °C"]
    assert [each.outcome for each in records(node)] == ["noResponseViaIPSMGW", "delivered"]


# Reports.


@pytest.mark.parametrize(("status", "again"), [(503, True), (404, False)])
def test_a_report_that_is_not_taken_is_sent_again_where_that_helps(status: int, again: bool) -> None:
    node = joined(retry=30.0)
    node.server.refusals[DELIVER_REPORT] = Problem(status=status)
    post(node, message())
    texts(node)
    assert reports(node) == [(SUCCESS, "")]
    node.server.refusals.clear()
    node.pass_time(31.0)
    assert reports(node) == [(SUCCESS, "")] * again
    node.pass_time(100.0)
    assert reports(node) == []


def test_a_silent_server_hears_the_report_until_it_is_no_use() -> None:
    node = joined(retry=100.0, validity=150.0, answer=10.0)
    node.server.silent = {DELIVER_REPORT}
    post(node, message())
    texts(node)
    for _ in range(20):
        node.pass_time(55.0)
    assert 2 <= len(reports(node)) <= 5
    assert [row.phase for row in rows(node).transfers] == ["ended"]


# Crashes: at any point of it the message comes, its report comes once, and nothing is lost.


def test_a_message_that_was_answered_survives_a_crash_before_it_is_sent() -> None:
    node = joined()
    post(node, message(payload="x" * 200))
    ring(node)
    crash(node)
    node.server.take()
    assert texts(node) == ["x" * 200]
    assert reports(node) == [(SUCCESS, "")]


def test_parts_that_were_delivered_before_the_crash_are_not_sent_again() -> None:
    node = joined()
    post(node, message(payload="x" * 400))
    (first,) = ring(node)
    answer(node, first)
    node.take_sip()
    crash(node)
    assert len(list(delivered(node))) == 2
    assert reports(node) == [(SUCCESS, "")]


def test_a_report_that_the_server_has_not_heard_is_sent_after_the_crash() -> None:
    node = joined()
    node.server.silent = {DELIVER_REPORT}
    post(node, message())
    texts(node)
    node.exchange()
    node.server.take()
    node.server.silent = set()
    crash(node)
    assert reports(node) == [(SUCCESS, "")]
    crash(node)
    assert (reports(node), texts(node)) == ([], [])


def test_after_a_crash_the_same_message_again_is_still_the_same() -> None:
    node = joined()
    post(node, message())
    texts(node)
    crash(node)
    assert post(node, message()) == 204
    assert texts(node) == []


def test_nobody_hears_204_before_the_message_is_on_disk() -> None:
    node = joined()
    answered = node.server.deliver(L3G_DELIVER_MESSAGE, message())
    assert answered().status == 204
    assert len(rows(node).transfers) == 1


# How it looks.


def shown(node: Node, sender: Address, msg_id: str) -> str:
    post(node, replace(message(msg_id), ori_addr=sender))
    (tpdu,) = delivered(node)
    return tpdu.tp_oa.text


def device(name: str) -> Address:
    return Address(addr_type=AddressType.UE, addr=name)


def test_each_peer_of_a_phone_has_a_number_of_his_own() -> None:
    node = joined(pool=["15559001", "15559002"], reply_within=100.0)
    assert [shown(node, device(name), name) for name in "ab"] == ["+15559001", "+15559002"]
    node.pass_time(1.0)
    assert shown(node, device("a"), "again") == "+15559001"
    assert shown(node, device("c"), "c") == "MSGin5G"
    node.pass_time(101.0)
    assert shown(node, device("c"), "c2") == "+15559002"  # that of b, who has been silent for longer


def test_an_application_server_is_shown_by_its_short_code() -> None:
    node = joined(short_code=[{"number": "4711", "address": AS.addr}], pool=["15559001"])
    assert shown(node, AS, "m1") == "4711"


def payload(node: Node, body: L3gMessageDelivery) -> list[Deliver]:
    assert post(node, body) == 204
    return list(delivered(node))


def test_an_application_may_have_ports_and_octets() -> None:
    node = joined(
        application=[
            {"id": "meter", "binary": True, "port": 5000, "source_port": 1},
            {"id": "chat", "port": 16},
        ]
    )
    octets = bytes(range(250))
    body = replace(message(payload=base64.b64encode(octets).decode()), app_id=ApplicationId("meter"))
    first, second = payload(node, body)
    joining = SmsReassembly()
    parts = [read(each) for each in (first, second)]
    whole = [joining.add("", part, 0.0) for part in parts if part is not None][-1]
    assert whole is not None
    assert whole.data == octets
    assert [(p.destination, p.source) for each in parts if each and (p := ports(each.header))] == [
        (5000, 1)
    ] * 2
    (chat,) = payload(node, replace(message("m2", "hi"), app_id=ApplicationId("chat")))
    content = read(chat)
    assert content is not None
    assert (content.text, ports(content.header) is not None) == ("hi", True)


@pytest.mark.parametrize(("text", "app"), [("no base64!", "meter"), ("x" * 40_000, None)])
def test_a_payload_that_is_no_short_message_is_refused(text: str, app: str | None) -> None:
    node = joined(application=[{"id": "meter", "binary": True}])
    body = replace(message(payload=text), app_id=ApplicationId(app) if app else ABSENT)
    assert post(node, body) == 400
    assert node.server.cause() == "PAYLOAD_NOT_SUPPORTED"


def test_a_phone_may_be_told_once_that_it_is_in_the_service() -> None:
    node = joined(welcome="Welcome to MSGin5G")
    assert texts(node) == ["Welcome to MSGin5G"]
    join(node, expires=0)
    join(node)
    crash(node)
    assert (texts(node), reports(node)) == ([], [])
