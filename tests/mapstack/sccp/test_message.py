"""The codecs of SCCP: every address that can be read can be written, and nonsense is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapstack.errors import DecodeError, LocalError
from mapstack.sccp.address import Gt, SccpAddress, decode_address
from mapstack.sccp.message import (
    ReturnCause,
    SccpMessage,
    SccpMessageType,
    Segmentation,
    decode,
    encode,
)

octet = st.integers(0, 255)
digits = st.text("0123456789bcf", min_size=1, max_size=30)


def gts() -> st.SearchStrategy[Gt]:
    """Only what the indicator has room for differs from the defaults."""
    nature, plan = st.integers(0, 127), st.integers(0, 15)
    return st.one_of(
        st.tuples(digits, nature).map(lambda gt: Gt(*gt, indicator=1)),
        st.tuples(digits, octet).map(lambda gt: Gt(gt[0] * 2, translation_type=gt[1], indicator=2)),
        st.tuples(digits, plan, octet).map(lambda gt: Gt(gt[0], 4, gt[1], gt[2], indicator=3)),
        st.tuples(digits, nature, plan, octet).map(lambda gt: Gt(*gt)),
    )


addresses = st.builds(
    SccpAddress, st.none() | gts(), st.none() | octet, st.none() | st.integers(0, 0x3FFF), st.booleans()
)
messages = st.builds(
    SccpMessage,
    st.sampled_from([SccpMessageType.XUDT]),
    addresses.map(SccpAddress.encode),
    addresses.map(SccpAddress.encode),
    st.binary(max_size=255),
    cause=st.none(),
    protocol_class=st.integers(0, 1),
    return_option=st.booleans(),
    hop_counter=st.integers(1, 15),
    segmentation=st.none()
    | st.builds(Segmentation, st.booleans(), st.booleans(), st.integers(0, 15), st.integers(0, 0xFFFFFF)),
    importance=st.none() | st.integers(0, 7),
)


def test_addresses_that_the_pointers_do_not_reach_over_are_our_own_mistake() -> None:
    for kind in (SccpMessageType.UDT, SccpMessageType.XUDT):
        with pytest.raises(LocalError):
            encode(SccpMessage(kind, bytes(121), bytes(120), b"x"))
        assert encode(SccpMessage(kind, bytes(120), bytes(120), b"x"))


@given(addresses)
def test_an_address_decodes_to_what_was_encoded(address: SccpAddress) -> None:
    assert decode_address(address.encode()) == address


@given(st.binary(max_size=60))
def test_whatever_address_can_be_read_can_be_written(octets: bytes) -> None:
    try:
        address = decode_address(octets)
    except DecodeError:
        return
    assert decode_address(address.encode()) == address


@given(messages)
def test_an_extended_message_decodes_to_what_was_encoded(message: SccpMessage) -> None:
    assert decode(encode(message)) == message
    returned = message._replace(
        kind=SccpMessageType.XUDTS,
        cause=ReturnCause.HOP_COUNTER_VIOLATION,
        protocol_class=0,
        return_option=False,
    )
    assert decode(encode(returned)) == returned


def test_a_message_too_long_for_the_last_pointer_has_its_parts_in_another_order() -> None:
    address = SccpAddress(Gt("1" * 60), 8).encode()
    for size in range(150, 256):
        message = SccpMessage(
            SccpMessageType.XUDT, address, address, bytes(size), segmentation=Segmentation(True, True, 1, 7)
        )
        assert decode(encode(message)) == message


@given(messages, st.sampled_from(ReturnCause))
def test_a_unitdata_message_decodes_to_what_was_encoded(message: SccpMessage, cause: ReturnCause) -> None:
    plain = message._replace(kind=SccpMessageType.UDT, hop_counter=15, segmentation=None, importance=None)
    assert decode(encode(plain)) == plain
    returned = plain._replace(kind=SccpMessageType.UDTS, cause=cause, protocol_class=0, return_option=False)
    assert decode(encode(returned)) == returned


@pytest.mark.parametrize(
    "address",
    [
        SccpAddress(Gt("12 34"), 8),
        SccpAddress(Gt("12x4"), 8),
        SccpAddress(Gt("1" * 81), 8),
        SccpAddress(Gt("12", indicator=5), 8),
        SccpAddress(Gt("12", nature=300), 8),
        SccpAddress(ssn=256),
    ],
)
def test_an_address_without_encoding_is_our_own_fault(address: SccpAddress) -> None:
    with pytest.raises(LocalError):
        address.encode()


UDT = "09000305070242080242060161"
NONSENSE = {
    "nothing": "",
    "only a type": "09",
    "an unknown type": "13",
    "a pointer out of the message": "0900ff05070242080242060161",
    "a pointer into itself": "09000005070242080242060161",
    "data longer than the message": "09000305070242080242060261",
    "class 2": "09020305070242080242060161",
    "an XUDT cut short": "11000f0405",
    "an XUDT part out of the message": "11000f040608000242080242060261",
    "an option longer than the message": "11000f0406080902420802420601611004c0",
    "a segmentation of 3 octets": "11000f0406080902420802420601611003c0000000",
}


@pytest.mark.parametrize("octets", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_refused(octets: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(bytes.fromhex(octets))
    assert caught.value.layer == "sccp"


def test_what_the_nonsense_was_made_from_makes_sense() -> None:
    assert decode(bytes.fromhex(UDT)).data == b"a"
    assert decode(bytes.fromhex("11000f0406080902420802420601611004c000000000")).segmentation


@pytest.mark.parametrize("octets", ["", "12", "4301", "1408", "1208001104" + "11" * 36, "3e080011"])
def test_an_address_that_makes_no_sense_is_refused(octets: str) -> None:
    with pytest.raises(DecodeError):
        decode_address(bytes.fromhex(octets))


@given(st.binary(max_size=60), st.sampled_from(SccpMessageType))
def test_any_octets_decode_or_are_refused(data: bytes, kind: SccpMessageType) -> None:
    for octets in (data, bytes((kind,)) + data):
        try:
            message = decode(octets)
        except DecodeError:
            continue
        assert decode(encode(message)) == message
