"""Texts of ESMEs as short messages and back (SMPP v3.4 §5.2.19, §5.3.2; TS 23.040 §9.2.3.24)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.smpp import DecodeError, EsmClass, Status, Tag, Tlv
from ipsmgw.smpp.address import SmppAddress, of_tpdu, to_tpdu
from ipsmgw.smpp.content import preview, short_message, short_messages
from ipsmgw.smpp.pdu import DataSm, DeliverSm, SubmitSm
from ipsmgw.sms import (
    Address,
    Concatenation,
    Deliver,
    Part,
    Reassembly,
    Timestamp,
    concatenation,
    gsm7,
    ports,
    read,
)


def deliver(part: Part) -> Deliver:
    scts = Timestamp.at(1_767_268_800.0)
    return Deliver.of(
        Address.international("15551001002"), scts, udl=part.udl, ud=part.ud, dcs=part.dcs, udhi=part.udhi
    )


def shown(pdu: SubmitSm | DataSm) -> str:
    """What a phone shows of it."""
    parts = Reassembly()
    for part in short_messages(pdu, 7):
        content = read(deliver(part))
        assert content is not None
        whole = parts.add("", content, 0.0)
    assert whole is not None
    return whole.text or whole.data.hex()


def submit(octets: bytes, data_coding: int, esm_class: int = 0, *tlvs: Tlv) -> SubmitSm:
    return SubmitSm(short_message=octets, data_coding=data_coding, esm_class=esm_class, tlvs=tlvs)


def number(tag: Tag, value: int, size: int = 1) -> Tlv:
    return Tlv(tag, value.to_bytes(size))


@pytest.mark.parametrize(
    ("octets", "data_coding", "text"),
    [
        (gsm7.encode("5 € @ noon"), 0, "5 € @ noon"),
        (b"plain", 1, "plain"),
        ("Grüße für 5 £".encode("latin-1"), 3, "Grüße für 5 £"),
        ("Ça va, façade".encode("latin-1"), 3, "Ça va, façade"),
        (b"\1\2\xff", 4, "0102ff"),
        ("Москва".encode("iso8859-5"), 6, "Москва"),
        ("Ω→∞".encode("utf-16-be"), 8, "Ω→∞"),
        (b"now!", 0xF0, "now!"),
        (b"you have mail", 0xC8, "you have mail"),
    ],
)
def test_a_text_is_shown_as_it_was_meant(octets: bytes, data_coding: int, text: str) -> None:
    assert shown(submit(octets, data_coding)) == text


@given(st.text(st.sampled_from(gsm7.ALPHABET.replace("\x1b", "") + "€{}"), max_size=900))
def test_a_payload_of_any_length_is_shown_whole(text: str) -> None:
    payload = Tlv(Tag.MESSAGE_PAYLOAD, gsm7.encode(text))
    assert (shown(DataSm(tlvs=(payload,))) or "") == text


@pytest.mark.parametrize(("size", "parts"), [(140, 1), (141, 2), (268, 2), (269, 3)])
def test_binary_is_split_where_it_does_not_fit(size: int, parts: int) -> None:
    payload = Tlv(Tag.MESSAGE_PAYLOAD, bytes(size))
    assert len(short_messages(DataSm(data_coding=4, tlvs=(payload,)), 1)) == parts


def test_segments_of_an_esme_become_parts() -> None:
    tlvs = (
        number(Tag.SAR_MSG_REF_NUM, 300, 2),
        number(Tag.SAR_TOTAL_SEGMENTS, 2),
        number(Tag.SAR_SEGMENT_SEQNUM, 2),
    )
    (part,) = short_messages(submit(b"the end", 0, 0, *tlvs), 1)
    content = read(deliver(part))
    assert content is not None
    assert concatenation(content.header) == Concatenation(300, 2, 2, wide=True)
    assert content.text == "the end"


def test_ports_of_an_esme_become_a_header() -> None:
    tlvs = number(Tag.DESTINATION_PORT, 2948, 2), number(Tag.SOURCE_PORT, 9200, 2)
    (part,) = short_messages(submit(b"\1\2", 4, 0, *tlvs), 1)
    content = read(deliver(part))
    assert content is not None
    found = ports(content.header)
    assert found is not None
    assert (found.destination, found.source) == (2948, 9200)


@pytest.mark.parametrize(
    ("pdu", "status"),
    [
        (submit(b"\xe4", 0), Status.RSUBMITFAIL),
        (submit(b"\xe4", 1), Status.RSUBMITFAIL),
        (submit(b"x", 5), Status.RSUBMITFAIL),
        (submit(b"x", 8), Status.RINVMSGLEN),
        (submit(b"\5\0\3", 0, EsmClass.UDHI), Status.RINVMSGLEN),
        (submit(b"", 0, EsmClass.UDHI), Status.RINVMSGLEN),
        (submit(b"\5\0\3\1\2\1" + b"x" * 154, 0, EsmClass.UDHI), Status.RINVMSGLEN),
        (submit(b"x", 0, 0, Tlv(Tag.MESSAGE_PAYLOAD, b"y")), Status.ROPTPARNOTALLWD),
        (submit(b"\1\2\3", 4, EsmClass.UDHI, number(Tag.SOURCE_PORT, 1, 2)), Status.ROPTPARNOTALLWD),
        (
            submit(
                b"x", 0, 0, number(Tag.SAR_MSG_REF_NUM, 1, 2), number(Tag.SAR_TOTAL_SEGMENTS, 2),
                number(Tag.SAR_SEGMENT_SEQNUM, 3),
            ),
            Status.RINVOPTPARAMVAL,
        ),
        (DataSm(tlvs=(Tlv(Tag.MESSAGE_PAYLOAD, b"x" * 60_000),)), Status.RINVMSGLEN),
    ],
)  # fmt: skip
def test_what_is_no_short_message_is_told_by_its_status(pdu: SubmitSm | DataSm, status: Status) -> None:
    with pytest.raises(DecodeError) as refused:
        short_messages(pdu, 1)
    assert refused.value.status is status


@given(
    st.sampled_from([0, 1, 2, 3, 4, 6, 7, 8, 0xC8, 0xE0, 0xF0, 0xF5]),
    st.integers(0, 255),
    st.binary(max_size=200),
)
def test_any_octets_are_short_messages_or_refused(data_coding: int, esm_class: int, octets: bytes) -> None:
    try:
        parts = short_messages(submit(octets, data_coding, esm_class), 1)
    except DecodeError:
        return
    for part in parts:
        again = short_message(deliver(part))
        pdu = DeliverSm(
            short_message=again.octets, data_coding=again.data_coding, esm_class=again.udhi * EsmClass.UDHI
        )
        assert short_messages(pdu, 1) == (part,)


def test_a_preview_is_of_texts_only() -> None:
    assert [preview(b"\0A", coding) for coding in (0, 3, 4, 8)] == ["\0A", "\0A", "", "A"]


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (SmppAddress(1, 1, "15551001002"), "+15551001002"),
        (SmppAddress(0, 0, "+15551001002"), "+15551001002"),
        (SmppAddress(0, 0, "4242"), "4242"),
        (SmppAddress(3, 9, "*42#"), "*42#"),
        (SmppAddress(5, 0, "Weather"), "Weather"),
    ],
)
def test_an_address_becomes_one_of_a_tpdu_and_again_one_of_smpp(address: SmppAddress, text: str) -> None:
    found = to_tpdu(address)
    assert found.text == text
    assert to_tpdu(of_tpdu(found)) == found


@pytest.mark.parametrize(
    "address", [(1, 1, ""), (1, 1, "x"), (7, 1, "1"), (5, 0, "A name too long"), (1, 1, "1" * 21)]
)
def test_what_is_no_address_is_refused(address: tuple[int, int, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        to_tpdu(SmppAddress(*address))
