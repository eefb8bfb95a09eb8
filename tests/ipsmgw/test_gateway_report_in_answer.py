"""A delivery report that stands in the phone's 200 (see lab/quirks/ack-in-200.toml)."""

import pytest

from mapstack import Answered
from mapstack.map import MT_FORWARD_SM, MtForwardSmRes
from sipbridge.rp import RpAck, RpData
from tests.ipsmgw.asked import octets, records, statuses
from tests.ipsmgw.node import Node


def test_a_report_in_the_200_counts(registered: Node) -> None:
    dialogue = registered.deliver()
    (message,) = registered.take_sip()
    assert isinstance(message.rpdu, RpData)
    ack = octets(RpAck(message.rpdu.message_reference, b"\x00\x00"))
    registered.respond(message, 200, ack)
    registered.synced()
    assert registered.told == [Answered(dialogue, MT_FORWARD_SM, MtForwardSmRes(sm_rp_ui=b"\x00\x00"))]
    registered.message(ack, reply_to=message.headers["Call-ID"])  # and those that send both get their 202
    assert statuses(registered) == [202]
    assert len(records(registered)) == 1


@pytest.mark.parametrize("body", [b"", b"\x02", b"\x02\xee", b"\x00\x01", b"\xff" * 300])
def test_a_200_with_another_body_is_no_report(registered: Node, body: bytes) -> None:
    registered.deliver()
    (message,) = registered.take_sip()
    registered.respond(message, 200, body)
    registered.synced()
    assert registered.told == []
    assert registered.gateway.driver.bugs == 0
