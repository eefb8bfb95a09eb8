"""What an operator decides about M3UA (RFC 4666) and SCCP (Q.711-Q.714): frozen, typed, checked once."""

from dataclasses import dataclass, field
from enum import Enum, IntEnum

__all__ = [
    "Association",
    "GtRoute",
    "M3uaLimits",
    "M3uaSettings",
    "M3uaTimers",
    "Role",
    "SccpLimits",
    "SccpSettings",
    "TrafficMode",
]

MAX_POINT_CODE = 0x3FFF  # Q.704 §2.2.3: 14 bits
MIN_MESSAGE = 64  # two addresses of 15 digits and something to say


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
        _check_point_code(self.point_code)
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
        _check_point_code(self.point_code)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class GtRoute:
    """Global titles that begin with `prefix` go to `point_code`; the longest prefix wins."""

    prefix: str
    point_code: int

    def __post_init__(self) -> None:
        _check_point_code(self.point_code)
        if self.prefix.strip("0123456789"):
            raise ValueError(f"route prefix {self.prefix!r} holds more than digits")


@dataclass(frozen=True, slots=True, kw_only=True)
class SccpLimits:
    """What peers can make us keep."""

    reassemblies: int = 1000
    """Segmented messages under way."""
    templates: int = 4096
    """Encoded headers kept each way, one per pair of addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SccpSettings:
    """Routing, sizes and timers of SCCP connectionless."""

    routes: tuple[GtRoute, ...] = ()
    local_subsystems: frozenset[int] = frozenset({6, 7, 8, 149})
    """SSNs that are equipped here (TS 29.002 §6.1)."""
    max_message: int = 268
    """Octets of one SCCP message: a SIF of 272 less the routing label (Q.703 §2.3.8)."""
    hop_counter: int = 15
    reassembly_timeout: float = 10.0
    """T(reass), Q.714 annex C: 10 to 20 s."""
    limits: SccpLimits = field(default_factory=SccpLimits)

    def __post_init__(self) -> None:
        if self.max_message < MIN_MESSAGE:
            raise ValueError(f"max_message {self.max_message} is below {MIN_MESSAGE}")
        if not 1 <= self.hop_counter <= 15:
            raise ValueError(f"hop counter {self.hop_counter} is not within 1..15")


def _check_point_code(point_code: int) -> None:
    if not 0 <= point_code <= MAX_POINT_CODE:
        raise ValueError(f"point code {point_code} is not within 0..{MAX_POINT_CODE}")
