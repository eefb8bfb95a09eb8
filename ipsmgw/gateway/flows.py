"""The way to an S-CSCF: by the URI that it gives, or the address it sent from (RFC 3263 §4)."""

from collections.abc import Sequence
from ipaddress import ip_address

import sipbridge
from sipbridge import SipUri, parse_uri
from sipbridge.hop import PORTS, Hop, hop_of
from sipbridge.settings import sent_by
from sipbridge.transport import SipListener

__all__ = ["Flows", "at_source", "reachable_scscf"]

_FLOWS = 4096
_NOWHERE = Hop("", ("", 0))


class Flows(dict[str, sipbridge.Flow]):
    """The way to each S-CSCF, by a URI that `reachable_scscf` or `at_source` has made."""

    def __init__(self, listeners: Sequence[SipListener]) -> None:
        super().__init__()
        self._listeners = listeners

    def __missing__(self, scscf: str) -> sipbridge.Flow:
        if len(self) >= _FLOWS:
            self.clear()
        uri = parse_uri(scscf)
        hop = hop_of(uri) if isinstance(uri, SipUri) else _NOWHERE
        flow = self[scscf] = hop.flow(self.local(hop.transport or "udp", hop.address[0]))
        return flow

    def local(self, transport: str, host: str) -> tuple[str, int]:
        """Where we listen for this transport, at an address of the same family as the peer's if we can."""
        same = [listener for listener in self._listeners if listener.transport == transport]
        near = [each.local for each in same if (":" in each.local[0]) == (":" in host)]
        return near[0] if near else (same[0].local if same else self._listeners[0].local)


def reachable_scscf(uri: str, source: sipbridge.Flow) -> str:
    """The S-CSCF's URI if it holds an address, else where it sent from; ValueError for no URI."""
    parsed = parse_uri(uri)
    if not isinstance(parsed, SipUri) or not _is_address(parsed.host):
        return _home(source)
    transport, (host, port) = hop_of(parsed)
    transport = transport or "udp"
    return _uri(transport, (host, port or PORTS[transport]))


def at_source(source: sipbridge.Flow) -> str:
    """A URI for where a request came from: of a connection, as long as it stands."""
    return _uri(source.transport, source.remote)


def _home(source: sipbridge.Flow) -> str:
    """A URI for where requests reach who has sent this: the port that it connects from is not that."""
    if not source.accepted:
        return at_source(source)
    return _uri(source.transport, (source.remote[0], PORTS[source.transport]))


def _uri(transport: str, address: tuple[str, int]) -> str:
    where = sent_by(address)
    return f"sip:{where}" if transport == "udp" else f"sip:{where};transport={transport}"


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host.strip("[]")))
    except ValueError:
        return False
