"""What belongs together has one thread, whatever the legs of a message; no two messages share one."""

import asyncio

from ipsmgw.trace import Pdu
from ipsmgw.web import gateway_source
from ipsmgw.web.rows import Row, Rows
from ipsmgw.web.source import Seen
from ipsmgw.web.threads import Threads
from sipbridge.rp import Direction, RpAck
from tests.ipsmgw.node import Node
from tests.ipsmgw.web.asked import finish, registered

DELIVER = bytes.fromhex("040b915155556745f1000062119290021300") + b"\x05\xe8\x32\x9b\xfd\x06"


def rows(node: Node) -> list[Row]:
    async def followed() -> list[Row]:
        found = Rows(gateway_source(node.gateway), lambda: 0.0)
        await found.follow()
        return list(found)

    return asyncio.run(followed())


def of(node: Node, message: str) -> list[str]:
    return [row.summary for row in rows(node) if row.message == message]


def test_a_message_to_a_phone_is_one_thread_from_the_sc_to_the_phone_and_back() -> None:
    node = registered()
    node.deliver(tpdu=DELIVER)
    message = node.take_sip()[-1]
    node.respond(message, 200)
    report = RpAck(message.rpdu.message_reference).encode(Direction.MS_TO_NETWORK)
    node.message(report, call_id="report", reply_to=message.headers["Call-ID"])
    node.synced()
    summaries = of(node, "ipsmgw-0.1-1")
    assert [summaries[0], summaries[1], summaries[-1]] == [
        "mt-ForwardSM",
        "MESSAGE RP-DATA SMS-DELIVER",
        "mt-ForwardSM result",
    ]
    assert "MESSAGE RP-ACK" in summaries


def test_a_message_for_nobody_here_is_found_by_its_octets() -> None:
    node = registered()
    node.deliver("001010000000099", DELIVER)
    node.synced()
    assert of(node, "ipsmgw-0.1-1") == ["mt-ForwardSM", "mt-ForwardSM error absentSubscriberSM"]


def test_the_same_text_twice_is_two_messages() -> None:
    node = registered()
    finish(node, "first")
    finish(node, "second")
    assert of(node, "ipsmgw-0.1-1") == of(node, "ipsmgw-0.1-2")
    threads = {row.thread for row in rows(node) if row.message}
    assert len(threads) == 2


def test_a_request_and_its_answer_are_one_by_their_exchange() -> None:
    threads = Threads()
    pdus = [
        Seen(0, Pdu(1.0, "gw", "msgin5g", "http", b"POST /a HTTP/1.1\r\n\r\n"), exchange="begun here 1"),
        Seen(1, Pdu(1.0, "gw", "msgin5g", "http", b"POST /b HTTP/1.1\r\n\r\n"), exchange="begun here 2"),
        Seen(2, Pdu(1.0, "msgin5g", "gw", "http", b"HTTP/1.1 204 \r\n\r\n"), exchange="begun here 2"),
        Seen(3, Pdu(1.0, "msgin5g", "gw", "http", b"HTTP/1.1 204 \r\n\r\n"), exchange="begun here 1"),
    ]
    assert [threads.of(seen) for seen in pdus] == [1, 2, 2, 1]


def test_over_http_an_answer_belongs_to_the_one_request_that_is_open_and_of_two_to_none() -> None:
    threads = Threads()

    def of(when: float, one: str, other: str, start: bytes) -> int:
        return threads.of(Seen(0, Pdu(when, one, other, "http", start + b"\r\n\r\n")))

    asked = of(1.0, "seal", "m5s", b"POST /a HTTP/1.1")
    assert of(1.1, "m5s", "seal", b"HTTP/1.1 201 ") == asked
    two = [of(2.0, "seal", "m5s", b"POST /b HTTP/1.1"), of(2.0, "seal", "m5s", b"POST /c HTTP/1.1")]
    answers = [of(2.1, "m5s", "seal", b"HTTP/1.1 204 "), of(2.2, "m5s", "seal", b"HTTP/1.1 204 ")]
    assert not set(answers) & set(two)
    unanswered = of(3.0, "seal", "m5s", b"POST /d HTTP/1.1")
    later = of(90.0, "seal", "m5s", b"POST /e HTTP/1.1")
    assert of(90.1, "m5s", "seal", b"HTTP/1.1 204 ") == later != unanswered


def test_octets_of_any_kind_get_a_thread() -> None:
    threads = Threads()
    for protocol in ("sip", "m3ua", "smpp", "http", "coap", "gsm_a_dtap", "diameter", ""):
        for data in (b"", b"\x09", b"\x09\x01\x02\xff\xff", bytes(40)):
            assert threads.of(Seen(0, Pdu(1.0, "a", "b", protocol, data))) > 0


def test_a_message_gateway_shows_what_it_says_to_the_server() -> None:
    section = {
        "enabled": True,
        "service_id": "sip:mgw@msgin5g.example",
        "server": "http://127.0.0.40:8080",
        "listen": "127.0.0.11:8082",
        "credential": "secret-of-the-phone",
    }
    found = [row for row in rows(registered(msgin5g=section)) if row.leg == "HTTP"]
    assert [(row.source, row.target) for row in found][:1] == [("ipsmgw", "msgin5g")]
