"""RFC 3261's grammar as phones really write it, from the octets up to the event and the answer."""

import pytest

from sipbridge import Flow, IscStack, Limits, PeerMisbehaved, SmMessage, TelUri, parse, parse_uri
from tests.sipbridge.element import SMS_BODY, TO_GATEWAY, application_server, message, sent

ASSERTED = "P-Asserted-Identity: <sip:+1555@ims.test>"
PLAIN = (
    ("Via", "SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bK1"),
    ("From", "<sip:a@ims.test>;tag=1"),
    ("To", "<sip:b@ims.test>"),
    ("Call-ID", "c1"),
    ("CSeq", "1 MESSAGE"),
    ("Content-Type", "application/vnd.3gpp.sms"),
    ("P-Asserted-Identity", "<sip:+1555@ims.test>"),
)


def written(
    *others: tuple[str, str], start: str = "MESSAGE sip:b@ims.test SIP/2.0", body: bytes = SMS_BODY
) -> bytes:
    """The plain message, with some headers written in another way: by (name, line)."""
    new = dict(others)
    lines = [new.get(name, f"{name}: {value}") for name, value in PLAIN]
    return "\r\n".join([start, *lines, f"Content-Length: {len(body)}", "", ""]).encode("latin-1") + body


def told(server: IscStack, data: bytes, flow: Flow = TO_GATEWAY) -> SmMessage:
    (event,) = server.receive(data, flow, 0.0)
    assert isinstance(event, SmMessage)
    server.respond(event.tx, 202, 0.0)
    return event


