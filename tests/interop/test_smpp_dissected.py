"""Every PDU of SMPP is dissected by tshark, down to the values of its parameters."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ipsmgw.smpp import Command, Status, Tag, Tlv, encode
from ipsmgw.smpp.pdu import PDUS, SubmitSmResp
from ipsmgw.trace import Pdu, write_pcap
from tests.ipsmgw.smpp.samples import SAMPLES, sample

pytestmark = pytest.mark.interop

Dissect = Callable[[Path], str]

TLVS = (
    Tlv(Tag.RECEIPTED_MESSAGE_ID, b"0000002a\0"),
    Tlv(Tag.MESSAGE_STATE, b"\2"),
    Tlv(Tag.NETWORK_ERROR_CODE, b"\3\0\1"),
    Tlv(Tag.USER_MESSAGE_REFERENCE, b"\0\7"),
    Tlv(Tag.SAR_MSG_REF_NUM, b"\0\1"),
    Tlv(Tag.SAR_TOTAL_SEGMENTS, b"\2"),
    Tlv(Tag.SAR_SEGMENT_SEQNUM, b"\1"),
    Tlv(Tag.MESSAGE_PAYLOAD, b"a longer text"),
)


def dissected(dissect: Dissect, path: Path, *pdus: bytes) -> str:
    with path.open("wb") as stream:
        write_pcap(stream, [Pdu(float(at), "esme", "smsc", "smpp", data) for at, data in enumerate(pdus)])
    return dissect(path)


def test_every_pdu_is_dissected(dissect: Dissect, tmp_path: Path) -> None:
    said = dissected(dissect, tmp_path / "all", *(encode(SAMPLES[command], 7) for command in PDUS))
    assert said.count("Short Message Peer to Peer, Command:") == len(PDUS)
    assert "Unknown" not in said


@pytest.mark.parametrize("command", sorted(PDUS), ids=lambda command: command.name)
def test_the_values_are_the_same(command: Command, dissect: Dissect, tmp_path: Path) -> None:
    said = dissected(dissect, tmp_path / "one", encode(SAMPLES[command], 7))
    pdu = SAMPLES[command]
    for value in ("system_id", "password", "source_addr", "destination_addr", "message_id", "service_type"):
        text = getattr(pdu, value, "")
        assert not text or f": {text}\n" in said, value
    assert "Sequence #: 7" in said


def test_optional_parameters_are_dissected(dissect: Dissect, tmp_path: Path) -> None:
    said = dissected(dissect, tmp_path / "tlvs", encode(sample(Command.DELIVER_SM, *TLVS), 7))
    for sign in (
        "SMSC identifier: 0000002a", "Message state: DELIVERED", "Error type: GSM (3)",
        "Message reference: 0x0007", "SAR reference number: 1", "SAR size: 2", "SAR sequence number: 1",
        "Payload: 61206c6f6e6765722074657874",
    ):  # fmt: skip
        assert sign in said, sign


def test_a_status_is_named(dissect: Dissect, tmp_path: Path) -> None:
    said = dissected(dissect, tmp_path / "status", encode(SubmitSmResp(), 7, Status.RTHROTTLED))
    assert "Throttling error" in said
