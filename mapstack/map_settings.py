"""What an operator decides about TCAP and MAP, with the layers below (TS 29.002 §17.1.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mapstack.m3ua.settings import M3uaSettings
from mapstack.map.operations import OPERATIONS
from mapstack.sccp.settings import SccpSettings
from mapstack.tcap.transaction_id import MAX_OPEN

__all__ = ["MapLimits", "MapSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLimits:
    """What peers and we ourselves can make us keep."""

    dialogues: int = 50_000
    """Open at once; above, a Begin is refused (resourceLimitation) and our own invokes are lost at once."""

    def __post_init__(self) -> None:
        if not 1 <= self.dialogues <= MAX_OPEN:
            raise ValueError(f"{self.dialogues} dialogues are not within 1..{MAX_OPEN}")


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
    """Seconds by the operation's name; what is not named keeps the timer of its `Operation`."""
    guard: float = 240.0
    """Seconds that a dialogue of a peer may wait for our answer, before we abort it."""
    limits: MapLimits = field(default_factory=MapLimits)

    def __post_init__(self) -> None:
        if not self.own_gt.isdecimal() or not 1 <= len(self.own_gt) <= 15:
            raise ValueError(f"own_gt {self.own_gt!r} is not an E.164 number")
        if not 0 <= self.node <= 15:
            raise ValueError(f"node {self.node} is not within 0..15")
        unknown = set(self.invoke_timers) - {operation.name for operation in OPERATIONS}
        if unknown:
            raise ValueError(f"no such operation: {', '.join(sorted(unknown))}")
        if min([self.guard, *self.invoke_timers.values()]) <= 0:
            raise ValueError("a timer must be longer than nothing")
