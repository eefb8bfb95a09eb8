"""Whom a resolver asks, how often, and what it remembers (RFC 1035 §7; RFC 2308; RFC 8767)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["DnsSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsSettings:
    """Seconds and numbers."""

    servers: tuple[tuple[str, int], ...] = ()
    hosts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Addresses by name that go before what a server says."""
    timeout: float = 2.0
    attempts: int = 2
    """Rounds over all servers."""
    cached: int = 10_000
    asked: int = 1_000
    """Questions under way."""
    longest: float = 3600.0
    negative: float = 30.0
    """How long it is remembered that there is no answer, or nobody who answers."""
    stale: float = 86_400.0
    """How long an old answer serves when nobody gives a new one (RFC 8767 §5)."""
    avoid: float = 60.0
    """How long a target that has failed is tried after the others."""
