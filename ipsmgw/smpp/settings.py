"""What an SMPP entity is told (SMPP v3.4 §2.9, §7.2)."""

from dataclasses import dataclass

__all__ = ["SmppSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmppSettings:
    """Seconds, and how much at once."""

    session_init: float = 30.0
    """How long a connection may be there without a bind: session_init_timer."""
    enquire_link: float = 30.0
    """After how long a silence the peer is asked whether it is there: enquire_link_timer."""
    inactivity: float = 0.0
    """After how long without a message the session is unbound: inactivity_timer; 0: never."""
    response: float = 10.0
    """How long an answer may take: response_timer."""
    window: int = 10
    """Requests of ours that may wait for their answer in one session."""
    accepted: int = 100
    """Requests of the peer that may wait for theirs; one more is answered ESME_RTHROTTLED."""
    sessions: int = 100
    """Connections at once."""
