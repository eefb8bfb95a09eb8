"""How many files and sockets the gateway may have open, against what its settings allow (getrlimit(2))."""

import resource

from msgspec.structs import replace

from ipsmgw.settings import Settings

__all__ = ["OTHERS", "within_descriptors"]

OTHERS = 256
"""Listeners, the API and who reads it, store, journal and its closed files, DNS queries."""


def within_descriptors(settings: Settings) -> tuple[Settings, str]:
    """The soft limit is raised towards the hard one. Where that is too low, connections are to be so few
    that store, journal and signalling keep theirs: with a line that says so.
    """
    most = settings.sip.connections.most
    others = OTHERS + len(settings.map.association)
    waiting = settings.dns.waiting if settings.dns.enabled else 0  # each may have a query of its own
    limit = _raised(most + others + waiting)
    left = max(1, limit - others)
    if left >= most:
        return settings, ""
    connections = replace(settings.sip.connections, most=left)
    line = f"SIP: {left} connections at most, not {most} (sip.connections.most): {limit} open files allowed"
    return replace(settings, sip=replace(settings.sip, connections=connections)), line


def _raised(wanted: int) -> int:
    """The limit, when it has been raised as far as it is wanted and may be."""
    soft, hard = (each if each != resource.RLIM_INFINITY else wanted for each in _limits())
    if soft >= wanted:
        return soft
    more = min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (more, _limits()[1]))
    except (OSError, ValueError):  # a system may have a bound of its own below the hard limit
        return soft
    return more


def _limits() -> tuple[int, int]:
    return resource.getrlimit(resource.RLIMIT_NOFILE)
