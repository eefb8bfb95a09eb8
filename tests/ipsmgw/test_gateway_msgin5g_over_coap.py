"""An MSGin5G Server that has MSGin5G-1 only: the same phones, the same rules, other words."""

from collections.abc import Iterator

import pytest

from ipsmgw.settings import BadSettings, parse
from ipsmgw.sms import compose
from msgin5g_bridge import ABSENT, decode
from msgin5g_bridge.exchange import Response
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.message import (
    AggregatedMessage,
    DeliveryReport,
    IndividualMessage,
    Message,
    MessageResponse,
    SegmentConfirmation,
    SegmentRecovery,
    TopicSubscribe,
)
from msgin5g_bridge.model import ApplicationId, MessageId, Topic, UeServiceId
from msgin5g_bridge.msgdelivery import ReportDeliveryStatus
from msgin5g_bridge.registration import BulkRegistration, Deregistration, Registration
from msgin5g_bridge.segmentation import cut
from sipbridge.rp import RpAck, RpError
from tests.ipsmgw.broken import toml
from tests.ipsmgw.coap_server import ADDRESS
from tests.ipsmgw.msgin5g import AS, DEVICE, PHONE, UE, answer, crash, gateway, join, ring, rows, table
from tests.ipsmgw.node import IMSI, Node
from tests.ipsmgw.test_gateway_msgin5g_from_phones import heard, one, submit

SUCCESS, FAILED = ReportDeliveryStatus.REPT_DELY_SUCCESS, ReportDeliveryStatus.REPT_DELY_FAILED
KEY = {"secret": "00" * 16, "sender_id": "01", "recipient_id": "02"}
ASKS = {
    "server": "coap://192.0.2.40",
    "listen": "127.0.0.11:5683",
    "subscriber": [{"imsi": IMSI, "service_id": UE}],
    "short_code": [{"number": "4711", "address": AS.addr}],
    "segment_size": 64,
}


def joined(**coap: object) -> Node:
    """With alice in the service."""
    node = gateway(**ASKS, **({"coap": coap} if coap else {}))
    join(node)
    return node


def msg(msg_id: str = "m1", text: str = "21 °C", *, report: bool = True) -> Message:
    return Message(
        ori_addr=DEVICE,
        dest_addr=PHONE,
        msg_id=MessageId(msg_id),
        payload=text,
        deliv_st_req_ind=report,
        sto_and_fw_ind=False,
    )


def said(node: Node) -> Iterator[object]:
    """What the server has heard since the last time."""
    node.exchange()
    yield from node.server.coap.take()


def reports(node: Node) -> list[tuple[str, object, object]]:
    found = [each for each in said(node) if isinstance(each, DeliveryReport)]
    return [(each.msg_id, each.deliv_st, each.failure_cause or "") for each in found]


def code(response: Response | None) -> int:
    assert response is not None
    return response.status


def alarms(node: Node) -> object:
    status = node.gateway.status()["msgin5g"]
    assert isinstance(status, dict)
    return status["alarms"]


def test_a_phone_is_registered_as_an_msgin5g_ue_and_leaves_as_one() -> None:
    node = joined()
    assert node.server.coap.take() == [Registration(ue_svc_id=UeServiceId(UE), cred="secret")]
    join(node, expires=0)
    assert node.server.coap.take() == [Deregistration(ue_svc_id=UeServiceId(UE), cred="secret")]
    (row,) = rows(node).enrolments
    assert not row.registered


def test_a_message_is_stored_before_2_04_and_reported_by_an_imdn() -> None:
    node = joined()
    response = node.server.coap.deliver(msg())
    assert response is not None
    assert (code(response), decode(MessageResponse, response.body).msg_id) == (204, "m1")
    assert len(list(rows(node).transfers)) == 1
    assert len(ring(node)) == 1, "her phone says nothing before the crash"
    crash(node)
    (came,) = ring(node)
    answer(node, came)
    assert reports(node) == [("m1", SUCCESS, "")]
    assert code(node.server.coap.deliver(msg())) == 204, "once more: it is known"
    assert not ring(node)


