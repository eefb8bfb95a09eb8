"""SipStack as a whole: what goes in, what comes out (RFC 3261 §8, §17, §18)."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbridge import (
    ClientTx,
    Flow,
    Limits,
    LocalError,
    NoAnswer,
    PeerMisbehaved,
    Request,
    Response,
    SipStack,
    parse,
)
from tests.sipbridge.element import SCSCF, TCP, TO_GATEWAY, message, octets, response, sent, stack


def received(element: SipStack, data: bytes, now: float = 0.0) -> Request:
    (event,) = element.receive(data, TO_GATEWAY, now)
    assert isinstance(event, Request)
    return event


def test_a_request_is_told_once_and_answered_again_octet_for_octet() -> None:
    element, data = stack(), octets("sip", "kamailio-mo-message-over-isc-as-receives")
    request = received(element, data)
    assert element.receive(data, TO_GATEWAY, 0.1) == []
    assert sent(element) == []
    assert element.respond(request.tx, 202, 0.2)
    (answer,) = sent(element)
    assert element.receive(data, TO_GATEWAY, 0.5) == []
    assert sent(element) == [answer]
    assert element.respond(request.tx, 500, 0.6) is False
    assert sent(element) == []


def test_a_response_copies_what_the_request_said() -> None:
    element, data = stack(), octets("sip", "kamailio-mo-message-over-isc-as-receives")
    element.respond(received(element, data).tx, 202, 0.0)
    asked, answer = parse(data, Limits()), parse(sent(element)[0], Limits())
    assert (answer.status, answer.reason) == (202, b"Accepted")
    assert answer.vias == asked.vias
    for name in (b"From", b"Call-ID", b"CSeq"):
        assert answer.first(name) == asked.first(name)
    to = answer.first(b"To") or b""
    assert to.startswith((asked.first(b"To") or b"-") + b";tag=")


@pytest.mark.parametrize("to", ["<sip:b@ims.test>;tag=x", "<sip:b@ims.test>;TAG=x", "sip:b@ims.test ; tag=x"])
def test_a_to_tag_that_is_there_stays_alone(to: str) -> None:
    element = stack()
    element.respond(
        received(element, message().replace(b"<sip:b@ims.test>\r", to.encode() + b"\r")).tx, 200, 0.0
    )
    assert parse(sent(element)[0], Limits()).first(b"To") == to.encode()


def test_an_answer_with_headers_is_kept_and_repeated() -> None:
    element = stack()
    tx = received(element, message(method="REGISTER")).tx
    element.respond(tx, 200, 0.0, reason="Fine", headers=[("Contact", "<sip:a>;expires=5")], body=b"b")
    (answer,) = sent(element)
    read = parse(answer, Limits())
    assert (read.reason, read.first(b"Contact"), read.body) == (b"Fine", b"<sip:a>;expires=5", b"b")
    element.receive(message(method="REGISTER"), TO_GATEWAY, 1.0)
    assert sent(element) == [answer]


def test_a_forgotten_request_is_a_new_one() -> None:
    element = stack()
    element.respond(received(element, message()).tx, 202, 0.0)
    for now in (32.0, 64.0):
        assert element.deadline() == now
        element.expire(now)
    assert element.deadline() is None
    received(element, message(), 65.0)


def test_an_unanswered_request_gets_a_100_and_then_it_is_too_late() -> None:
    element = stack()
    request = received(element, message())
    assert element.deadline() == 3.5
    assert element.expire(3.5) == []
    (trying,) = sent(element)
    assert trying.startswith(b"SIP/2.0 100 Trying\r\n")
    element.receive(message(), TO_GATEWAY, 4.0)
    assert sent(element) == [trying]
    element.expire(32.0)
    assert element.respond(request.tx, 200, 32.1) is False


@pytest.mark.parametrize(
    ("via", "source", "stamped", "back"),
    [
        ("SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bK1", SCSCF, "", SCSCF),
        ("SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bK1", ("127.0.0.1", 7000), "", SCSCF),
        ("SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1", SCSCF, "", ("127.0.0.1", 5060)),
        ("SIP/2.0/UDP host.test:6060;branch=z9hG4bK1", SCSCF, ";received=127.0.0.1", SCSCF),
        ("SIP/2.0/UDP 10.0.0.1:7000;branch=z9hG4bK1;rport", SCSCF, ";received=127.0.0.1;rport=6060", SCSCF),
        (
            "SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bK1;received=6.6.6.6",
            SCSCF,
            ";received=127.0.0.1;rport=6060",
            SCSCF,
        ),
    ],
)
def test_an_answer_goes_where_the_via_says(
    via: str, source: tuple[str, int], stamped: str, back: tuple[str, int]
) -> None:
    element = stack()
    data = message().replace(b"SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bK1", via.encode())
    flow = Flow("udp", TO_GATEWAY.local, source)
    (event,) = element.receive(data, flow, 0.0)
    assert isinstance(event, Request)
    element.respond(event.tx, 200, 0.0)
    ((answer, to),) = element.take_output()
    assert to.remote == back
    kept = via.replace(";rport", "").replace(";received=6.6.6.6", "")
    assert parse(answer, Limits()).vias[0].decode() == (kept + stamped if stamped else via)


def test_a_known_peer_that_asks_for_rport_gets_it() -> None:
    element = stack()
    received(element, message(branch="z9hG4bKa"))
    request = received(element, message(branch="z9hG4bKb;rport"))
    element.take_output()
    element.respond(request.tx, 200, 0.0)
    assert b";received=127.0.0.1;rport=6060\r\n" in sent(element)[0]


def test_several_vias_in_one_line_are_stamped_in_the_first() -> None:
    element = stack()
    value = b"SIP/2.0/UDP a.test:6060;branch=z9hG4bK1, SIP/2.0/UDP b.test;branch=z9hG4bK2"
    data = message().replace(b"SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bK1", value)
    element.respond(received(element, data).tx, 200, 0.0)
    line = parse(sent(element)[0], Limits()).vias
    assert line == (value.replace(b"1,", b"1;received=127.0.0.1,"),)


def test_an_old_branch_is_told_apart_by_the_rest() -> None:
    element = stack()
    first = received(element, message(branch="1"))
    assert element.receive(message(branch="1"), TO_GATEWAY, 0.1) == []
    other = received(element, message(branch="1").replace(b"Call-ID: c1", b"Call-ID: c2"))
    assert first.tx != other.tx


def test_a_very_long_branch_takes_no_more_memory() -> None:
    assert len(received(stack(), message(branch="z9hG4bK" + "x" * 5000)).tx) < 200


def test_the_same_branch_of_another_method_or_sender_is_another_request() -> None:
    element = stack()
    keys = {received(element, message(method=method)).tx for method in ("MESSAGE", "OPTIONS", "REGISTER")}
    keys.add(received(element, message().replace(b"UDP 127.0.0.1:6060", b"UDP 127.0.0.1:6061")).tx)
    assert len(keys) == 4


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (message().replace(b"CSeq: 1 MESSAGE", b"CSeq: 1 NOTIFY"), 400),
        (message().replace(b"Length: 31", b"Length: 99"), 400),
        (message("Subject: a\rb"), 400),
        (message("no header"), 400),
        (message().replace(b"SIP/2.0\r\n", b"SIP/3.0\r\n", 1), 505),
        (message(body=b"x" * 70_000), 513),
        (message(method="CANCEL"), 481),
    ],
)
def test_what_cannot_be_served_is_answered(data: bytes, status: int) -> None:
    element = stack()
    events = element.receive(data, TO_GATEWAY, 0.0)
    assert all(isinstance(event, PeerMisbehaved) for event in events)
    (answer,) = sent(element)
    assert parse(answer, Limits()).status == status


@pytest.mark.parametrize("method", ["MESSAGE", "INVITE"])
def test_a_cancel_of_what_has_come_is_accepted_and_stops_nothing(method: str) -> None:
    element = stack()
    event = received(element, message(method=method))
    assert element.receive(message(method="CANCEL"), TO_GATEWAY, 0.1) == []
    assert element.respond(event.tx, 405, 0.2)
    cancelled, asked = (parse(data, Limits()) for data in sent(element))
    assert (cancelled.status, cancelled.first(b"CSeq"), asked.status) == (200, b"1 CANCEL", 405)
    assert cancelled.first(b"To") == asked.first(b"To")  # RFC 3261 §9.2


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"\0",
        message(method="ACK"),
        message().replace(b"Via:", b"Viva:"),
        message().replace(b"Via: SIP/2.0/UDP 127.0.0.1:6060", b"Via: SIP/2.0/UDP 127.0.0.1:99999"),
        message().replace(b"Via: SIP/2.0/UDP 127.0.0.1:6060", b"Via: SIP/2.0/UDP <127.0.0.1>"),
        message(method="ACK", body=b"").replace(b"CSeq: 1 ACK", b"CSeq: 1 NOTIFY"),
        b"SIP/2.0 999 SIP/2.0\r\n" + message().partition(b"\r\n")[2],
        b"SIP/2.0 200 OK\r\n\r\n",
        b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKnone\r\n\r\n",
    ],
)
def test_what_cannot_be_answered_is_not(data: bytes) -> None:
    element = stack()
    assert not any(isinstance(event, Request) for event in element.receive(data, TO_GATEWAY, 0.0))
    assert sent(element) == []


def test_a_full_element_says_503_and_when_to_come_again() -> None:
    element = stack(Limits(transactions=1))
    first = received(element, message())
    assert element.receive(message(branch="z9hG4bK2"), TO_GATEWAY, 0.0) == []
    answer = parse(sent(element)[0], Limits())
    assert (answer.status, answer.first(b"Retry-After")) == (503, b"5")
    element.respond(first.tx, 200, 0.0)
    received(element, message(branch="z9hG4bK3"))


def options(element: SipStack, now: float = 0.0, flow: Flow = TO_GATEWAY) -> tuple[ClientTx, bytes]:
    tx, _ = element.request(
        "OPTIONS", "sip:scscf.test", now, flow=flow, sender="sip:a@x.test", recipient="sip:scscf.test",
        headers=[("Subject", "Grüße")], body=b"hi",
    )  # fmt: skip
    return tx, sent(element)[0]


def test_a_request_of_ours_is_whole_and_its_answer_is_told() -> None:
    element = stack()
    tx, data = options(element)
    read = parse(data, Limits())
    assert (read.method, read.uri, read.body) == (b"OPTIONS", b"sip:scscf.test", b"hi")
    assert read.vias == (b"SIP/2.0/UDP 127.0.0.1:5090;branch=" + tx,)
    assert read.first(b"Max-Forwards") == b"70"
    assert read.first(b"Subject") == "Grüße".encode()
    answer = response(data, 486)
    (event,) = element.receive(answer, TO_GATEWAY, 0.1)
    assert isinstance(event, Response)
    assert (event.tx, event.status) == (tx, 486)
    assert event.message is not None
    assert event.message.reason == b"Whatever"
    assert element.receive(answer, TO_GATEWAY, 0.2) == []
    (stray,) = element.receive(answer.replace(b"z9hG4bK", b"z9hG4bKx"), TO_GATEWAY, 0.2)
    assert isinstance(stray, PeerMisbehaved)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Via: ", b"v:"),
        (b"Via: ", b"VIA : "),
        (b"\r\nVia: ", b"\r\nX-First: x\r\nVia: "),
        (b";branch=", b";received=127.0.0.1;branch="),
        (b";branch=", b" ; Branch = "),
        (b"SIP/2.0/UDP ", b"SIP / 2.0 / UDP  "),
    ],
)
def test_an_answer_is_known_however_its_via_is_written(old: bytes, new: bytes) -> None:
    element = stack()
    tx, data = options(element)
    (event,) = element.receive(response(data, 200).replace(old, new, 1), TO_GATEWAY, 0.1)
    assert isinstance(event, Response)
    assert event.tx == tx


def test_an_unreadable_answer_is_still_an_answer() -> None:
    element = stack()
    _, data = options(element)
    (event,) = element.receive(response(data, 503).replace(b"Call-ID: ", b"Call-ID "), TO_GATEWAY, 0.1)
    assert isinstance(event, Response)
    assert (event.status, event.message) == (503, None)


def test_silence_is_retransmitted_and_ends_as_408() -> None:
    element = stack()
    tx, data = options(element)
    copies = 0
    while (due := element.deadline()) is not None:
        told = element.expire(due)
        copies += sent(element).count(data)
        if told:
            assert (told, due) == ([NoAnswer(tx, 408)], 32.0)
    assert copies == 10


def test_a_lost_connection_is_a_503() -> None:
    element = stack()
    tx, _ = options(element, flow=TCP)
    assert element.link_up(TCP, "scscf.test", 0.0) == []
    assert element.link_down(TCP, 0.1) == [NoAnswer(tx, 503)]
    assert element.deadline() is None


def test_a_full_table_refuses_our_own_request_as_an_event() -> None:
    element = stack(Limits(transactions=0))
    tx, _ = element.request("OPTIONS", "sip:a", 0.0, flow=TO_GATEWAY, sender="sip:a", recipient="sip:b")
    assert sent(element) == []
    assert element.deadline() == 0.0
    assert element.expire(0.0) == [NoAnswer(tx, 503)]
    assert element.deadline() is None


BAD = st.sampled_from(["a\r\nX: y", "a\nb", "a\rb", "a\0b"])


@given(BAD)
def test_no_line_end_from_above_reaches_the_wire(bad: str) -> None:
    element = stack()
    tx = received(element, message()).tx
    with pytest.raises(LocalError):
        element.respond(tx, 200, 0.0, headers=[("X", bad)])
    with pytest.raises(LocalError):
        element.respond(tx, 200, 0.0, reason=bad)
    with pytest.raises(LocalError):
        element.respond(tx, 200, 0.0, headers=[(bad, "x")])
    for uri in (bad, f"sip:{bad}", "sip:a b", "sip:<a>", ""):
        with pytest.raises(LocalError):
            element.request("OPTIONS", uri, 0.0, flow=TO_GATEWAY, sender="sip:a", recipient="sip:b")
        with pytest.raises(LocalError):
            element.request("OPTIONS", "sip:a", 0.0, flow=TO_GATEWAY, sender=uri, recipient="sip:b")
    with pytest.raises(LocalError):
        element.request(bad, "sip:a", 0.0, flow=TO_GATEWAY, sender="sip:a", recipient="sip:b")
    with pytest.raises(LocalError):
        element.respond(tx, 99, 0.0)
    assert sent(element) == []


def test_identifiers_differ_and_nobody_guesses_them() -> None:
    first, second = stack(port=1), stack(port=2)
    made = [first.identifiers.new() for _ in range(5000)] + [second.identifiers.new() for _ in range(5000)]
    assert len(set(made)) == 10_000
    assert len({identifier.rpartition(b".")[2] for identifier in made}) == 10_000
    assert stack(port=1).identifiers.new() == made[0]


def test_little_is_kept_of_a_finished_message() -> None:
    element = stack()
    requests = [message(branch=f"z9hG4bK{number:032}") for number in range(3000)]
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for data in requests:
        element.respond(received(element, data).tx, 202, 0.0)
        element.take_output()
    element.expire(4.0)  # the queue of the 100s
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert element.finished == 3000
    assert (after - before) / 3000 < 260


@pytest.mark.parametrize(
    ("via", "back"),
    [
        ("SIP/2.0/TCP 127.0.0.1:6060;branch=z9hG4bK1", ("127.0.0.1", 6060)),
        ("SIP/2.0/TCP host.test;branch=z9hG4bK1", ("127.0.0.1", 5060)),
        ("SIP/2.0/TCP 10.0.0.1:7000;branch=z9hG4bK1;rport", ("127.0.0.1", 7000)),
    ],
)
def test_an_answer_whose_connection_is_gone_takes_a_new_one_to_sent_by(
    via: str, back: tuple[str, int]
) -> None:
    element = stack()
    flow = Flow("tcp", TO_GATEWAY.local, ("127.0.0.1", 41_000), "#1")
    data = message().replace(b"SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bK1", via.encode())
    (event,) = element.receive(data, flow, 0.0)
    assert isinstance(event, Request)
    assert element.link_down(flow, 0.1) == []
    assert element.respond(event.tx, 200, 0.2)
    ((_, way),) = element.take_output()
    assert way == Flow("tcp", TO_GATEWAY.local, back)


def test_where_that_connection_fails_too_nobody_is_left_to_answer() -> None:
    element = stack()
    flow = Flow("tcp", TO_GATEWAY.local, ("127.0.0.1", 41_000), "#1")
    (event,) = element.receive(message(), flow, 0.0)
    assert isinstance(event, Request)
    element.link_down(flow, 0.1)
    element.link_down(Flow("tcp", TO_GATEWAY.local, SCSCF), 0.2)
    assert element.respond(event.tx, 200, 0.3) is False
    assert element.open_transactions == 0


def test_the_zone_of_a_link_local_address_is_told_to_nobody() -> None:
    element = stack()
    flow = Flow("udp", ("fe80::1%eth0", 5060), ("fe80::2%eth0", 6060))
    (event,) = element.receive(message(branch="z9hG4bK1;rport"), flow, 0.0)
    assert isinstance(event, Request)
    element.respond(event.tx, 200, 0.0)
    ((answer, way),) = element.take_output()
    assert way.remote == ("fe80::2%eth0", 6060)
    assert b";received=fe80::2;rport=6060\r\n" in answer
