"""Messages cut into segments and put together again (TS 23.554 clause 8.5).

Set and number are in every segment; the total and the wish for a report in the first only; the last flag in
the last only. [LAB] All segments of a message have its Message ID, so who looks for repetitions looks at the
number too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec.structs import replace

from msgin5g_bridge.bgdelivery import BgMessageDelivery
from msgin5g_bridge.errors import DecodeError
from msgin5g_bridge.l3gdelivery import Address, L3gMessageDelivery
from msgin5g_bridge.message import Message
from msgin5g_bridge.model import ABSENT
from msgin5g_bridge.msgdelivery import ASMessageDelivery, UEMessageDelivery
from msgin5g_bridge.n3gdelivery import N3gMessageDelivery
from msgin5g_bridge.segment import MessageSegmentParameters

__all__ = [
    "MAX_SEGMENT",
    "Incomplete",
    "Limits",
    "Overflow",
    "Reassembly",
    "Segmented",
    "Waiting",
    "Whole",
    "cut",
    "size",
]

MAX_SEGMENT = 2048
"""Octets of payload in one segment, unless it is configured otherwise (TS 23.554 clause 8.5.1)."""

Segmented = (
    Message
    | ASMessageDelivery
    | UEMessageDelivery
    | L3gMessageDelivery
    | N3gMessageDelivery
    | BgMessageDelivery
)
"""Every body that can be a segment."""
SegmentT = TypeVar(
    "SegmentT",
    Message,
    ASMessageDelivery,
    UEMessageDelivery,
    L3gMessageDelivery,
    N3gMessageDelivery,
    BgMessageDelivery,
)
_Key = tuple[str, str, str]


def size(payload: str) -> int:
    """Octets, as they count against a segment size."""
    return len(payload.encode())


def cut(message: SegmentT, seg_id: str, most: int = MAX_SEGMENT) -> tuple[SegmentT, ...]:
    """The message itself where it fits, else its segments, none with half a character."""
    payload = message.payload or ""
    if size(payload) <= most:
        return (message,)
    parts = list(_parts(payload, most))
    return tuple(_segment(message, part, seg_id, number, len(parts)) for number, part in enumerate(parts, 1))


def _segment(message: SegmentT, part: str, seg_id: str, number: int, total: int) -> SegmentT:
    params = MessageSegmentParameters(
        seg_id=seg_id,
        seg_numb=number,
        total_seg_count=total if number == 1 else ABSENT,
        last_seg_flag=True if number == total else ABSENT,
    )
    wish = message.deliv_st_req_ind if number == 1 else ABSENT
    return replace(message, payload=part, seg_ind=True, seg_params=params, deliv_st_req_ind=wish)


def _parts(payload: str, most: int) -> Iterator[str]:
    octets = payload.encode()
    begin = 0
    while begin < len(octets):
        end = min(begin + most, len(octets))
        while end < len(octets) and octets[end] & 0xC0 == 0x80:  # within a character
            end -= 1
        if end <= begin:
            raise ValueError(f"a segment of {most} octets has no room for a character")
        yield octets[begin:end].decode()
        begin = end


@dataclass(frozen=True, slots=True)
class Limits:
    """Of what waits to be put together; `wait` and `remember` in seconds."""

    wait: float = 10.0
    """For the next segment of a set."""
    sets: int = 1000
    segments: int = 255
    """Of one set."""
    octets: int = 1 << 20
    """Of one set."""
    remember: float = 600.0
    """How long a set that is whole is known, so that a segment that comes twice begins none."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The last of a set has come: this is what was cut."""

    message: Segmented


@dataclass(frozen=True, slots=True)
class Waiting:
    """More are to come, or this one was there before."""


@dataclass(frozen=True, slots=True)
class Overflow:
    """There is no room; `reason` says of what there is too much."""

    reason: str


@dataclass(frozen=True, slots=True)
class Incomplete:
    """The next segment did not come in time; the set waits on until it is dropped."""

    sender: Address
    first: Segmented
    """Any that came."""
    seg_id: str
    missing: tuple[int, ...]
    """Numbers, as far as they are known."""


