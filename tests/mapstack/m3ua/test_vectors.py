"""Every M3UA vector decodes to what it means and encodes to the same octets."""

import pytest

from mapstack.m3ua.codes import ErrorCode
from mapstack.m3ua.data import DataCodec, MtpTransfer, protocol_data
from mapstack.m3ua.message import M3uaMessage, MessageType, Parameter, Tag, decode, encode
from mapstack.m3ua.settings import Association, Role
from tests.mapstack.vectors import octets_of

VECTORS = octets_of("m3ua")
HEARTBEAT = bytes.fromhex("000200000007af3e7540031305071120")
MODE_AND_CONTEXTS = (
    Parameter(Tag.TRAFFIC_MODE_TYPE, b"\0\0\0\2"),
    Parameter(Tag.ROUTING_CONTEXT, b"\0\0\0\1\0\0\0\2"),
)
MEANINGS = {
    "m3ua-aspup-aspid": M3uaMessage(MessageType.ASPUP, (Parameter(Tag.ASP_IDENTIFIER, b"\0\0\0\1"),)),
    "m3ua-aspup-ack": M3uaMessage(MessageType.ASPUP_ACK),
    "m3ua-aspac": M3uaMessage(MessageType.ASPAC, MODE_AND_CONTEXTS),
    "m3ua-aspac-ack": M3uaMessage(MessageType.ASPAC_ACK, MODE_AND_CONTEXTS),
    "m3ua-beat": M3uaMessage(MessageType.BEAT, (Parameter(Tag.HEARTBEAT_DATA, HEARTBEAT),)),
    "m3ua-beat-ack": M3uaMessage(MessageType.BEAT_ACK, (Parameter(Tag.HEARTBEAT_DATA, HEARTBEAT),)),
}


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_is_encoded_as_it_was_decoded(name: str) -> None:
    message = decode(VECTORS[name])
    parameters = [(Tag(tag), value) for tag, value in message.parameters]
    assert encode(message.kind, *parameters) == VECTORS[name]


@pytest.mark.parametrize("name", MEANINGS)
def test_a_vector_means_what_it_says(name: str) -> None:
    assert decode(VECTORS[name]) == MEANINGS[name]


def test_err_tells_its_code_and_what_it_concerns() -> None:
    message = decode(VECTORS["m3ua-err"])
    assert message.kind is MessageType.ERR
    assert message.number(Tag.ERROR_CODE) == ErrorCode.INVALID_VERSION
    assert message.numbers(Tag.ROUTING_CONTEXT) == (1,)
    assert message.number(Tag.NETWORK_APPEARANCE) == 1
    assert message.numbers(Tag.AFFECTED_POINT_CODE) == (0x11111111, 0x22222222)
    assert message.get(Tag.DIAGNOSTIC_INFORMATION) == bytes.fromhex("deadbeef")


def test_data_tells_its_label() -> None:
    found = protocol_data(decode(VECTORS["m3ua-data"]))
    assert found == (1, 2, 3, 1, 0, 1, bytes.fromhex("deadbeef"))


def test_the_template_of_an_association_makes_and_reads_the_same_data() -> None:
    association = Association(
        name="x", role=Role.ASP, point_code=2, routing_context=1, network_appearance=1, traffic_mode=None
    )
    codec = DataCodec(association, opc=1, network_indicator=1)
    assert codec.encode(1, bytes.fromhex("deadbeef")) == VECTORS["m3ua-data"]
    assert codec.decode(VECTORS["m3ua-data"]) == MtpTransfer(1, 2, 1, bytes.fromhex("deadbeef"))


def test_the_template_reads_protocol_data_before_routing_context() -> None:
    association = Association(name="x", role=Role.ASP, point_code=187, routing_context=6)
    codec = DataCodec(association, opc=185, network_indicator=0)
    found = codec.decode(VECTORS["m3ua-data-sccp-scmg"])
    assert found == MtpTransfer(185, 187, 0, bytes.fromhex("090003070b0443bb00fe0443b900fe03000131"))
    assert found is not None
    assert decode(codec.encode(0, found.data)).get(Tag.PROTOCOL_DATA) == decode(
        VECTORS["m3ua-data-sccp-scmg"]
    ).get(Tag.PROTOCOL_DATA)
