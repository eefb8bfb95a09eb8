"""Large requests go by TCP, and by UDP to whoever has no TCP; one way after the other is tried (RFC 3263)."""

import pytest

from sipbridge import ClientTx, Flow, Limits, NoAnswer, Response, SipStack, parse
from tests.sipbridge.element import GATEWAY, SCSCF, TO_GATEWAY, application_server, response, stack

BY_TCP = Flow("tcp", GATEWAY, SCSCF)
OTHER = Flow("udp", GATEWAY, ("127.0.0.2", 5060))


def large(element: SipStack, now: float = 0.0, octets: int = 1300) -> tuple[ClientTx, bytes, Flow]:
    flow = Flow("udp", GATEWAY, SCSCF)
    tx, _ = element.request(
        "MESSAGE", "sip:a", now, flow=flow, sender="sip:a", recipient="sip:b", body=b"x" * octets
    )
    ((data, way),) = element.take_output()
    return tx, data, way


def via(data: bytes) -> bytes:
    return parse(data, Limits()).vias[0]


def test_a_request_above_1300_octets_goes_by_tcp_and_says_so() -> None:
    element = stack()
    tx, data, way = large(element)
    assert way == BY_TCP
    assert via(data) == b"SIP/2.0/TCP 127.0.0.1:5090;branch=" + tx
    (event,) = element.receive(response(data, 200), BY_TCP, 0.1)
    assert isinstance(event, Response)
    assert (event.tx, event.status) == (tx, 200)


def test_1300_octets_are_not_too_many() -> None:
    element = stack()
    overhead = len(large(element, octets=1000)[1]) - 1000
    assert large(element, octets=1300 - overhead)[2].transport == "udp"
    assert large(element, octets=1301 - overhead)[2].transport == "tcp"


def test_a_message_of_the_gateway_is_no_exception() -> None:
    server = application_server()
    server.message(
        "sip:a@b", "sip:scscf", b"x" * 1300, 0.0, flow=Flow("udp", GATEWAY, SCSCF), asserted="sip:gw"
    )
    ((data, way),) = server.take_output()
    assert way == BY_TCP
    assert via(data).startswith(b"SIP/2.0/TCP 127.0.0.1:5090;branch=z9hG4bK")


def test_whoever_refuses_tcp_gets_it_by_udp_and_later_requests_at_once() -> None:
    element = stack()
    tx, data, way = large(element)
    assert element.link_down(way, 0.1) == []
    ((again, flow),) = element.take_output()
    assert flow == Flow("udp", GATEWAY, SCSCF)
    assert via(again).startswith(b"SIP/2.0/UDP 127.0.0.1:5090;branch=z9hG4bK")
    assert via(again).rpartition(b"=")[2] != tx
    assert parse(again, Limits()).first(b"Call-ID") == parse(data, Limits()).first(b"Call-ID")
    (event,) = element.receive(response(again, 202), TO_GATEWAY, 0.2)
    assert isinstance(event, Response)
    assert (event.tx, event.status) == (tx, 202)
    assert large(element, now=1.0)[2].transport == "udp"
    assert large(element, now=62.0)[2].transport == "tcp"


def test_a_connection_that_stood_and_is_lost_is_no_reason_for_udp() -> None:
    element = stack()
    tx, _, way = large(element)
    element.link_up(way, "", 0.1)
    assert element.link_down(way, 0.2) == [NoAnswer(tx, 503)]
    assert element.take_output() == []
    assert large(element, now=1.0)[2].transport == "tcp"


def test_silence_over_tcp_ends_with_timer_f_alone() -> None:
    element = stack()
    tx, _, way = large(element)
    element.link_up(way, "", 0.1)
    assert element.deadline() == 32.0
    assert element.expire(32.0) == [NoAnswer(tx, 408)]
    assert element.take_output() == []
    assert element.open_transactions == 0


@pytest.mark.parametrize("status", [200, 480, 503])
def test_an_answer_over_tcp_is_the_answer(status: int) -> None:
    element = stack()
    tx, data, way = large(element)
    (event,) = element.receive(response(data, status), way, 0.1)
    assert isinstance(event, Response)
    assert (event.tx, event.status) == (tx, status)
    assert element._outgoing.attempts == {}


def test_a_provisional_answer_leaves_it_open() -> None:
    element = stack()
    tx, data, way = large(element)
    (event,) = element.receive(response(data, 100), way, 0.1)
    assert isinstance(event, Response)
    assert (event.tx, event.status) == (tx, 100)
    (event,) = element.receive(response(data, 200), way, 0.2)
    assert isinstance(event, Response)
    assert event.status == 200


def test_the_identity_of_a_connection_is_known_as_long_as_it_stands() -> None:
    element = stack()
    flow = Flow("tls", GATEWAY, SCSCF, "#1")
    element.link_up(flow, "scscf.test", 0.0)
    assert element.identity(flow) == "scscf.test"
    element.link_down(flow, 1.0)
    assert element.identity(flow) == ""
