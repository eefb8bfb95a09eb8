"""The next hop of a request, as a URI gives it: transport, host and port (RFC 3263 §4.1, §4.2)."""

from ipaddress import ip_address
from typing import NamedTuple

from sipbridge.flow import Flow
from sipbridge.uri import SipUri

__all__ = ["PORTS", "Hop", "hop_of"]

PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
_NAMED = "name"


class Hop(NamedTuple):
    """`transport` is empty and the port 0 where the URI leaves them open."""

    transport: str
    address: tuple[str, int]

    @property
    def is_name(self) -> bool:
        """Whether DNS has to be asked."""
        try:
            ip_address(self.address[0].partition("%")[0])
        except ValueError:
            return True
        return False

    def flow(self, local: tuple[str, int]) -> Flow:
        """The way there; one that is to be looked up where it is a name."""
        if self.is_name:
            return Flow(_NAMED, local, self.address, self.transport)
        host, port = self.address
        transport = self.transport or "udp"
        return Flow(transport, local, (host, port or PORTS[transport]))

    @classmethod
    def named(cls, flow: Flow) -> "Hop | None":
        """What a flow that is to be looked up stands for."""
        return cls(flow.connection, flow.remote) if flow.transport == _NAMED else None


def hop_of(uri: SipUri) -> Hop:
    """Where requests for a URI go next; sips wants TLS, and a transport that we do not have says nothing."""
    asked = (uri.parameter("transport") or "").lower()
    transport = "tls" if uri.secure else asked
    return Hop(transport if transport in PORTS else "", (uri.host.strip("[]"), uri.port or 0))
