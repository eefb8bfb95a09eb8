"""Tshark reads whatever M3UA and SCCP emit, and reads in it what we meant."""

import struct
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from msgspec.structs import replace

from mapstack.m3ua.message import MessageType, Tag, encode
from mapstack.m3ua.settings import Role, TrafficMode
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.message import decode
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
