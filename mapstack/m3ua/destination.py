"""What SSNM messages tell about point codes (RFC 4666 §3.4, §4.5)."""

from enum import Enum
from typing import NamedTuple

from mapstack.m3ua.message import M3uaMessage, MessageType, Tag

__all__ = ["AffectedPointCode", "DestinationState", "affected_point_codes", "told_state"]

_MAX_MASK = 24


class DestinationState(Enum):
    """How a destination can be reached."""

    AVAILABLE = "available"
    RESTRICTED = "restricted"
    CONGESTED = "congested"
    UNAVAILABLE = "unavailable"


_TOLD = {
    MessageType.DUNA: DestinationState.UNAVAILABLE,
    MessageType.DAVA: DestinationState.AVAILABLE,
    MessageType.SCON: DestinationState.CONGESTED,
    MessageType.DRST: DestinationState.RESTRICTED,
}


class AffectedPointCode(NamedTuple):
    """A point code whose lowest `mask` bits may be anything (RFC 4666 §3.4.1)."""

    mask: int
    point_code: int

    def covers(self, point_code: int) -> bool:
        """Whether that point code is meant."""
        return (self.point_code ^ point_code) >> min(self.mask, _MAX_MASK) == 0

    @property
    def octets(self) -> bytes:
        """As the parameter carries it."""
        return (self.mask << 24 | self.point_code).to_bytes(4)


def affected_point_codes(message: M3uaMessage) -> list[AffectedPointCode]:
    """The Affected Point Code parameter of an SSNM message."""
    numbers = message.numbers(Tag.AFFECTED_POINT_CODE)
    return [AffectedPointCode(number >> 24, number & 0xFFFFFF) for number in numbers]


def told_state(message: M3uaMessage) -> DestinationState:
    """The state that DUNA, DAVA, SCON or DRST tells."""
    if message.kind is MessageType.SCON and message.number(Tag.CONGESTION_INDICATIONS) == 0:
        return DestinationState.AVAILABLE  # §3.4.4: level 0, no congestion
    return _TOLD[message.kind]
