"""Where octets came from or go to: one stream of one configured association (RFC 4666 §1.4.7)."""

from typing import NamedTuple

__all__ = ["Flow"]


class Flow(NamedTuple):
    """A direction of octets; `connection` is the name of the configured association."""

    transport: str
    local: tuple[str, int]
    remote: tuple[str, int]
    connection: str
    stream: int = 0
