"""Who asks what has become of his message to the MSGin5G service hears it, once, and after a crash too."""

import pytest

from ipsmgw.sms import Direction, StatusReport, decode
from msgin5g_bridge import ABSENT
from msgin5g_bridge.apis import L3G_DELIVER_REPORT
from msgin5g_bridge.l3gdelivery import Address, AddressType
from msgin5g_bridge.model import MessageId
from msgin5g_bridge.msgdelivery import DeliveryStatusReport, ReportDeliveryStatus
from sipbridge.rp import RpData
from tests.ipsmgw.msgin5g import AS, PHONE, answer, crash, joined, ring
from tests.ipsmgw.node import Node
from tests.ipsmgw.test_gateway_msgin5g_from_phones import CODE, one, parts_of, submit, taken

SUCCESS, FAILED = ReportDeliveryStatus.REPT_DELY_SUCCESS, ReportDeliveryStatus.REPT_DELY_FAILED


def report(node: Node, msg_id: str, status: ReportDeliveryStatus, cause: str = "") -> int:
    body = DeliveryStatusReport(
        ori_addr=AS,
        dest_addr=PHONE,
        msg_id=MessageId(msg_id),
        deliv_st=status,
        failure_cause=cause or ABSENT,
    )
    answered = node.server.deliver(L3G_DELIVER_REPORT, body)
    return answered().status


@pytest.mark.parametrize(
    ("status", "cause", "expected"),
    [
        (SUCCESS, "", 0x00),
        (FAILED, "RECIPIENT_UNKNOWN", 0x43),
        (FAILED, "EXPIRED", 0x46),
        (FAILED, "SMS_PERMANENT_41", 0x41),
        (FAILED, "anything", 0x40),
        (FAILED, "SMS_PERMANENT_zz", 0x40),
    ],
)
def test_who_asks_for_a_status_report_gets_it_once(
    status: ReportDeliveryStatus, cause: str, expected: int
) -> None:
    node = joined(**CODE)
    submit(node, one("hello"), report=True, mr=42)
    (got,) = taken(node)
    assert got.deliv_st_req_ind is True
    crash(node)
    node.take_sip()
    assert report(node, got.msg_id, status, cause) == 204
    (came,) = ring(node)
    assert isinstance(came.rpdu, RpData)
    tpdu = decode(came.rpdu.user_data, direction=Direction.TO_UE)
    assert isinstance(tpdu, StatusReport)
    assert (tpdu.tp_mr, tpdu.tp_ra.digits, tpdu.tp_st) == (42, "4711", expected)
    answer(node, came)
    assert report(node, got.msg_id, status, cause) == 404
    assert ring(node) == []


def test_a_report_that_nobody_waits_for_is_refused() -> None:
    node = joined(**CODE, validity=100.0)
    submit(node, one("hello"), report=True)
    (got,) = taken(node)
    assert report(node, "another", SUCCESS) == 404
    node.pass_time(101.0)
    assert report(node, got.msg_id, SUCCESS) == 404


def test_each_part_that_asks_gets_its_own_status_report() -> None:
    node = joined(**CODE)
    first, second = parts_of("x" * 200)
    submit(node, first, mr=1, report=True)
    submit(node, second, mr=2, report=True)
    (got,) = taken(node)
    node.take_sip()
    report(node, got.msg_id, SUCCESS)
    references = []
    while came := ring(node):
        assert isinstance(came[0].rpdu, RpData)
        tpdu = decode(came[0].rpdu.user_data, direction=Direction.TO_UE)
        assert isinstance(tpdu, StatusReport)
        references.append(tpdu.tp_mr)
        answer(node, came[0])
    assert references == [1, 2]


def test_a_report_for_somebody_else_is_refused() -> None:
    node = joined(**CODE)
    submit(node, one("hello"), report=True)
    (got,) = taken(node)
    node.register("sip:bob@ims.example", 6000, info="imsi=001010000000002;msisdn=15550002")
    node.exchange()
    body = DeliveryStatusReport(
        ori_addr=AS,
        dest_addr=Address(addr_type=AddressType.UE, addr="ue-001010000000002"),
        msg_id=got.msg_id,
        deliv_st=SUCCESS,
    )
    assert node.server.deliver(L3G_DELIVER_REPORT, body)().status == 404
    assert report(node, got.msg_id, SUCCESS) == 204
