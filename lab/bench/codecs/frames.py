"""Whole frames, M3UA down to MAP, as the stack takes them: dialogue, timers and learned portions included."""

from collections.abc import Iterator
from random import Random
from time import process_time
from typing import NamedTuple, Protocol

from lab.bench.codecs.pdus import argument, error, newest, result, version_of
from lab.bench.frames import Template
from lab.bench.place import PLAN
from lab.bench.rehearsal import associated, gateway_flow
from mapstack import Answered, Gt, Invoked, Refused, SccpAddress
from mapstack.map.errors import MapError
from mapstack.map.operations import Operation

__all__ = ["Frame", "Incoming", "frames"]

_NOW = 0.0
_SSN = 8
_DATA_OF_UDT = 255


class Incoming(Protocol):
    """Something that comes, so many times."""

    def __call__(self, times: int, /) -> float: ...


class Frame(NamedTuple):
    """What comes, and how long the stack takes for so many of it."""

    name: str
    octets: bytes
    receive: Incoming


class Pair:
    """The gateway's stack, and the peer that writes frames for it."""

    def __init__(self) -> None:
        self.gateway, peer = associated(Random(1))
        self.peer = peer.stack
        self._flow = gateway_flow()
        self._peer_flow = peer.flow

    def begin(self, operation: Operation) -> Template | None:
        """The peer invokes; the transaction id is left open. None: it takes more than one UDT."""
        tid = self.peer.invoke(operation, _address(PLAN.gateway_number), argument(operation), _NOW)
        return self._sent(tid)

    def end(self, operation: Operation, no: MapError | None) -> Template | None:
        """The peer answers, likewise."""
        tid = self.invoke(operation)
        ((frame, _),) = self.gateway.take_output()
        (event,) = self.peer.receive(frame, self._peer_flow, _NOW)
        if not isinstance(event, Invoked):
            raise ValueError(f"{operation.name} is not understood: {event}")
        if no is None:
            self.peer.result(event.dialogue, result(operation), _NOW)
        else:
            self.peer.error(event.dialogue, no, _NOW)
        self.gateway.abort(tid, _NOW)
        return self._sent(tid)

    def invoke(self, operation: Operation) -> int:
        """The gateway invokes: a dialogue waits."""
        return self.gateway.invoke(operation, _address(PLAN.sc_number), argument(operation), _NOW)

    def receive(self, octets: list[bytes], expected: type) -> tuple[float, list[Invoked]]:
        """Seconds of CPU for all of them, and what is open then."""
        receive, flow = self.gateway.receive, self._flow
        start = process_time()
        heard = [receive(frame, flow, _NOW) for frame in octets]
        took = process_time() - start
        events = [event for events in heard for event in events]
        if len(events) != len(octets) or not all(isinstance(event, expected) for event in events):
            raise ValueError(f"not understood: {events[:1]}")
        return took, [event for event in events if isinstance(event, Invoked)]

    def _sent(self, tid: int) -> Template | None:
        first, *more = [frame for frame, _ in self.peer.take_output()]
        return None if more else Template.of(first, {b"tid": tid.to_bytes(4)})


class _Begins:
    """Each opens a dialogue, which is left without an answer."""

    def __init__(self, pair: Pair, frame: Template) -> None:
        self._pair = pair
        self._frame = frame

    def __call__(self, times: int) -> float:
        begins = [self._frame.fill({b"tid": otid.to_bytes(4)}) for otid in range(times)]
        took, opened = self._pair.receive(begins, Invoked)
        for event in opened:
            if event.operation.operation_class == 1:
                self._pair.gateway.abort(event.dialogue, _NOW)
        self._pair.gateway.take_output()
        return took


class _Ends:
    """An End for each of our own dialogues."""

    def __init__(self, pair: Pair, operation: Operation, frame: Template, expected: type) -> None:
        self._pair = pair
        self._operation = operation
        self._frame = frame
        self._expected = expected

    def __call__(self, times: int) -> float:
        tids = [self._pair.invoke(self._operation) for _ in range(times)]
        self._pair.gateway.take_output()
        ends = [self._frame.fill({b"tid": tid.to_bytes(4)}) for tid in tids]
        took, _ = self._pair.receive(ends, self._expected)
        return took


def frames() -> Iterator[Frame]:
    """A Begin of each operation, and Ends with its result and one of its errors: those that one UDT holds."""
    pair = Pair()
    for each in newest():
        if version_of(each) == 1:
            continue
        name, begin = each.name, pair.begin(each)
        if begin is not None:
            yield Frame(name, begin.fill({b"tid": bytes(4)}), _Begins(pair, begin))
        if each.operation_class == 1:
            yield from _ends(pair, each, f"{name}, result", None)
            yield from _ends(pair, each, f"{name}, error", error(min(each.errors)))


def _ends(pair: Pair, operation: Operation, name: str, no: MapError | None) -> Iterator[Frame]:
    end = pair.end(operation, no)
    if end is not None:
        receive = _Ends(pair, operation, end, Refused if no else Answered)
        yield Frame(name, end.fill({b"tid": bytes(4)}), receive)


def _address(digits: str) -> SccpAddress:
    return SccpAddress(Gt(digits), _SSN)
