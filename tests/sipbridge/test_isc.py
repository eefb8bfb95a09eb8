"""The application server towards the S-CSCF, on what is really sent to it (TS 24.341)."""

from random import Random

import pytest

from sipbridge import (
    Asserted,
    Flow,
    IscStack,
    Limits,
    LocalError,
    NoAnswer,
    PeerMisbehaved,
    Response,
    RpAck,
    RpAddress,
    RpData,
    SipSettings,
    SmMessage,
    SmUnreadable,
    ThirdPartyRegister,
    parse,
)
from tests.sipbridge.element import (
    SMS_BODY,
    TCP,
    TO_GATEWAY,
    application_server,
    message,
    octets,
    response,
    sent,
)

ASSERTED = "P-Asserted-Identity: <sip:+1555@ims.test>, <tel:+1555>"
ROUTE = "sip:127.0.0.1:6060"
OWN = "sip:ipsmgw.ims.test"


def registered(data: bytes) -> ThirdPartyRegister:
    (event,) = application_server().receive(data, TO_GATEWAY, 0.0)
    assert isinstance(event, ThirdPartyRegister)
    return event


def test_the_third_party_register_of_kamailio_is_understood() -> None:
    event = registered(octets("sip", "kamailio-third-party-register-initial-registration-as-receives"))
    assert (event.impu, event.expires, event.scscf) == (
        "sip:+15551001001@ims.test",
        720,
        "sip:127.0.0.1:6060",
    )
    assert event.service_info == "imsi=001015551001001;msisdn=+15551001001"
    assert event.associated == ("sip:+15551001001@ims.test", "tel:+15551001001")
    assert (event.register_request, event.register_response) == (None, None)


def test_a_refresh_and_a_deregistration_differ_in_expires() -> None:
    names = ("re-registration-ue-asked-1200", "de-registration")
    events = [registered(octets("sip", f"kamailio-third-party-register-{name}")) for name in names]
    assert [event.expires for event in events] == [1320, 0]


def test_the_register_of_the_user_and_its_answer_are_handed_up() -> None:
    prefix = "kamailio-third-party-register-with-includeregister"
    request = registered(octets("sip", prefix + "request"))
    assert request.register_request is not None
    assert request.private_identity == "15551001027@ims.test"
    assert request.register_response is None
    assert request.service_info is None
    inner = parse(request.register_request, Limits())
    assert b"+g.3gpp.smsip" in (inner.first(b"Contact") or b"")
    answer = registered(octets("sip", prefix + "response"))
    assert answer.register_request is None
    assert parse(answer.register_response or b"", Limits()).status == 200


def register(*extra: str, body: bytes = b"") -> bytes:
    contact = () if any(line.startswith("Contact") for line in extra) else ("Contact: <sip:127.0.0.1:6060>",)
    kind = "Content-Type: application/vnd.3gpp.sms\r\n"
    return message(*contact, *extra, method="REGISTER", body=body).replace(kind.encode(), b"", 1)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a&amp;b &#65;&#x42;", "a&b AB"),
        ("a=1&copy=2", "a=1&copy=2"),
        (f"&#{'9' * 5000};", f"&#{'9' * 5000};"),
    ],
    ids=["escaped", "copied in as it was", "of 5000 digits"],
)
def test_service_info_is_read_by_the_rules_of_xml(written: str, read: str) -> None:
    body = f"<ims-3gpp><service-info>{written}</service-info></ims-3gpp>".encode()
    assert registered(register("Content-Type: application/3gpp-ims+xml", body=body)).service_info == read


@pytest.mark.parametrize("route", ["sip:{b}@127.0.0.1:6060", "sip:%41@127.0.0.1:6060"])
def test_a_route_may_be_written_with_any_marks(route: str) -> None:
    server = application_server()
    server.message("sip:b@ims.test", route, SMS_BODY, 0.0, flow=TO_GATEWAY, asserted=OWN)
    (octets,) = sent(server)
    assert f"\r\nRoute: <{route};lr>\r\n".encode() in octets


def test_all_bodies_may_come_in_one() -> None:
    body = (
        b"preamble\r\n--b\r\nContent-Type: application/3gpp-ims+xml\r\n\r\n"
        b"<i:ims-3gpp><i:service-info> <![CDATA[a&b]]> </i:service-info></i:ims-3gpp>\r\n"
        b"--b\r\nContent-Type: message/sip\r\n\r\nREGISTER sip:x SIP/2.0\r\n\r\n\r\n"
        b"--b\r\ncontent-type : message/sip;version=2.0\r\n\r\nSIP/2.0 200 OK\r\n\r\n\r\n--b--\r\nepilogue"
    )
    event = registered(register("Content-Type: multipart/mixed; boundary=b", body=body))
    assert event.service_info == "a&b"
    assert event.register_request == b"REGISTER sip:x SIP/2.0\r\n\r\n"
    assert event.register_response == b"SIP/2.0 200 OK\r\n\r\n"


