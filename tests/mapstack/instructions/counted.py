"""Every operation of the codecs of SS7, to be counted: see gate.py.

`python -m tests.mapstack.instructions.counted </dev/null` prints the names in the order of the counts.
"""

from collections.abc import Iterator
from functools import partial

from lab.bench.codecs.frames import frames
from lab.bench.codecs.lengths import indefinite, long_form
from lab.bench.codecs.pdus import others, pdus
from lab.bench.codecs.trials import called, timed
from mapstack.m3ua import message as m3ua
from mapstack.sccp import message as sccp
from mapstack.sccp.address import Gt, SccpAddress
from mapstack.sccp.message import SccpMessage, SccpMessageType
from tests.mapstack.instructions.counting import Operation, run

__all__ = ["operations"]


def operations() -> Iterator[Operation]:
    """What is counted, by name."""
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


if __name__ == "__main__":
    run(operations())
