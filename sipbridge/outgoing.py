"""The way of a request: TCP where it is large (RFC 3261 §18.1.1), another where one fails (RFC 3263)."""

import re
from collections.abc import Callable, Sequence
from math import inf

from msgspec import Struct

from sipbridge.client_transaction import ClientTransactions
from sipbridge.events import ClientTx, NoAnswer, Response, SipEvent
from sipbridge.flow import Flow
from sipbridge.hop import Hop
from sipbridge.identifiers import Identifiers
from sipbridge.names import Names
from sipbridge.settings import Limits
from sipbridge.via import MAGIC_COOKIE

__all__ = ["Outgoing", "on_the_way"]

_VIA = re.compile(rb"\r\nVia: SIP/2\.0/[A-Z]+ [^;\r\n]+;branch=[^;\r\n]+")
_CONTACT = re.compile(rb"\r\nContact: <sip:[^>\r\n]*>")
_WITHOUT_TCP = 60.0


class Attempt(Struct, gc=False):
    """A request that has more than one way: how the user knows it, and what is left to try."""

    tx: ClientTx
    octets: bytes
    flow: Flow
    rest: list[Flow]
    by_size: bool
    """TCP was only chosen because the request is large: UDP is left for a peer that has no TCP."""
    by_name: bool = False
    """The ways are those that a name has."""


class Outgoing:
    """The requests that do not simply leave by UDP, and the connections that stand."""

    def __init__(
        self,
        clients: ClientTransactions,
        identifiers: Identifiers,
        sent_by: Callable[[Flow], bytes],
        limits: Limits,
        *,
        contact: Callable[[Flow], bytes],
    ) -> None:
        self._clients = clients
        self._identifiers = identifiers
        self._sent_by = sent_by
        self._contact = contact
        self._limits = limits
        self._without_tcp: dict[tuple[str, int], float] = {}
        self.attempts: dict[ClientTx, Attempt] = {}
        self.names = Names(self._start_over, limits)
        self.links: dict[Flow, str] = {}
        """The connections that stand, with the identity that each has proved …"""
        self._since: dict[Flow, float] = {}
        """… and since when."""

    def start(self, tx: ClientTx, octets: bytes, flow: Flow, now: float) -> bool:
        """Send it by TCP where it is too large for a datagram; False where it is one too many."""
        hop = Hop.named(flow)
        if hop is not None:
            return self.names.start(tx, octets, hop, now)
        if flow.transport != "udp" or now < self._without_tcp.get(flow.remote, 0.0):
            return self._clients.start(tx, octets, flow, now)
        way = flow._replace(transport="tcp")
        attempt = Attempt(tx, octets, way, [flow], True)
        return self._send(attempt, tx, now)

    def _start_over(self, tx: ClientTx, octets: bytes, ways: Sequence[Flow], now: float) -> bool:
        """Send it the first of several ways."""
        first, *rest = ways
        attempt = Attempt(tx, octets, first, rest, False, True)
        large = first.transport == "udp" and len(octets) > self._limits.datagram
        if large and now >= self._without_tcp.get(first.remote, 0.0):
            attempt = Attempt(tx, octets, first._replace(transport="tcp"), [first, *rest], True, True)
        return self._send(attempt, tx, now)

    def answered(self, response: Response, now: float) -> list[SipEvent]:
        """A response to one of several attempts: a 503 has the next way tried (RFC 3263 §4.3)."""
        attempt = self.attempts[response.tx]
        if response.status < 200:
            return [Response(attempt.tx, response.status, response.octets)]
        del self.attempts[response.tx]
        if response.status == 503:
            self._end_of_size(attempt, now, stood=True)
            if self._go_on(attempt, now):
                return []
        return [Response(attempt.tx, response.status, response.octets)]

    def unanswered(self, tx: ClientTx, status: int, now: float) -> list[SipEvent]:
        """Silence, or a transport that failed: the next way, where there is one."""
        attempt = self.attempts.pop(tx, None)
        if attempt is None:
            return [NoAnswer(tx, status)]
        self._end_of_size(attempt, now, stood=True)
        return [] if self._go_on(attempt, now) else [NoAnswer(attempt.tx, status)]

    def link_up(self, flow: Flow, identity: str, now: float) -> None:
        """A connection stands; how many may is the transport's to say."""
        self.links[flow] = identity
        self._since[flow] = now

    def link_down(self, flow: Flow, now: float) -> list[SipEvent]:
        """A connection is gone, or never stood: then a large request takes UDP after all (§18.1.1)."""
        stood = self.links.pop(flow, None) is not None
        events: list[SipEvent] = []
        for tx in self._clients.link_down(flow, now, since=self._since.pop(flow, inf)):
            attempt = self.attempts.get(tx)
            if attempt is not None:
                self._end_of_size(attempt, now, stood=stood)
            events += self.unanswered(tx, 503, now)
        return events

    def _end_of_size(self, attempt: Attempt, now: float, *, stood: bool) -> None:
        """The peer may have the request where a connection stood; where none did, it has no TCP."""
        if not attempt.by_size:
            return
        attempt.by_size = False
        if stood:
            del attempt.rest[0]
            return
        if len(self._without_tcp) >= self._limits.cached_addresses:
            self._without_tcp.clear()
        self._without_tcp[attempt.flow.remote] = now + _WITHOUT_TCP

    def _go_on(self, attempt: Attempt, now: float) -> bool:
        """The next way, as a transaction of its own (RFC 3263 §4.3)."""
        if not attempt.by_name:
            return self._send_next(attempt, now)
        self.names.failed(attempt.flow, now)
        return self._send_next(attempt, now)

    def _send_next(self, attempt: Attempt, now: float) -> bool:
        if not attempt.rest:
            return False
        attempt.flow = attempt.rest.pop(0)
        return self._send(attempt, ClientTx(MAGIC_COOKIE + self._identifiers.new()), now)

    def _send(self, attempt: Attempt, branch: ClientTx, now: float) -> bool:
        flow = attempt.flow
        octets = on_the_way(attempt.octets, flow, self._sent_by(flow), branch)
        if octets.startswith(b"SUBSCRIBE"):  # no other request of ours has a Contact
            contact = b"\r\nContact: <%b>" % self._contact(flow)
            octets = _CONTACT.sub(lambda _: contact, octets, 1)
        if not self._clients.start(branch, octets, flow, now):
            return False
        self.attempts[branch] = attempt
        return True


def on_the_way(octets: bytes, flow: Flow, sent_by: bytes, branch: bytes) -> bytes:
    """A request of ours with another transport, address and branch in its top Via."""
    via = b"\r\nVia: SIP/2.0/%b %b;branch=%b" % (flow.transport.upper().encode(), sent_by, branch)
    return _VIA.sub(lambda _: via, octets, 1)
