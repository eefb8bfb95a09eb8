"""Messages that a UE or an application server has sent, and what became of each (TS 23.554 §8.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from msgin5g_bridge.l3gdelivery import Address

__all__ = ["Asked", "Outgoing"]


class Asked(Protocol):
    """A request to the server."""

    @property
    def over(self) -> bool: ...
    @property
    def taken(self) -> bool: ...
    @property
    def silent(self) -> bool: ...
    @property
    def cause(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message; each of its segments is a request."""

    when: float
    msg_id: str
    to: Address
    text: str
    requests: Sequence[Asked]
    report: bool
    """Whether it asks for a report."""
