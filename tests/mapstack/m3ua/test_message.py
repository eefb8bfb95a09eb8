"""The codec of M3UA messages: what it accepts, and which ERR code each fault has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapstack.errors import DecodeError
from mapstack.m3ua.codes import ErrorCode
from mapstack.m3ua.data import DATA_HEADER, HEADS, DataCodec, MtpTransfer, protocol_data
from mapstack.m3ua.message import MessageType, Tag, decode, encode
from mapstack.m3ua.settings import Association, Role

OPAQUE = (Tag.INFO_STRING, Tag.HEARTBEAT_DATA, Tag.DIAGNOSTIC_INFORMATION)
FAULTS = {
    "a header cut short": ("01000301", ErrorCode.PROTOCOL_ERROR),
    "nothing": ("", ErrorCode.PROTOCOL_ERROR),
    "version 2": ("0200030100000008", ErrorCode.INVALID_VERSION),
    "class 5": ("0100050100000008", ErrorCode.UNSUPPORTED_MESSAGE_CLASS),
    "type 7 of class 3": ("0100030700000008", ErrorCode.UNSUPPORTED_MESSAGE_TYPE),
    "type 0 of class 1": ("0100010000000008", ErrorCode.UNSUPPORTED_MESSAGE_TYPE),
    "longer than it is": ("0100030100000010", ErrorCode.PROTOCOL_ERROR),
    "shorter than a header": ("0100030100000004", ErrorCode.PROTOCOL_ERROR),
    "a parameter without room": ("010003010000000c00110008", ErrorCode.PARAMETER_FIELD_ERROR),
    "a parameter of length 0": ("010003010000000c00110000", ErrorCode.PARAMETER_FIELD_ERROR),
    "an ASP identifier of 5 octets": (
        "010003010000001400110009000000010000000000",
        ErrorCode.PARAMETER_FIELD_ERROR,
    ),
    "half a routing context": ("01000401000000100006000600010000", ErrorCode.PARAMETER_FIELD_ERROR),
    "no point code in the list": ("010002010000000c00120004", ErrorCode.PARAMETER_FIELD_ERROR),
    "protocol data without a label": ("010001010000000c02100004", ErrorCode.PARAMETER_FIELD_ERROR),
    "DATA without protocol data": ("0100010100000008", ErrorCode.MISSING_PARAMETER),
    "DUNA without point codes": ("0100020100000008", ErrorCode.MISSING_PARAMETER),
    "octets after the last parameter": ("010003010000000aabcd", ErrorCode.PROTOCOL_ERROR),
}


@pytest.mark.parametrize(("octets", "code"), FAULTS.values(), ids=FAULTS)
def test_a_fault_has_its_error_code(octets: str, code: ErrorCode) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(bytes.fromhex(octets))
    assert caught.value.code is code
    assert caught.value.layer == "m3ua"


def test_the_padding_of_the_last_parameter_need_not_be_counted() -> None:
    padded = encode(MessageType.ASPUP, (Tag.INFO_STRING, b"hello"))
    uncounted = padded[:4] + (len(padded) - 3).to_bytes(4) + padded[8:]
    assert decode(uncounted) == decode(padded)
    assert decode(uncounted[:-3]) == decode(padded)


def test_an_unknown_parameter_is_passed_over() -> None:
    message = decode(bytes.fromhex("01000301000000187abc0006aaaa00000011000800000007"))
    assert message.number(Tag.ASP_IDENTIFIER) == 7


@given(
    kind=st.sampled_from([MessageType.ASPUP, MessageType.BEAT, MessageType.ASPDN]),
    values=st.lists(st.tuples(st.sampled_from(OPAQUE), st.binary(max_size=40))),
)
def test_what_is_encoded_decodes_to_the_same(kind: MessageType, values: list[tuple[Tag, bytes]]) -> None:
    message = decode(encode(kind, *values))
    assert message.kind is kind
    assert [(tag, value) for tag, value in message.parameters] == values


def error_code(octets: bytes) -> int | None:
    try:
        decode(octets)
    except DecodeError as error:
        return error.code
    return ErrorCode.PROTOCOL_ERROR


@given(data=st.binary(max_size=100))
def test_any_octets_decode_or_are_refused_with_a_code(data: bytes) -> None:
    for octets in (data, bytes.fromhex("0100030100000000")[:7] + data, DATA_HEADER + data):
        assert error_code(octets) in set(ErrorCode)


contexts = st.none() | st.integers(0, 0xFFFFFFFF)


@given(
    appearance=contexts,
    context=contexts,
    sls=st.integers(0, 255),
    data=st.binary(max_size=300),
    first=st.booleans(),
)
def test_the_short_way_of_data_agrees_with_the_general_one(
    appearance: int | None, context: int | None, sls: int, data: bytes, *, first: bool
) -> None:
    association = Association(
        name="x", role=Role.ASP, point_code=77, routing_context=context, network_appearance=appearance
    )
    codec = DataCodec(association, opc=99, network_indicator=2)
    octets = codec.encode(sls, data)
    parameters = decode(octets).parameters
    if first:
        in_other_order = [(Tag(tag), value) for tag, value in (parameters[-1], *parameters[:-1])]
        octets = encode(MessageType.DATA, *in_other_order)
    for _ in range(2):  # the second time it is known
        assert codec.decode(octets) == MtpTransfer(99, 77, sls, data)
    assert protocol_data(decode(octets)) == (99, 77, 3, 2, 0, sls, data)


@given(data=st.data())
def test_the_short_way_never_reads_what_the_general_one_refuses(data: st.DataObject) -> None:
    association = Association(name="x", role=Role.ASP, point_code=77, routing_context=5)
    codec = DataCodec(association, opc=99, network_indicator=2)
    octets = bytearray(codec.encode(3, data.draw(st.binary(max_size=9))))
    assert codec.decode(bytes(octets)) is not None  # and what stands before its SLS is kept
    for _ in range(data.draw(st.integers(1, 3))):
        octets[data.draw(st.integers(4, len(octets) - 1))] = data.draw(st.integers(0, 255))
    found = codec.decode(bytes(octets))
    if found is not None:
        opc, dpc, si, ni, _, sls, payload = protocol_data(decode(bytes(octets)))
        assert (si, ni) == (3, 2)
        assert found == MtpTransfer(opc, dpc, sls, payload)


def test_no_more_beginnings_are_kept_than_there_is_room_for() -> None:
    codec = DataCodec(Association(name="x", role=Role.ASP, point_code=77), opc=99, network_indicator=2)
    for dpc in range(HEADS + 10):
        octets = codec.encode(3, b"")
        octets = octets[:16] + dpc.to_bytes(4) + octets[20:]
        assert codec.decode(octets) == MtpTransfer(99, dpc, 3, b"")
        assert len(codec._heads) <= HEADS


def test_a_wrong_length_or_something_behind_is_left_to_the_general_way() -> None:
    association = Association(name="x", role=Role.ASP, point_code=77, routing_context=5)
    codec = DataCodec(association, opc=99, network_indicator=2)
    good = codec.encode(3, b"")
    assert codec.decode(good) is not None
    for length in range(40):
        octets = good[:18] + length.to_bytes(2) + good[20:]
        assert (codec.decode(octets) is not None) is (length == 16)
    parameters = [(Tag(tag), value) for tag, value in decode(good).parameters]
    context = (Tag.ROUTING_CONTEXT, (6).to_bytes(4))
    assert codec.decode(encode(MessageType.DATA, parameters[1], parameters[0])) is not None
    assert codec.decode(encode(MessageType.DATA, parameters[1], context)) is None
    assert codec.decode(encode(MessageType.DATA, *parameters, context)) is None
    assert codec.decode(encode(MessageType.DATA, context, parameters[1])) is None
