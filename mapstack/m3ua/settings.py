"""What an operator decides about M3UA (RFC 4666): frozen, typed, checked once."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, IntEnum

from mapstack.m3ua.routing_key import PointCodes, RoutingKey

__all__ = [
    "Association",
    "M3uaLimits",
    "M3uaSettings",
    "M3uaTimers",
    "MtpRoute",
    "PointCodes",
    "Role",
    "RoutingKey",
    "Served",
    "TrafficMode",
    "check_point_code",
]

MAX_POINT_CODE = 0x3FFF  # Q.704 §2.2.3: 14 bits
MAX_MASK = 14
_MAX_NUMBER = 0xFFFFFFFF


class Role(Enum):
    """What we are on an association (RFC 4666 §1.2); it says nothing about who connects."""

    ASP = "asp"
    SGP = "sgp"
    IPSP_SINGLE = "ipsp-single"
    """IPSP with a single exchange: one ASPUP and one ASPAC make both ends active (§4.3.1, §5.5)."""
    IPSP_DOUBLE = "ipsp-double"
    """IPSP with double exchange: each end asks for the traffic that it wants to receive."""


class TrafficMode(IntEnum):
    """How several ASPs share an AS (RFC 4666 §3.7.1)."""

    OVERRIDE = 1
    LOADSHARE = 2
    BROADCAST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One AS on an association (RFC 4666 §1.2), told from others by its routing context."""

    point_code: int | None = None
    """As SGP and IPSP: of the AS. As ASP: one that is reached through it; others need an MTP route."""
    name: str = ""
    """An AS that is served over several associations has one name; without: `AS` and the point code."""
    routing_context: int | None = None
    network_appearance: int | None = None
    traffic_mode: TrafficMode | None = None
    own_context: int | None = None
    """IPSP with double exchange: the routing context of our own AS; the other one is the peer's."""
    register: RoutingKey | None = None
    """As ASP or IPSP: the key that is registered, for a routing context that the peer assigns (§4.4)."""
    required: int = 1
    """As SGP: how many ASPs the AS needs; with fewer the idle ones are told (§3.8.2)."""

    def __post_init__(self) -> None:
        if self.point_code is not None:
            check_point_code(self.point_code)
        for number in (self.routing_context, self.network_appearance, self.own_context):
            if number is not None and not 0 <= number <= _MAX_NUMBER:
                raise ValueError(f"{number} is not within 0..{_MAX_NUMBER}")
        if self.required < 1:
            raise ValueError(f"{self.server}: {self.required} ASPs cannot be required")

    @property
    def server(self) -> str:
        """What the AS is called."""
        return self.name or ("AS" if self.point_code is None else f"AS {self.point_code}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """One association and the application servers or the signalling gateway behind it."""

    name: str
    role: Role
    point_code: int | None = None
    """Of the peer, in the simple form: one AS, whose parameters stand here and not in `servers`."""
    routing_context: int | None = None
    network_appearance: int | None = None
    traffic_mode: TrafficMode | None = None
    servers: tuple[Served, ...] = ()
    """Several AS on one association, each with a routing context."""
    asp_identifier: int | None = None
    """As ASP: sent in ASPUP. As SGP: the one that the peer must send."""
    streams: int = 10
    """Outgoing SCTP streams to spread DATA over; 0 is for management (RFC 4666 §1.4.7)."""
    grants: tuple[PointCodes, ...] = ()
    """As SGP or IPSP: point codes that the peer may register routing keys for (§4.4); none: it may not."""
    blocked: bool = False
    """As SGP or IPSP: the peer is refused for reasons of management (ERR 0x0d)."""

    def __post_init__(self) -> None:
        if self.streams < 2:
            raise ValueError(f"association {self.name}: {self.streams} streams; DATA needs a second one")
        fault = next(self._faults(), None)
        if fault is not None:
            raise ValueError(f"association {self.name}: {fault}")

    @property
    def served(self) -> tuple[Served, ...]:
        """The AS on it, in either form."""
        if self.servers or (self.point_code is None and self.grants and self.routing_context is None):
            return self.servers
        return (
            Served(
                point_code=self.point_code,
                routing_context=self.routing_context,
                network_appearance=self.network_appearance,
                traffic_mode=self.traffic_mode,
            ),
        )

    def _faults(self) -> Iterator[str]:
        simple = (self.point_code, self.routing_context, self.network_appearance, self.traffic_mode)
        served = self.served
        contexts = [one.routing_context for one in served if one.routing_context is not None]
        if self.servers and any(value is not None for value in simple):
            yield "its parameters stand either in `servers` or beside it, not in both"
        if twice := _twice(map(str, contexts)):
            yield f"a routing context is there twice: {twice}"
        if twice := _twice(one.server for one in served):
            yield f"two application servers have one name: {twice}"
        if self.role is Role.ASP and (self.grants or self.blocked):
            yield "an ASP grants nothing and blocks nobody"
        for one in served:
            yield from self._faults_of(one)

    def _faults_of(self, one: Served) -> Iterator[str]:
        if self.role is not Role.ASP and one.point_code is None:
            yield f"as {self.role.value} it needs the point code of the application server"
        if self.role is not Role.IPSP_DOUBLE and one.own_context is not None:
            yield "own_context is for IPSP with double exchange"
        if len(self.servers) > 1 and one.routing_context is None and one.register is None:
            yield "of several application servers each needs a routing context, or a routing key to register"
        if self.role is Role.SGP and one.register is not None:
            yield "a signalling gateway registers no routing key: it grants them"
        if one.register is not None and one.routing_context is not None:
            yield "where a routing key is registered, the peer assigns the routing context"


@dataclass(frozen=True, slots=True, kw_only=True)
class MtpRoute:
    """Where messages for a point code go (Q.704 §2.3.3; RFC 4666 §1.4.3): an entry of the routing table."""

    point_code: int
    mask: int = 0
    """How many of the lowest bits may be anything; the narrowest route that is open is taken."""
    via: str
    """Name of an association, or of an AS."""
    priority: int = 1
    """1 is tried first; routes of equal priority share the load by SLS."""

    def __post_init__(self) -> None:
        check_point_code(self.point_code)
        if not 0 <= self.mask <= MAX_MASK:
            raise ValueError(
                f"mask {self.mask} of the route to {self.point_code} is not within 0..{MAX_MASK}"
            )
        if self.priority < 1:
            raise ValueError(f"priority {self.priority} of the route to {self.point_code} is less than 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class M3uaTimers:
    """Seconds. T(ack): RFC 4666 §4.3.4; T(beat): §4.3.4.6; T(r), recovery: §4.3.2."""

    t_ack: float = 2.0
    t_beat: float | None = 30.0
    """None: no heartbeat, SCTP's own is enough (§4.3.4.6)."""
    t_recovery: float = 2.0
    t_audit: float | None = 30.0
    """DAUD when traffic starts, and this often while a destination is not available (§4.5); None: never."""

    t_register: float = 30.0
    """REG REQ, ASPUP or ASPAC again after the peer has refused it (§4.4.1, §3.8.1)."""

    def __post_init__(self) -> None:
        timers = (self.t_ack, self.t_beat, self.t_recovery, self.t_audit, self.t_register)
        if min(timer for timer in timers if timer is not None) <= 0:
            raise ValueError("an M3UA timer must be longer than nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class M3uaLimits:
    """What one peer can make us keep."""

    pending_messages: int = 1000
    """DATA held for an AS in AS-PENDING."""
    destinations: int = 1000
    """What SSNM told, per association; and point codes in use that only a route with a mask knows."""
    routing_keys: int = 16
    """Registered over one association."""

    def __post_init__(self) -> None:
        if min(self.pending_messages, self.destinations, self.routing_keys) < 1:
            raise ValueError("a limit of M3UA must be at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class M3uaSettings:
    """Our own node, its associations, and where each point code is reached."""

    point_code: int
    network_indicator: int = 2
    associations: tuple[Association, ...] = ()
    routes: tuple[MtpRoute, ...] = ()
    """Beside those that associations bring with their point codes."""
    timers: M3uaTimers = field(default_factory=M3uaTimers)
    limits: M3uaLimits = field(default_factory=M3uaLimits)

    def __post_init__(self) -> None:
        check_point_code(self.point_code)
        if not 0 <= self.network_indicator <= 3:
            raise ValueError(f"network indicator {self.network_indicator} is not within 0..3")
        if twice := _twice(association.name for association in self.associations):
            raise ValueError(f"an association is named twice: {twice}")
        served = [one for association in self.associations for one in association.served]
        names = {association.name for association in self.associations} | {one.server for one in served}
        for route in self.routes:
            if route.via not in names:
                raise ValueError(f"no association and no AS is named {route.via!r}")
        if fault := next(self._mode_faults(), None):
            raise ValueError(fault)

    def _mode_faults(self) -> Iterator[str]:
        modes: dict[str, TrafficMode | None] = {}
        for association in self.associations:
            for one in association.served:
                again, asked = one.server in modes, association.role is not Role.SGP
                if modes.setdefault(one.server, one.traffic_mode) is not one.traffic_mode:
                    yield f"{one.server} has two traffic modes"
                if again and asked and one.traffic_mode is TrafficMode.BROADCAST:
                    yield f"{one.server}: to one node broadcast would bring every message several times"


def _twice(names: Iterable[str]) -> str:
    return ", ".join(name for name, times in Counter(names).items() if times > 1)


def check_point_code(point_code: int) -> None:
    """ValueError where it is none."""
    if not 0 <= point_code <= MAX_POINT_CODE:
        raise ValueError(f"point code {point_code} is not within 0..{MAX_POINT_CODE}")
