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
digits = st.text("0123456789bcf", min_size=1, max_size=32)


def gts() -> st.SearchStrategy[Gt]:
    """Only what the indicator has room for differs from the defaults."""
    nature, plan = st.integers(0, 127), st.integers(0, 15)
    return st.one_of(
        st.tuples(digits, nature).map(lambda gt: Gt(*gt, indicator=1)),
        st.tuples(digits, octet).map(lambda gt: Gt(gt[0] * 2, translation_type=gt[1], indicator=2)),
        st.tuples(digits, plan, octet).map(lambda gt: Gt(gt[0], 4, gt[1], gt[2], indicator=3)),
        st.tuples(digits, nature, plan, octet).map(lambda gt: Gt(*gt)),
        st.tuples(digits, plan, st.sampled_from([0, *range(3, 16)])).map(
            lambda gt: Gt(gt[0] * 2, plan=gt[1], encoding=gt[2])
        ),
    )


addresses = st.builds(
    SccpAddress,
    st.none() | gts(),
    st.none() | octet,
    st.none() | st.integers(0, 0x3FFF),
    st.booleans(),
    st.booleans(),
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


@given(messages, st.sampled_from([0, 1, 255, 256, 3952]), st.sampled_from(ReturnCause))
def test_a_long_message_decodes_to_what_was_encoded(
    message: SccpMessage, size: int, cause: ReturnCause
) -> None:
    long = message._replace(kind=SccpMessageType.LUDT, data=bytes(size))
    assert decode(encode(long)) == long
    returned = long._replace(kind=SccpMessageType.LUDTS, cause=cause, protocol_class=0, return_option=False)
    assert decode(encode(returned)) == returned


def test_more_data_than_a_message_holds_is_our_own_mistake() -> None:
    address = SccpAddress(ssn=8).encode()
    for kind, most in ((SccpMessageType.UDT, 255), (SccpMessageType.XUDT, 255), (SccpMessageType.LUDT, 3952)):
        assert encode(SccpMessage(kind, address, address, bytes(most)))
        with pytest.raises(LocalError):
            encode(SccpMessage(kind, address, address, bytes(most + 1)))


# Q.713 §3.4.2.3: one address for each global title indicator, and every part of an address.
WRITTEN = {
    "route on GT, SSN, GTI 1, odd": ("0606846102", SccpAddress(Gt("162", indicator=1), 6)),
    "GTI 1, even, national number": ("06080361 42", SccpAddress(Gt("1624", nature=3, indicator=1), 8)),
    "GTI 2": ("0a08ff2143", SccpAddress(Gt("1234", translation_type=255, indicator=2), 8)),
    "GTI 3, E.164, odd": ("0e06001121 03", SccpAddress(Gt("123", indicator=3), 6)),
    "GTI 4, E.212": ("120600620400 01", SccpAddress(Gt("0010", plan=6), 6)),
    "GTI 4, E.214, odd": ("1206007104944102", SccpAddress(Gt("49142", plan=7), 6)),
    "GTI 4, private plan, hex digits": ("120800e200cb1f", SccpAddress(Gt("bcf1", 0, 14), 8)),
    "GTI 4, encoding not known": ("1208001004 21f0", SccpAddress(Gt("120f", encoding=0), 8)),
    "route on SSN, point code": ("43d20406", SccpAddress(None, 6, 1234, False)),
    "route on SSN, no point code": ("4206", SccpAddress(None, 6, None, False)),
    "GTI 4, point code, SSN": ("13d2040600120421", SccpAddress(Gt("12", 4, 1), 6, 1234)),
    "national use": ("c206", SccpAddress(None, 6, None, False, True)),
}


@pytest.mark.parametrize(("octets", "address"), WRITTEN.values(), ids=WRITTEN)
def test_an_address_is_written_as_the_recommendation_says(octets: str, address: SccpAddress) -> None:
    assert address.encode().hex() == octets.replace(" ", "")
    assert decode_address(bytes.fromhex(octets)) == address


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
        SccpAddress(Gt("123", encoding=0), 8),
        SccpAddress(Gt("12", encoding=2), 8),
        SccpAddress(Gt("12", encoding=16), 8),
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
    "an LUDT cut short": "13010a070008000b0010",
    "an LUDT address out of the message": "13010a07ff08000b001000024208044301000605000b0c0d0e0f",
    "LUDT data longer than the message": "13010a070008000b000000024208044301000606000b0c0d0e0f",
    "LUDT data before the pointers": "13010a0700080001000000024208044301000605000b0c0d0e0f",
    "options out of the message": "11000f04060850024208024206016110",
    "LUDT options out of the message": "13010a070008000b00ff00024208044301000601006110",
    "a segmentation of 3 octets": "11000f0406080902420802420601611003c0000000",
}


@pytest.mark.parametrize("octets", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_refused(octets: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(bytes.fromhex(octets))
    assert caught.value.layer == "sccp"


def test_more_data_than_an_ludt_can_carry_is_refused() -> None:
    address = SccpAddress(ssn=8).encode()
    octets = encode(SccpMessage(SccpMessageType.LUDT, address, address, bytes(3952)))
    with pytest.raises(DecodeError):
        decode(octets[:17] + (3953).to_bytes(2, "little") + bytes(3953))


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
