"""Receipts and times as SMPP writes them (SMPP v3.4 §7.1.1, appendix B)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.smpp import MessageState, Tag, Tlv
from ipsmgw.smpp.pdu import DeliverSm
from ipsmgw.smpp.receipt import Receipt
from ipsmgw.smpp.times import absolute, receipt_date, relative, seconds_from

NOON = 1_767_268_800.0  # 2026-01-01 12:00:00 UTC


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("260101120000000+", 0.0),
        ("260101120100500+", 60.5),
        ("260101130000004+", 0.0),
        ("260101110000004-", 0.0),
        ("251231120000000+", -86400.0),
        ("000000000500000R", 300.0),
        ("000007000000000R", 604800.0),
        ("261301120000000+", None),
        ("260101120000049+", None),
        ("260101120000", None),
        ("tomorrow at noon", None),
    ],
)
def test_a_time_is_absolute_with_its_zone_or_relative(text: str, seconds: float | None) -> None:
    assert seconds_from(text, NOON) == seconds


@given(st.integers(0, 30 * 86400 - 1))
def test_a_period_is_written_as_it_is_read(seconds: int) -> None:
    assert seconds_from(relative(seconds), NOON) == seconds
    assert seconds_from(absolute(NOON + seconds), NOON) == seconds


def test_a_period_of_a_month_has_no_length_that_all_agree_on() -> None:
    with pytest.raises(ValueError, match="30 days"):
        relative(30 * 86400)


RECEIPT = Receipt(
    "0000002a", MessageState.EXPIRED, "2601011200", "2601011205", 27, "Sunny, then rain and wind"
)


def test_a_receipt_reads_as_appendix_b_has_it() -> None:
    assert RECEIPT.words() == (
        "id:0000002a sub:001 dlvrd:000 submit date:2601011200 done date:2601011205 stat:EXPIRED err:027"
        " text:Sunny, then rain and"
    )
    assert receipt_date(NOON) == "2601011200"


def test_a_receipt_is_read_from_its_text_and_from_its_tlvs() -> None:
    text = RECEIPT.words().encode()
    wanted = RECEIPT._replace(text=RECEIPT.text[:20])
    assert Receipt.of(DeliverSm(short_message=text)) == wanted
    assert Receipt.of(DeliverSm(short_message=text, tlvs=RECEIPT.tlvs())) == wanted
    bare = Receipt.of(DeliverSm(tlvs=RECEIPT.tlvs()))
    assert bare == Receipt("0000002a", MessageState.EXPIRED, "", "")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "id:2a sub:001 dlvrd:001 submit date:20260101120000 done date:20260101120500 stat:DELIVRD err:000"
            " Text:stat:EXPIRED",
            Receipt(
                "2a", MessageState.DELIVERED, "20260101120000", "20260101120500", 0, "stat:EXPIRED", 1, 1
            ),
        ),
        ("id:2a stat:UNDELIV err:1234", Receipt("2a", MessageState.UNDELIVERABLE, "", "", 1234)),
        (
            "id:2a sub:1 dlvrd:1 stat:DELIVERED err:",
            Receipt("2a", MessageState.DELIVERED, "", "", delivered=1),
        ),
        ("id:2a stat:SKIPPED err:0x0B", Receipt("2a", MessageState.UNKNOWN, "", "")),
    ],
)
def test_a_receipt_is_read_as_vendors_write_it(text: str, wanted: Receipt) -> None:
    assert Receipt.of(DeliverSm(short_message=text.encode())) == wanted
    payload = Tlv(Tag.MESSAGE_PAYLOAD, text.encode())
    assert Receipt.of(DeliverSm(tlvs=(payload,))) == wanted


@pytest.mark.parametrize("text", [b"", b"Sunny", b"id:1 sub:001 dlvrd:1"])
def test_a_text_of_a_phone_is_no_receipt(text: bytes) -> None:
    assert Receipt.of(DeliverSm(short_message=text)) is None


def test_the_network_error_is_of_gsm_and_only_where_there_is_one() -> None:
    assert [value for tag, value in RECEIPT.tlvs() if tag == Tag.NETWORK_ERROR_CODE] == [b"\3\0\x1b"]
    assert len(RECEIPT._replace(error=0).tlvs()) == 2


def test_states_have_the_words_of_appendix_b() -> None:
    assert {state.word for state in MessageState} == {
        "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD",
    }  # fmt: skip
    assert not MessageState.ENROUTE.final
    assert MessageState.DELETED.final
