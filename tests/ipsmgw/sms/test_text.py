"""From a text to its short messages and back (TS 23.040 §9.2.3.24)."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ipsmgw.sms import (
    Address,
    Alphabet,
    Deliver,
    Direction,
    Part,
    Ports,
    Reassembly,
    Submit,
    Timestamp,
    UserData,
    compose,
    concatenation,
    decode,
    gsm7,
    header_octets,
    ports,
    read,
    text,
)
from ipsmgw.sms.user_data import Concatenation, user_data

__all__: list[str] = []

GSM = "".join(char for char in gsm7.ALPHABET if char != "\x1b") + "".join(gsm7.EXTENSION.values())
SENDER = Address.international("447700900123")


def over_the_wire(part: Part) -> UserData:
    """What the phone reads of a part that went as SMS-DELIVER."""
    sent = Deliver.of(SENDER, Timestamp.at(0), udl=part.udl, ud=part.ud, dcs=part.dcs, udhi=part.udhi)
    got = decode(sent.encode(), direction=Direction.TO_UE)
    assert got == sent
    found = read(got)
    assert found is not None
    return found


def join(parts: tuple[Part, ...]) -> str | None:
    box = Reassembly()
    whole = None
    for part in parts:
        assert whole is None
        whole = box.add(SENDER.text, over_the_wire(part), now=0)
    assert whole is not None
    return whole.text


@given(st.text(st.sampled_from(GSM), max_size=1000))
@example("")
@example("@" * 160)
@example("@" * 161)
@example("a" * 152 + "€")
@example("a" * 159 + "€")
@example("€" * 500)
@example("a" * 153 * 255)
def test_a_text_of_the_default_alphabet_goes_in_7_bits_and_comes_back(sent: str) -> None:
    parts = compose(sent)
    assert {part.dcs for part in parts} == {0}
    assert join(parts) == sent


@given(st.text(max_size=400), st.booleans(), st.integers(0, 255))
@example("я" * 66 + "😀", False, 0)
@example("я" * 69 + "😀", False, 0)
@example("😀" * 300, True, 255)
@example("я" * 67 * 255, False, 9)
def test_any_text_comes_back(sent: str, wide: bool, reference: int) -> None:
    parts = compose(sent, reference=reference, wide=wide)
    assert join(parts) == sent
    assert all(len(part.ud) <= 140 for part in parts)


@given(st.text(max_size=400))
def test_no_part_alone_shows_half_a_character(sent: str) -> None:
    parts = compose(sent)
    assert "".join(over_the_wire(part).text or "" for part in parts) == sent


@pytest.mark.parametrize(
    ("sent", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 135, 3),
    ],
)
def test_parts_are_as_few_as_can_be(sent: str, parts: int) -> None:
    assert len(compose(sent)) == parts


def test_what_255_parts_cannot_hold_is_refused() -> None:
    assert len(compose("a" * 153 * 255)) == 255
    with pytest.raises(ValueError, match="at most 255"):
        compose("a" * (153 * 255 + 1))


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        compose("\ud83d")


def test_parts_join_in_any_order_and_once_each() -> None:
    first, second, third = (over_the_wire(part) for part in compose("я" * 150, reference=7))
    box = Reassembly()
    assert [box.add("a", part, 0) for part in (third, first, first, third)] == [None] * 4
    whole = box.add("a", second, 0)
    assert whole is not None
    assert whole.text == "я" * 150
    assert len(box) == 0


def test_parts_of_two_senders_do_not_mix() -> None:
    first, second = (over_the_wire(part) for part in compose("a" * 200, reference=7))
    box = Reassembly()
    assert box.add("a", first, 0) is None
    assert box.add("b", second, 0) is None
    assert len(box) == 2


def test_a_part_that_waits_too_long_is_given_up() -> None:
    first, second = (over_the_wire(part) for part in compose("a" * 200))
    box = Reassembly(timeout=10)
    box.add("a", first, 100)
    assert box.deadline() == 110
    assert (box.expire(109.9), box.expire(110), box.deadline()) == (0, 1, None)
    assert box.add("a", second, 111) is None


def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    first, second = (over_the_wire(part) for part in compose("a" * 200))
    box = Reassembly(limit=2)
    for sender in "abc":
        box.add(sender, first, 0)
    assert len(box) == 2
    assert box.add("c", second, 0) is not None
    assert box.add("a", second, 0) is None


def test_a_surrogate_pair_torn_by_a_foreign_sender_is_mended() -> None:
    octets = "я😀".encode("utf-16-be")
    box = Reassembly()
    whole = None
    for number, piece in ((1, octets[:4]), (2, octets[4:])):
        header = (Concatenation(1, 2, number).element(),)
        whole = box.add("a", UserData(header, Alphabet.UCS2, piece), 0)
    assert whole is not None
    assert whole.text == "я😀"


@pytest.mark.parametrize("value", [b"\1\0\1", b"\1\2\0", b"\1\2\3"])
def test_an_impossible_part_number_is_ignored(value: bytes) -> None:
    header = b"\5\0\3" + value
    found = user_data(len(header), header, dcs=4, udhi=True)
    assert found.header[0].value == value
    assert concatenation(found.header) is None


def test_of_repeated_elements_the_last_counts() -> None:
    header = (Concatenation(1, 2, 1).element(), Concatenation(9, 3, 2, wide=True).element())
    assert concatenation(header) == Concatenation(9, 3, 2, wide=True)


@pytest.mark.parametrize("ud", [b"\5\0\3\1\2", b"\3\0\3\1abc", b"\2\0abc", b"\3\0\0"])
def test_a_header_whose_elements_do_not_fit_is_ignored_as_a_whole(ud: bytes) -> None:
    assert user_data(len(ud), ud, dcs=4, udhi=True).header == ()


@given(st.binary(max_size=160), st.integers(0, 255), st.booleans())
def test_any_user_data_has_a_reading(ud: bytes, dcs: int, udhi: bool) -> None:
    found = user_data(len(ud), ud, dcs=dcs, udhi=udhi)
    assert found.text is None or isinstance(found.text, str)
    assert header_octets(found.header) in (b"", ud[: ud[0] + 1] if ud else b"")


def test_8_bit_data_is_no_text() -> None:
    submit = Submit.of(1, SENDER, udl=3, ud=b"abc", dcs=4)
    assert text(submit) is None
    found = read(submit)
    assert found is not None
    assert found.data == b"abc"


@pytest.mark.parametrize("words", ["x", "x" * 150, "x" * 500, "[" * 300, "Ω" * 200, "🙂" * 100])
@pytest.mark.parametrize("wide", [False, True])
def test_parts_may_have_application_ports_too(words: str, *, wide: bool) -> None:
    also = (Ports(5000, 1).element(),)
    parts = compose(words, reference=7, wide=wide, also=also)
    read = [user_data(part.udl, part.ud, dcs=part.dcs, udhi=part.udhi) for part in parts]
    assert all(ports(each.header) == Ports(5000, 1) for each in read)
    assert all(len(part.ud) <= 140 for part in parts)
    joining = Reassembly()
    (whole,) = [one for each in read if (one := joining.add("", each, 0.0)) is not None]
    assert whole.text == words
