"""Deliveries under way: found by each of their names, and nothing is kept of those that have ended."""

import pytest

from ipsmgw.gateway.inflight import Deliveries, Delivery
from ipsmgw.procedures.mt import MtSms
from mapstack.map import AddressString
from sipbridge import ClientTx

BOB = "sip:bob@ims.example"
TIMER = 60.0


def sent(deliveries: Deliveries, number: int, to: str = BOB) -> Delivery:
    """A MESSAGE that has gone out."""
    reference = deliveries.next_reference(to)
    sms = MtSms(f"gw-{number}", number, "0010", AddressString("1555"), b"\x04", 0.0, None, reference)
    deliveries.add(sms, to, f"call{number}", ClientTx(b"tx%d" % number))
    delivery = deliveries.of_call(f"call{number}")
    assert delivery is not None
    return delivery


def taken(deliveries: Deliveries, number: int, now: float) -> Delivery:
    """A MESSAGE that the phone has answered with 200."""
    delivery = sent(deliveries, number)
    deliveries.end_transaction(ClientTx(b"tx%d" % number))
    deliveries.await_report(delivery, delivery.sms, now)
    return delivery


@pytest.fixture
def deliveries() -> Deliveries:
    return Deliveries(TIMER)


def test_a_delivery_is_found_by_whatever_names_it(deliveries: Deliveries) -> None:
    delivery = sent(deliveries, 7)
    assert deliveries.of_call("call7") is delivery
    assert deliveries.of_dialogue(7) is delivery
    assert deliveries.of_reference(BOB, delivery.sms.reference) is delivery
    assert deliveries.end_transaction(ClientTx(b"tx7")) is delivery


def test_what_has_ended_is_found_by_nothing_and_leaves_nothing(deliveries: Deliveries) -> None:
    delivery = sent(deliveries, 7)
    deliveries.remove(delivery)
    assert deliveries.kept == 1  # the transaction has yet to end
    assert deliveries.end_transaction(ClientTx(b"tx7")) is None
    assert deliveries.of_call("call7") is deliveries.of_dialogue(7) is None
    assert deliveries.of_reference(BOB, delivery.sms.reference) is None
    assert (len(deliveries), deliveries.kept) == (0, 0)


def test_a_phone_has_each_reference_once_and_another_phone_has_its_own(deliveries: Deliveries) -> None:
    references = {sent(deliveries, number).sms.reference for number in range(256)}
    assert references == set(range(256))
    assert deliveries.next_reference(BOB) == -1
    assert deliveries.next_reference("sip:carol@ims.example") >= 0


def test_reports_are_due_in_the_order_of_the_answers(deliveries: Deliveries) -> None:
    first, second = taken(deliveries, 1, 10.0), taken(deliveries, 2, 11.0)
    assert deliveries.deadline() == 70.0
    assert list(deliveries.due(69.9)) == []
    assert list(deliveries.due(70.0)) == [first]
    assert deliveries.deadline() == 71.0
    assert list(deliveries.due(99.0)) == [second]
    assert deliveries.deadline() is None


def test_a_report_that_has_come_is_not_due(deliveries: Deliveries) -> None:
    first, second = taken(deliveries, 1, 10.0), taken(deliveries, 2, 11.0)
    deliveries.remove(first)
    assert deliveries.deadline() == 71.0
    assert list(deliveries.due(99.0)) == [second]


def test_a_bug_at_one_deadline_leaves_the_next_one_due(deliveries: Deliveries) -> None:
    first, second = taken(deliveries, 1, 10.0), taken(deliveries, 2, 10.0)
    assert next(deliveries.due(99.0)) is first
    assert list(deliveries.due(99.0)) == [second]


def test_one_silent_phone_does_not_make_the_others_be_kept(deliveries: Deliveries) -> None:
    silent = taken(deliveries, 0, 10.0)
    for number in range(1, 10_000):
        deliveries.remove(taken(deliveries, number, 11.0))
    assert len(deliveries._awaiting_report) < 100
    assert list(deliveries.due(70.0)) == [silent]
