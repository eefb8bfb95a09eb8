"""Numbers as peers write them: which one each is, by which rule, and how it is written to others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipsmgw.identity import Msisdn
from ipsmgw.numbers import Kind, Numbers, read, written
from ipsmgw.numbers_section import NumbersSection
from ipsmgw.sms import TypeOfNumber
from mapstack.map import AddressString, SmRpDa, SmRpOa

BRITISH = NumbersSection(peer="phones", country_code="44")
AMERICAN = NumbersSection(
    peer="phones", country_code="1", national_prefix="1", international_prefixes=("011",), bare="national"
)
ITALIAN = NumbersSection(peer="phones", country_code="39", national_prefix="", bare="national")
UNKNOWN, INTERNATIONAL, NATIONAL = TypeOfNumber.UNKNOWN, TypeOfNumber.INTERNATIONAL, TypeOfNumber.NATIONAL


@pytest.mark.parametrize(("table", "digits", "ton", "number"), [
    (BRITISH, "447700900014", INTERNATIONAL, "447700900014"),
    (BRITISH, "447700900014", UNKNOWN, "447700900014"),
    (BRITISH, "00447700900014", UNKNOWN, "447700900014"),
    (BRITISH, "07700900014", UNKNOWN, "447700900014"),
    (BRITISH, "7700900014", NATIONAL, "447700900014"),
    (BRITISH, "07700900014", NATIONAL, "447700900014"),
    (BRITISH, "00447700900014", INTERNATIONAL, "447700900014"),
    (BRITISH, "07700900014", INTERNATIONAL, "447700900014"),
    (AMERICAN, "3125550100", UNKNOWN, "13125550100"),
    (AMERICAN, "13125550100", UNKNOWN, "13125550100"),
    (AMERICAN, "01144770090001", UNKNOWN, "44770090001"),
    (AMERICAN, "13125550100", INTERNATIONAL, "13125550100"),
    (ITALIAN, "0612345678", NATIONAL, "390612345678"),
    (ITALIAN, "0612345678", UNKNOWN, "390612345678"),
    (ITALIAN, "0039061234567", UNKNOWN, "39061234567"),
])  # fmt: skip
def test_the_one_number_is_found_whatever_form_it_has(
    table: NumbersSection, digits: str, ton: TypeOfNumber, number: str
) -> None:
    assert read(table, digits, ton)[:2] == (number, Kind.INTERNATIONAL)


@pytest.mark.parametrize("ton", list(TypeOfNumber))
def test_a_short_code_is_left_alone_whatever_its_type_of_number_says(ton: TypeOfNumber) -> None:
    assert read(BRITISH, "12345", ton)[:2] == ("12345", Kind.SHORT)


@pytest.mark.parametrize(("digits", "ton", "npi", "why"), [
    ("*100#", UNKNOWN, 1, "it is not all digits"),
    ("٤٤٧٧٠٠٩٠٠٠١٤", UNKNOWN, 1, "it is not all digits"),
    ("7700900014", TypeOfNumber.SUBSCRIBER, 1, "type of number 4, subscriber, is left alone"),
    ("7700900014", INTERNATIONAL, 6, "numbering plan 6 is not that of telephone numbers"),
    ("0000000000", UNKNOWN, 1, "00000000 is no number of at most 15 digits (E.164)"),
    ("4477009000140000", INTERNATIONAL, 1, "4477009000140000 is no number of at most 15 digits (E.164)"),
])  # fmt: skip
def test_what_is_no_number_is_none_and_says_why(digits: str, ton: TypeOfNumber, npi: int, why: str) -> None:
    reading = read(BRITISH, digits, ton, npi)
    assert (reading.number, reading.kind, reading.steps[-1]) == ("", Kind.OTHER, why)


def test_without_a_country_nobody_knows_where_a_national_number_is() -> None:
    reading = read(NumbersSection(peer="phones"), "07700900014")
    assert reading.steps == (
        "it is national",
        "national prefix 0 is taken away",
        "no country_code says of which country",
    )
    assert reading.number == ""


@given(st.text(alphabet="0123456789*#abc", max_size=20), st.integers(0, 7), st.integers(0, 15))
def test_any_digits_are_a_number_of_e164_or_none(digits: str, ton: int, npi: int) -> None:
    for table in (BRITISH, AMERICAN, ITALIAN):
        number, kind, steps = read(table, digits, ton, npi)
        assert steps
        if kind is Kind.INTERNATIONAL:
            assert 1 <= len(number) <= 15
            assert number.isdecimal()
            assert number[0] != "0"
            assert read(table, number, INTERNATIONAL).number == number


@pytest.mark.parametrize(("changed", "address"), [
    ({}, AddressString("447700900014", 1, 1)),
    ({"ton": 0}, AddressString("447700900014", 0, 1)),
    ({"write": "national"}, AddressString("7700900014", 2, 1)),
    ({"write": "national", "ton": 0, "npi": 8}, AddressString("07700900014", 0, 8)),
])  # fmt: skip
def test_a_number_is_written_as_its_reader_wants_it(changed: dict[str, str], address: AddressString) -> None:
    table = NumbersSection(peer="map", country_code="44", **changed)  # type: ignore[arg-type]  # of two types
    assert written(table, "447700900014") == address


def test_a_number_of_another_country_is_never_written_as_a_national_one() -> None:
    table = NumbersSection(peer="map", country_code="44", write="national")
    assert written(table, "15550000014") == AddressString("15550000014")


def test_the_longest_title_decides_how_a_node_is_written_to() -> None:
    near = NumbersSection(peer="map", prefix="4477", country_code="44", write="national")
    numbers = Numbers((NumbersSection(peer="map"), near))
    assert numbers.of_node("447700900014") is near
    assert numbers.of_node("15550000014") is not near
    da = SmRpDa(service_centre_address_da=AddressString("447700900014"))
    oa = SmRpOa(msisdn=AddressString("447700900021"))
    assert numbers.forward("447700900014", da, oa) == (
        SmRpDa(service_centre_address_da=AddressString("7700900014", 2)),
        SmRpOa(msisdn=AddressString("7700900021", 2)),
    )


def test_without_a_table_nothing_is_changed() -> None:
    numbers = Numbers(())
    national = AddressString("07700900014", 2, 1)
    assert not numbers.writes
    assert not numbers.to_phones
    assert numbers.centre("447700900014", national) == national
    assert numbers.subscriber(Msisdn("07700900021")) == "07700900021"
    assert numbers.asserted("tel:07700900021;phone-context=+44") is None


def test_an_identity_with_a_local_number_has_the_global_one_of_the_same_user() -> None:
    numbers = Numbers((NumbersSection(peer="scscf", country_code="44"),))
    for uri in ("tel:07700900021;phone-context=ims.example", "sip:07700900021@ims.example;user=phone"):
        assert numbers.asserted(uri) == "tel:+447700900021"
    for other in (
        "sip:alice@ims.example",
        "tel:+447700900021",
        "tel:12345;phone-context=ims.example",
        "x",
        None,
    ):
        assert numbers.asserted(other) is None


def test_a_service_centre_of_an_mt_is_written_to_phones_as_they_want_it() -> None:
    sc = NumbersSection(peer="map", country_code="44")
    national = AddressString("7700900014", 2, 1)
    assert Numbers((sc,)).centre("4477", national) == AddressString("447700900014")
    phones = NumbersSection(peer="phones", country_code="44", write="national", ton=0)
    assert Numbers((sc, phones)).centre("4477", national) == AddressString("07700900014", 0)
    assert Numbers((phones,)).centre("4477", AddressString("447700900014")) == AddressString("07700900014", 0)
    assert Numbers((phones,)).centre("4477", national) == national
    assert Numbers((sc,)).centre("4477", AddressString("*1")) == AddressString("*1")