def test_expires_may_stand_at_the_contact_or_nowhere() -> None:
    assert registered(register("Contact: <sip:s.test>;expires=77")).expires == 77
    assert registered(register()).expires == 3600
    assert registered(register("Contact: *", "Expires: 0")).scscf == "sip:a@ims.test"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (register("Expires: soon"), 400),
        (register("Expires: 99999999999"), 400),
        (register("Contact: <sip:a b>"), 400),
        (register("Contact: <mailto:a@b>"), 400),
        (register().replace(b"To: <sip:b@ims.test>", b"To: <sip:b@ims.test"), 400),
        (register("Content-Type: multipart/mixed", body=b"x"), 400),
        (register("Content-Type: multipart/mixed;boundary=b", body=b"--b\r\n\r\nnever closed"), 400),
        (message(body=b""), 400),
        (message(body=b"\0"), 400),
        (message().replace(b"Call-ID: c1", b"Call-ID: c\xff"), 400),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_and_told(data: bytes, status: int) -> None:
    server = application_server()
    (event,) = server.receive(data, TO_GATEWAY, 0.0)
    assert isinstance(event, PeerMisbehaved)
    assert parse(sent(server)[0], Limits()).status == status


@pytest.mark.parametrize(
    ("data", "status", "field", "value"),
    [
        (message(method="INVITE"), 405, b"Allow", b"MESSAGE, REGISTER, NOTIFY, OPTIONS"),
        (message(method="NOTIFY"), 481, b"Content-Length", b"0"),
        (message(method="OPTIONS"), 200, b"Accept", b"application/vnd.3gpp.sms"),
        (
            message().replace(b"application/vnd.3gpp.sms", b"text/plain"),
            415,
            b"Accept",
            b"application/vnd.3gpp.sms",
        ),
        (message().replace(b"Content-Type", b"X-Type"), 415, b"Accept", b"application/vnd.3gpp.sms"),
        (message("Content-Encoding: gzip"), 415, b"Accept-Encoding", b"identity"),
        (message("Require: 100rel, \0, x"), 420, b"Unsupported", b"100rel, x"),
        (message().replace(b"MESSAGE sip:", b"MESSAGE http:"), 416, b"Content-Length", b"0"),
    ],
)
def test_what_needs_no_knowledge_of_users_is_answered_at_once(
    data: bytes, status: int, field: bytes, value: bytes
) -> None:
    server = application_server()
    assert server.receive(data, TO_GATEWAY, 0.0) == []
    answer = parse(sent(server)[0], Limits())
    assert (answer.status, answer.first(field)) == (status, value)


def test_a_short_message_from_a_phone_is_told_whole() -> None:
    server = application_server()
    (event,) = server.receive(octets("sip", "kamailio-mo-message-over-isc-as-receives"), TO_GATEWAY, 0.0)
    assert isinstance(event, SmMessage)
    tpdu = bytes.fromhex("11010b915155000000f90000a705e8329bfd06")
    assert event.rpdu == RpData(1, RpAddress("15559990000"), tpdu)
    assert event.call_id == "bd9009bdef7764f2"
    assert event.in_reply_to is None
    assert event.asserted == Asserted("sip:+15551001005@ims.test")
    assert event.request_uri == "sip:+15559990000@ims.test;user=phone"


def test_a_delivery_report_names_the_message_it_answers() -> None:
    server = application_server()
    name = "kamailio-delivery-report-rp-ack-from-the-ue-over-isc"
    (event,) = server.receive(octets("sip", name), TO_GATEWAY, 0.0)
    assert isinstance(event, SmMessage)
    assert event.rpdu == RpAck(5, b"\0\0")
    assert event.in_reply_to == "5f7302daba251a77"


@pytest.mark.parametrize(
    "kind", ["APPLICATION/VND.3GPP.SMS", "application / vnd.3gpp.sms", "application/vnd.3gpp.sms;x=y"]
)
def test_the_media_type_is_known_however_it_is_written(kind: str) -> None:
    data = message(ASSERTED).replace(b"application/vnd.3gpp.sms", kind.encode())
    (event,) = application_server().receive(data, TO_GATEWAY, 0.0)
    assert isinstance(event, SmMessage)
    assert event.asserted == Asserted("sip:+1555@ims.test", "tel:+1555")


