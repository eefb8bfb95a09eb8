"""Text without a short message around it: charsets, flowed lines, what is written (RFC 3428, RFC 3676)."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbridge import (
    Asserted,
    IscStack,
    Limits,
    LocalError,
    PeerMisbehaved,
    SmMessage,
    SmUnreadable,
    TextMessage,
    parse,
    parse_name_addr,
)
from tests.sipbridge.element import TO_GATEWAY, message, sent, settings

ASSERTED = "P-Asserted-Identity: <sip:+1555@ims.test>, <tel:+1555>"
SMS = b"application/vnd.3gpp.sms"


def server(*, text: bool = True) -> IscStack:
    return IscStack(replace(settings(), text=text), Random(1))


def written(kind: str, body: bytes, *extra: str) -> bytes:
    return message(ASSERTED, *extra, body=body).replace(SMS, kind.encode(), 1)


def told(kind: str, body: bytes, *extra: str) -> TextMessage:
    (event,) = server().receive(written(kind, body, *extra), TO_GATEWAY, 0.0)
    assert isinstance(event, TextMessage)
    return event


@pytest.mark.parametrize(("kind", "body", "text"), [
    ("text/plain", "grüß dich".encode(), "grüß dich"),
    ("Text/Plain ; charset=UTF-8", "€".encode(), "€"),
    ('text/plain;charset="utf-8"', "€".encode(), "€"),
    ("text/plain;charset=us-ascii", b"plain", "plain"),
    ("text/plain;charset=iso-8859-1", b"gr\xfc\xdfe", "grüße"),
    ("text/plain", b"one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
    ("text/plain;format=flowed", b"a long \r\nline\r\nand another", "a long line\nand another"),
    ("text/plain;format=flowed;delsp=yes", b"wo \r\nrd\r\n", "word\n"),
    ("text/plain;format=flowed", b" From here\r\n  indented", "From here\n indented"),
    ("text/plain;format=flowed", b"bye\r\n-- \r\nalice", "bye\n-- \nalice"),
    ("text/plain", b"a \r\nb", "a \nb"),
])  # fmt: skip
def test_a_text_is_read_as_it_was_meant(kind: str, body: bytes, text: str) -> None:
    assert told(kind, body).text == text


def test_a_text_tells_who_whom_and_which_request_it_is() -> None:
    event = told("text/plain", b"x", "P-Charging-Vector: icid-value=1")
    assert event.asserted == Asserted("sip:+1555@ims.test", "tel:+1555")
    assert (event.request_uri, event.call_id, event.cseq) == ("sip:b@ims.test", "c1", "1 MESSAGE")
    assert event.charging == b"icid-value=1"


def test_a_text_may_be_base64() -> None:
    assert told("text/plain", b"Z3LDvMOf", "Content-Transfer-Encoding: base64").text == "grüß"


@pytest.mark.parametrize(("kind", "body", "status"), [
    ("text/plain;charset=koi8-r", b"x", 415),
    ("text/plain", b"\xff", 400),
])  # fmt: skip
def test_a_text_that_cannot_be_read_is_refused(kind: str, body: bytes, status: int) -> None:
    element = server()
    (event,) = element.receive(written(kind, body), TO_GATEWAY, 0.0)
    assert isinstance(event, PeerMisbehaved)
    assert parse(sent(element)[0], Limits()).status == status


@pytest.mark.parametrize(("text", "kind", "extra", "accept"), [
    (False, "text/plain", (), SMS),
    (True, "text/html", (), SMS + b", text/plain"),
    (True, "text/plain", ("Content-Encoding: gzip",), SMS + b", text/plain"),
])  # fmt: skip
def test_what_is_not_wanted_is_told_what_is(
    text: bool, kind: str, extra: tuple[str, ...], accept: bytes
) -> None:
    element = server(text=text)
    assert element.receive(written(kind, b"x", *extra), TO_GATEWAY, 0.0) == []
    answer = parse(sent(element)[0], Limits())
    assert (answer.status, answer.first(b"Accept")) == (415, accept)


def test_a_text_towards_a_user_names_its_sender() -> None:
    element = server()
    tx, call_id = element.text(
        "sip:+1555@ims.test", "sip:s.test:6060", "grüß\ndich", 0.0,
        flow=TO_GATEWAY, sender="tel:+1666", name='A "B" \\C\r\nX: y',
    )  # fmt: skip
    ((data, flow),) = element.take_output()
    assert flow == TO_GATEWAY
    request = parse(data, Limits())
    assert (request.method, request.uri) == (b"MESSAGE", b"sip:+1555@ims.test")
    assert request.vias == (b"SIP/2.0/UDP 127.0.0.1:5090;branch=" + tx,)
    assert request.body.decode() == "grüß\ndich"
    shown = b'"A \\"B\\" \\\\C  X: y" <tel:+1666>'
    expected = {
        b"Route": b"<sip:s.test:6060;lr>",
        b"To": b"<sip:+1555@ims.test>",
        b"Call-ID": call_id.encode(),
        b"CSeq": b"1 MESSAGE",
        b"P-Asserted-Identity": shown,
        b"Content-Type": b"text/plain;charset=UTF-8",
        b"Accept-Contact": None,
    }
    assert {name: request.first(name) for name in expected} == expected
    assert (request.first(b"From") or b"").startswith(shown + b";tag=")


@pytest.mark.parametrize("bad", ["tel:+1\r\nX: y", "", "tel:+1>"])
def test_no_line_end_in_a_sender_reaches_the_wire(bad: str) -> None:
    element = server()
    with pytest.raises(LocalError):
        element.text("sip:b@h", "sip:s", "x", 0.0, flow=TO_GATEWAY, sender=bad)
    with pytest.raises(LocalError):
        element.text(bad, "sip:s", "x", 0.0, flow=TO_GATEWAY, sender="tel:+1")
    assert sent(element) == []


@given(
    st.sampled_from(
        ["", ";charset=utf-8", ';charset="', ";format=flowed", ";format=flowed;delsp=yes", ";;=", ";x"]
    ),
    st.sampled_from(["", "base64", "quoted-printable", "binary", "x"]),
    st.binary(max_size=200),
)
def test_any_octets_are_read_or_refused(parameters: str, encoding: str, body: bytes) -> None:
    element = server()
    extra = [f"Content-Transfer-Encoding: {encoding}"] if encoding else []
    events = element.receive(written(f"text/plain{parameters}", body, *extra), TO_GATEWAY, 0.0)
    for event in events:
        assert isinstance(event, TextMessage | PeerMisbehaved | SmMessage | SmUnreadable)
    assert len(events) + len(sent(element)) > 0


@given(st.text(max_size=100), st.text(max_size=40))
def test_whatever_is_said_by_whomever_is_one_message(text: str, name: str) -> None:
    element = server()
    element.text("sip:b@h", "sip:s", text, 0.0, flow=TO_GATEWAY, sender="tel:+1", name=name)
    (data,) = sent(element)
    request = parse(data, Limits())
    assert request.body == text.encode("utf-8", "replace")
    assert request.first(b"Route") == b"<sip:s;lr>"
    assert parse_name_addr(request.first(b"From") or b"").uri == "tel:+1"
