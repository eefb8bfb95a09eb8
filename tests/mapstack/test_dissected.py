"""Tshark reads whatever M3UA and SCCP emit, and reads in it what we meant."""

import struct
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from msgspec.structs import replace

from mapstack.m3ua.data import DataCodec
from mapstack.m3ua.message import MessageType, Tag, encode
from mapstack.m3ua.settings import Association, Role, TrafficMode
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.management import ScmgMessage, ScmgType, Subsystem, encode_scmg
from mapstack.sccp.message import ReturnCause, SccpMessage, SccpMessageType, Segmentation, decode
from mapstack.sccp.message import encode as encode_sccp
from tests.mapstack.m3ua.pair import SGP_POINT_CODE, asp_of, association, flow_of, sgp_of
from tests.mapstack.sccp.pair import A_GT, B_GT, Pair
from tests.mapstack.vectors import octets_of

pytestmark = pytest.mark.interop

UPPER_PDU = 252  # LINKTYPE_WIRESHARK_UPPER_PDU: the name of the dissector, then the octets
NAME = struct.pack(">HH", 12, 4) + b"m3ua" + struct.pack(">HH", 0, 0)
VECTORS = octets_of("sccp")
BEGIN = decode(VECTORS["sccp-udt-sri-sm-invoke"]).data


def capture(path: Path, messages: Iterable[bytes]) -> Path:
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, UPPER_PDU))
        for octets in messages:
            frame = NAME + octets
            file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
    return path


def management() -> list[bytes]:
    """Both ends come up, complain, audit, beat, and go down again."""
    asp = asp_of(association(Role.ASP, identifier=4, appearance=1, mode=TrafficMode.OVERRIDE))
    sgp = sgp_of(association(Role.SGP, identifier=4, appearance=1, mode=TrafficMode.OVERRIDE))
    seen: list[bytes] = []
    sgp.link_up(flow_of("a"), "", 0.0)
    asp.link_up(flow_of("a"), "", 0.0)
    audit = (Tag.AFFECTED_POINT_CODE, SGP_POINT_CODE.to_bytes(4) + b"\0\0\0\x09")
    scripted = [
        [],
        [encode(MessageType.ASPAC, (Tag.ROUTING_CONTEXT, 99)), encode(MessageType.DAUD, audit)],
        [encode(MessageType.ASPAC, (Tag.TRAFFIC_MODE_TYPE, 3)), encode(MessageType.DATA)],
        [encode(MessageType.ASPUP, (Tag.ASP_IDENTIFIER, 4)), encode(MessageType.ASPIA)],
        [encode(MessageType.ASPDN)],
    ]
    for now, script in enumerate(scripted):
        for octets in script:
            sgp.receive(octets, flow_of("a"), float(now))
        while (up := asp.take_output()) + (down := sgp.take_output()):
            seen += [octets for octets, _ in (*up, *down)]
            for octets, flow in up:
                sgp.receive(octets, flow, float(now))
            for octets, flow in down:
                asp.receive(octets, flow, float(now))
    for layer in (asp, sgp):
        layer.expire(30.0)
        seen += [octets for octets, _ in layer.take_output()]
    return seen


def test_management_messages_are_what_they_are_called(tmp_path: Path, dissect: Callable[[Path], str]) -> None:
    text = dissect(capture(tmp_path / "management.pcap", management()))
    for kind in (
        *("ASP up (ASPUP)", "ASP up ack (ASPUP_ACK)", "ASP active (ASPAC)", "ASP active ack (ASPAC_ACK)"),
        *("ASP inactive ack (ASPIA_ACK)", "ASP down ack (ASPDN_ACK)", "Notify (NTFY)", "Error (ERR)"),
        *("Destination available (DAVA)", "Destination unavailable (DUNA)", "Heartbeat (BEAT)"),
    ):
        assert f"Message Type: {kind}" in text
    for value in (
        *("server inactive", "server active", "server pending", "Invalid routing context"),
        *("Unexpected message", "Unsupported traffic handling mode", "Missing parameter", "Over-ride"),
    ):
        assert value in text
    assert "unknown" not in text.lower()


def test_sccp_messages_are_what_they_are_called(tmp_path: Path, dissect: Callable[[Path], str]) -> None:
    pair = Pair()
    long_begin = b"".join(decode(VECTORS[f"sccp-xudt-mt-fsm-seg{n}of2"]).data for n in (1, 2))
    seen: list[bytes] = []
    for called in (B_GT, replace(B_GT, ssn=99), SccpAddress(Gt("155599", nature=3, plan=7), 6)):
        for data in (BEGIN, long_begin):
            assert pair.a.unitdata(called, A_GT, data, 1.0, sls=1, in_sequence=True) is None
            up = pair.a.take_output()
            for octets, flow in up:
                pair.b.receive(octets, flow, 1.0)
            seen += [octets for octets, _ in (*up, *pair.b.take_output())]
    text = dissect(capture(tmp_path / "sccp.pcap", seen))
    for kind in ("Unitdata (0x09)", "Unitdata Service (0x0a)"):
        assert f"Message Type: {kind}" in text
    for kind in ("Extended Unitdata (0x11)", "Extended Unitdata Service (0x12)"):
        assert f"Message Type: {kind}" in text
    for value in (
        *("Called Party Digits: 15550000002", "Calling Party Digits: 15550000001", "ISDN/mobile (0x7)"),
        *("Return Cause: Unequipped failure (0x04)", "sendRoutingInfoForSM (45)", "forwardSM (46)"),
    ):
        assert value in text


