"""The messages of RFC 4475, each answered as it says: valid ones are read right, invalid ones refused."""

import pytest

from sipbridge import DecodeError, Flow, Limits, SipUri, ThirdPartyRegister, parse, parse_name_addr, parse_uri
from sipbridge.header import parameter, split
from sipbridge.uri import NameAddr
from sipbridge.via import top_via
from tests.sipbridge.element import GATEWAY, application_server, octets, sent, vectors

TORTURE = vectors("torture")
FLOW = Flow("udp", GATEWAY, ("192.0.2.1", 5060))
LIMITS = Limits()


def names(*then: str) -> list[str]:
    return [name for name, vector in TORTURE.items() if vector["then"] in then]


def address(name: str, field: bytes) -> NameAddr:
    return parse_name_addr(parse(octets("torture", name), LIMITS).first(field) or b"")


@pytest.mark.parametrize("name", [name for name in TORTURE if TORTURE[name]["then"].isdigit()])
def test_a_request_is_answered_as_the_rfc_says(name: str) -> None:
    server = application_server()
    assert not [event for event in server.receive(octets("torture", name), FLOW, 0.0) if answerable(event)]
    (answer,) = sent(server)
    assert answer.startswith(b"SIP/2.0 " + TORTURE[name]["then"].encode())
    assert b"\r\nCSeq: " in answer


def answerable(event: object) -> bool:
    return isinstance(event, ThirdPartyRegister)


@pytest.mark.parametrize("name", names("up"))
def test_a_registration_is_read(name: str) -> None:
    server = application_server()
    (event,) = server.receive(octets("torture", name), FLOW, 0.0)
    assert isinstance(event, ThirdPartyRegister)
    assert sent(server) == []


@pytest.mark.parametrize("name", names("dropped", "read"))
def test_a_response_that_nobody_waits_for_is_not_answered(name: str) -> None:
    server = application_server()
    server.receive(octets("torture", name), FLOW, 0.0)
    assert sent(server) == []


@pytest.mark.parametrize(("name", "status", "reason"), [
    ("unreason", 200, "= 2**3 * 5**2 но сто девяносто девять - простое"),
    ("noreason", 100, ""),
])  # fmt: skip
def test_any_reason_phrase_is_read(name: str, status: int, reason: str) -> None:
    message = parse(octets("torture", name), LIMITS)
    assert (message.status, message.reason.decode()) == (status, reason)


def test_a_status_of_ten_digits_is_none() -> None:
    with pytest.raises(DecodeError):
        parse(octets("torture", "bigcode"), LIMITS)


def test_refusals_say_what_is_understood() -> None:
    for name, line in (
        ("intmeth", b"Allow: MESSAGE"),
        ("esc02", b"Allow: MESSAGE"),
        ("bext01", b"Unsupported: nothingSupportsThis, nothingSupportsThisEither"),
        ("mpart01", b"Accept: application/vnd.3gpp.sms"),
    ):
        server = application_server()
        server.receive(octets("torture", name), FLOW, 0.0)
        assert line in sent(server)[0]


# 3.1.1.1


def test_the_tortuous_invite_is_read_through_its_folds() -> None:
    message = parse(octets("torture", "wsinv"), LIMITS)
    assert message.uri == b"sip:vivekg@chair-dnrc.example.com;unknownparam"
    assert message.first(b"CSeq") == b"0009 INVITE"
    assert int(message.first(b"Max-Forwards") or b"") == 68
    assert message.first(b"Subject") == b""
    assert message.first(b"newfangledheader") == b"newfangled value continued newfangled value"
    assert message.first(b"unknownheaderwithunusualvalue") == b";;,,;;,;"
    assert address("wsinv", b"To").parameters[b"tag"] == b"1918181833n"
    sender = address("wsinv", b"From")
    assert (sender.uri, sender.display) == ("sip:jdrosen@example.com", b'"J Rosenberg \\\\\\""')
    assert sender.parameters[b"tag"] == b"98asjd8"
    contact = address("wsinv", b"Contact")
    assert contact.parameters == {b"newparam": b"newvalue", b"secondparam": b"", b"q": b"0.33"}


