"""What an operator decides about TCAP and MAP, with the layers below (TS 29.002 §17.1.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mapstack.m3ua.settings import M3uaSettings
from mapstack.map.operations import OPERATIONS
from mapstack.sccp.settings import SccpSettings
from mapstack.tcap.transaction_id import MAX_OPEN

__all__ = ["Handshake", "MapLimits", "MapSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """To whom an invoke goes only after an empty Begin (TS 29.002 §23.3.1, TS 33.204)."""

    prefix: str = ""
    """How the called global title begins; nothing means every peer."""
    operations: frozenset[str] = frozenset({"mo-ForwardSM", "mt-ForwardSM", "forwardSM"})
    only_if_long: bool = False
    """Only where the invoke does not fit into one UDT together with the opening (TS 29.002 §23.3.1)."""

    def takes(self, operation: str, digits: str, *, fits: bool) -> bool:
        """Whether an invoke of this operation goes that way."""
        return (
            operation in self.operations
            and digits.startswith(self.prefix)
            and not (fits and self.only_if_long)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLimits:
    """What peers and we ourselves can make us keep."""

    dialogues: int = 50_000
    """Open at once; above, a Begin is refused (resourceLimitation) and our own invokes are lost at once."""
    dialogues_of_peer: int = 40_000
    """Open at once by one peer, by its global title: the rest is left for the others."""
    invokes: int = 8
    """Short messages of a peer that wait for our answer in a dialogue of his; one more is rejected
    (resourceLimitation), and so is more than 8 of anything else.
    """
    peer_versions: int = 10_000
    """Peers remembered that speak an older version; the oldest knowledge goes first."""

    def __post_init__(self) -> None:
        if not 1 <= self.dialogues <= MAX_OPEN:
            raise ValueError(f"{self.dialogues} dialogues are not within 1..{MAX_OPEN}")
        if min(self.dialogues_of_peer, self.invokes, self.peer_versions) < 1:
            raise ValueError("a limit must let something through")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSettings:
    """A node that speaks MAP."""

    m3ua: M3uaSettings
    sccp: SccpSettings = field(default_factory=SccpSettings)
    own_gt: str
    """The digits of our own global title, international E.164."""
    node: int = 0
    """0..15: nodes that share a global title must differ, for transaction ids carry it."""
    boot: int = 0
    """Counts our starts, modulo 256: what was meant for our last life meets no dialogue of this one."""
    invoke_timers: Mapping[str, float] = field(default_factory=dict)
    """Seconds by the name of the operation that is asked for, in whichever version the peer is asked; what is
    not named keeps the timer of its `Operation`.
    """
    guard: float = 240.0
    """Seconds that a dialogue of a peer may wait for our answer, before we abort it."""
    idle: float = 60.0
    """Seconds that a dialogue may be open while nothing is asked in it, before we abort it."""
    handshakes: tuple[Handshake, ...] = ()
    """Where to begin with an empty Begin; a peer that does so is understood in any case."""
    version_lifetime: float = 86_400.0
    """Seconds until a peer that speaks an older version is asked in the newest again."""
    limits: MapLimits = field(default_factory=MapLimits)

    def __post_init__(self) -> None:
        if not (self.own_gt.isascii() and self.own_gt.isdecimal()) or not 1 <= len(self.own_gt) <= 15:
            raise ValueError(f"own_gt {self.own_gt!r} is not an E.164 number")
        if not 0 <= self.node <= 15:
            raise ValueError(f"node {self.node} is not within 0..15")
        named = set(self.invoke_timers).union(*(each.operations for each in self.handshakes))
        unknown = named - {operation.name for operation in OPERATIONS}
        if unknown:
            raise ValueError(f"no such operation: {', '.join(sorted(unknown))}")
        if min([self.guard, self.idle, self.version_lifetime, *self.invoke_timers.values()]) <= 0:
            raise ValueError("a timer must be longer than nothing")
