"""Whence octets came and whither they go: transport, addresses, connection (RFC 5626 §3.1)."""

from typing import NamedTuple

__all__ = ["Flow"]


class Flow(NamedTuple):
    """One way between two addresses.

    `connection` tells apart the connections that peers have opened: # and a number. Without it the way is
    one of ours, opened when it is needed; it may then name the domain that the peer's certificate must show.
    """

    transport: str
    local: tuple[str, int]
    remote: tuple[str, int]
    connection: str = ""

    @property
    def reliable(self) -> bool:
        """Whether the transport delivers for us, so that nothing is retransmitted (RFC 3261 §17.1.2.2)."""
        return self.transport != "udp"

    @property
    def accepted(self) -> bool:
        """Whether the peer has opened this connection: then it cannot be opened again from here."""
        return self.connection.startswith("#")
