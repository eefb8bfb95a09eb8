"""What only asks whether a peer still lives."""

import pytest

from ipsmgw.trace import Pdu, heartbeat


@pytest.mark.parametrize(("protocol", "octets", "is_one"), [
    ("m3ua", "0100030300000008", True),
    ("m3ua", "0100030600000008", True),
    ("m3ua", "0100030100000008", False),
    ("m3ua", "01", False),
    ("smpp", "00000010000000150000000000000001", True),
    ("smpp", "00000010800000150000000000000001", True),
    ("smpp", "00000010000000060000000000000001", False),
    ("sip", "0100030300000008", False),
])  # fmt: skip
def test_beat_and_enquire_link_are_heartbeats_with_their_answers(
    protocol: str, octets: str, is_one: bool
) -> None:
    assert heartbeat(Pdu(0.0, "a", "b", protocol, bytes.fromhex(octets))) is is_one
