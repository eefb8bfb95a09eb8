"""Runs every codec operation between two calls of getppid, at which callgrind takes its count: see gate.py.

`python -m tests.mapstack.instructions.counted` prints the names in the order of the counts.
"""

import gc
import sys
from collections.abc import Callable, Iterator
from functools import partial
from os import getppid
from struct import Struct

from lab.bench.codecs.frames import frames
from lab.bench.codecs.lengths import indefinite, long_form
from lab.bench.codecs.pdus import others, pdus
from lab.bench.codecs.trials import called, timed
from mapstack.m3ua import message as m3ua
from mapstack.sccp import message as sccp
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.message import SccpMessage, SccpMessageType

__all__ = ["TIMES", "main"]

WARM, TIMES = 40, 20
"""The interpreter rewrites what it has run some times, so that the first runs cost more."""

Operation = tuple[str, Callable[[int], object]]


# ---- the measure of all: frozen, for every record is a ratio to it


_SIZES = {tag: 1 + tag % 3 for tag in range(256)}
_HEADER = Struct(">BBH")
_ELEMENTS = b"".join(bytes((0x80 + at % 30, 1 + at % 7)) + bytes(range(1 + at % 7)) for at in range(24))


class _Value:
    __slots__ = ("contents", "number", "size", "tag")
    contents: bytes
    number: int
    size: int
    tag: int


def _read(data: bytes, at: int) -> tuple[_Value, int]:
    value = _Value()
    value.tag = data[at]
    start = at + 2
    stop = start + data[at + 1]
    value.contents = data[start:stop]
    value.number = int.from_bytes(value.contents) if stop - start < 5 else 0
    value.size = _SIZES[value.tag]
    return value, stop


def _write(value: _Value) -> bytes:
    contents = value.contents
    if len(contents) > 0x7F or value.size < 1:
        raise ValueError("too long")
    return bytes((value.tag, len(contents))) + contents


def calibration(times: int) -> None:
    """What a codec does, in no codec's way: reads elements with all that belongs to it, and writes them."""
    for _ in range(times):
        values, at = [], 0
        while at < len(_ELEMENTS):
            value, at = _read(_ELEMENTS, at)
            values.append(value)
        out = b"".join([_write(value) for value in values])
        if _HEADER.unpack_from(out)[0] != 0x80 or out != _ELEMENTS:
            raise ValueError("not as it was")


# ---- the operations


def operations() -> Iterator[Operation]:
    """What is counted, by name."""
    yield "calibration", calibration
    for pdu in pdus():
        octets = pdu.encode()
        yield f"{pdu.name}: encode", called(pdu.encode)
        for form, data in (("", octets), (" long", long_form(octets)), (" indefinite", indefinite(octets))):
            yield f"{pdu.name}: decode{form}", timed(pdu.decode, others(data))
    yield from _below()
    for frame in frames():
        yield f"{frame.name}: frame", frame.receive


def _below() -> Iterator[Operation]:
    to = SccpAddress(Gt("15550000002"), 8).encode()
    by = SccpAddress(Gt("15551230001"), 8).encode()
    for kind in (SccpMessageType.UDT, SccpMessageType.XUDT):
        unit = SccpMessage(kind, to, by, bytes(150), return_option=True)
        yield f"SCCP {kind.name}: encode", timed(sccp.encode, [unit])
        yield f"SCCP {kind.name}: decode", timed(sccp.decode, [sccp.encode(unit)])
    parameters = (m3ua.Tag.ROUTING_CONTEXT, 11), (m3ua.Tag.PROTOCOL_DATA, bytes(200))
    yield "M3UA DATA: encode", called(partial(m3ua.encode, m3ua.MessageType.DATA, *parameters))
    yield "M3UA DATA: decode", timed(m3ua.decode, [m3ua.encode(m3ua.MessageType.DATA, *parameters)])


def main() -> None:
    """Each operation, and its name."""
    found = list(operations())
    gc.disable()
    for _, run in found:
        run(WARM)
        getppid()
        run(TIMES)
        getppid()
    sys.stdout.write("\n".join(name for name, _ in found))


if __name__ == "__main__":
    main()
