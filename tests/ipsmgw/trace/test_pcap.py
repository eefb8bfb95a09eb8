"""A capture of exported PDUs opens in Wireshark as it is."""

import io
from collections.abc import Callable
from pathlib import Path
from struct import unpack_from

import pytest

from ipsmgw.trace.pcap import PcapWriter, write_pcap
from ipsmgw.trace.trace import Pdu
from tests.ipsmgw.trace.dialogues import DIALOGUES, data

__all__: list[str] = []

RPDU = bytes.fromhex("003c00099153620000001011f11301080c9153621216001200000646e9733a4402")
MESSAGE = (
    b"MESSAGE tel:+13125550100 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
    b"From: <sip:a@b>;tag=1\r\nTo: <tel:+13125550100>\r\nCall-ID: 1\r\n"
    b"CSeq: 1 MESSAGE\r\nMax-Forwards: 70\r\n"
    b"Content-Type: application/vnd.3gpp.sms\r\nContent-Length: %d\r\n\r\n%b" % (len(RPDU), RPDU)
)


def test_nothing_but_the_header_is_written_for_no_pdu() -> None:
    out = io.BytesIO()
    write_pcap(out, [])
    assert unpack_from("<IHHiIII", out.getvalue()) == (0xA1B23C4D, 2, 4, 0, 0, 262_144, 252)
    assert len(out.getvalue()) == 24


def test_times_are_kept_to_the_microsecond() -> None:
    out = io.BytesIO()
    write_pcap(out, [Pdu(1_700_000_000.123456, "a", "b", "sip", b"x")])
    assert unpack_from("<II", out.getvalue(), 24) == (1_700_000_000, 123_456_000)


def test_a_full_file_leaves_out_and_counts() -> None:
    out = io.BytesIO()
    writer = PcapWriter(out, limit=300)
    for _ in range(5):
        writer.write(Pdu(0, "a", "b", "sip", b"x" * 30))
    assert len(out.getvalue()) <= 300
    assert writer.left_out == 3


def test_of_a_pdu_too_large_for_a_reader_the_beginning_is_there() -> None:
    out = io.BytesIO()
    PcapWriter(out).write(Pdu(0, "a", "b", "sip", bytes(300_000)))
    written, whole = unpack_from("<II", out.getvalue(), 24 + 8)
    assert written == 262_144 == len(out.getvalue()) - 24 - 16
    assert whole > 300_000


@pytest.mark.interop
def test_tshark_reads_sip_down_to_the_text(dissect: Callable[[Path], str], tmp_path: Path) -> None:
    capture = tmp_path / "sip.pcap"
    with capture.open("wb") as out:
        write_pcap(
            out,
            [
                Pdu(1.5, "phone", "S-CSCF", "sip", MESSAGE),
                Pdu(2.0, "S-CSCF", "phone", "sip", MESSAGE, "lost"),
            ],
            {"phone": ("192.0.2.7", 5072), "S-CSCF": ("2001:db8::1", 5060)},
        )
    text = dissect(capture)
    for part in (
        "Session Initiation Protocol",
        "RP-DATA (MS to Network)",
        "SMS-SUBMIT",
        "FROSCH",
        "5072",
    ):
        assert part in text, part


@pytest.mark.interop
def test_tshark_reads_m3ua_down_to_the_short_message(dissect: Callable[[Path], str], tmp_path: Path) -> None:
    # tshark calls an error of version 2 malformed, because it knows the parameter of version 3 only.
    dialogues = [
        octets for name, octets in DIALOGUES.items() if name != "sccp-udt-return-error-roamingNotAllowed"
    ]
    capture = tmp_path / "m3ua.pcap"
    with capture.open("wb") as out:
        write_pcap(
            out, [Pdu(float(at), "SC", "gw", "m3ua", data(octets)) for at, octets in enumerate(dialogues)]
        )
    text = dissect(capture)
    for part in (
        "MTP 3 User Adaptation Layer",
        "mt-forwardSM (44)",
        "anyTimeModification (65)",
        "SMS-DELIVER",
    ):
        assert part in text, part
