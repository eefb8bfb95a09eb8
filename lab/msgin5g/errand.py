"""What the server has somebody told, and what comes of it."""

from dataclasses import dataclass
from enum import Enum

from lab.msgin5g.contact import Contact
from lab.msgin5g.transfer import Carried
from msgin5g_bridge.message import AggregatedMessage
from msgin5g_bridge.names import FailureCause

__all__ = ["SILENCE", "Errand", "Outcome", "Result"]


@dataclass(frozen=True, slots=True)
class Errand:
    """One request to one contact; `transfers` has more than one where they go as an aggregate."""

    id: int
    contact: Contact
    body: Carried | AggregatedMessage
    transfers: tuple[int, ...]
    until: float


class Outcome(Enum):
    """How an errand ended."""

    TAKEN = "taken"
    REFUSED = "refused"
    """For good: the same again would be refused again."""
    NOT_NOW = "not now"
    """No answer, overload, or a fault of the recipient's."""


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome, and why."""

    outcome: Outcome
    cause: str = ""


SILENCE = Result(Outcome.NOT_NOW, FailureCause.TIMEOUT)
"""Nobody has answered."""
