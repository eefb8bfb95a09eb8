"""Whom a text is for, what it becomes, and which short messages are texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.procedures.text import Plain, as_text, recipient, submits
from ipsmgw.sms import (
    Address,
    Deliver,
    Direction,
    FailureCause,
    InformationElement,
    Ports,
    Reassembly,
    Submit,
    Timestamp,
    TypeOfNumber,
    compose,
    decode,
    header_octets,
    read,
)

OWN = "sip:ipsmgw.ims.example:5060"
BOB = Address.international("15551234567")
SCTS = Timestamp(bytes(7))


@pytest.mark.parametrize(("uri", "ton", "digits"), [
    ("tel:+15551234567", TypeOfNumber.INTERNATIONAL, "15551234567"),
    ("tel:+1-555-123(4567)", TypeOfNumber.INTERNATIONAL, "15551234567"),
    ("sip:+15551234567@ims.example", TypeOfNumber.INTERNATIONAL, "15551234567"),
    ("sips:+15551234567;npdi@ims.example;user=phone", TypeOfNumber.INTERNATIONAL, "15551234567"),
    ("tel:07700900123;phone-context=ims.example", TypeOfNumber.UNKNOWN, "07700900123"),
    ("tel:5551234;phone-context=+1555", TypeOfNumber.UNKNOWN, "5551234"),
    ("sip:12345;phone-context=ims.example@ims.example;user=phone", TypeOfNumber.UNKNOWN, "12345"),
    ("tel:*100%23;phone-context=h".replace("%23", "#"), TypeOfNumber.UNKNOWN, "*100#"),
])  # fmt: skip
def test_the_request_uri_says_whom_it_is_for(uri: str, ton: TypeOfNumber, digits: str) -> None:
    address = recipient(uri)
    assert address is not None
    assert (address.ton, address.npi, address.digits) == (ton, 1, digits)


@pytest.mark.parametrize("uri", [
    "sip:bob@ims.example", "sip:12345@ims.example", "sip:ims.example", "tel:+1234567890123456", "tel:+12*3",
    "http://x", "", "tel:123456789012345678901;phone-context=h", "sip:+@h;user=phone",
])  # fmt: skip
def test_who_has_no_number_gets_no_short_message(uri: str) -> None:
    assert recipient(uri) is None


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=1200), st.integers(0, 2**20))
def test_a_text_arrives_whole_whatever_it_is(text: str, reference: int) -> None:
    tpdus = [decode(octets, direction=Direction.FROM_UE) for octets in submits(text, BOB, reference)]
    parts, whole = Reassembly(), None
    for tpdu in tpdus:
        assert isinstance(tpdu, Submit)
        assert tpdu.tp_da == BOB
        content = read(tpdu)
        assert content is not None
        whole = parts.add("", content, 0.0)
    assert whole is not None
    assert (whole.text or "").replace("\x1b", " ") == text.replace("\x1b", " ")
    assert [tpdu.tp_mr for tpdu in tpdus if isinstance(tpdu, Submit)] == [
        (reference + number) & 0xFF for number in range(len(tpdus))
    ]


def test_a_text_of_more_than_255_parts_is_too_long() -> None:
    assert len(submits("x" * 152 * 255, BOB, 0)) == 255
    with pytest.raises(ValueError, match="256"):
        submits("x" * (152 * 255 + 1), BOB, 0)


def deliver(
    text: str = "hello", oa: Address = BOB, *, pid: int = 0, dcs: int | None = None, header: bytes = b""
) -> bytes:
    (part,) = compose(text)
    ud, udl = part.ud, part.udl
    if header:
        ud = header + text.encode("utf-16-be")
        udl = len(ud)
    coding = (8 if header else part.dcs) if dcs is None else dcs
    return Deliver.of(oa, SCTS, udl=udl, ud=ud, dcs=coding, pid=pid, udhi=bool(header)).encode()


@pytest.mark.parametrize(("address", "sender", "name"), [
    (BOB, "tel:+15551234567", ""),
    (Address.of_digits("12345"), "tel:12345;phone-context=ipsmgw.ims.example", ""),
    (Address.of_digits("7700", TypeOfNumber.NATIONAL), "tel:7700;phone-context=ipsmgw.ims.example", ""),
    (Address.alphanumeric("Bank €"), OWN, "Bank €"),
    (Address.of_digits(""), OWN, ""),
])  # fmt: skip
def test_the_sender_is_shown_as_a_uri(address: Address, sender: str, name: str) -> None:
    assert as_text(deliver(oa=address), OWN) == Plain("hello", sender, name)


@pytest.mark.parametrize(("tpdu", "text"), [
    (deliver("Grüße € 日本"), "Grüße € 日本"),
    (deliver(pid=0x32), "hello"),
    (deliver(dcs=0x11), "hello"),
    (deliver(dcs=0xD8), "hello"),
    (deliver("日", header=header_octets((InformationElement(0, b"\1\2\1"),))), "日"),
], ids=["ucs2", "mail", "class 1", "message waiting, stored", "part"])  # fmt: skip
def test_what_people_read_is_text(tpdu: bytes, text: str) -> None:
    assert as_text(tpdu, OWN) == Plain(text, "tel:+15551234567", "")


@pytest.mark.parametrize(("tpdu", "why"), [
    (deliver(pid=0x40), FailureCause.SHORT_MESSAGE_TYPE_0_NOT_SUPPORTED),
    (deliver(pid=0x7F), FailureCause.UNSPECIFIED_TP_PID_ERROR),
    (deliver(pid=0x41), FailureCause.UNSPECIFIED_TP_PID_ERROR),
    (deliver(dcs=0x10), FailureCause.MESSAGE_CLASS_NOT_SUPPORTED),
    (deliver(dcs=0xF2), FailureCause.MESSAGE_CLASS_NOT_SUPPORTED),
    (deliver(dcs=0x04), FailureCause.DATA_CODING_SCHEME_NOT_SUPPORTED),
    (deliver(dcs=0x20), FailureCause.DATA_CODING_SCHEME_NOT_SUPPORTED),
    (deliver(dcs=0xC8), FailureCause.DATA_CODING_SCHEME_NOT_SUPPORTED),
    (deliver(header=header_octets((Ports(2948, 9200).element(),))), FailureCause.UNSPECIFIED_ERROR_CAUSE),
    (deliver(header=header_octets((InformationElement(0x70, b"\0"),))), FailureCause.UNSPECIFIED_ERROR_CAUSE),
    (b"\x06\x01\x00\x80" + bytes(15), FailureCause.TPDU_NOT_SUPPORTED),
    (b"\x04\x0b", FailureCause.UNSPECIFIED_ERROR_CAUSE),
], ids=["type 0", "SIM download", "replace", "class 0", "class 2", "8 bit", "compressed", "silent", "ports",
        "toolkit", "status report", "torn"])  # fmt: skip
def test_what_nobody_reads_is_no_text(tpdu: bytes, why: FailureCause) -> None:
    assert as_text(tpdu, OWN) is why


@given(st.binary(max_size=200))
def test_any_octets_are_text_or_not(tpdu: bytes) -> None:
    assert isinstance(as_text(tpdu, OWN), Plain | FailureCause)
