"""Whether anything comes back for the DATA that goes out over an association (RFC 4666 §1.4.2.4).

DATA is counted where it passes. The time is known where something is due: the counts are looked at then.
"""

__all__ = ["Traffic"]

_LOOK_AGAIN = 1.0


class Traffic:
    """What was found when the counts were looked at last."""

    __slots__ = ("_received", "_sent", "heard", "look_again", "since")

    def __init__(self) -> None:
        self._sent = 0
        """How many had been sent when something came the last time."""
        self._received = 0
        self.heard: float | None = None
        """When something came the last time."""
        self.since: float | None = None
        """Since when something goes out, and nothing comes."""
        self.look_again = 0.0

    def look(self, sent: int, received: int, now: float) -> None:
        """The counts, as they are now."""
        self.look_again = now + _LOOK_AGAIN
        if received != self._received or sent < self._sent:
            self._sent, self._received = sent, received
            self.heard, self.since = now, None
        elif sent > self._sent and self.since is None:
            self.since = now

    def unanswered(self, sent: int) -> int:
        """How many went out since something came the last time."""
        return sent - self._sent