@pytest.mark.parametrize(
    ("changed", "status", "cause"),
    [
        ({"dest_addr": Address(addr_type=AddressType.UE, addr="nobody")}, 404, b"RECIPIENT_UNKNOWN: "),
        ({"seg_ind": True}, 400, b"PAYLOAD_NOT_SUPPORTED: /segParams/segId"),
        ({"app_id": ApplicationId("meter")}, 400, b"PAYLOAD_NOT_SUPPORTED: "),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_cause(
    changed: dict[str, object], status: int, cause: bytes
) -> None:
    node = gateway(**ASKS, application=[{"id": "meter", "binary": True}])
    join(node)
    whole = msg(text="no base64")
    fields = {name: getattr(whole, name) for name in whole.__struct_fields__}
    response = node.server.coap.deliver(Message(**{**fields, **changed}))
    assert response is not None
    assert response.status == status
    assert response.body.startswith(cause)


def test_too_many_messages_get_5_03_with_max_age() -> None:
    node = gateway(**ASKS, limits={"transfers": 1})
    join(node)
    node.server.coap.deliver(msg("m1"))
    response = node.server.coap.deliver(msg("m2"))
    assert response is not None
    assert (response.status, response.header("max-age")) == (503, "5")


def test_an_aggregate_is_answered_when_all_of_it_is_stored() -> None:
    node = joined()
    each = tuple(IndividualMessage(msg_id=MessageId(f"m{n}"), payload=f"no {n}") for n in (1, 2))
    response = node.server.coap.deliver(
        AggregatedMessage(ori_addr=DEVICE, dest_addr=PHONE, count=2, list=each)
    )
    assert code(response) == 204
    assert len(list(rows(node).transfers)) == 2


def test_of_an_aggregate_what_is_no_short_message_is_reported() -> None:
    node = gateway(**ASKS, application=[{"id": "meter", "binary": True}])
    join(node)
    good = IndividualMessage(msg_id=MessageId("m1"), payload="good")
    bad = IndividualMessage(
        msg_id=MessageId("m2"), payload="no base64", app_id=ApplicationId("meter"), deliv_st_req_ind=True
    )
    both = AggregatedMessage(ori_addr=DEVICE, dest_addr=PHONE, count=2, list=(good, bad))
    assert code(node.server.coap.deliver(both)) == 204
    assert reports(node) == [("m2", FAILED, "PAYLOAD_NOT_SUPPORTED")]


def test_missing_segments_are_asked_for_and_all_of_them_confirmed() -> None:
    node = joined()
    segments = cut(msg(text="x" * 100), "s1", 40)
    for segment in (segments[0], segments[2]):
        assert code(node.server.coap.deliver(segment)) == 204
    node.pass_time(10.0)
    wanted = SegmentRecovery(ori_addr=PHONE, dest_addr=DEVICE, seg_id="s1", seg_numbs=(2,))
    assert wanted in list(said(node))
    assert code(node.server.coap.deliver(segments[1])) == 204
    assert SegmentConfirmation(ori_addr=PHONE, dest_addr=DEVICE, seg_id="s1") in list(said(node))
    assert len(ring(node)) == 1


def test_segments_that_never_come_are_asked_for_so_often_and_then_reported() -> None:
    node = joined(recoveries=1)
    node.server.coap.deliver(cut(msg(text="x" * 100), "s1", 40)[0])
    node.pass_time(21.0)
    heard_of = list(said(node))
    assert sum(isinstance(each, SegmentRecovery) for each in heard_of) == 1
    assert [each.failure_cause for each in heard_of if isinstance(each, DeliveryReport)] == [
        "SEGMENTS_MISSING"
    ]


def test_a_message_of_a_phone_is_a_msg_and_its_segments_can_be_asked_for_again() -> None:
    node = joined()
    node.server.coap.take()
    submit(node, one("a rather long text that does not fit into sixty-four octets of a segment"))
    assert isinstance(heard(node)[0], RpAck)
    first, second = (each for each in said(node) if isinstance(each, Message))
    assert (first.ori_addr, first.dest_addr, first.seg_ind) == (PHONE, AS, True)
    name = (second.seg_params and second.seg_params.seg_id) or ""
    recovery = SegmentRecovery(ori_addr=AS, dest_addr=PHONE, seg_id=name, seg_numbs=(2,))
    assert code(node.server.coap.deliver(recovery)) == 204
    assert list(said(node)) == [second]
    node.server.coap.deliver(SegmentConfirmation(ori_addr=AS, dest_addr=PHONE, seg_id=recovery.seg_id))
    assert code(node.server.coap.deliver(recovery)) == 404


@pytest.mark.parametrize(
    ("status", "diagnostic", "cause"),
    [
        (404, b"RECIPIENT_UNKNOWN: who?", 21),
        (400, b"RECIPIENT_NOT_REGISTERED: asleep", 21),
        (403, b"NOT_AUTHORIZED: no", 28),
        (401, b"", 28),
        (413, b"PAYLOAD_TOO_LARGE: no", 69),
        (429, b"", 42),
        (503, b"OVERLOAD: later", 42),
        (500, b"", 38),
    ],
)
def test_what_the_server_refuses_the_phone_hears_as_a_cause(
    status: int, diagnostic: bytes, cause: int
) -> None:
    node = joined()
    node.server.coap.refusals[Message] = Response(status, (), diagnostic)
    submit(node, one("hello"))
    (error,) = heard(node)
    assert isinstance(error, RpError)
    assert error.cause == cause


def test_a_server_that_does_not_answer_in_time_is_rp_error_38() -> None:
    node = joined()
    node.server.coap.silent.add(Message)
    submit(node, one("hello"))
    assert not heard(node)
    node.pass_time(15.0)
    node.synced()
    (error,) = heard(node)
    assert isinstance(error, RpError)
    assert error.cause == 38


def test_the_server_is_left_alone_for_max_age() -> None:
    node = gateway(**ASKS, retry=10.0)
    node.server.coap.refusals[Registration] = Response(503, (("max-age", "50"),), b"OVERLOAD: later")
    join(node)
    assert alarms(node) == {IMSI: "registration: 503 OVERLOAD"}
    node.server.coap.take()
    node.pass_time(49.0)
    assert list(said(node)) == []
    node.pass_time(2.0)
    assert [type(each) for each in said(node)] == [Registration]


def test_who_is_not_the_server_is_refused_and_so_is_what_is_for_no_client() -> None:
    node = joined()
    assert code(node.server.coap.deliver(msg(), of="coap://192.0.2.66:5683")) == 403
    assert code(node.server.coap.deliver(msg(), of="coap://192.0.2.40:9999")) == 403
    topics = TopicSubscribe(ori_addr=AS, msg_topics=(Topic("alarms"),))
    assert code(node.server.coap.deliver(topics)) == 400
    assert not list(rows(node).transfers)


def test_with_keys_each_phone_has_its_own_and_nothing_is_believed_without() -> None:
    node = joined(key=[{"service_id": UE, **KEY}])
    assert node.server.coap.keys == [UE]
    assert code(node.server.coap.deliver(msg("m1"))) == 401
    assert code(node.server.coap.deliver(msg("m2"), key="ue-other")) == 403
    assert code(node.server.coap.deliver(msg("m3"), of="coap://203.0.113.9:1", key=UE)) == 204


def test_a_phone_without_a_key_is_an_alarm() -> None:
    node = joined(key=[{"service_id": "another", **KEY}])
    assert alarms(node) == {IMSI: f"no registration: msgin5g.coap.key for {UE} is not set"}
    assert node.server.coap.take() == []


def test_who_has_no_service_id_and_nobody_to_give_one_is_an_alarm() -> None:
    node = gateway(**{**ASKS, "subscriber": []})
    join(node)
    assert alarms(node) == {IMSI: "no provisioning: msgin5g.provisioning is not set"}


def test_provisioning_stays_over_http() -> None:
    node = gateway(**{**ASKS, "subscriber": []}, provisioning="http://server:80")
    join(node)
    assert node.server.names() == ["Provisioning_NonMSGin5GUE"]
    assert [type(each) for each in node.server.coap.take()] == [Registration]


def test_as_a_gateway_ue_it_is_registered_first_and_its_phones_in_bulk_after_a_restart() -> None:
    node = joined(gateway_ue="hub", credential="of the hub", key=[{"service_id": "hub", **KEY}])
    assert set(node.server.coap.keys) == {"hub"}
    own, alice = node.server.coap.take()
    assert own == Registration(ue_svc_id=UeServiceId("hub"), cred="of the hub")
    assert isinstance(alice, Registration)
    crash(node)
    again, bulk = list(said(node))
    assert again == own
    assert isinstance(bulk, BulkRegistration)
    assert [each.ue_svc_id for each in bulk.list] == [UE]
    assert code(node.server.coap.deliver(msg(), key="hub")) == 204


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"target_uri": "http://here"}, "msgin5g.target_uri"),
        ({"tls": {"certificate": "a", "key": "b", "authorities": "c"}}, "msgin5g.tls.certificate"),
        ({"tls": {"authorities": "c"}}, "msgin5g.tls.authorities"),
        ({"token": {"secret": "theirs"}}, "msgin5g.token.secret"),
        ({"token": {"uri": "http://t", "client_id": "us"}}, "msgin5g.token.uri"),
        ({"server": "coaps://192.0.2.40"}, "msgin5g.server"),
        ({"server": "coap+tcp://192.0.2.40"}, "msgin5g.server"),
        ({"server": "coap://192.0.2.40/path"}, "msgin5g.server"),
        ({"server": "coap://server.example"}, "msgin5g.server"),
        ({"listen": "0.0.0.0:5683"}, "msgin5g.listen"),
        ({"listen": "name.example:5683"}, "msgin5g.listen"),
        ({"coap": {"gateway_ue": "hub", "key": [{"service_id": UE, **KEY}]}}, "msgin5g.coap.gateway_ue"),
        ({"coap": {"key": [{"service_id": UE, **KEY}] * 2}}, "msgin5g.coap.key[1].service_id"),
        (
            {"coap": {"key": [{"service_id": n, **KEY} for n in ("a", "b")]}},
            "msgin5g.coap.key[1].recipient_id",
        ),
        (
            {"coap": {"key": [{"service_id": UE, **KEY, "sender_id": "02"}]}},
            "msgin5g.coap.key[0].sender_id",
        ),
        (
            {"coap": {"key": [{"service_id": UE, **KEY, "sender_id": "00" * 8}]}},
            "msgin5g.coap.key[0].sender_id",
        ),
        ({"server": "http://server", "coap": {"gateway_ue": "hub"}}, "msgin5g.coap.gateway_ue"),
        (
            {"server": "http://server", "coap": {"key": [{"service_id": UE, **KEY}]}},
            "msgin5g.coap.key",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(changed: dict[str, object], path: str) -> None:
    with pytest.raises(BadSettings) as bad:
        parse(toml(table(**{**ASKS, **changed})))
    assert path in {fault.split(": ")[1] for fault in bad.value.faults}, bad.value.faults


def test_a_certificate_is_for_a_provisioning_function_that_wants_one() -> None:
    tls = {"certificate": "a", "key": "b", "authorities": "c"}
    settings = parse(toml(table(**{**ASKS, "tls": tls, "provisioning": "https://192.0.2.41"})))
    assert settings.msgin5g.tls.certificate == "a"


def test_a_long_message_of_the_server_is_one_for_the_phone() -> None:
    node = joined()
    text = "y" * 300
    assert len(compose(text)) == 2
    for segment in cut(msg(text=text), "s1", 128):
        assert code(node.server.coap.deliver(segment)) == 204
    for _ in range(2):
        (came,) = ring(node)
        answer(node, came)
    assert reports(node) == [("m1", SUCCESS, "")]
    assert ADDRESS.startswith("coap://")
    assert msg(report=False).deliv_st_req_ind is not ABSENT
