"""What is timed: our codec and pycrate's on the same octets, after a check that they understand the same."""

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from time import process_time
from typing import Literal, NamedTuple, TypeVar

from lab.bench.codecs import oracle
from lab.bench.codecs.frames import Frame, frames
from lab.bench.codecs.lengths import indefinite, long_form
from lab.bench.codecs.pdus import Pdu, others, pdus

__all__ = ["PARTS", "Disagreement", "Part", "Trial", "called", "seconds", "timed", "trials"]

ArgumentT = TypeVar("ArgumentT")
Part = Literal["usual", "long", "indefinite", "encode", "frame", "first sight", "learned"]
PARTS: tuple[Part, ...] = ("usual", "long", "indefinite", "encode", "frame", "first sight", "learned")
"""Decoding with lengths as we write them, in three octets, and indefinite; the rest of SS7; and SIP."""

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
        messages = others(data)
        yield Trial(part, pdu.name, len(data), timed(pdu.decode, messages), timed(oracle.decode, messages))
    yield Trial("encode", pdu.name, len(octets), called(pdu.encode), timed(oracle.encode, [theirs]))


def _of_frame(frame: Frame) -> Trial:
    if not oracle.decode_frame(frame.octets):
        raise Disagreement(f"{frame.name}: pycrate reads no frame")
    theirs = timed(oracle.decode_frame, [frame.octets])
    return Trial("frame", frame.name, len(frame.octets), frame.receive, theirs)


def timed(call: Callable[[ArgumentT], object], arguments: Sequence[ArgumentT]) -> Callable[[int], float]:
    """Call it so many times, with each of these in its turn; the seconds of CPU."""

    def run(times: int) -> float:
        return seconds(call, list(islice(cycle(arguments), times)))

    return run


def seconds(call: Callable[[ArgumentT], object], arguments: Sequence[ArgumentT]) -> float:
    """Of CPU, for a call with each."""
    start = process_time()
    for argument in arguments:
        call(argument)
    return process_time() - start


def called(call: Callable[[], object]) -> Callable[[int], float]:
    """The same without an argument."""

    def run(times: int) -> float:
        start = process_time()
        for _ in range(times):
            call()
        return process_time() - start

    return run
