"""Settings of a SIP element: who it is, its timers (RFC 3261 table 4) and its limits."""

from dataclasses import dataclass, field

__all__ = ["Connections", "Limits", "SipSettings", "Timers", "host_of", "sent_by"]


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
    datagram: int = 1_300
    """Octets: a larger request goes by TCP (RFC 3261 §18.1.1)."""
    waiting: int = 1_000
    """Requests that wait for DNS …"""
    wait: float = 8.0
    """… and for how long, in seconds."""
    head: int = 32_768
    headers: int = 128
    transactions: int = 50_000
    remembered: int = 1_000_000
    kept_octets: int = 16 * 1024 * 1024
    cached_addresses: int = 4_096
    subscriptions: int = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """What TCP and TLS connections may cost: numbers, octets, seconds."""

    most: int = 4_096
    per_peer: int = 64
    unread: int = 4 * 1024 * 1024
    """Octets that a peer may leave in our hands."""
    connect: float = 4.0
    """To connect, and to finish a TLS handshake."""
    stalled: float = 15.0
    """For the rest of a message that has begun, and for output that nobody reads."""
    idle: float = 600.0
    """An accepted connection over which nothing comes, not even a keep-alive, ends."""
    keep_alive: float = 90.0
    """How long one of ours is silent before a keep-alive (RFC 5626 §4.4.1: 95 to 120 s for TCP)."""
    pong: float = 10.0
    """How long its answer may take (RFC 5626 §4.4.1)."""
    shortest_retry: float = 0.5
    longest_retry: float = 30.0
    """Between attempts to connect to somebody who cannot be reached; doubled each time."""


@dataclass(frozen=True, slots=True)
class SipSettings:
    """Who this element is. `node` and `boot` go into every identifier, so that a late answer meets nobody."""

    host: str = "127.0.0.1"
    port: int = 5060
    product: str = "ipsmgw"
    node: int = 0
    boot: int = 0
    aliases: tuple[str, ...] = ()
    locals: frozenset[tuple[str, int]] = frozenset()
    """Where else it listens: a request that leaves from there names that address in its Via."""
    secure: frozenset[tuple[str, int]] = frozenset()
    """Where it listens for TLS: what is to come back to there says so."""
    retry_after: int = 5
    text: bool = False
    """Whether a MESSAGE with plain text is for those above; 415 where it is not."""
    timers: Timers = field(default_factory=Timers)
    limits: Limits = field(default_factory=Limits)

    @property
    def sent_by(self) -> str:
        """The sent-by of our Via (RFC 3261 §18.1.1)."""
        return sent_by((self.host, self.port))


def sent_by(local: tuple[str, int]) -> str:
    """An address as a Via names it."""
    host, port = local
    return f"{host_of(host)}:{port}"


def host_of(address: str) -> str:
    """An address where a host is wanted (RFC 3261 §25.1): IPv6 in brackets."""
    return f"[{address}]" if ":" in address else address