@dataclass(slots=True)
class _Set:
    due: float
    parts: dict[int, Segmented] = field(default_factory=dict)
    total: int = 0
    octets: int = 0

    @property
    def missing(self) -> tuple[int, ...]:
        last = self.total or max(self.parts) + 1
        return tuple(number for number in range(1, last + 1) if number not in self.parts)


class Reassembly:
    """All sets that are not whole yet; bounded."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._sets: dict[_Key, _Set] = {}
        self._done: dict[_Key, float] = {}

    def __len__(self) -> int:
        return len(self._sets)

    def put(self, message: Segmented, now: float) -> Whole | Waiting | Overflow:
        """One segment; a message that is none is whole. Raises `DecodeError` where parameters are missing."""
        if not message.seg_ind:
            return Whole(message)
        params = message.seg_params
        if not params or not params.seg_id:
            raise DecodeError("/segParams/segId", "missing")
        number = params.seg_numb
        if not isinstance(number, int):
            raise DecodeError("/segParams/segNumb", "missing")
        total = params.total_seg_count
        for name, value in (("segNumb", number), ("totalSegCount", total)):
            if isinstance(value, int) and not 1 <= value <= self._limits.segments:
                raise DecodeError(f"/segParams/{name}", f"{value} is not within 1..{self._limits.segments}")
        return self._put(_key(message.ori_addr, params.seg_id), message, params, now)

    def expire(self, now: float) -> list[Incomplete]:
        """Sets whose next segment is overdue; each is told again after `wait`, until it is dropped."""
        late = [(key, waiting) for key, waiting in self._sets.items() if waiting.due <= now]
        for _, waiting in late:
            waiting.due = now + self._limits.wait
        self._forget(now)
        return [_incomplete(key, waiting) for key, waiting in late]

    def drop(self, sender: Address, seg_id: str) -> None:
        """Nobody waits for the rest any more."""
        self._sets.pop(_key(sender, seg_id), None)

    def deadline(self) -> float | None:
        return min((waiting.due for waiting in self._sets.values()), default=None)

    def _put(
        self, key: _Key, message: Segmented, params: MessageSegmentParameters, now: float
    ) -> Whole | Waiting | Overflow:
        if self._done.get(key, now) > now:
            return Waiting()
        waiting = self._sets.get(key)
        if waiting is None:
            if len(self._sets) >= self._limits.sets:
                return Overflow(f"{len(self._sets)} messages wait for segments")
            waiting = self._sets[key] = _Set(now + self._limits.wait)
        return self._add(key, waiting, message, params, now)

    def _add(
        self, key: _Key, waiting: _Set, message: Segmented, params: MessageSegmentParameters, now: float
    ) -> Whole | Waiting | Overflow:
        number = params.seg_numb or 0
        if number in waiting.parts:
            return Waiting()
        waiting.octets += size(message.payload or "")
        if waiting.octets > self._limits.octets:
            del self._sets[key]
            return Overflow(f"more than {self._limits.octets} octets in one message")
        waiting.parts[number] = message
        waiting.due = now + self._limits.wait
        waiting.total = waiting.total or params.total_seg_count or (number if params.last_seg_flag else 0)
        if waiting.total not in waiting.parts or waiting.missing:
            return Waiting()
        del self._sets[key]
        self._done[key] = now + self._limits.remember
        return Whole(_joined(waiting))

    def _forget(self, now: float) -> None:
        self._done = {key: until for key, until in self._done.items() if until > now}


def _key(sender: Address, seg_id: str) -> _Key:
    return (sender.addr_type, sender.addr, seg_id)


def _incomplete(key: _Key, waiting: _Set) -> Incomplete:
    first = waiting.parts[min(waiting.parts)]
    return Incomplete(first.ori_addr, first, key[2], waiting.missing)


def _joined(waiting: _Set) -> Segmented:
    numbers = range(1, waiting.total + 1)
    payload = "".join(waiting.parts[number].payload or "" for number in numbers)
    return replace(waiting.parts[1], payload=payload, seg_ind=ABSENT, seg_params=ABSENT)
