"""The text of a message is gone from octets and tree, whatever carries it; the rest stays as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.smpp import Tag, Tlv, encode
from ipsmgw.smpp.pdu import SubmitSm
from ipsmgw.trace import LAYER_OF, DecodeError, Pdu, Tree, decode, masked, shown
from ipsmgw.trace.exchange_octets import request_octets, response_octets
from msgin5g_bridge.exchange import Request, Response
from sipbridge.rp import Direction, RpAddress, RpData

TEXT = b"secret"
SECRET = bytes.fromhex("73f27a5c2e07")
"""The same, packed (TS 23.038 §6.1.2)."""
BINARY = bytes.fromhex("0107 0b91 5155 5567 45f1 0004 06") + TEXT
PACKED = bytes.fromhex("0107 0b91 5155 5567 45f1 0000 06") + SECRET
PARTS = bytes.fromhex("4107 0b91 5155 5567 45f1 0004 0c 050003aa0201") + TEXT
JSON = (("content-type", "application/json"),)
BODY = b'{"msgType":"MSG","msgId":"7","payload":"secret","oriAddr":{"addr":"sip:a@b"}}'


def rp(tpdu: bytes) -> bytes:
    return RpData(5, RpAddress("15550000014"), tpdu).encode(Direction.MS_TO_NETWORK)


def sip(kind: str, body: bytes, first: str = "MESSAGE sip:b@c SIP/2.0") -> bytes:
    method = "MESSAGE" if first.startswith("SIP") else first.split()[0]
    lines = [
        first,
        "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
        "From: <sip:a@b>;tag=1",
        "To: <sip:b@c>",
        "Call-ID: 1",
        f"CSeq: 1 {method}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


ODD = {"nothing", "broken", "no"}
SMS = "application/vnd.3gpp.sms"
PDUS = {
    "sip, eight bit": ("sip", sip(SMS, rp(BINARY))),
    "sip, packed": ("sip", sip(SMS, rp(PACKED))),
    "sip, a part": ("sip", sip(SMS, rp(PARTS))),
    "sip, text": ("sip", sip("text/plain", TEXT)),
    "sip, whatever": ("sip", sip("message/cpim", b"Subject: x\r\n\r\n" + TEXT)),
    "sip, broken RPDU": ("sip", sip(SMS, b"\x07" + TEXT)),
    "sip, broken TPDU": ("sip", sip(SMS, rp(b"\x03" + TEXT))),
    "sip, an answer": ("sip", sip("text/plain", TEXT, "SIP/2.0 200 OK")),
    "http": ("http", request_octets("http", 1, Request("POST", "/x", JSON, BODY))),
    "http, an answer": ("http", response_octets("http", 1, Response(200, JSON, BODY))),
    "http, no JSON": ("http", request_octets("http", 1, Request("POST", "/x", JSON, b'{"payload":"secret'))),
    "coap": ("coap", request_octets("coap", 1, Request("POST", "/x", JSON, BODY))),
    "coap, no JSON": ("coap", request_octets("coap", 1, Request("POST", "/x", (), TEXT))),
    "smpp": ("smpp", encode(SubmitSm(destination_addr="2", short_message=TEXT), 1)),
    "smpp, payload": ("smpp", encode(SubmitSm(tlvs=(Tlv(Tag.MESSAGE_PAYLOAD, TEXT),)), 1)),
    "radio": ("gsm_a_dtap", bytes([9, 1, len(rp(BINARY))]) + rp(BINARY)),
    "nothing known": ("ftp", TEXT),
    "nothing whole": ("sip", b"MESSAGE " + TEXT),
}


def texts(tree: Tree) -> str:
    return f"{tree.name} {tree.value} " + " ".join(map(texts, tree.children))


@pytest.mark.parametrize("name", PDUS)
def test_the_text_is_nowhere_and_the_size_is_the_same(name: str) -> None:
    protocol, data = PDUS[name]
    pdu = Pdu(0.0, "a", "b", protocol, data)
    what = shown(pdu, contents=False)
    said = texts(what.tree)
    assert len(what.data) == len(data)
    assert TEXT not in what.data
    assert SECRET not in what.data
    assert all(form not in said for form in ("secret", TEXT.hex(), SECRET.hex()))
    assert what.hidden
    assert masked(pdu, contents=False).data == what.data
    assert shown(pdu, contents=True).data == data


@pytest.mark.parametrize(
    "name", [name for name in PDUS if not {"nothing", "broken", "no"} & set(name.split())]
)
def test_what_is_left_can_still_be_read(name: str) -> None:
    protocol, data = PDUS[name]
    layer = LAYER_OF[protocol]
    before = decode(data, layer).tree
    after = decode(shown(Pdu(0.0, "a", "b", protocol, data), contents=False).data, layer).tree
    assert [child.name for child in after.children] == [child.name for child in before.children]


def test_which_part_of_a_message_it_is_can_be_seen() -> None:
    said = texts(shown(Pdu(0.0, "a", "b", *PDUS["sip, a part"]), contents=False).tree)
    assert "part 1 of 2, reference 170" in said
    assert "hidden, 6 octets" in said
    assert "+15555576541" in said


def test_who_registers_is_not_hidden() -> None:
    body = b"<ims-3gpp><service-info>imsi=001010000000001</service-info></ims-3gpp>"
    data = sip("application/3gpp-ims+xml", body, "REGISTER sip:b SIP/2.0")
    assert shown(Pdu(0.0, "a", "b", "sip", data), contents=False).data == data


@given(st.sampled_from(sorted(LAYER_OF)), st.binary(max_size=200))
def test_any_octets_can_be_shown(protocol: str, data: bytes) -> None:
    for contents in (True, False):
        what = shown(Pdu(0.0, "a", "b", protocol, data), contents=contents)
        assert len(what.data) == len(data)


@given(st.binary(max_size=300))
def test_octets_that_are_no_pdu_are_hidden_as_a_whole(data: bytes) -> None:
    for protocol, layer in LAYER_OF.items():
        try:
            decode(data, layer)
        except DecodeError:
            assert set(shown(Pdu(0.0, "a", "b", protocol, data), contents=False).data) <= {ord("*")}
