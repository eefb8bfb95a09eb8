"""Every SCCP vector decodes to what it means and encodes to the same octets."""

import pytest

from mapstack.sccp.address import Gt, SccpAddress, decode_address
from mapstack.sccp.message import (
    ReturnCause,
    SccpMessage,
    SccpMessageType,
    Segmentation,
    decode,
    encode,
)
from tests.mapstack.vectors import octets_of

VECTORS = octets_of("sccp")
# Its sender put the called address last, which pointers allow; ours stand in the order of Q.713.
OTHER_ORDER = {"sccp-xudt-dialogue"}
# Its address says an odd number of digits, and has something else than 0 for the digit that is not there.
OTHER_FILLER = {"sccp-udt-gt0100", "sccp-xudt-segmentation", "sccp-udt-update-location-v3-anonymized"}


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_is_encoded_as_it_was_decoded(name: str) -> None:
    message = decode(VECTORS[name])
    if name in OTHER_ORDER:
        assert encode(message) != VECTORS[name]
        assert decode(encode(message)) == message
    else:
        assert encode(message) == VECTORS[name]


@pytest.mark.parametrize("name", VECTORS)
def test_the_addresses_of_a_vector_are_encoded_as_they_were_decoded(name: str) -> None:
    message = decode(VECTORS[name])
    for octets in (message.called, message.calling):
        again = decode_address(octets).encode()
        assert decode_address(again) == decode_address(octets)
        assert again == octets or name in OTHER_FILLER


def addresses(name: str) -> tuple[SccpAddress, SccpAddress]:
    message = decode(VECTORS[name])
    return decode_address(message.called), decode_address(message.calling)


@pytest.mark.parametrize(
    ("name", "called", "calling"),
    [
        ("sccp-udt-gt0100", SccpAddress(Gt("123456789012345"), 6), SccpAddress(Gt("9876543210"), 7)),
        ("sccp-udt-sri-sm-invoke", SccpAddress(Gt("41792457333"), 6), SccpAddress(Gt("41799797800"), 8)),
        (
            "sccp-xudt-sai-v3-invoke",
            SccpAddress(Gt("861514100000101", plan=7), 6),
            SccpAddress(Gt("861370800"), 149),
        ),
        (
            "sccp-udt-mt-fsm-v2",
            SccpAddress(ssn=8, route_on_gt=False),
            SccpAddress(ssn=8, point_code=1, route_on_gt=False),
        ),
        (
            "sccp-udts-jss7",
            SccpAddress(Gt("999999999", translation_type=3), 146, route_on_gt=False),
            SccpAddress(ssn=146, point_code=0x6BE, route_on_gt=True),
        ),
    ],
)
def test_a_vector_has_the_addresses_that_it_says(
    name: str, called: SccpAddress, calling: SccpAddress
) -> None:
    assert addresses(name) == (called, calling)


def test_class_and_return_option_are_read() -> None:
    invoke = decode(VECTORS["sccp-udt-sri-sm-invoke"])
    assert (invoke.kind, invoke.protocol_class, invoke.return_option) == (SccpMessageType.UDT, 1, True)
    silent = decode(VECTORS["sccp-udt-mt-fsm-v2"])
    assert (silent.protocol_class, silent.return_option) == (1, False)


def test_a_service_message_tells_why_it_came_back() -> None:
    assert decode(VECTORS["sccp-udts-jss7"]).cause is ReturnCause.NO_TRANSLATION_FOR_NATURE
    returned = decode(VECTORS["sccp-xudts-return"])
    assert returned.cause is ReturnCause.ERROR_IN_MESSAGE_TRANSPORT
    assert returned.hop_counter == 13
    assert returned.segmentation == Segmentation(False, True, 0, 0x020000)


def test_the_optional_parameters_of_an_xudt_are_read() -> None:
    message = decode(VECTORS["sccp-xudt-segmentation"])
    assert message == SccpMessage(
        SccpMessageType.XUDT,
        message.called,
        message.calling,
        bytes.fromhex("deadbeef"),
        protocol_class=1,
        return_option=True,
        hop_counter=2,
        segmentation=Segmentation(True, True, 2, 0xFFFFFF),
        importance=2,
    )


def test_a_long_message_is_read_with_pointers_of_two_octets() -> None:
    message = decode(VECTORS["sccp-ludt"])
    assert message == SccpMessage(
        SccpMessageType.LUDT,
        SccpAddress(ssn=8, route_on_gt=False).encode(),
        SccpAddress(ssn=6, point_code=1, route_on_gt=False).encode(),
        bytes.fromhex("0b0c0d0e0f"),
        protocol_class=1,
        hop_counter=10,
        segmentation=Segmentation(True, True, 0, 1),
        importance=7,
    )


def test_the_bit_for_national_use_is_kept() -> None:
    called, calling = addresses("sccp-udt-update-location-v3-invoke")
    assert (called.national, calling.national) == (True, True)


def test_the_segments_of_a_message_belong_together() -> None:
    first, last = (decode(VECTORS[f"sccp-xudt-mt-fsm-seg{n}of2"]) for n in (1, 2))
    assert first.segmentation == Segmentation(True, True, 1, 0x020000)
    assert last.segmentation == Segmentation(False, True, 0, 0x020000)
    begin = first.data + last.data
    assert begin[:2] == bytes.fromhex("6281")
    assert len(begin) == 3 + begin[2]