def test_the_three_vias_of_the_tortuous_invite_are_in_order() -> None:
    message = parse(octets("torture", "wsinv"), LIMITS)
    hops = [hop for via in message.vias for hop in split(via)]
    read = [top_via(hop) for hop in hops]
    assert [via.sent_by for via in read] == [b"192.0.2.2", b"spindle.example.com", b"192.168.255.111"]
    assert [via.branch for via in read] == [b"390skdjuw", b"z9hG4bK9ikj8", b"z9hG4bK30239"]
    route = parse_uri(parse_name_addr(message.first(b"Route") or b"").uri)
    assert isinstance(route, SipUri)
    assert (route.parameter("lr"), route.parameter("unknown-no-value")) == ("", "")


# 3.1.1.2 to 3.1.1.10


def test_unusual_but_legal_characters_are_read() -> None:
    message = parse(octets("torture", "intmeth"), LIMITS)
    assert message.method == b"!interesting-Method0123456789_*+`.%indeed'~"
    assert top_via(message.vias[0]).branch == b"z9hG4bK-.!%66*_+`'~"
    uri = parse_uri(message.uri.decode())
    assert isinstance(uri, SipUri)
    assert uri.user.startswith("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*")
    assert uri.host == "example.com"
    assert address("intmeth", b"To").display == b'"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f"'
    sender = address("intmeth", b"From")
    assert sender.parameters[b"fromparam''~+*_!.-%"].decode() == "работающий"
    assert sender.parameters[b"tag"] == b"_token~1'+`*%!-."
    assert message.first(b"extensionheader-!.%*+_`'~") == "\ufeff大停電".encode()


@pytest.mark.parametrize(("name", "user"), [
    ("escnull", "null-\x00-null"), ("semiuri", "user;par=u@example.net"), ("esc01", "sips:user@example.com"),
])  # fmt: skip
def test_escapes_in_a_user_part_are_undone(name: str, user: str) -> None:
    message = parse(octets("torture", name), LIMITS)
    text = address(name, b"To").uri if name == "escnull" else message.uri.decode()
    uri = parse_uri(text)
    assert isinstance(uri, SipUri)
    assert uri.user == user


def test_escapes_in_parameters_of_a_uri_are_undone() -> None:
    (contact,) = parse(octets("torture", "esc01"), LIMITS).listed(b"Contact")
    uri = parse_uri(parse_name_addr(contact).uri)
    assert isinstance(uri, SipUri)
    assert (uri.user, uri.parameter("lr"), uri.parameter("name")) == ("caller", "", "value%41")


def test_an_escape_in_a_method_or_a_field_name_is_none() -> None:
    message = parse(octets("torture", "esc02"), LIMITS)
    assert message.method == b"RE%47IST%45R"
    assert message.listed(b"Contact") == [
        b"<sip:alias1@host1.example.com>",
        b"<sip:alias3@host3.example.com>",
    ]
    assert message.first(b"c%6fntact") == b"<sip:alias2@host2.example.com>"


def test_a_display_name_may_touch_its_bracket() -> None:
    sender = address("lwsdisp", b"From")
    assert (sender.display, sender.uri) == (b"caller", "sip:caller@example.com")


def test_a_long_request_is_read_to_its_end() -> None:
    message = parse(octets("torture", "longreq"), LIMITS)
    assert len(message.vias) == 34
    assert message.body.startswith(b"v=0")
    assert len(parameter(message.first(b"From") or b"", b"tag") or b"") > 100


def test_octets_behind_the_message_are_not_read() -> None:
    message = parse(octets("torture", "dblreq"), LIMITS)
    assert (message.method, message.body) == (b"REGISTER", b"")


def test_transports_that_nobody_knows_are_kept() -> None:
    vias = parse(octets("torture", "transports"), LIMITS).vias
    assert [via.split()[0].rpartition(b"/")[2] for via in vias] == [
        b"UDP",
        b"SCTP",
        b"TLS",
        b"UNKNOWN",
        b"TCP",
    ]


# 3.1.2, 3.2, 3.3


def test_a_parameter_outside_brackets_is_the_headers() -> None:
    contact = address("cparam01", b"Contact")
    assert (contact.uri, contact.parameters) == (
        "sip:+19725552222@gw1.example.net",
        {b"unknownparam": b""},
    )
    assert address("cparam02", b"Contact").uri == "sip:+19725552222@gw1.example.net;unknownparam"


def test_a_lone_magic_cookie_names_no_transaction() -> None:
    server, first = application_server(), octets("torture", "badbranch")
    server.receive(first, FLOW, 0.0)
    server.receive(first.replace(b"badbranch.", b"another."), FLOW, 0.0)
    server.receive(first, FLOW, 0.1)
    answers = sent(server)
    assert len(answers) == 3
    assert answers[0] == answers[2] != answers[1]
