"""MO and MT at the gateway: repetitions, the implicit set, and the charging vector (TS 24.229 §5.7)."""

import pytest

from mapstack.map import MoForwardSmRes
from sipbridge.rp import RpAck, RpAddress, RpError
from tests.ipsmgw.asked import SUBMIT, invoked, octets, records, statuses
from tests.ipsmgw.node import Node


def test_a_report_without_in_reply_to_that_comes_twice_gets_the_same_answer(registered: Node) -> None:
    registered.deliver()
    (message,) = registered.take_sip()
    for _ in range(2):
        registered.message(octets(RpAck(message.rpdu.message_reference)))
        registered.synced()
    assert statuses(registered) == [202, 202]
    assert len(records(registered)) == 1


def test_a_report_may_come_from_another_identity_of_the_implicit_set(node: Node) -> None:
    node.register(extra=["P-Associated-URI: <sip:al@ims.example>"])
    node.deliver()
    message = node.take_sip()[-1]
    node.message(octets(RpAck(message.rpdu.message_reference)), sender="sip:al@ims.example")
    node.synced()
    assert statuses(node) == [202]
    assert records(node)[0].outcome == "delivered"


def test_the_charging_vector_of_an_mo_is_recorded_and_goes_on_with_its_report(registered: Node) -> None:
    vector = 'icid-value="abc-1";icid-generated-at=192.0.2.1;orig-ioi="ims.example"'
    registered.message(octets(SUBMIT), extra=[f"P-Charging-Vector: {vector}"])
    ((asked),) = invoked(registered)
    registered.peer.result(asked.dialogue, MoForwardSmRes(), registered.watch.time)
    registered.exchange()
    registered.synced()
    report = registered.take_sip()[-1]
    assert report.headers["P-Charging-Vector"] == vector
    assert records(registered)[0].icid == "abc-1"


def test_the_charging_vector_of_an_mt_begins_here(registered: Node) -> None:
    registered.deliver()
    (message,) = registered.take_sip()
    registered.message(octets(RpAck(message.rpdu.message_reference)), reply_to=message.headers["Call-ID"])
    registered.synced()
    (record,) = records(registered)
    assert message.headers["P-Charging-Vector"] == f'icid-value="{record.icid}";icid-generated-at=127.0.0.11'


@pytest.mark.parametrize(("skew", "shown"), [(0.9, 0.0), (-0.9, 0.0), (3600.0, 3600.0), (-2.5, -2.5)])
def test_a_record_has_the_time_of_day_also_when_that_has_been_set(
    registered: Node, skew: float, shown: float
) -> None:
    registered.skew = skew
    registered.deliver("001019999999999")
    registered.synced()
    (record,) = records(registered)
    now = registered.watch.time
    assert (record.time, record.received) == (now + shown, now + shown)
    (known,) = registered.gateway.observed.messages(1)
    assert known[0].time == now


def test_an_mo_that_comes_again_in_another_transaction_is_sent_once(registered: Node) -> None:
    for _ in range(2):
        registered.message(octets(SUBMIT), call_id="same")
    assert statuses(registered) == [202, 202]
    assert len(invoked(registered)) == 1
    registered.message(octets(SUBMIT._replace(message_reference=6)), call_id="same")
    assert len(invoked(registered)) == 1


def test_an_mo_that_was_refused_may_come_again(registered: Node) -> None:
    for _ in range(2):
        registered.message(octets(SUBMIT._replace(user_data=bytes(230))), call_id="same")
        registered.synced()
    assert len(records(registered)) == 2


def test_an_mo_that_comes_again_before_its_refusal_has_left_is_refused_once(registered: Node) -> None:
    for _ in range(2):
        registered.message(octets(SUBMIT._replace(user_data=bytes(230))), call_id="same")
    registered.synced()
    assert statuses(registered).count(202) == 2
    assert len(records(registered)) == 1


@pytest.mark.parametrize(("digits", "kind"), [
    ("*21#", 0x81),
    ("#", 0x91),
    ("1555a", 0x91),
    ("c" * 20, 0xFF),
])  # fmt: skip
def test_a_service_centre_that_nobody_can_call_is_refused_by_a_report(
    registered: Node, digits: str, kind: int
) -> None:
    """TS 24.011 annex E: cause 96 is for a mandatory element whose contents make no sense."""
    registered.message(octets(SUBMIT._replace(service_centre=RpAddress(digits, kind))))
    registered.synced()
    assert invoked(registered) == []
    answer, report = registered.take_sip()
    assert (answer.status, report.rpdu) == (202, RpError(SUBMIT.message_reference, 96))
    (record,) = records(registered)
    assert (record.service_centre, record.outcome) == (digits, "invalidMandatoryInformation")
