"""The way to an S-CSCF: by the URI that it gives, or the address it sent from (RFC 3263 §4)."""

from collections.abc import Sequence
from random import Random

import sipbridge
from ipsmgw.settings import Settings
from sipbridge import SipUri, parse_uri
from sipbridge.dns import Locator, Resolver
from sipbridge.hop import PORTS, Hop, hop_of
from sipbridge.names import Names
from sipbridge.settings import sent_by
from sipbridge.transport import SipListener

__all__ = ["Flows", "at_source"]

_FLOWS = 4096
_NOWHERE = Hop("", ("", 0))


class Flows(dict[str, sipbridge.Flow]):
    """The way to each S-CSCF, by a URI that `reachable_scscf` or `at_source` has made."""

    def __init__(self, listeners: Sequence[SipListener], names: Names) -> None:
        super().__init__()
        self._listeners = listeners
        self._names = names

    def __missing__(self, scscf: str) -> sipbridge.Flow:
        if len(self) >= _FLOWS:
            self.clear()
        uri = parse_uri(scscf)
        hop = hop_of(uri) if isinstance(uri, SipUri) else _NOWHERE
        flow = self[scscf] = hop.flow(self.local(hop.transport or "udp", hop.address[0]))
        return flow

    def local(self, transport: str, host: str) -> tuple[str, int]:
        """Where we listen for this transport, at an address of the same family as the peer's if we can."""
        return self._near(transport, host) or self._near(transport, "") or self._listeners[0].local

    def locator(self, settings: Settings, resolver: Resolver, rng: Random) -> Locator:
        """Finds ways that we can go: by transports that we have, to address families that we have."""
        near = self._near if settings.sip.tls.certificate else self._near_in_the_clear
        return Locator(resolver, near, rng, avoid=settings.dns.avoid)

    def reachable_scscf(self, uri: str, source: sipbridge.Flow) -> str:
        """The S-CSCF's URI if it holds an address, or a name that can be looked up; else where it sent from.
        ValueError for no URI. Its user part stays: an S-CSCF may tell by it what it is asked for.
        """
        parsed = parse_uri(uri)
        if not isinstance(parsed, SipUri):
            return _home(source)
        hop = hop_of(parsed)
        if not hop.is_name:
            flow = hop.flow(source.local)
            return _uri(flow.transport, flow.remote, _user(uri))
        if self._names.locator is None:
            return _home(source)
        self._names.last_resort(hop, self[_home(source)])
        where = _user(uri) + (sent_by(hop.address) if hop.address[1] else hop.address[0])
        return f"sip:{where};transport={hop.transport}" if hop.transport else f"sip:{where}"

    def _near(self, transport: str, host: str) -> tuple[str, int] | None:
        """A connection of ours needs no listener of its transport, but an address of its family."""
        usable = [each for each in self._listeners if each.transport == transport or transport == "tls"]
        usable.sort(key=lambda each: each.transport != transport)
        return next((each.local for each in usable if (":" in each.local[0]) == (":" in host)), None)

    def _near_in_the_clear(self, transport: str, host: str) -> tuple[str, int] | None:
        return None if transport == "tls" else self._near(transport, host)


def at_source(source: sipbridge.Flow) -> str:
    """A URI for where a request came from: of a connection, as long as it stands."""
    return _uri(source.transport, source.remote)


def _home(source: sipbridge.Flow) -> str:
    """A URI for where requests reach who has sent this: the port that it connects from is not that."""
    if not source.accepted:
        return at_source(source)
    return _uri(source.transport, (source.remote[0], PORTS[source.transport]))


def _user(uri: str) -> str:
    """As it is written, with its sign; a question mark is no part of it, for then it is in a header."""
    user, at, _ = uri.partition(":")[2].rpartition("@")
    return user + at if at and not set(user) & set("?;") else ""


def _uri(transport: str, address: tuple[str, int], user: str = "") -> str:
    where = user + sent_by(address)
    return f"sip:{where}" if transport == "udp" else f"sip:{where};transport={transport}"
