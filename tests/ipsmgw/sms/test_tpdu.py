"""Any octets decode to themselves or are refused; the fields mean what TS 23.040 §9.2.3 says."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.sms import (
    DATA_CODING,
    Address,
    Alphabet,
    Command,
    DecodeError,
    Deliver,
    DeliverReport,
    Direction,
    Enhanced,
    MessageClass,
    Parameters,
    Relative,
    RpMessage,
    StatusGroup,
    StatusReport,
    Submit,
    SubmitReport,
    Timestamp,
    TypeOfNumber,
    decode,
    digits_at,
    party_at,
    protocol_identifier,
    read,
    text,
)

__all__: list[str] = []

directions = st.sampled_from(Direction)
carriers = st.sampled_from(RpMessage)
digits = st.text(st.sampled_from("0123456789*#abc"), max_size=20)
addresses = digits.flatmap(
    lambda value: st.sampled_from((0, 1, 2, 3)).map(lambda ton: Address.of_digits(value, ton))
)
zones = st.integers(-56, 56).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
moments = st.datetimes(datetime(1990, 1, 1), datetime(2089, 12, 31), timezones=zones)
stamps = moments.map(Timestamp.of)
ZERO = Timestamp.at(0)
TO = Address.international("447700900123")


@given(st.binary(max_size=200), directions, carriers)
def test_any_octets_are_a_tpdu_that_encodes_to_them_or_a_decode_error(
    octets: bytes, direction: Direction, rp: RpMessage
) -> None:
    try:
        tpdu = decode(octets, direction=direction, rp=rp)
    except DecodeError:
        return
    assert tpdu.encode() == octets
    assert text(tpdu) is None or read(tpdu) is not None


@given(st.integers(0, 255), addresses, st.integers(0, 255), st.binary(max_size=140), st.booleans())
def test_every_submit_comes_back_and_no_part_of_it_is_one(
    mr: int, da: Address, pid: int, ud: bytes, flag: bool
) -> None:
    sent = Submit.of(
        mr, da, udl=len(ud), ud=ud, dcs=4, pid=pid, status_report=flag, reject_duplicates=not flag
    )
    octets = sent.encode()
    assert decode(octets, direction=Direction.FROM_UE) == sent
    assert (sent.tp_srr, sent.tp_rd, sent.tp_udhi, sent.tp_rp) == (flag, not flag, False, False)
    for end in range(len(octets)):
        with pytest.raises(DecodeError):
            decode(octets[:end], direction=Direction.FROM_UE)


@given(addresses, stamps, st.booleans())
def test_every_deliver_comes_back(oa: Address, scts: Timestamp, flag: bool) -> None:
    sent = Deliver.of(oa, scts, udl=0, ud=b"", more_messages=flag, status_report=flag, reply_path=not flag)
    got = decode(sent.encode(), direction=Direction.TO_UE)
    assert got == sent
    assert isinstance(got, Deliver)
    assert (got.more_messages, got.tp_sri, got.tp_rp, got.tp_lp) == (flag, flag, not flag, False)


optional = st.none() | st.integers(0, 255)
parameters = st.builds(
    lambda pid, ud: Parameters.of(pid=pid, dcs=4, udl=len(ud), ud=ud), optional, st.binary(max_size=131)
) | st.builds(lambda pid, dcs: Parameters.of(pid=pid, dcs=dcs), optional, optional)


@given(optional, parameters, stamps)
def test_every_report_comes_back_in_its_rp_message(
    fcs: int | None, optional_part: Parameters, scts: Timestamp
) -> None:
    rp = RpMessage.ACK if fcs is None else RpMessage.ERROR
    up = DeliverReport.of(fcs=fcs, parameters=optional_part)
    down = SubmitReport.of(scts, fcs=fcs, parameters=optional_part)
    assert decode(up.encode(), direction=Direction.FROM_UE, rp=rp) == up
    assert decode(down.encode(), direction=Direction.TO_UE, rp=rp) == down


@given(addresses, stamps, stamps, parameters)
def test_every_status_report_comes_back(
    ra: Address, scts: Timestamp, dt: Timestamp, more: Parameters
) -> None:
    plain = StatusReport.of(3, ra, scts=scts, dt=dt, st=0x41)
    for sent in (plain, plain._replace(parameters=more)):
        assert decode(sent.encode(), direction=Direction.TO_UE) == sent
    assert (plain.more_messages, plain.tp_srq, plain.tp_udhi, plain.tp_lp) == (False, False, False, False)


@given(addresses, st.binary(max_size=140))
def test_every_command_comes_back(da: Address, cd: bytes) -> None:
    sent = Command.of(1, da, ct=2, mn=9, cd=cd, status_report=True)
    assert decode(sent.encode(), direction=Direction.FROM_UE) == sent
    assert (sent.tp_srr, sent.tp_udhi, read(sent)) == (True, False, None)


def test_the_same_octets_are_another_tpdu_the_other_way() -> None:
    octets = Deliver.of(Address.of_digits(""), ZERO, udl=0, ud=b"").encode()
    assert isinstance(decode(octets, direction=Direction.TO_UE), Deliver)
    up = decode(octets, direction=Direction.FROM_UE, rp=RpMessage.ACK)
    assert isinstance(up, DeliverReport)


def test_a_phone_takes_the_reserved_type_as_a_deliver() -> None:
    octets = Deliver.of(TO, ZERO, udl=0, ud=b"")._replace(first_octet=7).encode()
    assert isinstance(decode(octets, direction=Direction.TO_UE), Deliver)
    with pytest.raises(DecodeError, match="TP-MTI 3"):
        decode(octets, direction=Direction.FROM_UE)


@pytest.mark.parametrize(
    ("octets", "place", "reason"),
    [
        ("", 0, "no octet"),
        ("01", 1, "too early"),
        ("010015", 2, "21 semi-octets"),
        ("01000b91431656", 2, "ends at octet 10"),
        ("01000b914316565811f9000005e8373b0c", 13, "5 octets of TP-UD, there are 4"),
        ("01000b914316565811f90000a1", 12, "141 octets"),
    ],
)
def test_an_error_names_the_octet(octets: str, place: int, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason) as caught:
        decode(bytes.fromhex(octets), direction=Direction.FROM_UE)
    assert caught.value.offset == place


@given(digits)
def test_digits_go_and_come_back(value: str) -> None:
    assert Address.of_digits(value).digits == value
    assert Address.international(value).text == "+" + value


@given(st.binary(max_size=3), addresses, st.binary(max_size=16))
def test_digits_are_read_in_place(before: bytes, address: Address, after: bytes) -> None:
    assert digits_at(before + address + after, len(before)) == address.digits


@given(st.binary(min_size=2, max_size=14))
def test_digits_in_place_have_the_bounds_of_an_address(octets: bytes) -> None:
    try:
        expected = Address.parse(octets).digits
    except DecodeError as fault:
        with pytest.raises(DecodeError, match=re.escape(str(fault))):
            digits_at(octets, 0)
    else:
        assert digits_at(octets, 0) == expected


def test_an_alphanumeric_address_has_no_digits_in_place() -> None:
    assert digits_at(b"\x04" + Address.alphanumeric("Bank"), 1) == ""


@given(addresses)
def test_a_party_is_known_by_its_digits(address: Address) -> None:
    assert party_at(b"\x04" + address + b"\x00", 1) == address.digits


def test_a_party_without_digits_is_known_by_its_name() -> None:
    assert party_at(b"\x04" + Address.alphanumeric("My Bank") + b"\x00", 1) == "My Bank"


@pytest.mark.parametrize("name", ["A", "Bank", "www.tim.it", "7 septs", "12345678901", "€uro", "@@@@"])
def test_names_go_and_come_back(name: str) -> None:
    address = Address.alphanumeric(name)
    assert (address.text, address.ton, address.digits) == (name, TypeOfNumber.ALPHANUMERIC, "")


def test_a_name_of_four_letters_has_seven_semi_octets() -> None:
    assert Address.alphanumeric("Bank")[0] == 7  # pycrate says 8


@pytest.mark.parametrize("wrong", ["1" * 21, "12x", "+44"])
def test_what_is_no_number_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="number"):
        Address.of_digits(wrong)


@pytest.mark.parametrize("wrong", ["123456789012", "€€€€€€", "я"])
def test_a_name_that_does_not_fit_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"longer|charmap|encode"):
        Address.alphanumeric(wrong)


@given(moments)
def test_moments_go_and_come_back_in_their_zone(moment: datetime) -> None:
    stamp = Timestamp.of(moment)
    back = stamp.when
    assert back == moment.replace(microsecond=0)
    assert back is not None
    assert back.utcoffset() == moment.utcoffset()
    assert Timestamp.at(moment.timestamp(), quarters=stamp.quarters or 0) == stamp


def test_a_moment_without_a_zone_is_utc() -> None:
    assert Timestamp.of(datetime(2024, 2, 29)).when == datetime(2024, 2, 29, tzinfo=UTC)


@given(st.binary(min_size=7, max_size=7).map(Timestamp))
def test_seven_octets_are_a_date_or_none(stamp: Timestamp) -> None:
    assert (stamp.when is None) == stamp.text.startswith("no date")


@pytest.mark.parametrize(
    ("octet", "seconds"),
    [(0, 300), (143, 43200), (144, 45000), (167, 86400), (168, 172800), (196, 30 * 86400), (197, 5 * 604800)],
)
def test_relative_periods_are_those_of_the_table(octet: int, seconds: int) -> None:
    assert Relative(octet).seconds == seconds
    assert Relative.at_least(seconds) == Relative(octet)


def test_the_longest_period_is_63_weeks() -> None:
    assert Relative.at_least(1e9).seconds == 63 * 604800


@pytest.mark.parametrize(
    ("octets", "seconds", "single"),
    [
        ("00000000000000", None, False),
        ("41aa0000000000", 4 * 86400, True),
        ("02ff0000000000", 255, False),
        ("03213243000000", 12 * 3600 + 23 * 60 + 34, False),
        ("03ffffff000000", None, False),
        ("81ffaa00000000", 4 * 86400, False),
    ],
)
def test_enhanced_periods(octets: str, seconds: int | None, single: bool) -> None:
    submit = Submit.of(1, TO, udl=0, ud=b"", validity=Enhanced(bytes.fromhex(octets)))
    got = decode(submit.encode(), direction=Direction.FROM_UE)
    assert isinstance(got, Submit)
    assert isinstance(got.validity, Enhanced)
    assert (got.validity.seconds, got.validity.single_shot) == (seconds, single)


@given(stamps)
def test_an_absolute_period_is_a_time_stamp(stamp: Timestamp) -> None:
    assert Submit.of(1, TO, udl=0, ud=b"", validity=stamp).validity == stamp


@pytest.mark.parametrize(
    ("dcs", "alphabet", "message_class"),
    [
        (0x00, Alphabet.GSM7, None),
        (0x10, Alphabet.GSM7, MessageClass.IMMEDIATE_DISPLAY),
        (0x16, Alphabet.OCTETS, MessageClass.SIM_SPECIFIC),
        (0x08, Alphabet.UCS2, None),
        (0x0C, Alphabet.GSM7, None),
        (0x85, Alphabet.GSM7, None),
        (0xC8, Alphabet.GSM7, None),
        (0xE8, Alphabet.UCS2, None),
        (0xF1, Alphabet.GSM7, MessageClass.ME_SPECIFIC),
        (0xF7, Alphabet.OCTETS, MessageClass.TE_SPECIFIC),
    ],
)
def test_data_codings(dcs: int, alphabet: Alphabet, message_class: MessageClass | None) -> None:
    assert DATA_CODING[dcs].alphabet is alphabet
    assert DATA_CODING[dcs].message_class == message_class


def test_a_waiting_indication_says_what_waits() -> None:
    assert DATA_CODING[0xC8].indication == ("voicemail", True, False)
    assert DATA_CODING[0xD2].indication == ("electronic mail", False, True)


@pytest.mark.parametrize(
    ("status", "group"),
    [
        (0x00, StatusGroup.COMPLETED),
        (0x1F, StatusGroup.COMPLETED),
        (0x25, StatusGroup.STILL_TRYING),
        (0x46, StatusGroup.PERMANENT),
        (0x65, StatusGroup.GIVEN_UP),
        (0x80, StatusGroup.RESERVED),
        (0xFF, StatusGroup.RESERVED),
    ],
)
def test_any_status_has_a_group(status: int, group: StatusGroup) -> None:
    assert StatusGroup.of(status) is group


@pytest.mark.parametrize(
    ("pid", "words"),
    [(0, "no telematic"), (5, "protocol 5"), (0x22, "group 3 telefax"), (0x40, "type 0"), (0x47, "type 7"),
     (0x7F, "data download"), (0x90, "reserved"), (0xC1, "SC specific")],
)  # fmt: skip
def test_protocol_identifiers_have_words(pid: int, words: str) -> None:
    assert words in protocol_identifier(pid)
