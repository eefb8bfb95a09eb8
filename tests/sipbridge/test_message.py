"""Reading messages as peers write them (RFC 3261 §7, §25; RFC 4475 in spirit)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbridge import DecodeError, Limits, Message
from sipbridge import parse as parse_with
from sipbridge.header import KNOWN, canonical, parameter, parameters, split
from tests.sipbridge.element import SMS_BODY, message, octets, vectors


def parse(data: bytes) -> Message:
    return parse_with(data, Limits())


@pytest.mark.parametrize("name", vectors("sip"))
def test_every_message_of_a_real_network_is_read(name: str) -> None:
    data = octets("sip", name)
    read = parse(data)
    assert data.endswith(read.body)
    assert read.first(b"Content-Length") == b"%d" % len(read.body)
    head = data[: len(data) - len(read.body) - 4]
    assert read.lines == head.split(b"\r\n")[1:]
    assert all(line.split(b": ", 1)[1] in read.every(line.split(b": ")[0]) for line in read.lines)


def test_the_mo_message_of_kamailio_has_its_three_vias() -> None:
    read = parse(octets("sip", "kamailio-mo-message-over-isc-as-receives"))
    assert (read.method, read.uri) == (b"MESSAGE", b"sip:+15559990000@ims.test;user=phone")
    assert [via.split(b";")[0] for via in read.vias] == [
        b"SIP/2.0/UDP 127.0.0.1:6060",
        b"SIP/2.0/UDP 127.0.0.1",
        b"SIP/2.0/UDP 127.0.0.1:57565",
    ]
    assert len(read.listed(b"Route")) == 2


def test_compact_folded_and_oddly_spaced_headers_are_read() -> None:
    data = (
        b"MESSAGE sip:b@ims.test SIP/2.0\r\nv:SIP/2.0/UDP\t127.0.0.1:6060 ; branch=z9hG4bKa\r\n"
        b"f : <sip:a@ims.test>;tag=1\r\nTO:<sip:b@ims.test>\r\ni:  c1  \r\ncseq: 1\r\n   MESSAGE\r\n"
        b"c: application/vnd.3gpp.sms\r\nSubject:\r\n folded\r\n\ttwice\r\nX-Odd: kept\r\nl: 2\r\n\r\nab"
    )
    read = parse(data)
    assert read.first(b"From") == b"<sip:a@ims.test>;tag=1"
    assert read.first(b"Call-ID") == b"c1"
    assert read.first(b"CSeq") == b"1 MESSAGE"
    assert read.first(b"Subject") == b" folded twice".strip()
    assert read.first(b"x-odd") == b"kept"
    assert b"X-Odd: kept" in read.lines
    assert read.body == b"ab"


def test_a_name_spelled_two_ways_is_one_field_in_order() -> None:
    read = parse(message("v: SIP/2.0/UDP 2.2.2.2", "VIA: SIP/2.0/UDP 3.3.3.3", "X-A: 1", "x-a: 2"))
    assert [via.split(b" ")[1].split(b";")[0] for via in read.vias] == [
        b"127.0.0.1:6060",
        b"2.2.2.2",
        b"3.3.3.3",
    ]
    assert read.every(b"x-a") == [b"1", b"2"]


def test_repeated_lists_are_kept_and_in_order() -> None:
    read = parse(message("Route: <sip:1>, <sip:2>", "Allow: MESSAGE", "Route: <sip:3>"))
    assert read.listed(b"Route") == [b"<sip:1>", b"<sip:2>", b"<sip:3>"]
    assert read.every(b"Accept") == []


def test_octets_after_the_content_length_are_no_body() -> None:
    assert parse(message() + b"rubbish").body == SMS_BODY


def test_without_content_length_the_datagram_ends_the_body() -> None:
    assert parse(message().replace(b"Content-Length: 31\r\n", b"")).body == SMS_BODY


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MESSAGE",
        b"MESSAGE sip:b SIP/2.0\r\n\r\n",
        message().replace(b"CSeq: 1 MESSAGE", b"CSeq: 1 NOTIFY"),
        message().replace(b"CSeq: 1 MESSAGE", b"CSeq: MESSAGE"),
        message().replace(b"CSeq: 1 MESSAGE", b"CSeq: one MESSAGE"),
        message().replace(b"CSeq: 1 MESSAGE", b"CSeq: 36893488147419103232 MESSAGE"),
        message().replace(b"CSeq: 1 MESSAGE", b"CSeq:  36893488147419103232  MESSAGE"),
        message().replace(b"Call-ID: c1\r\n", b""),
        message("Call-ID: c2"),
        message("i: c2"),
        message("Content-Length: 31"),
        message().replace(b"Length: 31", b"Length: 32"),
        message().replace(b"Length: 31", b"Length: -1"),
        message().replace(b"Length: 31", b"Length: 3_1"),
        message().replace(b"Length: 31", b"Length: " + b"9" * 5000),
        message().replace(b"MESSAGE sip:b", b"MESSAGE  sip:b"),
        message().replace(b"MESSAGE sip:b", b"MESSAGE sip: b"),
        message("no header"),
        message("Subject"),
        message("Via"),
        message("bad name: x"),
        message(": x"),
        message().replace(b"\r\nVia", b"\r\n folded: from nothing\r\nVia", 1),
        message("Subject: x\rP-Asserted-Identity: <sip:victim@ims.test>"),
        message("Subject: x\nP-Asserted-Identity: <sip:victim@ims.test>"),
        message(*["X-A: 1"] * 200),
        b"SIP/2.0 99 Low\r\n" + message().split(b"\r\n", 1)[1],
        b"SIP/2.0 700 High\r\n" + message().split(b"\r\n", 1)[1],
        b"SIP/2.0 2000 Long\r\n" + message().split(b"\r\n", 1)[1],
        b"SIP/2.0 OK\r\n" + message().split(b"\r\n", 1)[1],
        message(body=b"x" * 70_000),
    ],
)
def test_what_makes_no_sense_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        parse(data)


def test_another_version_is_told_apart() -> None:
    with pytest.raises(DecodeError) as refused:
        parse(message().replace(b"SIP/2.0\r\n", b"SIP/3.0\r\n", 1))
    assert refused.value.status == 505


@given(st.sampled_from(sorted(KNOWN)), st.data())
def test_a_known_name_is_known_in_any_case(name: bytes, data: st.DataObject) -> None:
    spelled = bytes(
        data.draw(st.sampled_from([octet, octet ^ 32])) if chr(octet).isalpha() else octet for octet in name
    )
    assert canonical(spelled) == name


TEXT = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=30)


@given(st.lists(st.tuples(st.from_regex(r"X-[A-Za-z\-]{1,8}", fullmatch=True), TEXT), max_size=8))
def test_unknown_headers_are_kept_as_they_are(extra: list[tuple[str, str]]) -> None:
    read = parse(message(*(f"{name}: {value}" for name, value in extra)))
    for name, value in extra:
        assert value.strip(" \t").encode("latin-1") in read.every(name.lower().encode())


def test_lists_are_cut_outside_quotes_and_brackets() -> None:
    value = b'"a, \\"b" <sip:x;y,z>;q=1 , <tel:+1>,"never closed, <x>'
    assert split(value) == [b'"a, \\"b" <sip:x;y,z>;q=1', b"<tel:+1>", b'"never closed, <x>']
    assert split(b"<sip:a, b") == [b"<sip:a, b"]
    assert parameter(b'text/x; charset = "a;\\"b"; flag', b"charset") == b'a;"b'
    assert parameter(b"text/x", b"charset") is None


PIECE = st.sampled_from(
    [
        b"<sip:a>",
        b"<",
        b">",
        b";",
        b";tag=",
        b";Tag = ",
        b";x=1",
        b'"',
        b"\\",
        b" ",
        b"\t",
        b"\v",
        b"1",
        b"=",
        b",",
        b"\xff",
    ]
)


@given(st.lists(PIECE, max_size=9).map(b"".join), st.sampled_from([b"tag", b"x"]))
def test_one_parameter_is_what_all_of_them_say(value: bytes, name: bytes) -> None:
    for each in (value, b"<sip:a>" + value):
        assert parameter(each, name) == parameters(split(each, b";")[1:]).get(name)


@pytest.mark.parametrize("octet", [b'"', b'"\\', b"<", b'\\"', b'",'])
def test_hostile_lists_cost_linear_time(octet: bytes) -> None:
    assert len(split(octet * 30_000 + b",")) <= 30_001


def test_every_known_name_is_a_token_and_has_one_spelling() -> None:
    assert len({name.lower() for name in KNOWN}) == len(KNOWN)
    assert all(not name.endswith(b"-") and canonical(name) == name for name in KNOWN)
    assert canonical(b"v") == b"Via"
    assert canonical(b"no token") is None


@pytest.mark.parametrize(
    "odd", [b"A: x\nVia: b\r", b"A: x\rVia: b\r", b"A: x\nVia: b\n", b"A: x\r", b"A: x\n"]
)
def test_a_bare_line_end_is_refused_even_where_the_header_is_as_long_as_without(odd: bytes) -> None:
    """The last line ends in one too many of what another line has one too few of."""
    head, separator, body = message().partition(b"\r\n\r\n")
    with pytest.raises(DecodeError):
        parse_with(head + b"\r\n" + odd + separator + body, Limits())


@pytest.mark.parametrize(
    "start", [b"MESSAGE sip:a\nX:y SIP/2.0", b"MESS\rAGE sip:a SIP/2.0", b"SIP/2.0 200 O\nK"]
)
def test_a_bare_line_end_in_the_start_line_is_refused(start: bytes) -> None:
    with pytest.raises(DecodeError):
        parse_with(start + message()[message().index(b"\r\n") :], Limits())


@pytest.mark.parametrize("method", [b"M" * 65, b'MES"SAGE', b"ME\xc4", b"SIP/2.0X"])
def test_a_method_is_a_token_of_some_length(method: bytes) -> None:
    """It is part of what is remembered of each request until timer J."""
    with pytest.raises(DecodeError) as caught:
        parse_with(message().replace(b"MESSAGE", method), Limits())
    assert caught.value.status == 400
    assert parse_with(message().replace(b"MESSAGE", b"M" * 64), Limits()).method == b"M" * 64
