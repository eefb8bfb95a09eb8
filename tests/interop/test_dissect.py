"""The second opinion itself: tshark reads a capture that is right and refuses one that is not."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.interop

UPPER_PDU = 252  # LINKTYPE_WIRESHARK_UPPER_PDU: the name of the dissector, then the octets


def capture(path: Path, dissector: bytes, octets: bytes) -> Path:
    name = struct.pack(">HH", 12, len(dissector)) + dissector
    frame = name + struct.pack(">HH", 0, 0) + octets
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, UPPER_PDU)
    path.write_bytes(header + struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
    return path


def test_a_good_pdu_is_dissected(tmp_path: Path, dissect: Callable[[Path], str]) -> None:
    aspup = bytes.fromhex("0100030100000008")
    assert "ASP up (ASPUP)" in dissect(capture(tmp_path / "good", b"m3ua", aspup))


def test_a_pdu_cut_short_is_found_malformed(tmp_path: Path, dissect: Callable[[Path], str]) -> None:
    cut = bytes.fromhex("010003010000001000110008")
    with pytest.raises(AssertionError, match="Malformed"):
        dissect(capture(tmp_path / "bad", b"m3ua", cut))
