"""What SSNM messages tell about point codes (RFC 4666 §3.4, §4.5)."""

from enum import Enum
from typing import NamedTuple

from mapstack.m3ua.message import M3uaMessage, MessageType, Tag
from mapstack.m3ua.routing_key import PointCodes

__all__ = ["AVAILABLE", "UNAVAILABLE", "Destination", "DestinationState", "Told", "affected", "told_state"]


class DestinationState(Enum):
    """How a destination can be reached."""

    AVAILABLE = "available"
    RESTRICTED = "restricted"
    CONGESTED = "congested"
    UNAVAILABLE = "unavailable"


class Destination(NamedTuple):
    """How a point code can be reached; `level` is that of its congestion, 0 where none was told."""

    state: DestinationState
    level: int = 0


AVAILABLE, UNAVAILABLE = Destination(DestinationState.AVAILABLE), Destination(DestinationState.UNAVAILABLE)
_TOLD = {
    MessageType.DUNA: DestinationState.UNAVAILABLE,
    MessageType.DAVA: DestinationState.AVAILABLE,
    MessageType.SCON: DestinationState.CONGESTED,
    MessageType.DRST: DestinationState.RESTRICTED,
}


def affected(message: M3uaMessage) -> list[PointCodes]:
    """The Affected Point Code parameter of an SSNM message."""
    numbers = message.numbers(Tag.AFFECTED_POINT_CODE)
    return [PointCodes(number >> 24, number & 0xFFFFFF) for number in numbers]


def told_state(message: M3uaMessage) -> Destination:
    """The state that DUNA, DAVA, SCON or DRST tells."""
    state = _TOLD[message.kind]
    if state is not DestinationState.CONGESTED:
        return Destination(state)
    level = message.number(Tag.CONGESTION_INDICATIONS)
    if level is not None and not level & 0xFF:
        return AVAILABLE  # §3.4.4: level 0, no congestion
    return Destination(state, (level or 0) & 0xFF)


class Told:
    """What one peer has told, the last word first; what it never mentioned is available."""

    __slots__ = ("_limit", "_states")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._states: dict[PointCodes, Destination] = {}

    def __len__(self) -> int:
        return len(self._states)

    def tell(self, codes: PointCodes, told: Destination) -> None:
        """A new word about a point code or many; it overrules what was said of any of them."""
        self._states.pop(codes, None)
        if codes.mask:
            for known in [known for known in self._states if codes.contains(known)]:
                del self._states[known]
        if told == AVAILABLE and not any(known.contains(codes) for known in self._states):
            return
        if len(self._states) >= self._limit:
            del self._states[next(iter(self._states))]
        self._states[codes] = told

    def state(self, point_code: int) -> Destination:
        """What holds for a point code."""
        for codes, told in reversed(self._states.items()):
            if codes.covers(point_code):
                return told
        return AVAILABLE

    def clear(self) -> None:
        """The peer is another one from now on."""
        self._states.clear()
