"""What an operator decides about SCCP connectionless (Q.711-Q.714): frozen, typed, checked once."""

from dataclasses import dataclass, field
from enum import Enum

from mapstack.m3ua.settings import check_point_code
from mapstack.sccp.address_rules import AddressRule
from mapstack.sccp.gt_translation import GtRoute, GtTranslation

__all__ = [
    "Concerned",
    "GtRoute",
    "Messages",
    "SccpCongestion",
    "SccpLimits",
    "SccpSettings",
    "StatusTest",
]

MIN_MESSAGE = 64  # two addresses of 15 digits and something to say
MAX_IMPORTANCE = 7  # Q.713 §3.19: three bits


class Messages(Enum):
    """Which messages carry N-UNITDATA (Q.714 §4.1)."""

    AS_NEEDED = "as-needed"
    """UDT; XUDTs where it does not fit in one."""
    UDT = "udt"
    """UDT and nothing else: what does not fit cannot be sent."""
    XUDT = "xudt"
    """Always XUDT."""
    LUDT = "ludt"
    """Always LUDT, which only a network without MTP links of 272 octets carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """A node that hears when a subsystem of ours goes out of service and comes back (Q.714 §5.3.6)."""

    point_code: int
    ssn: int | None = None
    """None: every one of ours."""

    def __post_init__(self) -> None:
        check_point_code(self.point_code)
        if self.ssn is not None and not 2 <= self.ssn <= 255:
            raise ValueError(f"subsystem {self.ssn} is not within 2..255")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusTest:
    """The test of a prohibited subsystem of another node (Q.714 §5.3.4), seconds."""

    first: float = 10.0
    """T(stat info), 5 to 10 s at first; doubled with every test without an answer."""
    longest: float = 600.0
    """Where the doubling ends: 10 to 20 minutes."""

    def __post_init__(self) -> None:
        if not 0 < self.first <= self.longest:
            raise ValueError(f"status test: first {self.first} s is not within 0..{self.longest} s")


@dataclass(frozen=True, slots=True, kw_only=True)
class SccpCongestion:
    """How traffic to a congested node is restricted (Q.714 §2.6, §5.2.4, §5.2.8); times in seconds."""

    attack: float = 0.6
    """T(a): how long further indications of congestion are not counted."""
    decay: float = 5.0
    """T(d): how long until the restriction of MTP congestion is one step less."""
    level_decay: float = 5.0
    """T(con): how long until the congestion level that an SSC told is one less."""
    sublevels: int = 4
    """M: steps within one level."""
    report_every: int = 8
    """P: while we are congested, every P-th message of a node is answered with an SSC."""

    def __post_init__(self) -> None:
        if min(self.attack, self.decay, self.level_decay) <= 0:
            raise ValueError("a timer of SCCP congestion must be longer than nothing")
        if min(self.sublevels, self.report_every) < 1:
            raise ValueError("sublevels and report_every are at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class SccpLimits:
    """What peers can make us keep."""

    reassemblies: int = 1000
    """Segmented messages under way."""
    reassemblies_of_peer: int = 500
    """Under way by one calling address: the rest is left for the others."""
    templates: int = 4096
    """Encoded headers, translations and addresses kept, one per pair of addresses."""
    subsystems: int = 1024
    """Prohibited subsystems, congested nodes, and nodes told of our own congestion: of each, so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SccpSettings:
    """Routing, sizes and timers of SCCP connectionless."""

    routes: tuple[GtRoute, ...] = ()
    translations: tuple[GtTranslation, ...] = ()
    """Rules that say more than a route; both are looked through together."""
    address_rules: tuple[AddressRule, ...] = ()
    """Which addresses a dialogue of ours begins with; the first rule that matches decides."""
    local_subsystems: frozenset[int] = frozenset({6, 7, 8, 149})
    """SSNs that are equipped here (TS 29.002 §6.1)."""
    concerned: tuple[Concerned, ...] = ()
    transit: bool = False
    """Messages with a called address that leads elsewhere are relayed; else they are for us or go back."""
    protocol_class: int = 0
    """Where the user does not ask for class 1; 1 keeps messages of a dialogue in sequence (Q.711 §6.2)."""
    return_option: bool = True
    """Whether messages whose user asks for it say that they want to come back; False: none does."""
    messages: Messages = Messages.AS_NEEDED
    max_message: int = 268
    """Octets of one SCCP message: a SIF of 272 less the routing label (Q.703 §2.3.8)."""
    max_long_message: int = 4000
    """Octets of one LUDT or LUDTS."""
    importance: int | None = None
    """Importance that XUDT and LUDT tell (Q.713 §3.19); None: they do not, and 4 is understood."""
    hop_counter: int = 15
    reassembly_timeout: float = 10.0
    """T(reass), Q.714 annex C: 10 to 20 s."""
    status_test: StatusTest = field(default_factory=StatusTest)
    congestion: SccpCongestion = field(default_factory=SccpCongestion)
    limits: SccpLimits = field(default_factory=SccpLimits)

    def __post_init__(self) -> None:
        if self.protocol_class not in (0, 1):
            raise ValueError(f"protocol class {self.protocol_class} is not 0 or 1")
        if self.max_message < MIN_MESSAGE:
            raise ValueError(f"max_message {self.max_message} is below {MIN_MESSAGE}")
        if self.max_long_message < MIN_MESSAGE:
            raise ValueError(f"max_long_message {self.max_long_message} is below {MIN_MESSAGE}")
        if not 1 <= self.hop_counter <= 15:
            raise ValueError(f"hop counter {self.hop_counter} is not within 1..15")
        if self.importance is not None and not 0 <= self.importance <= MAX_IMPORTANCE:
            raise ValueError(f"importance {self.importance} is not within 0..{MAX_IMPORTANCE}")
        if self.reassembly_timeout <= 0:
            raise ValueError("reassembly_timeout must be longer than nothing")
