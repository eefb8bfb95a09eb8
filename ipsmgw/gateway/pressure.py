"""Whether more comes than is dealt with: a queue that has not been empty for a while (RFC 8289 §3)."""

__all__ = ["Pressure"]


class Pressure:
    """A burst fills a queue too, and is over soon; one that stays only makes everybody wait."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._since: float | None = None

    def builds(self, now: float, *, behind: bool) -> bool:
        """Whether new messages are too much; `behind`: the sockets hold more than is read at a time."""
        if not behind:
            self._since = None
            return False
        if self._since is None:
            self._since = now
        return now - self._since >= self._longest
