"""Settings of a SIP element: who it is, its timers (RFC 3261 table 4) and its limits."""

from dataclasses import dataclass, field

__all__ = ["Limits", "SipSettings", "Timers"]


@dataclass(frozen=True, slots=True)
class Timers:
    """T1, T2 and T4 in seconds; E, F, J and K follow from them (RFC 3261 table 4)."""

    t1: float = 0.5
    t2: float = 4.0
    t4: float = 5.0

    @property
    def f(self) -> float:
        """Timer F, and timer J on datagrams: 64 × T1."""
        return 64 * self.t1

    @property
    def e_at_t2(self) -> float:
        """How long a client takes until its timer E stands at T2: when a 100 becomes due (RFC 4320 §4.1)."""
        due, interval = 0.0, self.t1
        while interval < self.t2:
            due, interval = due + interval, interval * 2
        return due


@dataclass(frozen=True, slots=True)
class Limits:
    """What one element spends on its peers at most."""

    message: int = 65_535
    headers: int = 128
    transactions: int = 50_000
    remembered: int = 1_000_000
    kept_octets: int = 16 * 1024 * 1024
    cached_addresses: int = 4_096
    subscriptions: int = 1_000_000


@dataclass(frozen=True, slots=True)
class SipSettings:
    """Who this element is. `node` and `boot` go into every identifier, so that a late answer meets nobody."""

    host: str = "127.0.0.1"
    port: int = 5060
    product: str = "ipsmgw"
    node: int = 0
    boot: int = 0
    aliases: tuple[str, ...] = ()
    retry_after: int = 5
    timers: Timers = field(default_factory=Timers)
    limits: Limits = field(default_factory=Limits)

    @property
    def sent_by(self) -> str:
        """The sent-by of our Via (RFC 3261 §18.1.1)."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