def test_addresses_of_every_format_are_what_they_say(tmp_path: Path, dissect: Callable[[Path], str]) -> None:
    addresses = [
        SccpAddress(Gt("162534", nature=3, indicator=1), 6),
        SccpAddress(Gt("16253", nature=4, indicator=1), 7),
        SccpAddress(Gt("162534", translation_type=17, indicator=2), 6),
        SccpAddress(Gt("16253", translation_type=18, indicator=3), 6),
        SccpAddress(Gt("001010123456789", plan=6), 6),
        SccpAddress(Gt("491510123456789", plan=7), 6),
        SccpAddress(Gt("4915", nature=3, plan=14), 149, 1234),
        SccpAddress(None, 8, 1235, False),
    ]
    seen = [
        framed(SccpMessage(SccpMessageType.UDT, each.encode(), A_GT.encode(), BEGIN)) for each in addresses
    ]
    text = dissect(capture(tmp_path / "addresses.pcap", seen))
    for value in (
        *("Global Title Indicator: Nature of Address Indicator only (0x1)", "Translation Type: 0x11"),
        *("Called Party Digits: 16253\n", "Called Party Digits: 001010123456789", "PC: 1234", "PC: 1235"),
        *("Numbering Plan: Land mobile (0x6)", "Numbering Plan: ISDN/mobile (0x7)", "Private network"),
        *("National significant number (0x03)", "Route on SSN (0x1)", "Route on GT (0x0)"),
    ):
        assert value in text, value


def test_long_and_returned_messages_are_what_they_are_called(
    tmp_path: Path, dissect: Callable[[Path], str]
) -> None:
    called, calling = B_GT.encode(), A_GT.encode()
    long = SccpMessage(SccpMessageType.LUDT, called, calling, BEGIN, 1, True, importance=5)
    kinds = (SccpMessageType.UDTS, SccpMessageType.XUDTS, SccpMessageType.LUDTS)
    seen = [
        framed(long),
        framed(long._replace(data=bytes(900), segmentation=Segmentation(True, True, 1, 7))),
        *(
            framed(SccpMessage(kind, called, calling, BEGIN, cause=each))
            for kind in kinds
            for each in ReturnCause
        ),
    ]
    text = dissect(capture(tmp_path / "long.pcap", seen))
    for value in (
        *("Message Type: Long Unitdata (0x13)", "Message Type: Long Unitdata Service (0x14)", "Importance"),
        *("sendRoutingInfoForSM (45)", "Source Local Reference: 0x000007", "No translation for an address"),
        *(
            "Subsystem congestion (0x02)",
            "Subsystem failure (0x03)",
            "Unequipped failure (0x04)",
            "MTP failure",
        ),
        *("Network congestion (0x06)", "Unqualified (0x07)", "Error in message transport (0x08)"),
        *("cannot perform reassembly", "SCCP failure (0x0b)", "Hop counter violation (0x0c)"),
        *("Segmentation not supported (0x0d)", "Segmentation failure (0x0e)"),
    ):
        assert value in text, value


def test_management_of_sccp_is_what_it_is_called(tmp_path: Path, dissect: Callable[[Path], str]) -> None:
    management = SccpAddress(None, 1, 3, False).encode()
    messages = [ScmgMessage(kind, Subsystem(8, 1234), congestion_level=5) for kind in ScmgType]
    seen = [
        framed(SccpMessage(SccpMessageType.UDT, management, management, encode_scmg(each)))
        for each in messages
    ]
    text = dissect(capture(tmp_path / "scmg.pcap", seen))
    for value in (
        *("SubSystem Allowed (0x01)", "SubSystem Prohibited (0x02)", "Subsystem Status Test (0x03)"),
        *("SubSystem Congested (ITU) (0x06)", "Affected SubSystem Number: 8", "Affected Point Code: 1234"),
        "SCCP Congestion Level (ITU): 5",
    ):
        assert value in text, value


def framed(message: SccpMessage) -> bytes:
    """In DATA from A to B."""
    association = Association(name="a", role=Role.ASP, point_code=2)
    return DataCodec(association, opc=1, network_indicator=2).encode(1, encode_sccp(message))
