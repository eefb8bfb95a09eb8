"""Tshark reads every kind of message that M3UA emits, and finds in it what we meant."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mapstack.m3ua.m3ua import M3ua
from mapstack.m3ua.message import MessageType, Tag, decode, encode
from mapstack.m3ua.settings import Association, M3uaSettings, MtpRoute, PointCodes, Role, Served, TrafficMode
from tests.mapstack.m3ua.pair import Pair, flow_of
from tests.mapstack.m3ua.test_registration import EAST, SGP, asp, key, sgp
from tests.mapstack.test_dissected import capture
from tests.mapstack.vectors import octets_of

pytestmark = pytest.mark.interop

HLR = 700
UNITDATA = octets_of("sccp")["sccp-udt-sri-sm-invoke"]


def gateway() -> M3ua:
    """A signalling gateway with a broadcast AS of two ASPs, keys to grant, and an STP behind it."""
    served = Served(point_code=600, routing_context=1, traffic_mode=TrafficMode.BROADCAST, required=2)
    associations = (
        *(
            Association(name=name, role=Role.SGP, servers=(served,), grants=(PointCodes(4, 512),))
            for name in "abc"
        ),
        Association(name="stp", role=Role.ASP),
    )
    routes = (MtpRoute(point_code=HLR, via="stp"),)
    layer = M3ua(M3uaSettings(point_code=SGP, associations=associations, routes=routes))
    layer.link_up(flow_of("stp"), "", 0.0)
    for kind in (MessageType.ASPUP_ACK, MessageType.ASPAC_ACK):
        layer.receive(encode(kind), flow_of("stp"), 0.0)
    for n, name in enumerate("abc", 1):
        layer.link_up(flow_of(name), "", 0.0)
        layer.receive(encode(MessageType.ASPUP, (Tag.ASP_IDENTIFIER, n)), flow_of(name), 0.0)
    for name in "ab":
        layer.receive(encode(MessageType.ASPAC, (Tag.TRAFFIC_MODE_TYPE, 3)), flow_of(name), 0.0)
    return layer


def of_a_gateway() -> list[bytes]:
    layer = gateway()
    hlr = (Tag.AFFECTED_POINT_CODE, HLR)
    for kind in (MessageType.DUNA, MessageType.DRST, MessageType.SCON, MessageType.DUPU, MessageType.DAVA):
        more = (Tag.CONGESTION_INDICATIONS, 2), (Tag.USER_CAUSE, 0x10003)
        layer.receive(encode(kind, hlr, *more), flow_of("stp"), 1.0)
    layer.transfer(600, 5, UNITDATA)
    keys = (Tag.ROUTING_KEY, key()), (Tag.ROUTING_KEY, key(9, identifier=2))
    layer.receive(encode(MessageType.REG_REQ, *keys), flow_of("a"), 2.0)
    contexts = (2).to_bytes(4) + (77).to_bytes(4)
    layer.receive(encode(MessageType.DEREG_REQ, (Tag.ROUTING_CONTEXT, contexts)), flow_of("a"), 2.0)
    layer.receive(encode(MessageType.BEAT, (Tag.HEARTBEAT_DATA, b"beat")), flow_of("a"), 2.0)
    layer.receive(encode(MessageType.ASPAC, (Tag.ROUTING_CONTEXT, 99)), flow_of("c"), 2.0)
    layer.link_down(flow_of("a"), 3.0)
    for kind in (MessageType.ASPIA, MessageType.ASPDN):
        layer.receive(encode(kind), flow_of("b"), 4.0)
    layer.expire(30.0)
    return [octets for octets, _ in layer.take_output()]


def of_an_asp() -> list[bytes]:
    """It registers, becomes active, asks for what it can reach, and takes its leave."""
    ends = Pair(asp(EAST), sgp())
    seen: list[bytes] = []
    for end in (ends.sgp, ends.asp):
        end.link_up(flow_of("a"), "", 0.0)
    while messages := ends.asp.take_output():
        seen += [octets for octets, _ in messages]
        for octets, flow in messages:
            ends.sgp.receive(octets, flow, 0.0)
        for octets, flow in ends.sgp.take_output():
            ends.asp.receive(octets, flow, 0.0)
    ends.asp.stop(1.0)
    return seen + [octets for octets, _ in ends.asp.take_output()]


NAMES = (
    *("Error (ERR)", "Notify (NTFY)", "Payload data (DATA)", "Destination unavailable (DUNA)"),
    *("Destination available (DAVA)", "Destination state audit (DAUD)"),
    *("SS7 Network congestion state (SCON)", "Destination userpart unavailable (DUPU)"),
    *("Destination restricted (DRST)", "ASP up (ASPUP)", "Heartbeat (BEAT)", "ASP up ack (ASPUP_ACK)"),
    *("ASP down ack (ASPDN_ACK)", "Heartbeat ack (BEAT_ACK)", "ASP active (ASPAC)"),
    *("ASP active ack (ASPAC_ACK)", "ASP inactive ack (ASPIA_ACK)"),
    *("Registration request (REG_REQ)", "Registration response (REG_RSP)"),
    *("Deregistration request (DEREG_REQ)", "Deregistration response (DEREG_RSP)"),
    *("ASP down (ASPDN)", "ASP inactive (ASPIA)"),
)
VALUES = (
    *("Insufficient ASP resources active in AS", "ASP failure", "Broadcast (3)", "Correlation identifier: 1"),
    *("Congestion level 2", "Unequipped remote user (1)", "SCCP (3)", "Successfully registered"),
    *(
        "Permission denied",
        "Successfully deregistered",
        "Invalid routing context",
        "Local routing key identifier: 1",
    ),
)


def test_every_message_is_what_it_is_called(tmp_path: Path, dissect: Callable[[Path], str]) -> None:
    messages = of_a_gateway() + of_an_asp()
    text = dissect(capture(tmp_path / "every.pcap", messages))
    folded = text.lower()
    assert [name for name in NAMES if f"message type: {name}".lower() not in folded] == []
    assert [value for value in VALUES if value.lower() not in folded] == []
    assert {*MessageType} == {decode(octets).kind for octets in messages}
