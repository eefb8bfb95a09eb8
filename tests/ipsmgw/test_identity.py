"""Identities are read from what SIP and people write, and refused with a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.identity import Impu, Imsi, Msisdn, NodeNumber

__all__: list[str] = []


@pytest.mark.parametrize(
    "text",
    [
        "447700900123",
        "+447700900123",
        "+44 7700 900-123",
        "tel:+447700900123",
        "TEL:+44-7700-900123;npdi",
        "<tel:+447700900123>",
        '"Alice" <sip:+447700900123@ims.example.net;user=phone>;tag=1',
        "sip:+447700900123@ims.example.net",
        "sip:447700900123@ims.example.net;user=phone",
        "sip:+447700900123;npdi@ims.example.net;transport=udp;user=phone",
    ],
)
def test_a_number_is_read_from_whatever_holds_it(text: str) -> None:
    for kind in (Msisdn, NodeNumber):
        number = kind.parse(text)
        assert type(number) is kind
        assert number == "447700900123"
        assert (number.international, number.tel) == ("+447700900123", "tel:+447700900123")


@pytest.mark.parametrize(
    "text",
    ["", "+", "alice", "1234567890123456", "44x", "tel:7042;phone-context=example.com", "tel:447700900123",
     "sip:447700900123@ims.example.net",
     "sip:alice@ims.example.net", "sip:+44alice@x", "tel:", "<>", "٣٤٥"],
)  # fmt: skip
def test_what_is_no_international_number_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is not an MSISDN: it must"):
        Msisdn.parse(text)
    with pytest.raises(ValueError, match="is not a node number: it must"):
        NodeNumber.parse(text)


@given(st.text(st.sampled_from("0123456789"), min_size=1, max_size=15))
def test_every_number_comes_back_from_its_tel_uri(digits: str) -> None:
    assert Msisdn.parse(Msisdn(digits).tel) == digits


def test_an_imsi_is_digits() -> None:
    assert Imsi.parse(" 001015551001001 ") == "001015551001001"
    for wrong in ("", "12345", "0010155510010011", "00101555100100a"):
        with pytest.raises(ValueError, match="is not an IMSI"):
            Imsi.parse(wrong)


@pytest.mark.parametrize(
    ("text", "identity", "number"),
    [
        ("sip:Alice@IMS.example.NET;user=phone", "sip:Alice@ims.example.net", None),
        ("<sip:+1555@ims.example.net>;expires=5", "sip:+1555@ims.example.net", "1555"),
        ("SIPS:a@b?x=y", "sips:a@b", None),
        ("tel:+1-555-(100)", "tel:+1555100", "1555100"),
        ("sip:001015551001001@ims.example.net", "sip:001015551001001@ims.example.net", None),
        ("sip:+alice@ims.example.net", "sip:+alice@ims.example.net", None),
    ],
)
def test_a_public_identity_has_one_form(text: str, identity: str, number: str | None) -> None:
    impu = Impu.parse(text)
    assert (impu, impu.msisdn, impu.scheme) == (identity, number, identity.split(":")[0])
    assert Impu.parse(impu) == impu


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        "sip:example.net",
        "tel:7042",
        "tel:x",
        "mailto:a@b",
        "sip:@b",
        "sip:" + "a" * 1_100 + "@b",
    ],
)
def test_what_is_no_public_identity_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is not a public user identity"):
        Impu.parse(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for kind in (Msisdn, NodeNumber, Imsi, Impu):
        try:
            kind.parse(text)
        except ValueError as refused:
            assert str(refused).startswith(repr(text))  # noqa: PT017 (either way is right here)


@pytest.mark.parametrize("text", ["sip:a\u00e9@ims.example", 'sip:a"b@ims.example', "sip:a\x01@ims.example"])
def test_what_cannot_stand_in_a_request_is_no_public_identity(text: str) -> None:
    with pytest.raises(ValueError, match="is not a public user identity"):
        Impu.parse(text)
