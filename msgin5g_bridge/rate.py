"""How often each peer may ask: a bucket of tokens that fills with time (429: TS 29.500 §5.2.7.2)."""

__all__ = ["Rate"]

_PEERS = 10_000  # whose buckets are kept: who has been away the longest is forgotten, which only helps him


class Rate:
    """`rate` a second in the long run, `burst` at once; a rate of 0 lets everything through."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait(self, peer: str, now: float) -> float:
        """Take one: 0.0, or the seconds after which there is one."""
        if not self._rate:
            return 0.0
        left, since = self._buckets.pop(peer, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        taken = left >= 1.0
        self._buckets[peer] = (left - taken, now)
        if len(self._buckets) > _PEERS:
            del self._buckets[next(iter(self._buckets))]
        return 0.0 if taken else (1.0 - left) / self._rate