def test_an_rpdu_that_makes_no_sense_has_a_cause_and_a_reference() -> None:
    server = application_server()
    (event,) = server.receive(message(ASSERTED, body=b"\1\x09\0"), TO_GATEWAY, 0.0)
    assert isinstance(event, SmUnreadable)
    assert (event.message_reference, event.cause, event.octets) == (9, 97, b"\1\x09\0")
    assert sent(server) == []
    assert server.respond(event.tx, 202, 0.0)


def test_a_message_towards_a_phone_is_written_as_the_specification_says() -> None:
    server = application_server()
    body = bytes(range(256))
    tx, call_id = server.message(
        "sip:+1555@ims.test;user=phone", ROUTE, body, 0.0, flow=TO_GATEWAY, asserted=OWN,
        headers=[("P-Charging-Vector", "icid-value=1")],
    )  # fmt: skip
    ((data, flow),) = server.take_output()
    assert flow == TO_GATEWAY
    written = parse(data, Limits())
    assert (written.method, written.uri) == (b"MESSAGE", b"sip:+1555@ims.test;user=phone")
    assert written.body == body
    assert written.vias == (b"SIP/2.0/UDP 127.0.0.1:5090;branch=" + tx,)
    expected = {
        b"Max-Forwards": b"70",
        b"Route": b"<sip:127.0.0.1:6060;lr>",
        b"To": b"<sip:+1555@ims.test;user=phone>",
        b"Call-ID": call_id.encode(),
        b"CSeq": b"1 MESSAGE",
        b"P-Asserted-Identity": b"<sip:ipsmgw.ims.test>",
        b"Request-Disposition": b"no-fork",
        b"Accept-Contact": b"*;+g.3gpp.smsip;require;explicit",
        b"P-Charging-Vector": b"icid-value=1",
        b"Content-Type": b"application/vnd.3gpp.sms",
        b"Content-Transfer-Encoding": b"binary",
        b"Content-Length": b"256",
    }
    assert {name: written.first(name) for name in expected} == expected
    assert (written.first(b"From") or b"").startswith(b"<sip:ipsmgw.ims.test>;tag=")


def test_a_report_is_for_whoever_has_sent_and_not_only_for_who_receives() -> None:
    server = application_server()
    for in_reply_to in ("their@call", None):
        server.message(
            "sip:+1555@ims.test", ROUTE, b"", 0.0, flow=TO_GATEWAY, asserted=OWN, in_reply_to=in_reply_to
        )
    report, short_message = (parse(data, Limits()) for data in sent(server))
    assert report.first(b"In-Reply-To") == b"their@call"
    assert report.first(b"Request-Disposition") == b"fork, parallel"
    assert report.first(b"Accept-Contact") == b"*;+g.3gpp.smsip"
    assert short_message.first(b"In-Reply-To") is None
    assert short_message.first(b"Request-Disposition") == b"no-fork"


def test_a_charging_vector_is_passed_on_or_begun() -> None:
    server = application_server()
    for vector in (b'icid-value="1";orig-ioi=x', b""):
        server.message(
            "sip:b@h", ROUTE, SMS_BODY, 0.0, flow=TO_GATEWAY, asserted=OWN, charging=vector
        )  # fmt: skip
    passed, begun = (parse(data, Limits()) for data in sent(server))
    assert passed.every(b"P-Charging-Vector") == [b'icid-value="1";orig-ioi=x']
    new = (begun.first(b"Call-ID") or b"").partition(b"@")[0]
    assert begun.every(b"P-Charging-Vector") == [b'icid-value="%b";icid-generated-at=127.0.0.1' % new]
    with pytest.raises(LocalError):
        server.message("sip:b@h", ROUTE, b"", 0.0, flow=TO_GATEWAY, asserted=OWN, charging=b"x\r\nRoute: y")


def test_a_charging_vector_that_begins_at_an_ipv6_address_has_it_in_brackets() -> None:
    server = IscStack(SipSettings(host="2001:db8::1"), Random(1))
    flow = Flow("udp", ("2001:db8::1", 5060), ("2001:db8::2", 5060))
    server.message("sip:b@h", ROUTE, SMS_BODY, 0.0, flow=flow, asserted=OWN)
    server.text("sip:b@h", ROUTE, "hello", 0.0, flow=flow, sender=OWN)
    for data in sent(server):
        vector = parse(data, Limits()).first(b"P-Charging-Vector") or b""
        assert vector.endswith(b";icid-generated-at=[2001:db8::1]")  # RFC 7315 §5.6: a host


