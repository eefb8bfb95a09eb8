"""What we write, read by others: sipmessage and tshark."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from sipmessage import Message as TheirMessage
from sipmessage import Request as TheirRequest
from sipmessage import Response as TheirResponse

from sipbridge import Direction, Request, RpAck, RpAddress, RpData, SipStack, SmMessage
from sipbridge.rp import encode
from tests.sipbridge.element import TO_GATEWAY, application_server, message, octets, sent, stack

DELIVER = bytes.fromhex("040b913306000000f000007101911172758004d4f29c0e")
MT = encode(RpData(7, RpAddress("33689004000"), DELIVER), Direction.NETWORK_TO_MS)
REPORT = encode(RpAck(7), Direction.NETWORK_TO_MS)


def everything() -> list[bytes]:
    """One of each kind of message that this room writes."""
    server, plain = application_server(), stack()
    where = ("sip:+1555@ims.test;user=phone", "sip:127.0.0.1:6060;lr")
    server.message(*where, MT, 0.0, flow=TO_GATEWAY, asserted="sip:ipsmgw.ims.test")
    server.message(*where, REPORT, 0.0, flow=TO_GATEWAY, asserted="sip:ipsmgw.ims.test", in_reply_to="a@b")
    for data in (
        message(method="OPTIONS"),
        message(method="INVITE"),
        message(body=b""),
        message("Require: x"),
    ):
        server.receive(data.replace(b"z9hG4bK1", b"z9hG4bK" + data[:3]), TO_GATEWAY, 0.0)
    for event in server.receive(octets("sip", "kamailio-mo-message-over-isc-as-receives"), TO_GATEWAY, 0.0):
        assert isinstance(event, SmMessage)
        server.respond(event.tx, 202, 0.0)
    plain.request(
        "REGISTER", "sip:ims.test", 0.0, flow=TO_GATEWAY, sender="sip:a@ims.test", recipient="sip:a@ims.test",
        headers=[("Contact", "<sip:a@127.0.0.1>;+g.3gpp.smsip"), ("Expires", "600")],
    )  # fmt: skip
    return sent(server) + sent(plain) + forwarded(plain)


def forwarded(proxy: SipStack) -> list[bytes]:
    (event,) = proxy.receive(octets("sip", "kamailio-mo-message-over-isc-as-receives"), TO_GATEWAY, 0.0)
    assert isinstance(event, Request)
    proxy.forward(event.tx, 0.0, flow=TO_GATEWAY, uri="sip:x@y")
    return sent(proxy)


def test_sipmessage_reads_all_that_we_write() -> None:
    written = everything()
    assert len(written) == 9
    for data in written:
        theirs = TheirMessage.parse(data)
        assert theirs.via[0].host == "127.0.0.1"
        assert theirs.from_address is not None
        assert theirs.to_address is not None
        assert theirs.cseq is not None
        assert theirs.body == data.partition(b"\r\n\r\n")[2]
        if isinstance(theirs, TheirRequest):
            assert theirs.max_forwards in (67, 70)
            assert "tag" not in theirs.to_address.parameters
        else:
            assert isinstance(theirs, TheirResponse)
            assert "tag" in theirs.to_address.parameters


@pytest.mark.interop
def test_tshark_reads_all_that_we_write_down_to_the_text(
    tmp_path: Path, dissect: Callable[[Path], str]
) -> None:
    path = tmp_path / "sip.pcap"
    name = struct.pack(">HH", 12, 4) + b"sip\0" + struct.pack(">HH", 0, 0)
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 252)
    frames = [name + data for data in everything()]
    path.write_bytes(header + b"".join(struct.pack("<IIII", 0, 0, len(f), len(f)) + f for f in frames))
    told = dissect(path)
    assert told.count("Session Initiation Protocol") == 9
    for words in (
        "RP-DATA (Network to MS)",
        "RP-ACK (Network to MS)",
        "SMS text: Test",
        "RP-DATA (MS to Network)",
    ):
        assert words in told
