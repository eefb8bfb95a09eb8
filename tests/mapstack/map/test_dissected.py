"""Tshark reads every operation in every version: its argument, its result, each of its errors."""

import struct
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from mapstack.map.errors import ERROR_PARAMETERS, ErrorCode, ErrorParameter, MapError, encode_error_parameter
from mapstack.map.operation import Operation
from mapstack.map.operations import OPERATIONS
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.tcap.component import encode_invoke, encode_return_error, encode_return_result
from mapstack.tcap.message import MessageType, encode_message
from tests.mapstack.map.values import filled

pytestmark = pytest.mark.interop

UPPER_PDU = 252  # LINKTYPE_WIRESHARK_UPPER_PDU: the name of the dissector, then the octets
NAME = struct.pack(">HH", 12, 4) + b"sccp" + struct.pack(">HH", 0, 0)
MSC, HLR = SccpAddress(Gt("15550000002"), 8), SccpAddress(Gt("15550000001"), 6)
LUDT = b"\x13\x00\x0f"


def test_every_operation_is_read(tmp_path: Path, dissect: Callable[[Path], str]) -> None:
    frames = list(_frames())
    text = dissect(_capture(tmp_path / "operations.pcap", frames))
    assert text.count("GSM Mobile Application") == len(frames)
    for operation in OPERATIONS:
        assert f"localValue: {_shown(operation)} ({operation.code})" in text


def _shown(operation: Operation) -> str:
    """As the dissector spells them."""
    return {
        "mo-ForwardSM": "mo-forwardSM",
        "mt-ForwardSM": "mt-forwardSM",
        "forwardSM": "mo-forwardSM",
    }.get(operation.name, operation.name)


def _frames() -> Iterator[bytes]:
    """A dialogue with a result and one with each error, of every operation."""
    tids = count(1)
    for operation in OPERATIONS:
        for answer in _answers(operation):
            tid = next(tids).to_bytes(4)
            invoke = encode_invoke(1, operation.code, filled(operation.argument).encode())
            context = operation.context
            yield _ludt(HLR, MSC, encode_message(MessageType.BEGIN, b"\x48\4" + tid, context.request, invoke))
            yield _ludt(MSC, HLR, encode_message(MessageType.END, b"\x49\4" + tid, context.accept, answer))


def _answers(operation: Operation) -> Iterator[bytes]:
    result = filled(operation.result).encode() if operation.result else b""
    yield encode_return_result(1, operation.code, result)
    for code in sorted(operation.errors):
        if operation.version < 3 and code is ErrorCode.ROAMING_NOT_ALLOWED:
            continue  # GSM 09.02 §17.6.6 has a bare ENUMERATED, which the dissector does not know
        parameter = encode_error_parameter(MapError(code, _parameter(code)), operation.version)
        yield encode_return_error(1, code, parameter)


def _parameter(code: ErrorCode) -> ErrorParameter:
    return b"\x0f" if code is ErrorCode.SS_ERROR_STATUS else filled(ERROR_PARAMETERS[code])


def _ludt(called: SccpAddress, calling: SccpAddress, data: bytes) -> bytes:
    """Long enough for all of it (Q.713 §4.20); the pointers are those of two octets."""
    parts = [bytes((len(each),)) + each for each in (called.encode(), calling.encode())]
    parts.append(struct.pack("<H", len(data)) + data)
    at, pointers = 8, b""
    for index, part in enumerate(parts):
        pointers += struct.pack("<H", at - 2 * index - 1)
        at += len(part)
    return LUDT + pointers + bytes(2) + b"".join(parts)


def _capture(path: Path, frames: list[bytes]) -> Path:
    octets = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, UPPER_PDU)
    for second, frame in enumerate(frames):
        size = len(NAME) + len(frame)
        octets += struct.pack("<IIII", second, 0, size, size) + NAME + frame
    path.write_bytes(octets)
    return path
