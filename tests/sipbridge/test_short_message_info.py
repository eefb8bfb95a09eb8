"""Short messages of people without a number: what they say of each other beside it (TS 24.341 annex C)."""

from random import Random

import pytest

from sipbridge import Direction, IscStack, LocalError, RpAddress, RpData, ShortMessageInfo, SmMessage, parse
from sipbridge.body import parts
from sipbridge.rp import decode
from tests.sipbridge.element import TO_GATEWAY, message, settings

ASSERTED = "P-Asserted-Identity: <sip:alice@ims.test>"
SMS = b"application/vnd.3gpp.sms"
RPDU = RpData(7, RpAddress("15550000014"), b"\x01\x07\x00").encode(Direction.MS_TO_NETWORK)
XML = b'<?xml version="1.0"?><short-message-info><To>sip:bob@ims.test</To></short-message-info>'


def of_phone(xml: bytes, *, first: bool = True) -> bytes:
    """A MESSAGE of a phone with its names, in either order."""
    named = b"Content-Type: application/vnd.3gpp.sms+xml\r\n\r\n" + xml
    short = b"Content-Type: application/vnd.3gpp.sms\r\nContent-Transfer-Encoding: binary\r\n\r\n" + RPDU
    pieces = (named, short) if first else (short, named)
    body = b"".join(b"--b1\r\n%b\r\n" % piece for piece in pieces) + b"--b1--\r\n"
    return message(ASSERTED, body=body).replace(SMS, b"multipart/mixed;boundary=b1", 1)


def told(octets: bytes) -> SmMessage:
    (event,) = IscStack(settings(), Random(1)).receive(octets, TO_GATEWAY, 0.0)
    assert isinstance(event, SmMessage)
    return event


@pytest.mark.parametrize("first", [True, False], ids=["before it", "behind it"])
def test_a_phone_names_whom_its_short_message_is_for(*, first: bool) -> None:
    event = told(of_phone(XML, first=first))
    assert event.info == ShortMessageInfo("sip:bob@ims.test")
    assert event.rpdu == decode(RPDU, Direction.MS_TO_NETWORK)


@pytest.mark.parametrize(
    ("xml", "info"),
    [
        (
            b"<x:short-message-info xmlns:x='urn:x'><x:To>sip:a@b</x:To></x:short-message-info>",
            ("sip:a@b", ""),
        ),
        (
            b"<short-message-info><From> sip:a@b;x=&lt;1&gt; </From></short-message-info>",
            ("", "sip:a@b;x=<1>"),
        ),
        (b"<short-message-info/>", ("", "")),
        (b"<To>sip:never closed", ("", "")),
        (b"\xff\xfe\x00", ("", "")),
    ],
    ids=["a namespace", "white space and references", "nothing", "broken", "no XML"],
)
def test_names_are_read_as_people_write_them(xml: bytes, info: tuple[str, str]) -> None:
    assert told(of_phone(xml)).info == ShortMessageInfo(*info)


def test_a_short_message_without_names_says_nothing_of_them() -> None:
    assert told(message(ASSERTED, body=RPDU)).info is None


def test_what_is_sent_has_both_parts_and_a_caller_preference() -> None:
    stack = IscStack(settings(), Random(1))
    info = ShortMessageInfo("sip:bob@ims.test", "sip:alice&co@ims.test")
    tx, call_id = stack.named_message(
        "sip:bob@ims.test",
        "sip:192.0.2.9",
        RPDU,
        0.0,
        flow=TO_GATEWAY,
        asserted="sip:gateway@ims.test",
        info=info,
    )
    ((octets, _),) = stack.take_output()
    sent = parse(octets, settings().limits)
    assert (sent.uri, sent.first(b"Call-ID")) == (b"sip:bob@ims.test", call_id.encode())
    assert sent.first(b"Route") == b"<sip:192.0.2.9;lr>"
    assert sent.first(b"Feature-Caps") == b"*;+g.3gpp.smsip-msisdn-less"
    named, short = parts(sent.first(b"Content-Type") or b"", sent.body)
    assert short == (SMS, RPDU)
    assert named.media_type == SMS + b"+xml"
    assert b"<To>sip:bob@ims.test</To><From>sip:alice&amp;co@ims.test</From>" in named.octets
    assert tx.endswith(call_id.partition("@")[0].encode())


def test_nobody_writes_a_line_of_his_own_into_the_head() -> None:
    stack = IscStack(settings(), Random(1))
    info = ShortMessageInfo()
    with pytest.raises(LocalError):
        stack.named_message(
            "sip:b@c\r\nX: y", None, RPDU, 0.0, flow=TO_GATEWAY, asserted="sip:g@h", info=info
        )
