"""What is timed: our codec and pycrate's on the same octets, after a check that they understand the same."""

from collections.abc import Callable, Iterator
from time import process_time
from typing import Literal, NamedTuple, TypeVar

from lab.bench.codecs import oracle
from lab.bench.codecs.frames import Frame, frames
from lab.bench.codecs.lengths import indefinite, long_form
from lab.bench.codecs.pdus import Pdu, pdus

__all__ = ["PARTS", "Disagreement", "Part", "Trial", "trials"]

ArgumentT = TypeVar("ArgumentT")
Part = Literal["usual", "long", "indefinite", "encode", "frame"]
PARTS: tuple[Part, ...] = ("usual", "long", "indefinite", "encode", "frame")
"""Decoding with lengths as we write them, in three octets, and of the indefinite form; and the rest."""

_FORMS: dict[Part, Callable[[bytes], bytes]] = {
    "usual": lambda octets: octets,
    "long": long_form,
    "indefinite": indefinite,
}


class Disagreement(Exception):
    """Ours and pycrate's are not the same: their times say nothing."""


class Trial(NamedTuple):
    """Both functions give seconds of CPU for so many times."""

    part: Part
    pdu: str
    octets: int
    ours: Callable[[int], float]
    theirs: Callable[[int], float]


def trials() -> Iterator[Trial]:
    """Everything: of each PDU its encoding and the decoding of three forms, and whole frames."""
    for pdu in pdus():
        yield from _of_pdu(pdu)
    for frame in frames():
        yield _of_frame(frame)


def _of_pdu(pdu: Pdu) -> Iterator[Trial]:
    octets = pdu.encode()
    if not oracle.speaks(octets):
        raise Disagreement(f"{pdu.name}: pycrate writes other octets")
    ours, theirs = pdu.decode(octets), oracle.decode(octets)
    for part, rewritten in _FORMS.items():
        data = rewritten(octets)
        if pdu.decode(data) != ours or oracle.decode(data) != theirs:
            raise Disagreement(f"{pdu.name}, {part}: read otherwise")
        yield Trial(part, pdu.name, len(data), _timed(pdu.decode, data), _timed(oracle.decode, data))
    yield Trial("encode", pdu.name, len(octets), _called(pdu.encode), _timed(oracle.encode, theirs))


def _of_frame(frame: Frame) -> Trial:
    if not oracle.decode_frame(frame.octets):
        raise Disagreement(f"{frame.name}: pycrate reads no frame")
    theirs = _timed(oracle.decode_frame, frame.octets)
    return Trial("frame", frame.name, len(frame.octets), frame.receive, theirs)


def _timed(call: Callable[[ArgumentT], object], argument: ArgumentT) -> Callable[[int], float]:
    def run(times: int) -> float:
        start = process_time()
        for _ in range(times):
            call(argument)
        return process_time() - start

    return run


def _called(call: Callable[[], object]) -> Callable[[int], float]:
    def run(times: int) -> float:
        start = process_time()
        for _ in range(times):
            call()
        return process_time() - start

    return run
