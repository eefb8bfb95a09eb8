"""REGISTER as phones write it, on its way through the stack."""

import pytest

from sipbridge import (
    Flow,
    IscStack,
    NotifierRules,
    PeerMisbehaved,
    RegEventNotifier,
    Register,
    ThirdPartyRegister,
)
from sipbridge.register import AskedContact
from tests.sipbridge.element import SCSCF, TO_GATEWAY, application_server, message, sent

PHONE = Flow("udp", TO_GATEWAY.local, ("127.0.0.9", 5060))
NAI = "001010123456789@ims.test"


def serving() -> IscStack:
    """A gateway that phones register with; the S-CSCF is not one of them."""
    stack = application_server()
    notifier = RegEventNotifier(stack.sip, lambda aor, now: (), NotifierRules())
    stack.serve_phones(lambda flow: flow.remote != SCSCF, notifier)
    return stack


def octets(*extra: str, to: str = f"<sip:{NAI}>") -> bytes:
    head = (
        "Via: SIP/2.0/UDP 127.0.0.9:5060;branch=z9hG4bK1;rport\r\n"
        f"From: <sip:{NAI}>;tag=1\r\nTo: {to}\r\nCall-ID: c1\r\nCSeq: 3 REGISTER"
    )
    return message(*extra, method="REGISTER", body=b"", lines=head)


def read(*extra: str) -> Register:
    (event,) = serving().receive(octets(*extra), PHONE, 0.0)
    assert isinstance(event, Register)
    return event


def status(data: bytes) -> bytes:
    stack = serving()
    events = stack.receive(data, PHONE, 0.0)
    assert all(isinstance(event, PeerMisbehaved) for event in events)
    return b"".join(sent(stack)).partition(b"\r\n")[0]


def test_all_that_a_registrar_wants_to_know() -> None:
    event = read(
        'Contact: <sip:1@127.0.0.9>;+sip.instance="<urn:uuid:1>";reg-id=2;+g.3gpp.smsip;q=0.5;expires=60',
        "m: sip:2@127.0.0.9;expires=0",
        "Expires: 600",
        "k: path, outbound",
        f'Authorization: Digest username="{NAI}"',
    )
    assert event.contacts == (
        AskedContact("sip:1@127.0.0.9", 60, 500, "<urn:uuid:1>", 2, True),
        AskedContact("sip:2@127.0.0.9", 0),
    )
    assert (event.aor, event.sender, event.call_id, event.cseq) == (f"sip:{NAI}", f"sip:{NAI}", "c1", 3)
    assert (event.expires, event.outbound, event.everything) == (600, True, False)
    assert event.authorization == (f'Digest username="{NAI}"'.encode(),)


def test_a_star_with_expires_0_is_everything() -> None:
    assert read("Contact: *", "Expires: 0").everything


@pytest.mark.parametrize("extra", [
    ("Contact: *",),
    ("Contact: *", "Expires: 60"),
    ("Contact: *, <sip:1@127.0.0.9>", "Expires: 0"),
    ("Contact: <mailto:a@b>",),
    ("Contact: <tel:+1555>",),
    ('Contact: "never ends <sip:1@127.0.0.9>',),
])  # fmt: skip
def test_what_makes_no_sense_is_400(extra: tuple[str, ...]) -> None:
    assert status(octets(*extra)) == b"SIP/2.0 400 Bad Request"


def test_an_expires_that_is_no_number_is_as_if_it_were_not_there() -> None:
    assert read("Contact: <sip:1@127.0.0.9>;expires=soon").contacts[0].expires is None


def test_a_quality_that_is_none_is_the_highest() -> None:
    values = [
        read(f"Contact: <sip:1@127.0.0.9>;q={q}").contacts[0].q for q in ("0", "1.000", "0.25", "7", "x")
    ]
    assert values == [0, 1000, 250, 1000, 1000]


def test_a_feature_that_is_false_is_not_there() -> None:
    assert not read('Contact: <sip:1@127.0.0.9>;+g.3gpp.smsip="FALSE"').contacts[0].smsip


def test_extensions_that_are_needed_and_not_known_are_420() -> None:
    stack = serving()
    stack.receive(octets("Contact: <sip:1@127.0.0.9>", "Require: path, outbound"), PHONE, 0.0)
    (answer,) = sent(stack)
    assert answer.startswith(b"SIP/2.0 420")
    assert b"\r\nUnsupported: path\r\n" in answer
    assert read("Require: outbound").outbound


def test_what_comes_from_an_s_cscf_is_still_a_third_party_register() -> None:
    (event,) = serving().receive(octets("Contact: <sip:127.0.0.1:6060>"), TO_GATEWAY, 0.0)
    assert isinstance(event, ThirdPartyRegister)


def test_without_phones_nothing_of_it_is_there() -> None:
    (event,) = application_server().receive(octets("Contact: <sip:127.0.0.1:6060>"), PHONE, 0.0)
    assert isinstance(event, ThirdPartyRegister)


def test_a_message_to_a_contact_has_no_route_and_is_for_the_user() -> None:
    stack = serving()
    _, call_id = stack.message(
        f"sip:{NAI}",
        None,
        b"\x00",
        0.0,
        flow=PHONE,
        asserted="sip:gw.test",
        in_reply_to="c1",
        contact="sip:1@127.0.0.9:5060;x=1",
    )
    (octets_,) = sent(stack)
    assert octets_.startswith(b"MESSAGE sip:1@127.0.0.9:5060;x=1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5090;")
    assert b"\r\nRoute:" not in octets_
    assert f"\r\nTo: <sip:{NAI}>\r\nCall-ID: {call_id}\r\n".encode() in octets_
    assert b"\r\nIn-Reply-To: c1\r\n" in octets_
