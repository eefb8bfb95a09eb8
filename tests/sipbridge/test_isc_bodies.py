"""A short message however its body is wrapped: in base64, in parts, with an encoding that changes nothing."""

from base64 import b64encode

import pytest

from sipbridge import Limits, PeerMisbehaved, RpAck, RpAddress, RpData, RpError, SmMessage, parse
from sipbridge.rp import Direction
from tests.sipbridge.element import SMS_BODY, TO_GATEWAY, application_server, message, sent

ASSERTED = "P-Asserted-Identity: <sip:+1555@ims.test>"
SMS = b"Content-Type: application/vnd.3gpp.sms"


def told(data: bytes) -> SmMessage:
    (event,) = application_server().receive(data, TO_GATEWAY, 0.0)
    assert isinstance(event, SmMessage)
    return event


def in_parts(part: bytes) -> bytes:
    body = b"--b\r\n" + SMS + b"\r\n" + part + b"\r\n--b--\r\n"
    return message(ASSERTED, body=body).replace(SMS, b"Content-Type: multipart/mixed;boundary=b", 1)


@pytest.mark.parametrize("rpdu", [
    RpData(1, RpAddress("15559990000"), b"\x01\x00"),
    RpAck(65, b"\0\0"),
    RpError(65, 22),
])  # fmt: skip
@pytest.mark.parametrize("written", ["base64", "BASE64", " Base64 "])
def test_base64_is_no_rpdu_but_carries_one(rpdu: RpData | RpAck | RpError, written: str) -> None:
    body = b64encode(rpdu.encode(Direction.MS_TO_NETWORK))
    assert told(message(ASSERTED, f"Content-Transfer-Encoding: {written}", body=body)).rpdu == rpdu


def test_a_part_may_be_base64_or_quoted_printable() -> None:
    lines = b"\r\n".join(b64encode(SMS_BODY)[at : at + 20] for at in range(0, 60, 20))
    quoted = b"".join(b"=%02X" % octet for octet in SMS_BODY)
    for encoding, octets in ((b"base64", lines), (b"quoted-printable", quoted), (b"binary", SMS_BODY)):
        part = b"content-transfer-encoding: " + encoding + b"\r\n\r\n" + octets
        assert isinstance(told(in_parts(part)).rpdu, RpData)


@pytest.mark.parametrize(("encoding", "body", "status"), [
    ("base64", b"AAcAB5F", 400),
    ("base64", b"%%%%", 400),
    ("x-uuencode", b"begin", 415),
])  # fmt: skip
def test_an_encoding_that_cannot_be_undone_is_refused(encoding: str, body: bytes, status: int) -> None:
    server = application_server()
    (event,) = server.receive(
        message(ASSERTED, f"Content-Transfer-Encoding: {encoding}", body=body), TO_GATEWAY, 0.0
    )
    assert isinstance(event, PeerMisbehaved)
    assert parse(sent(server)[0], Limits()).status == status


def test_an_encoding_that_changes_nothing_is_accepted() -> None:
    for line in ("Content-Encoding: identity", "e: Identity", "Content-Transfer-Encoding: binary"):
        assert isinstance(told(message(ASSERTED, line)).rpdu, RpData)
