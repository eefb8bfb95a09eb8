"""What an operator decides about TCAP (Q.774 §3)."""

from dataclasses import dataclass

__all__ = ["TcapSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TcapSettings:
    """Limits and guards of dialogues."""

    user_abort: bytes
    """User information of an Abort of ours that says nothing else."""
    guard: float
    """Seconds that a peer may wait for our answer."""
    idle: float
    """Seconds that a dialogue may be open while nobody waits for anything."""
    max_dialogues: int
    """Open at once."""
    max_share: int
    """Open at once by one peer."""
    called_for_others: frozenset[int] = frozenset()
    """Subsystems that are called by numbers which are not ours: there we answer from our own."""
