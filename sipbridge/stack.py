"""The SIP stack: octets and time in, requests and responses out (RFC 3261 §8, §17, §18; RFC 4320)."""

import re
from collections.abc import Sequence
from random import Random
from zlib import crc32

from msgspec.structs import replace

from sipbridge import build
from sipbridge.client_transaction import ClientTransactions
from sipbridge.errors import DecodeError
from sipbridge.events import ClientTx, NoAnswer, PeerMisbehaved, Request, Response, ServerTx, SipEvent
from sipbridge.flow import Flow
from sipbridge.identifiers import Identifiers
from sipbridge.layout import Layouts
from sipbridge.message import Message, parse
from sipbridge.names import Names
from sipbridge.outgoing import Outgoing
from sipbridge.proxy import forwarded, relayed
from sipbridge.server_transaction import Answering, ServerInput, ServerTransactions
from sipbridge.settings import SipSettings, sent_by
from sipbridge.unreadable import salvage
from sipbridge.via import MAGIC_COOKIE, response_way, server_key, top_via

__all__ = ["SipStack"]

_USUAL_RESPONSE = re.compile(
    rb"SIP/2\.0 ([1-6]\d\d) .*\r\nVia: SIP/2\.0/[^;\r\n]*;branch=([!-+\--:<-~]+)"
).match
_NO_HEADERS: build.Headers = ()
_NO_WAY = (("", 0), b"")
_LIST = re.compile(rb"[;,]").search
_TOKEN = bytes(set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~"))
_PLAIN_BRANCH = 96


class SipStack:
    """One SIP element. Answers by itself: CANCEL, 400, 503 when full, 505, 513; ACK is ignored."""

    def __init__(self, settings: SipSettings, rng: Random) -> None:
        self.settings = settings
        self.identifiers = Identifiers(rng, settings.node, settings.boot)
        self._clients = ClientTransactions(settings.timers, settings.limits)
        self._servers = ServerTransactions(settings.timers, settings.limits)
        self._limits = settings.limits
        self._layouts = Layouts(settings.limits)
        self._largest = settings.limits.datagram
        ids, limits = self.identifiers, settings.limits
        self._outgoing = Outgoing(self._clients, ids, self.sent_by, limits, contact=self.contact)
        self._attempts = self._outgoing.attempts
        self._names = self._outgoing.names
        self._refused = self._names.refused
        self._waiting = self._names.waiting
        self._straight_back: dict[bytes, tuple[tuple[str, int], bytes]] = {}
        self.output: list[tuple[bytes, Flow]] = self._clients.output
        self.repeated = 0  # requests of others that came again, and got the same answer
        self._sent_by = build.checked_uri(settings.sent_by).encode("ascii")
        self._own_routes = frozenset(
            [settings.sent_by.lower(), *(_with_port(name) for name in settings.aliases)]
        )
        self._product = build.checked_header("Server", settings.product)
        self._tail = b"\r\n" + self._product + b"\r\nContent-Length: 0\r\n\r\n"
        self._tag_prefix = b";tag=" + self.identifiers.prefix

    # The contract of a stack.

    def receive(self, data: bytes, flow: Flow, now: float) -> list[SipEvent]:
        """One datagram, or one message that the framing of a stream cut out."""
        try:
            if data.startswith(b"SIP/2.0 "):
                return self._receive_response(data, flow, now)
            return self._receive_request(data, flow, now)
        except DecodeError as error:
            return self._receive_unreadable(data, flow, error)

    def expire(self, now: float) -> list[SipEvent]:
        """Retransmit what is due, and tell of requests that nobody answered."""
        for slow in self._servers.expire(now):
            self.respond(slow, 100, now)
        if self._waiting:
            self._names.expire(now)
        events: list[SipEvent] = [NoAnswer(tx, 503) for tx in self._refused]
        self._refused.clear()
        for tx in self._clients.expire(now):
            events += self._outgoing.unanswered(tx, 408, now)
        return events

    def deadline(self) -> float | None:
        """When `expire` has work; 0 where it has some already."""
        if self._refused:
            return 0.0
        client, server = self._clients.deadline(), self._servers.deadline()
        if self._waiting:
            return min(when for when in (client, server, self._names.deadline()) if when is not None)
        if client is None or server is None:
            return server if client is None else client
        return min(client, server)

    def take_output(self) -> list[tuple[bytes, Flow]]:
        """What is to be sent, once."""
        taken = self.output
        self.output = self._clients.output = []
        return taken

    def sent_by(self, flow: Flow) -> bytes:
        """Where we listen for what comes back over a flow."""
        return sent_by(flow.local).encode("ascii") if flow.local in self.settings.locals else self._sent_by

    def contact(self, flow: Flow) -> bytes:
        """A URI that leads back to us over TLS, where that is the way out and we listen for it.

        RFC 5630 §3.1.4 has no use for transport=tls; but a sip URI without it leads to UDP, and sips would
        ask TLS of every hop.
        """
        secure = flow.transport == "tls" and flow.local in self.settings.secure
        return b"sip:%b%b" % (self.sent_by(flow), b";transport=tls" if secure else b"")

    @property
    def open_transactions(self) -> int:
        """How many requests wait for an answer: of ours, and ours for others."""
        return len(self._clients) + len(self._servers) + len(self._names)

    @property
    def finished(self) -> int:
        """How many finished requests are remembered, against retransmissions."""
        return self._servers.remembered

    @property
    def retransmitted(self) -> int:
        return self._clients.retransmitted

    def link_up(self, flow: Flow, identity: str, now: float) -> list[SipEvent]:
        """A connection stands, and its certificate has proved this identity."""
        self._outgoing.link_up(flow, identity, now)
        return []

    def link_down(self, flow: Flow, now: float) -> list[SipEvent]:
        """A connection is gone, and with it what waited on it (§17.1.4: as a 503); answers of ours take
        another (§18.2.2).
        """
        self._servers.link_down(flow)
        return self._outgoing.link_down(flow, now)

    @property
    def names(self) -> Names:
        """The requests that wait for DNS: give it a locator, and tell it of every answer."""
        return self._names

    def identity(self, flow: Flow) -> str:
        """Who is at the other end of a connection, as its certificate proves; "" where nobody has."""
        return self._outgoing.links.get(flow, "")

    def request_of(self, tx: ServerTx) -> Message | None:
        """A request that has not been answered yet."""
        answering = self._servers.answering(tx)
        return None if answering is None else answering.message

    def to_tag(self, tx: ServerTx) -> bytes:
        """The tag that our answers to a request carry (§8.2.6.2)."""
        return self._tag(tx).removeprefix(b";tag=")

    # Requests from above.

    def respond(
        self,
        tx: ServerTx,
        status: int,
        now: float,
        *,
        reason: str | None = None,
        headers: build.Headers = _NO_HEADERS,
        body: bytes = b"",
    ) -> bool:
        """Answer a request; False where it has been answered already, or its client has given up."""
        answering = self._servers.answering(tx)
        if answering is None:
            return False
        plain = not (headers or body or reason)
        tail = self._tail if plain else self._full_tail(headers, body)
        line = build.status_line(status, reason)
        octets = build.response(answering.message, answering.via, self._tag(tx), line, tail)
        if status >= 200:
            self._servers.finish(tx, status, octets, plain=plain, now=now)
        else:
            self._servers.run(tx, ServerInput.PROVISIONAL, octets)
        self.output.append((octets, answering.flow))
        return True

    def request(
        self,
        method: str,
        uri: str,
        now: float,
        *,
        flow: Flow,
        sender: str,
        recipient: str,
        call_id: str | None = None,
        cseq: int = 1,
        headers: build.Headers = _NO_HEADERS,
        body: bytes = b"",
    ) -> tuple[ClientTx, str]:
        """Send a request outside a dialog; returns its transaction and Call-ID (§8.1.1)."""
        own = self.identifiers.new()
        call_id = f"{own.decode()}@{self.settings.host}" if call_id is None else call_id
        lines = build.header_lines(
            [
                ("Max-Forwards", "70"),
                ("From", f"<{build.checked_uri(sender)}>;tag={own.decode()}"),
                ("To", f"<{build.checked_uri(recipient)}>"),
                ("Call-ID", call_id),
                ("CSeq", f"{cseq} {method}"),
                ("User-Agent", self.settings.product),
                *headers,
            ]
        )
        branch = MAGIC_COOKIE + own
        target = build.checked_uri(uri).encode("ascii")
        octets = build.request(build.checked_token(method), target, [self._via(flow, branch), *lines], body)
        return self.start(ClientTx(branch), octets, flow, now), call_id

    def start(self, tx: ClientTx, octets: bytes, flow: Flow, now: float) -> ClientTx:
        """Send a request whose top Via carries this branch; a full table means NoAnswer from `expire`."""
        if flow[0] == "udp" and len(octets) <= self._largest:
            taken = self._clients.start(tx, octets, flow, now)
        else:
            taken = self._outgoing.start(tx, octets, flow, now)
        if not taken:
            self._refused.append(tx)
        return tx

    def forward(
        self,
        tx: ServerTx,
        now: float,
        *,
        flow: Flow,
        uri: str | None = None,
        drop: Sequence[str] = (),
        headers: build.Headers = _NO_HEADERS,
    ) -> ClientTx | None:
        """Forward a request as a stateful proxy (§16.6); None where that cannot be, which has been answered
        then.
        """
        answering = self._servers.answering(tx)
        if answering is None:
            return None
        message = replace(answering.message, vias=(answering.via, *answering.message.vias[1:]))
        hops = message.first(b"Max-Forwards") or b"71"  # §16.6 step 3: where there is none, 70 is set
        if not hops.isdigit() or len(hops) > 3 or not int(hops):
            self.respond(tx, 483 if hops.isdigit() and not int(hops[:4]) else 400, now)
            return None
        names = frozenset(name.lower().encode("ascii") for name in drop)
        lines = forwarded(message, self._own_routes, b"%d" % (int(hops) - 1), names)
        lines.extend(build.header_lines(headers))
        target = message.uri if uri is None else build.checked_uri(uri).encode("ascii")
        branch = MAGIC_COOKIE + self.identifiers.new()
        octets = build.request(message.method, target, [self._via(flow, branch), *lines], message.body)
        return self.start(ClientTx(branch), octets, flow, now)

    def relay(self, tx: ServerTx, response: Response, now: float) -> bool:
        """Send a response to a forwarded request back, without our Via (§16.7)."""
        answering, message = self._servers.answering(tx), response.message
        if answering is None or message is None or response.status == 100:
            return False
        octets = relayed(message)
        if octets is None:
            return self.respond(tx, 500, now)
        if response.status >= 200:
            self._servers.finish(tx, response.status, octets, plain=False, now=now)
        else:
            self._servers.run(tx, ServerInput.PROVISIONAL, octets)
        self.output.append((octets, answering.flow))
        return True

    # Inside.

    def _receive_response(self, data: bytes, flow: Flow, now: float) -> list[SipEvent]:
        """Status and top Via branch suffice, where Via is the first header line, as everybody has it."""
        found = _USUAL_RESPONSE(data)
        if found is not None:
            code, branch = found.groups()
            tx, status = ClientTx(branch), int(code)
            told = self._clients.receive(tx, status, now)
            if told is not None:
                if tx in self._attempts:
                    return self._outgoing.answered(Response(tx, status, data), now) if told else []
                return [Response(tx, status, data)] if told else []
        return self._receive_odd_response(data, flow, now)

    def _receive_odd_response(self, data: bytes, flow: Flow, now: float) -> list[SipEvent]:
        message = parse(data, self._limits)
        tx = ClientTx(top_via(message.vias[0]).branch)
        told = self._clients.receive(tx, message.status, now)
        if told is None:
            return [PeerMisbehaved(flow, "SIP", "response to no request of ours")]
        response = Response(tx, message.status, data)
        if tx in self._attempts:
            return self._outgoing.answered(response, now) if told else []
        return [response] if told else []

    def _receive_request(self, data: bytes, flow: Flow, now: float) -> list[SipEvent]:
        message = self._layouts.parse(data, flow.remote)
        key, way = self._key_and_way(message, flow)
        if not self._servers.knows(key):
            return self._open(key, message, way, flow, now)
        self._repeat(key, message, way)
        return []

    def _key_and_way(self, message: Message, flow: Flow) -> tuple[ServerTx, tuple[bytes, Flow]]:
        """What names the transaction, and how its answer goes: known peers get it straight back."""
        value = message.vias[0]
        protocol, _, branch = value.partition(b";branch=")
        back, sent_by = self._straight_back.get(protocol, _NO_WAY)
        plain = (
            branch[:7] == MAGIC_COOKIE
            and 7 < len(branch) <= _PLAIN_BRANCH
            and not branch.translate(None, _TOKEN)
        )
        if plain and back == flow.remote:
            return ServerTx(b"%b %b %b" % (branch, sent_by, message.method)), (value, flow)
        return self._read_via(message, flow)

    def _read_via(self, message: Message, flow: Flow) -> tuple[ServerTx, tuple[bytes, Flow]]:
        """Key of the transaction, and how the answer goes; peers that get it straight back are remembered."""
        value = message.vias[0]
        via = top_via(value)
        way = response_way(value, via, flow)
        protocol = value.partition(b";branch=")[0]
        if way == (value, flow) and not _LIST(protocol):
            if len(self._straight_back) >= self._limits.cached_addresses:
                self._straight_back.clear()
            self._straight_back[protocol] = (flow.remote, via.sent_by)
        return ServerTx(server_key(message, via)), way

    def _open(
        self, tx: ServerTx, message: Message, way: tuple[bytes, Flow], flow: Flow, now: float
    ) -> list[SipEvent]:
        method = message.method
        if method == b"ACK":
            return []
        if method == b"CANCEL":
            asked, status = self._servers.cancelled(tx)
            self._refuse(asked, message, way, status)
            return []
        if not self._servers.open(tx, Answering(message, way[0], way[1], now)):
            self._refuse(tx, message, way, 503)
            return []
        return [Request(tx, message, flow)]

    def _repeat(self, tx: ServerTx, message: Message, way: tuple[bytes, Flow]) -> None:
        """A retransmission: the same answer, written from the retransmission where it was a plain one."""
        value, back = way
        self.repeated += 1
        final = self._servers.final(tx)
        if isinstance(final, int):
            final = build.response(message, value, self._tag(tx), build.status_line(final, None), self._tail)
        octets = self._servers.run(tx, ServerInput.REQUEST, final or b"")
        if octets:
            self.output.append((octets, back))

    def _refuse(self, tx: ServerTx, message: Message, way: tuple[bytes, Flow], status: int) -> None:
        """A final answer without a transaction (§8.2.7)."""
        tail = self._tail
        if status == 503:
            tail = self._full_tail([("Retry-After", str(self.settings.retry_after))], b"")
        octets = build.response(message, way[0], self._tag(tx), build.status_line(status, None), tail)
        self.output.append((octets, way[1]))

    def _receive_unreadable(self, data: bytes, flow: Flow, error: DecodeError) -> list[SipEvent]:
        """Answer what cannot be read, where its Via and the four fields of a response can (§8.2.6)."""
        if not data.strip(b"\r\n\0 "):
            return []  # a keep-alive (RFC 5626 §3.5.1, and what phones make of it)
        message = salvage(data, self._limits)
        if message is not None:
            tag = ServerTx(message.vias[0] + message.fields[b"Call-ID"])
            try:
                way = response_way(message.vias[0], top_via(message.vias[0]), flow)
            except DecodeError:
                return [PeerMisbehaved(flow, "SIP", error.reason)]
            self._refuse(tag, message, way, error.status)
        return [PeerMisbehaved(flow, "SIP", error.reason)]

    def _tag(self, tx: bytes) -> bytes:
        """The To tag follows from the transaction, so that a repeated answer repeats it (§8.2.6.2)."""
        return b"%b%08x" % (self._tag_prefix, crc32(tx))

    def _full_tail(self, headers: build.Headers, body: bytes) -> bytes:
        lines = [self._product, *build.header_lines(headers), b"Content-Length: %d\r\n\r\n" % len(body)]
        return b"\r\n" + b"\r\n".join(lines) + body

    def _via(self, flow: Flow, branch: bytes) -> bytes:
        return b"Via: SIP/2.0/%b %b;branch=%b" % (flow.transport.upper().encode(), self.sent_by(flow), branch)


def _with_port(name: str) -> str:
    """An alias as `host:port`, as Route values are compared (§16.4)."""
    bare = name.lower()
    return bare if bare.rpartition(":")[2].isdigit() and not bare.endswith("]") else f"{bare}:5060"