WAYS = {
    "compact": (
        ("Via", "v: SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bK1"),
        ("From", "f: <sip:a@ims.test>;tag=1"),
        ("To", "t: <sip:b@ims.test>"),
        ("Call-ID", "i: c1"),
        ("Content-Type", "c: application/vnd.3gpp.sms"),
    ),
    "compact, in capitals": (("Via", "V: SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bK1"), ("Call-ID", "I: c1")),
    "names in any case": (
        ("Via", "VIA: SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bK1"),
        ("Call-ID", "call-id: c1"),
        ("CSeq", "CSEQ: 1 MESSAGE"),
        ("P-Asserted-Identity", "p-asserted-IDENTITY: <sip:+1555@ims.test>"),
    ),
    "parameters in any case": (
        ("Via", "Via: SIP/2.0/UDP 127.0.0.1:6060;BRANCH=z9hG4bK1"),
        ("From", "From: <sip:a@ims.test>;TAG=1"),
    ),
    "protocol in any case": (("Via", "Via: sip/2.0/udp 127.0.0.1:6060;branch=z9hG4bK1"),),
    "a media type in any case": (("Content-Type", "Content-Type: Application/VND.3GPP.SMS;x=y"),),
    "folded": (
        ("Via", "Via:\r\n SIP/2.0/UDP\r\n\t127.0.0.1:6060\r\n ;branch=z9hG4bK1"),
        ("From", "From:\r\n <sip:a@ims.test>\r\n ;tag=1"),
        ("CSeq", "CSeq: 1\r\n MESSAGE"),
        ("Content-Type", "Content-Type:\r\n\tapplication/vnd.3gpp.sms"),
        ("P-Asserted-Identity", "P-Asserted-Identity:\r\n  <sip:+1555@ims.test>"),
    ),
    "white space before the colon": (("From", "From \t : <sip:a@ims.test>;tag=1"), ("Call-ID", "i\t:c1")),
    "white space around signs": (
        ("Via", "Via: SIP / 2.0 / UDP  127.0.0.1 : 6060 ; branch = z9hG4bK1"),
        ("From", "From: <sip:a@ims.test> ; tag = 1"),
        ("Content-Type", "Content-Type: application / vnd.3gpp.sms ; charset = x"),
    ),
    "no white space at all": (("From", "From:<sip:a@ims.test>;tag=1"), ("CSeq", "CSeq:1 MESSAGE")),
    "white space at the end": (("Call-ID", "Call-ID: c1 \t "), ("CSeq", "CSeq: 1 MESSAGE  ")),
    "several values in one header": (
        ("Via", "Via: SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bK1 , SIP/2.0/TCP b.test"),
        ("P-Asserted-Identity", "P-Asserted-Identity: <sip:+1555@ims.test>,<tel:+1555>"),
    ),
    "several headers": (
        ("Via", "Via: SIP/2.0/UDP 127.0.0.1:6060;branch=z9hG4bK1\r\nv: SIP/2.0/TCP b.test"),
        ("P-Asserted-Identity", "P-Asserted-Identity: <sip:+1555@ims.test>\r\np-asserted-identity: <tel:+1>"),
    ),
    "a value and another header of it, of both kinds": (
        ("P-Asserted-Identity", "P-Asserted-Identity: <tel:+1>\r\nP-Asserted-Identity: <sip:+1555@ims.test>"),
    ),
    "quoted names with signs in them": (
        ("From", 'From: "a, \\"b\\" <sip:x@y>;tag=9" <sip:a@ims.test>;tag=1'),
        ("P-Asserted-Identity", 'P-Asserted-Identity: "x, <sip:no@where>" <sip:+1555@ims.test>'),
    ),
    "quoted parameters": (
        ("From", 'From: <sip:a@ims.test>;x=";tag=2";tag=1'),
        ("Via", 'Via: SIP/2.0/UDP 127.0.0.1:6060;x=";branch=no, \\"";branch=z9hG4bK1'),
    ),
    "escaped": (("P-Asserted-Identity", "P-Asserted-Identity: <sip:%2B1555@ims.test>"),),
    "without brackets": (("From", "From: sip:a@ims.test;tag=1"), ("To", "To: sip:b@ims.test")),
    "unknown headers": (("Call-ID", "X-Odd: 1\r\nCall-ID: c1\r\nx-odd:\r\n\r\n".rstrip("\r\n")),),
    "octets beyond ASCII": (("From", "From: \xe4\xf6 <sip:a@ims.test>;tag=1"),),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_however_it_is_written_it_is_the_same_message(way: str) -> None:
    server = application_server()
    event = told(server, written(*WAYS[way]))
    assert (event.call_id, event.rpdu) == ("c1", told(application_server(), written()).rpdu)
    assert event.asserted.sip in ("sip:+1555@ims.test", "sip:%2B1555@ims.test")
    (answer,) = server.take_output()
    assert answer[1].remote == TO_GATEWAY.remote
    read = parse(answer[0], Limits())
    assert (read.status, read.first(b"Call-ID")) == (202, b"c1")
    assert (read.first(b"From") or b"").lower().replace(b" ", b"").endswith(b";tag=1")
    server.receive(written(*WAYS[way]), TO_GATEWAY, 0.1)  # and its retransmission is one
    assert sent(server) == [answer[0]]


@pytest.mark.parametrize("uri", [
    "sip:b@ims.test", "sip:ims.test", "sips:b@ims.test:5061", "SIP:b@IMS.test;transport=TCP;lr",
    "sip:+1555;phone-context=ims.test@ims.test;user=phone", "sip:b%40c@[2001:db8::1]:5060",
    "sip:b:secret@ims.test", "tel:+1-555-100(1001)", "tel:+1555;ext=12;isub=x",
    "tel:7042;phone-context=ims.test", "tel:*100;phone-context=+1555", "TEL:+1555",
])  # fmt: skip
def test_a_message_may_be_for_any_uri_of_sip_and_for_any_number(uri: str) -> None:
    event = told(application_server(), written(start=f"MESSAGE {uri} SIP/2.0"))
    assert event.request_uri == uri


def test_a_local_number_keeps_its_context() -> None:
    uri = parse_uri("tel:7042;Phone-Context=ims.test;x=y")
    assert isinstance(uri, TelUri)
    assert (uri.number, uri.context) == ("7042", "ims.test")


@pytest.mark.parametrize(("uri", "status"), [
    ("mailto:b@ims.test", 416), ("urn:service:sos", 416), ("<sip:b@ims.test>", 400), ("b", 400),
    ("sip:b@ims.test?Subject=x", 400), ("sip:2001:db8::10", 400),
])  # fmt: skip
def test_what_is_no_uri_of_ours_is_answered(uri: str, status: int) -> None:
    server = application_server()
    server.receive(written(start=f"MESSAGE {uri} SIP/2.0"), TO_GATEWAY, 0.0)
    assert [parse(data, Limits()).status for data in sent(server)] == [status]


@pytest.mark.parametrize("line", ["Require:", "Require: ", "Require: ,"])
def test_who_requires_nothing_gets_it(line: str) -> None:
    told(application_server(), message(ASSERTED, line))


def test_a_method_has_one_case_and_a_version_any() -> None:
    server = application_server()
    server.receive(
        written(start="message sip:b@ims.test SIP/2.0").replace(b"1 MESSAGE", b"1 message"), TO_GATEWAY, 0.0
    )
    assert parse(sent(server)[0], Limits()).status in (405, 501)
    told(application_server(), written(start="MESSAGE sip:b@ims.test sip/2.0"))


def of_size(octets: int) -> bytes:
    """A message of so many in all, most of it in one header."""
    short = message(ASSERTED, "X: ")
    return short.replace(b"X: ", b"X: " + b"a" * (octets - len(short)))


LIMITS = Limits(message=4_000, headers=20)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (message(ASSERTED, *["X: y"] * 12), 0),
        (message(ASSERTED, *["X: y"] * 13), 400),
        (of_size(4_000), 0),
        (of_size(4_001), 513),
        (message(ASSERTED, body=SMS_BODY + b"x" * 4_000), 513),
    ],
)
def test_headers_and_octets_have_their_bounds(data: bytes, status: int) -> None:
    server = application_server(LIMITS)
    events = server.receive(data, TO_GATEWAY, 0.0)
    assert [parse(answer, Limits()).status for answer in sent(server)] == ([status] if status else [])
    assert any(isinstance(event, PeerMisbehaved) for event in events) is bool(status)
