"""URIs, name-addrs and identities (RFC 3261 §19.1, RFC 3966, RFC 3325)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipbridge import (
    Asserted,
    DecodeError,
    ServedUser,
    SipUri,
    TelUri,
    asserted_identities,
    associated_uris,
    parse_name_addr,
    parse_uri,
    served_user,
)


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("sip:ipsmgw.ims.test", SipUri("", "ipsmgw.ims.test")),
        ("SIP:Al%20ice:secret@EXAMPLE.com:5061", SipUri("Al ice", "example.com", 5061)),
        ("sips:a@[2001:db8::1]:5061;lr", SipUri("a", "[2001:db8::1]", 5061, (("lr", ""),), True)),
        ("sip:a@h?Subject=x", SipUri("a", "h", headers="Subject=x")),
        ("tel:+1-555-100(1001)", TelUri("+15551001001")),
        ("tel:1001;phone-context=ims.test", TelUri("1001", (("phone-context", "ims.test"),))),
    ],
)
def test_a_uri_is_read(text: str, uri: SipUri | TelUri) -> None:
    assert parse_uri(text) == uri


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("sip:+15551001001@ims.test", "+15551001001"),
        ("sip:+1555-100.1001@ims.test;user=phone", "+15551001001"),
        ("sip:15551001001@ims.test;user=PHONE", "15551001001"),
        ("sip:15551001001@ims.test", None),
        ("sip:alice@ims.test;user=phone", None),
        ("sip:+1555;phone-context=x@ims.test", "+1555"),
        ("tel:+15551001001", "+15551001001"),
    ],
)
def test_the_number_in_a_uri_is_found(text: str, digits: str | None) -> None:
    assert parse_uri(text).digits == digits


def test_parameters_of_a_uri_are_found() -> None:
    uri = parse_uri("sip:a@h;LR;Transport=TCP")
    assert isinstance(uri, SipUri)
    assert (uri.parameter("lr"), uri.parameter("transport"), uri.parameter("x")) == ("", "TCP", None)
    local = parse_uri("tel:1;phone-context=+44")
    assert isinstance(local, TelUri)
    assert local.context == "+44"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip:",
        "nothing",
        "sip:a b@h",
        "sip:@h",
        "sip:a@h:0",
        "sip:a@h:99999",
        "tel:x",
        "sip:a@",
        "sip:[::1",
    ],
)
def test_what_is_no_uri_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        parse_uri(text)


def test_another_scheme_has_its_own_answer() -> None:
    with pytest.raises(DecodeError) as refused:
        parse_uri("mailto:a@b")
    assert refused.value.status == 416


def test_parameters_without_brackets_belong_to_the_header() -> None:
    address = parse_name_addr(b"sip:a@h;tag=1")
    assert (address.uri, address.parameters) == ("sip:a@h", {b"tag": b"1"})
    address = parse_name_addr(b'"Bob <x>; \\" y" <sip:a@h;lr> ; tag = 2')
    assert (address.uri, address.parameters) == ("sip:a@h;lr", {b"tag": b"2"})
    assert address.display.startswith(b'"Bob')


@pytest.mark.parametrize(
    "value", [b"", b"<sip:a", b'"never <sip:a@h>', b"a b", b"<>", b"<sip:a> x", b"sip:a b"]
)
def test_what_is_no_address_is_refused(value: bytes) -> None:
    with pytest.raises(DecodeError):
        parse_name_addr(value)


@pytest.mark.parametrize(
    ("values", "asserted"),
    [
        ([b"<sip:+1555@ims.test>"], Asserted("sip:+1555@ims.test")),
        ([b"<sip:a@ims.test>, <tel:+1555>"], Asserted("sip:a@ims.test", "tel:+1555")),
        ([b"<tel:+1555>", b'"A" <sip:a@ims.test>'], Asserted("sip:a@ims.test", "tel:+1555")),
        ([b"tel:+1555"], Asserted(None, "tel:+1555")),
        ([b"sip:a@ims.test"], Asserted("sip:a@ims.test")),
        ([b'"<sip:evil@ims.test>, <tel:+666>" <sip:a@ims.test>'], Asserted("sip:a@ims.test")),
        ([b"<SIP:a@ims.test>,<TEL:+1>"], Asserted("SIP:a@ims.test", "TEL:+1")),
        ([b"<sip:a@ims.test"], Asserted()),
        ([b"<http://a>"], Asserted()),
        ([], Asserted()),
    ],
)
def test_both_asserted_identities_are_read(values: list[bytes], asserted: Asserted) -> None:
    assert asserted_identities(values) == asserted


def test_the_implicit_set_is_read_as_kamailio_writes_it() -> None:
    malformed = [b"<sip:+15551001001@ims.test, tel:+15551001001>"]
    proper = [b"<sip:+15551001001@ims.test>", b"<tel:+15551001001>;x=1"]
    expected = ("sip:+15551001001@ims.test", "tel:+15551001001")
    assert associated_uris(malformed) == associated_uris(proper) == expected
    assert associated_uris([b"<sip:a@h, sip:a@h>, junk, <tel:+1>"]) == ("sip:a@h", "tel:+1")


def test_the_served_user_of_kamailio_is_read() -> None:
    value = b"<sip:+15551001005@ims.test>;sescase=orig;regstate=reg"
    assert served_user(value) == ServedUser("sip:+15551001005@ims.test", "orig", "reg")


@given(st.binary(max_size=60))
def test_any_octets_are_an_address_or_refused(value: bytes) -> None:
    asserted_identities([value])
    try:
        uri = parse_name_addr(value).uri
        parse_uri(uri)
    except DecodeError:
        return
    assert uri
