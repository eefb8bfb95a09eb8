"""RPDUs both ways (TS 24.011 §7.3, §8.2), against vectors and pycrate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrate_mobile import TS24011_PPSMS

from sipbridge import (
    DecodeError,
    Direction,
    LocalError,
    RpAck,
    RpAddress,
    RpCause,
    RpData,
    Rpdu,
    RpError,
    RpSmma,
)
from sipbridge.rp import decode, encode
from tests.sipbridge.element import octets, vectors

WAYS = {"ms-to-network": Direction.MS_TO_NETWORK, "network-to-ms": Direction.NETWORK_TO_MS}
UP, DOWN = WAYS.values()


@pytest.mark.parametrize("name", vectors("rp"))
def test_every_vector_is_read_and_written_again(name: str) -> None:
    direction = WAYS[vectors("rp")[name]["direction"]]
    assert encode(decode(octets("rp", name), direction), direction) == octets("rp", name)


@pytest.mark.parametrize("name", vectors("rp"))
def test_the_wrong_direction_is_another_message_type(name: str) -> None:
    direction = WAYS[vectors("rp")[name]["direction"]]
    with pytest.raises(DecodeError) as refused:
        decode(octets("rp", name), Direction(1 - direction))
    assert refused.value.cause == RpCause.MESSAGE_TYPE_NON_EXISTENT
    assert refused.value.reference == octets("rp", name)[1]


def test_vectors_mean_what_their_source_says() -> None:
    data = decode(octets("rp", "rpdu-data-mo"), UP)
    assert isinstance(data, RpData)
    assert (data.message_reference, data.service_centre) == (2, RpAddress("33689004000", 0x91))
    assert data.user_data.hex() == "01840a816000000000000004d4f29c0e"
    report = decode(octets("rp", "rpdu-error-mo-memory-full-constructed"), UP)
    assert report == RpError(7, RpCause.MEMORY_CAPACITY_EXCEEDED, bytes.fromhex("00d300"))
    assert isinstance(report, RpError)
    assert isinstance(report.cause, RpCause)
    assert report.cause.text == "Memory capacity exceeded"
    assert decode(octets("rp", "rpdu-ack-mt"), DOWN) == RpAck(2)
    assert decode(octets("rp", "rpdu-smma-constructed"), UP) == RpSmma(9)


@pytest.mark.parametrize(
    ("hexadecimal", "rpdu"),
    [
        ("0201 9a 55020000 41020000", RpAck(1, b"\0\0")),  # type 1 and unknown elements are skipped
        ("0201 4109ffff", RpAck(1)),  # a broken optional element counts as absent
        ("0201 41", RpAck(1)),
        ("0401 02a9ff", RpError(1, RpCause.TEMPORARY_FAILURE, None, b"\xff")),
        ("0401 0103", RpError(1, 3)),  # an unknown cause is kept
        ("f801 00 0291f1 01ff", RpData(1, RpAddress("1"), b"\xff")),  # spare bits are not looked at
        ("0001 00 04812143fa 01ff", RpData(1, RpAddress("1234*", 0x81), b"\xff")),
    ],
)
def test_odd_but_lawful_rpdus_are_read(hexadecimal: str, rpdu: Rpdu) -> None:
    assert decode(bytes.fromhex(hexadecimal), UP) == rpdu


BROKEN = [
    *("0001", "000100", "00010000", "000100029133", "00010002913305ff", "0001000003aabbcc"),
    *("0401", "040100", "040105", "000100019101ff", "00010002913300", "0001ff"),
]


@pytest.mark.parametrize("hexadecimal", BROKEN)
def test_broken_mandatory_elements_are_cause_96(hexadecimal: str) -> None:
    with pytest.raises(DecodeError) as refused:
        decode(bytes.fromhex(hexadecimal), UP)
    assert (refused.value.cause, refused.value.reference) == (96, 1)


def test_without_a_reference_there_is_none() -> None:
    with pytest.raises(DecodeError) as refused:
        decode(b"\0", UP)
    assert refused.value.reference is None


@pytest.mark.parametrize(
    ("rpdu", "direction"),
    [
        (RpSmma(1), DOWN),
        (RpAck(256), UP),
        (RpAck(1, b"x" * 256), UP),
        (RpError(1, 200), UP),
        (RpData(1, RpAddress(""), b"x"), UP),
        (RpData(1, RpAddress("1" * 30), b"x"), UP),
        (RpData(1, RpAddress("x"), b"x"), UP),
        (RpData(1, RpAddress("1"), b""), UP),
    ],
)
def test_what_cannot_be_written_is_our_bug(rpdu: Rpdu, direction: Direction) -> None:
    with pytest.raises(LocalError):
        encode(rpdu, direction)


ADDRESSES = st.builds(
    RpAddress, st.text("0123456789*#abc", min_size=1, max_size=20), st.sampled_from([0x91, 0x81, 0xA1])
)
REFERENCES = st.integers(0, 255)
TPDUS = st.binary(min_size=1, max_size=232)
RPDUS: st.SearchStrategy[Rpdu] = st.one_of(
    st.builds(RpData, REFERENCES, ADDRESSES, TPDUS),
    st.builds(RpAck, REFERENCES, st.none() | TPDUS),
    st.builds(RpError, REFERENCES, st.sampled_from(RpCause), st.none() | TPDUS, st.binary(max_size=1)),
)
DIRECTIONS = st.sampled_from(Direction)


@given(RPDUS, DIRECTIONS)
def test_what_is_written_is_read_again(rpdu: Rpdu, direction: Direction) -> None:
    assert decode(encode(rpdu, direction), direction) == rpdu


@given(REFERENCES, st.text("0123456789", min_size=1, max_size=15), DIRECTIONS)
def test_pycrate_reads_what_is_written(reference: int, digits: str, direction: Direction) -> None:
    classes = {
        ("RpData", UP): TS24011_PPSMS.RP_DATA_MO, ("RpData", DOWN): TS24011_PPSMS.RP_DATA_MT,
        ("RpAck", UP): TS24011_PPSMS.RP_ACK_MO, ("RpAck", DOWN): TS24011_PPSMS.RP_ACK_MT,
        ("RpError", UP): TS24011_PPSMS.RP_ERROR_MO, ("RpError", DOWN): TS24011_PPSMS.RP_ERROR_MT,
    }  # fmt: skip
    submit, deliver = "01840a816000000000000004d4f29c0e", "040b913306000000f000007101911172758004d4f29c0e"
    tpdu = bytes.fromhex(submit if direction is UP else deliver)
    rpdus: list[Rpdu] = [RpData(reference, RpAddress(digits), tpdu), RpAck(reference), RpError(reference, 38)]
    for rpdu in rpdus:
        written = encode(rpdu, direction)
        theirs = classes[type(rpdu).__name__, direction]()
        theirs.from_bytes(written)
        assert theirs.to_bytes() == written
        assert theirs[2].get_val() == reference


@given(st.binary(max_size=40), DIRECTIONS)
def test_any_octets_are_an_rpdu_or_refused(data: bytes, direction: Direction) -> None:
    causes: set[int | None] = set()
    try:
        rpdu = decode(data, direction)
    except DecodeError as refused:
        causes.add(refused.cause)
        return
    finally:
        assert causes <= {96, 97}
    assert rpdu.message_reference == data[1]


@pytest.mark.parametrize("address", ["0291ff", "0391ffff", "03911fff"])
def test_an_address_without_a_digit_is_none(address: str) -> None:
    """It would become an empty global title."""
    with pytest.raises(DecodeError) as caught:
        decode(bytes.fromhex(f"000100{address}0102"), Direction.MS_TO_NETWORK)
    assert (caught.value.cause, caught.value.reference) == (RpCause.INVALID_MANDATORY_INFORMATION, 1)
