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
    """What one peer has told, the last word counts; what it never mentioned is available."""

    __slots__ = ("_by_mask", "_limit", "_words")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._by_mask: dict[int, dict[int, tuple[int, Destination]]] = {}
        """By mask, and by the bits that it leaves: the number of the word, and the word."""
        self._words = 0

    def __len__(self) -> int:
        return sum(map(len, self._by_mask.values()))

    def tell(self, codes: PointCodes, told: Destination) -> None:
        """A new word about a point code or many; it overrules what was said of any of them."""
        mask, bits = codes.key
        words = self._by_mask.setdefault(mask, {})
        words.pop(bits, None)
        if not words:
            del self._by_mask[mask]
        if told == AVAILABLE and not self._overrules(codes):
            return
        if len(self) >= self._limit:
            self._forget_the_oldest()
        self._words += 1
        self._by_mask.setdefault(mask, {})[bits] = self._words, told

    def state(self, point_code: int) -> Destination:
        """What holds for a point code."""
        last, found = 0, AVAILABLE
        for mask, words in self._by_mask.items():
            number, told = words.get(point_code >> mask, (0, AVAILABLE))
            if number > last:
                last, found = number, told
        return found

    def clear(self) -> None:
        """The peer is another one from now on."""
        self._by_mask.clear()

    def _overrules(self, codes: PointCodes) -> bool:
        """Whether anything else may have been said of some of these."""
        return any(
            mask < codes.mask or codes.point_code >> mask in words for mask, words in self._by_mask.items()
        )

    def _forget_the_oldest(self) -> None:
        mask = min(self._by_mask, key=lambda each: next(iter(self._by_mask[each].values()))[0])
        words = self._by_mask[mask]
        del words[next(iter(words))]
        if not words:
            del self._by_mask[mask]
