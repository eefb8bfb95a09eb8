"""What an operator decides about SCCP connectionless (Q.711-Q.714): frozen, typed, checked once."""

from dataclasses import dataclass, field

from mapstack.m3ua.settings import check_point_code

__all__ = ["GtRoute", "SccpLimits", "SccpSettings"]

MIN_MESSAGE = 64  # two addresses of 15 digits and something to say


@dataclass(frozen=True, slots=True, kw_only=True)
class GtRoute:
    """Global titles that begin with `prefix` go to `point_code`; the longest prefix wins."""

    prefix: str
    point_code: int

    def __post_init__(self) -> None:
        check_point_code(self.point_code)
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
