"""Whence octets came and whither they go: transport, addresses, connection (RFC 5626 §3.1)."""

from typing import NamedTuple

__all__ = ["Flow"]


class Flow(NamedTuple):
    """One way between two addresses; `connection` names the association where there is one."""

    transport: str
    local: tuple[str, int]
    remote: tuple[str, int]
    connection: str = ""

    @property
    def reliable(self) -> bool:
        """Whether the transport delivers for us, so that nothing is retransmitted (RFC 3261 §17.1.2.2)."""
        return self.transport != "udp"
