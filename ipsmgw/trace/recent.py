"""The last PDUs of a node, batch by batch as they were read and written: what `explain` reads (DESIGN §4)."""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar

__all__ = ["Kept", "Recent"]

FlowT = TypeVar("FlowT")
_OCTETS_OF = itemgetter(0)


class Kept(NamedTuple, Generic[FlowT]):
    """One PDU that was kept; `number` counts all that ever were."""

    number: int
    when: float
    sent: bool
    protocol: str
    data: bytes
    flow: FlowT


class _Batch(NamedTuple, Generic[FlowT]):
    first: int
    when: float
    sent: bool
    protocol: str
    pdus: Sequence[tuple[bytes, FlowT]]
    octets: int


class Recent(Generic[FlowT]):
    """At most so many PDUs and octets, the oldest forgotten first.

    A batch is kept as the list that it is: that costs one call and a reference, however many are in it.
    """

    def __init__(self, *, pdus: int, octets: int) -> None:
        self._limit, self._most_octets = pdus, octets
        self._batches: deque[_Batch[FlowT]] = deque()
        self._pdus = self._octets = 0
        self.forgotten = 0
        self.forgotten_until: float | None = None
        """When the last of those had gone over the wire."""

    @property
    def on(self) -> bool:
        """Whether anything is kept at all."""
        return self._limit > 0 and self._most_octets > 0

    def __len__(self) -> int:
        return self._pdus

    @property
    def octets(self) -> int:
        return self._octets

    def keeper(self, protocol: str) -> Callable[[float, bool, Sequence[tuple[bytes, FlowT]]], None]:
        """What a port calls with (now, sent?, batch)."""
        return partial(self._keep, protocol)

    def _keep(self, protocol: str, now: float, sent: bool, batch: Sequence[tuple[bytes, FlowT]]) -> None:
        octets = sum(map(len, map(_OCTETS_OF, batch)))
        batches = self._batches
        batches.append(_Batch(self._pdus + self.forgotten, now, sent, protocol, batch, octets))
        self._pdus += len(batch)
        self._octets += octets
        while self._pdus > self._limit or self._octets > self._most_octets:
            oldest = batches.popleft()
            self._pdus -= len(oldest.pdus)
            self._octets -= oldest.octets
            self.forgotten += len(oldest.pdus)
            self.forgotten_until = oldest.when

    @property
    def first(self) -> int:
        """Number of the oldest that is still there, or of the next one."""
        return self.forgotten

    @property
    def end(self) -> int:
        """Number of the next one that will come."""
        return self.forgotten + self._pdus

    def since(self, number: int, most: int) -> list[Kept[FlowT]]:
        """So many at most from this one on, the oldest first."""
        found: list[Kept[FlowT]] = []
        for first, when, sent, kind, pdus, _ in self._from(number):
            start = max(0, number - first)
            for at in range(start, min(len(pdus), start + most - len(found))):
                data, flow = pdus[at]
                found.append(Kept(first + at, when, sent, kind, data, flow))
            if len(found) >= most:
                break
        return found

    def _from(self, number: int) -> list[_Batch[FlowT]]:
        """The batch of this number and what has come after it: as a rule they are few."""
        found: list[_Batch[FlowT]] = []
        for batch in reversed(self._batches):
            if batch.first + len(batch.pdus) <= number:
                break
            found.append(batch)
        return found[::-1]

    def find(self, protocol: str, needle: bytes, start: float, end: float) -> list[Kept[FlowT]]:
        """Those of this time that have these octets in them, the oldest first: all there are without any."""
        found: list[Kept[FlowT]] = []
        for first, when, sent, kind, pdus, _ in self._batches:
            if kind == protocol and start <= when <= end:
                found += [
                    Kept(number, when, sent, kind, data, flow)
                    for number, (data, flow) in enumerate(pdus, first)
                    if needle in data
                ]
        return found
