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


def by_tcp(element: SipStack, now: float, way: Flow = BY_TCP) -> tuple[ClientTx, bytes]:
    tx, _ = element.request("MESSAGE", "sip:a", now, flow=way, sender="sip:a", recipient="sip:b")
    ((data, _),) = element.take_output()
    return tx, data


def test_what_met_the_peers_close_on_its_way_goes_once_more_over_a_new_connection() -> None:
    """Which is the same transaction, should the peer have got it after all."""
    element = stack()
    element.link_up(BY_TCP, "", 0.0)
    tx, data = by_tcp(element, 60.0)
    assert element.link_down(BY_TCP, 60.1) == []
    assert element.take_output() == [(data, BY_TCP)]
    element.link_up(BY_TCP, "", 60.2)
    (event,) = element.receive(response(data, 200), BY_TCP, 60.3)
    assert isinstance(event, Response)
    assert (event.tx, event.status) == (tx, 200)


def test_it_goes_once_more_only_once() -> None:
    element = stack()
    element.link_up(BY_TCP, "", 0.0)
    tx, _ = by_tcp(element, 60.0)
    element.link_down(BY_TCP, 60.1)
    element.take_output()
    element.link_up(BY_TCP, "", 60.2)
    assert element.link_down(BY_TCP, 60.3) == [NoAnswer(tx, 503)]
    assert element.take_output() == []


def test_nor_does_it_where_nobody_is_reached_any_more() -> None:
    element = stack()
    element.link_up(BY_TCP, "", 0.0)
    tx, _ = by_tcp(element, 60.0)
    element.link_down(BY_TCP, 60.1)
    element.take_output()
    assert element.link_down(BY_TCP, 60.2) == [NoAnswer(tx, 503)]


def test_nor_what_the_peer_has_had_for_a_while_nor_what_it_has_begun_to_answer() -> None:
    element = stack()
    element.link_up(BY_TCP, "", 0.0)
    old, _ = by_tcp(element, 60.0)
    begun, data = by_tcp(element, 60.9)
    element.receive(response(data, 100), BY_TCP, 60.95)
    assert element.link_down(BY_TCP, 61.0) == [NoAnswer(old, 503), NoAnswer(begun, 503)]
    assert element.take_output() == []


def test_nor_what_went_over_a_connection_that_the_peer_had_opened() -> None:
    """There is no way to open it again from here."""
    element, theirs = stack(), BY_TCP._replace(connection="#1")
    element.link_up(theirs, "", 0.0)
    tx, _ = by_tcp(element, 60.0, theirs)
    assert element.link_down(theirs, 60.1) == [NoAnswer(tx, 503)]


def test_a_large_request_is_no_exception() -> None:
    element = stack()
    element.link_up(BY_TCP, "", 0.0)
    tx, data, way = large(element, now=60.0)
    assert element.link_down(way, 60.1) == []
    assert element.take_output() == [(data, BY_TCP)]
    assert large(element, now=60.2)[2].transport == "tcp"
    (event,) = element.receive(response(data, 202), BY_TCP, 60.3)
    assert isinstance(event, Response)
    assert event.tx == tx
