"""What the server has somebody told, and what comes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from lab.msgin5g.contact import Contact
from lab.msgin5g.transfer import Carried
from msgin5g_bridge.message import AggregatedMessage
from msgin5g_bridge.model import Body
from msgin5g_bridge.names import FailureCause
from msgin5g_bridge.seal import SealEventNotification, SealEventSubscription
from msgin5g_bridge.topiclistevent import (
    TopicListNotification,
    TopicListSubscription,
    TopicListUnsubscription,
    TopicSubscription,
    TopicUnsubscription,
)

__all__ = ["SILENCE", "Control", "Errand", "Errands", "Outcome", "Result"]


Control = (
    TopicListSubscription
    | TopicListUnsubscription
    | TopicListNotification
    | TopicSubscription
    | TopicUnsubscription
    | SealEventSubscription
    | SealEventNotification
)
"""What servers have to say to each other besides messages."""
_NONE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Errand:
    """One request to one contact; `transfers` has more than one where they go as an aggregate."""

    id: int
    contact: Contact
    body: Carried | AggregatedMessage | Control
    transfers: tuple[int, ...]
    until: float
    variables: Mapping[str, str] = field(default_factory=lambda: _NONE)
    """Of the path, where it has some."""


class Outcome(Enum):
    """How an errand ended."""

    TAKEN = "taken"
    REFUSED = "refused"
    """For good: the same again would be refused again."""
    NOT_NOW = "not now"
    """No answer, overload, or a fault of the recipient's."""


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome, and why; of what was taken, what else was said."""

    outcome: Outcome
    cause: str = ""
    location: str = ""
    body: Body | None = None


SILENCE = Result(Outcome.NOT_NOW, FailureCause.TIMEOUT)
"""Nobody has answered."""


class Errands:
    """Those that are under way, by the exchange that they are done in; `ended` is told how each has ended."""

    def __init__(self, ended: Callable[[int, Result, float], object]) -> None:
        self._ended = ended
        self._open: dict[int, int] = {}

    def put(self, exchange: int, errand: Errand) -> None:
        """It has begun."""
        self._open[exchange] = errand.id

    def end(self, exchange: int, result: Result, now: float) -> None:
        """What is none of these does not matter."""
        errand = self._open.pop(exchange, None)
        if errand is not None:
            self._ended(errand, result, now)