def test_a_short_message_may_stand_beside_the_names_of_a_phone_without_a_number() -> None:
    body = (
        b"--b\r\nContent-Type: application/vnd.3gpp.sms+xml\r\n\r\n<short-message-info/>\r\n"
        b"--b\r\nContent-Type: application/vnd.3gpp.sms\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        + SMS_BODY + b"\r\n--b--\r\n"
    )  # fmt: skip
    data = message(ASSERTED, body=body).replace(
        b"Content-Type: application/vnd.3gpp.sms", b"Content-Type: multipart/mixed;boundary=b", 1
    )
    (event,) = application_server().receive(data, TO_GATEWAY, 0.0)
    assert isinstance(event, SmMessage)
    assert isinstance(event.rpdu, RpData)


def test_the_served_user_stands_for_an_asserted_identity_that_is_missing() -> None:
    served = "P-Served-User: <sip:+1777@ims.test>;sescase=orig;regstate=reg"
    for lines, expected in (([served], "sip:+1777@ims.test"), ([ASSERTED, served], "sip:+1555@ims.test")):
        (event,) = application_server().receive(message(*lines), TO_GATEWAY, 0.0)
        assert isinstance(event, SmMessage)
        assert event.asserted.sip == expected


def test_the_answer_to_a_message_is_told_by_its_transaction() -> None:
    server = application_server()
    sent_by_us = [
        server.message(uri, ROUTE, SMS_BODY, 0.0, flow=TO_GATEWAY, asserted=OWN)
        for uri in ("sip:a@b", "tel:+1")
    ]
    for (tx, _), data in zip(sent_by_us, sent(server), strict=True):
        (event,) = server.receive(response(data, 480), TO_GATEWAY, 0.1)
        assert isinstance(event, Response)
        assert (event.tx, event.status) == (tx, 480)
    assert len({call_id for _, call_id in sent_by_us}) == 2


def test_nobody_answers_a_message() -> None:
    server = application_server()
    tx, _ = server.message("sip:a@b", ROUTE, SMS_BODY, 0.0, flow=TCP, asserted=OWN)
    assert server.deadline() == 32.0
    assert server.expire(32.0) == [NoAnswer(tx, 408)]
    tx, _ = server.message("sip:a@b", ROUTE, SMS_BODY, 40.0, flow=TCP, asserted=OWN)
    assert server.link_up(TCP, "scscf", 40.0) == []
    assert server.link_down(TCP, 40.0) == [NoAnswer(tx, 503)]


@pytest.mark.parametrize("bad", ["sip:a\r\nX: y", "sip:a b", "sip:a>", "", "sip:ä"])
def test_no_line_end_from_above_reaches_the_wire(bad: str) -> None:
    server = application_server()
    with pytest.raises(LocalError):
        server.message(bad, ROUTE, b"", 0.0, flow=TO_GATEWAY, asserted=OWN)
    with pytest.raises(LocalError):
        server.message("sip:a", bad, b"", 0.0, flow=TO_GATEWAY, asserted=OWN)
    with pytest.raises(LocalError):
        server.message("sip:a", ROUTE, b"", 0.0, flow=TO_GATEWAY, asserted=bad)
    with pytest.raises(LocalError):
        server.message("sip:a", ROUTE, b"", 0.0, flow=TO_GATEWAY, asserted=OWN, in_reply_to="a\r\nb")
    assert sent(server) == []


def test_percent_signs_in_uris_stay_what_they_are() -> None:
    server = application_server()
    server.message("sip:a%20b@h", "sip:s%d@h;lr", b"%b", 0.0, flow=TO_GATEWAY, asserted="sip:g%b@h")
    written = parse(sent(server)[0], Limits())
    assert (written.uri, written.body) == (b"sip:a%20b@h", b"%b")
    assert written.first(b"Route") == b"<sip:s%d@h;lr>"
    assert written.first(b"P-Asserted-Identity") == b"<sip:g%b@h>"


def test_caches_of_addresses_are_bounded() -> None:
    server = application_server(Limits(cached_addresses=4))
    for number in range(20):
        server.message(f"sip:{number}@h", f"sip:{number};lr", b"", 0.0, flow=TO_GATEWAY, asserted=OWN)
        server.message("sip:h", f"sip:{number};lr", b"", 0.0, flow=TO_GATEWAY, asserted=OWN, in_reply_to="x")
    assert len(set(sent(server))) == 40
    assert server.cached <= 12


def test_two_servers_with_one_seed_write_the_same() -> None:
    def story(server: IscStack) -> list[bytes]:
        server.receive(message(method="OPTIONS"), TO_GATEWAY, 0.0)
        server.message("sip:a@b", ROUTE, SMS_BODY, 0.0, flow=TO_GATEWAY, asserted=OWN)
        return sent(server)

    assert story(application_server()) == story(application_server())
