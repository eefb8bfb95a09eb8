"""What an operator decides about M3UA (RFC 4666): frozen, typed, checked once."""

from dataclasses import dataclass, field
from enum import Enum, IntEnum

__all__ = [
    "Association",
    "M3uaLimits",
    "M3uaSettings",
    "M3uaTimers",
    "Role",
    "TrafficMode",
    "check_point_code",
]

MAX_POINT_CODE = 0x3FFF  # Q.704 §2.2.3: 14 bits


class Role(Enum):
    """What we are on an association (RFC 4666 §1.2); it says nothing about who connects."""

    ASP = "asp"
    SGP = "sgp"


class TrafficMode(IntEnum):
    """How several ASPs share an AS (RFC 4666 §3.7.1)."""

    OVERRIDE = 1
    LOADSHARE = 2
    BROADCAST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """One association and the application server or signalling gateway behind it."""

    name: str
    role: Role
    point_code: int
    """Of the peer: where messages that take this association are addressed to."""
    routing_context: int | None = None
    network_appearance: int | None = None
    traffic_mode: TrafficMode | None = None
    asp_identifier: int | None = None
    """As ASP: sent in ASPUP. As SGP: the one that the peer must send."""
    streams: int = 10
    """Outgoing SCTP streams to spread DATA over; 0 is for management (RFC 4666 §1.4.7)."""

    def __post_init__(self) -> None:
        check_point_code(self.point_code)
        if self.streams < 2:
            raise ValueError(f"association {self.name}: {self.streams} streams; DATA needs a second one")


@dataclass(frozen=True, slots=True, kw_only=True)
class M3uaTimers:
    """Seconds. T(ack): RFC 4666 §4.3.4; T(beat): §4.3.4.6; T(r), recovery: §4.3.2."""

    t_ack: float = 2.0
    t_beat: float = 30.0
    t_recovery: float = 2.0

    def __post_init__(self) -> None:
        if min(self.t_ack, self.t_beat, self.t_recovery) <= 0:
            raise ValueError("an M3UA timer must be longer than nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class M3uaLimits:
    """What one peer can make us keep."""

    pending_messages: int = 1000
    """DATA held for an AS in AS-PENDING."""


@dataclass(frozen=True, slots=True, kw_only=True)
class M3uaSettings:
    """Our own node and its associations."""

    point_code: int
    network_indicator: int = 2
    associations: tuple[Association, ...] = ()
    timers: M3uaTimers = field(default_factory=M3uaTimers)
    limits: M3uaLimits = field(default_factory=M3uaLimits)

    def __post_init__(self) -> None:
        check_point_code(self.point_code)
        if not 0 <= self.network_indicator <= 3:
            raise ValueError(f"network indicator {self.network_indicator} is not within 0..3")
        names = [association.name for association in self.associations]
        if len(set(names)) != len(names):
            raise ValueError(f"an association is named twice: {', '.join(names)}")
        broadcast = [
            one.point_code
            for one in self.associations
            if one.role is Role.SGP and one.traffic_mode is TrafficMode.BROADCAST
        ]
        if len(set(broadcast)) != len(broadcast):
            raise ValueError("broadcast to several ASPs of one point code is not supported")


def check_point_code(point_code: int) -> None:
    """ValueError where it is none."""
    if not 0 <= point_code <= MAX_POINT_CODE:
        raise ValueError(f"point code {point_code} is not within 0..{MAX_POINT_CODE}")
