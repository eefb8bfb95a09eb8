"""The lab's requests and answers in virtual time: delayed, lost, refused and cut (DESIGN §10).

HTTP runs on connections: a request is refused, or cut off before its answer, and then both ends hear of it.
CoAP runs on datagrams: a request is repeated until it gets there and its answer back, and the server takes
it once (RFC 7252 §4.2, §4.5).
"""

from collections.abc import Callable
from functools import partial
from itertools import count
from math import inf

from ipsmgw.drive import Clock
from ipsmgw.trace.exchange_octets import Protocol, request_octets, response_octets
from lab.chance import Chance
from lab.exchange_spec import ExchangeSpec
from lab.faults import Faults, Weather
from lab.links import Fate, Tap
from msgin5g_bridge.exchange import (
    Answered,
    Ask,
    Asked,
    Gone,
    Incoming,
    NoAnswer,
    Outgoing,
    Peer,
    Reply,
)

__all__ = ["Exchanges"]

_ACK_TIMEOUT = 2.0
"""It doubles; ACK_RANDOM_FACTOR is 1 here (RFC 7252 §4.2)."""


class _Place:
    """Where a node takes requests, and asks from."""

    __slots__ = ("node", "receive", "spec")

    def __init__(self, node: str, spec: ExchangeSpec, receive: Callable[[Incoming], None]) -> None:
        self.node = node
        self.spec = spec
        self.receive = receive

    def tls_fault(self, other: "_Place") -> str:
        """Why the handshake with the other one fails, if it does (RFC 8446 §4.4)."""
        theirs, mine = other.spec.tls, self.spec.tls
        if theirs is None:
            return ""
        if mine is None or theirs.authority != mine.believed:
            return "TLS: its certificate is of an unknown authority"
        if not mine.name:
            return "TLS: it wants a certificate" if theirs.mutual else ""
        return "" if mine.authority == theirs.believed else "TLS: it does not know our authority"

    def peer_at(self, other: "_Place", identity: str) -> Peer:
        """Who it is for the other one: what it can prove there, it proves; by the key of this identity, where
        it has named one.
        """
        host, port = self.spec.local
        if other.spec.tls is not None:
            return Peer(f"{host}:{port}", self.spec.certified, secure=True)
        mine = self.spec.key_of(identity or other.spec.identity)
        speaker = mine.speaker if mine is not None and mine.speaker else identity
        theirs = other.spec.key_of(speaker) or other.spec.key_of(self.spec.identity)
        proved = theirs is not None and mine is not None and theirs.secret == mine.secret
        address = self.spec.origin if self.spec.protocol == "coap" else f"{host}:{port}"
        return Peer(address, theirs.identity if theirs is not None and proved else "", proved)


class _Exchange:
    """One request under way: until its asker knows how it ended, and until the asked has answered."""

    __slots__ = ("ask", "asker", "number", "over", "since", "target")

    def __init__(self, asker: _Place, ask: Ask, target: _Place, number: int, since: float) -> None:
        self.asker = asker
        self.ask = ask
        self.target = target
        self.number = number
        self.since = since
        self.over = False


class Exchanges:
    """All of a network."""

    def __init__(
        self,
        clock: Clock,
        chance_of: Callable[[str], Chance],
        between: Callable[[str, str], Weather],
        *,
        tap: Tap | None,
    ) -> None:
        self._clock = clock
        self._chance_of = chance_of
        self._between = between
        self._tap = tap
        self._numbers = count(1)
        self._places: dict[str, _Place] = {}
        """By each of its origins."""
        self._open: dict[int, _Exchange] = {}

    def open(
        self, node: str, spec: ExchangeSpec, receive: Callable[[Incoming], None]
    ) -> Callable[[list[Outgoing]], None]:
        """Take requests, and make them."""
        place = _Place(node, spec, receive)
        self._places.update(dict.fromkeys(spec.origins, place))
        return partial(self._send, place)

    def down(self, node: str) -> None:
        """The node is gone; over HTTP its peers are told."""
        self._places = {origin: place for origin, place in self._places.items() if place.node != node}
        for exchange in self._between_nodes(lambda nodes: node in nodes):
            if exchange.target.spec.protocol == "http":
                self._end(exchange, "the connection was lost")
            else:
                self._give_up(exchange)

    def cut(self, one: str, other: str) -> None:
        """Connections between two nodes are cut; what is under way on them has no answer."""
        for exchange in self._between_nodes(lambda nodes: nodes == {one, other}):
            if exchange.target.spec.protocol == "http":
                self._end(exchange, "the connection was cut")

    # What a node sends.

    def _send(self, place: _Place, batch: list[Outgoing]) -> None:
        for outgoing in batch:
            if self._places.get(place.spec.origin) is not place:
                return
            if isinstance(outgoing, Ask):
                self._ask(place, outgoing)
            else:
                self._reply(outgoing)

    def _ask(self, asker: _Place, ask: Ask, since: float | None = None) -> None:
        """For the first time, or, where nobody was there before, again."""
        now, target = self._clock.now(), self._places.get(ask.origin)
        since = now if since is None else since
        name = ask.origin if target is None else target.node
        number = next(self._numbers)
        octets = request_octets(asker.spec.protocol, number, ask.request)
        chance, faults = self._weather(asker.node, name)
        if asker.spec.protocol == "http":
            refused = target is None or chance.happens("refuse", faults.refuse)
            when = now + chance.lasts("delay", faults.delay)
        else:
            when = self._arrives(now, chance, faults, _tries(asker.spec, ask))
            refused = target is None or when == inf
        fate: Fate = "lost" if refused else ""
        self._put(now, asker.node, name, asker.spec.protocol, octets, fate)
        if target is None and asker.spec.protocol == "coap":
            self._seek(asker, ask, since)
            return
        if refused or target is None:
            later = since + _given_up(asker.spec) if asker.spec.protocol == "coap" else when
            self._tell(asker, NoAnswer(ask.exchange, "nobody is there"), later)
            return
        fault = asker.tls_fault(target)
        if fault:
            self._tell(asker, NoAnswer(ask.exchange, fault), when)
            return
        exchange = self._open[number] = _Exchange(asker, ask, target, number, since)
        self._clock.call_at(when, partial(self._arrive, exchange))
        if asker.spec.protocol == "http" and faults.cut:
            cut_at = now + chance.comes("cut", faults.cut)
            self._clock.call_at(cut_at, partial(self._end, exchange, "the connection was cut"))

    def _seek(self, asker: _Place, ask: Ask, since: float) -> None:
        """A retransmission may find who is not there yet."""
        tries = _tries(asker.spec, ask)
        later = (since + after for after in tries if since + after > self._clock.now())
        when = next(later, None)
        if when is None:
            self._tell(asker, NoAnswer(ask.exchange, "nobody is there"), since + _given_up(asker.spec))
            return

        def again() -> None:
            if self._places.get(asker.spec.origin) is asker:
                self._ask(asker, ask, since)

        self._clock.call_at(when, again)

    def _arrive(self, exchange: _Exchange) -> None:
        if exchange.over:
            return
        target, asker = exchange.target, exchange.asker
        if self._places.get(target.spec.origin) is not target:
            self._give_up(exchange)
            return
        target.receive(
            Asked(exchange.number, exchange.ask.request, asker.peer_at(target, exchange.ask.identity))
        )

    def _reply(self, reply: Reply) -> None:
        exchange = self._open.get(reply.exchange)
        if exchange is None or exchange.over:
            return
        now, target, asker = self._clock.now(), exchange.target, exchange.asker
        chance, faults = self._weather(target.node, asker.node)
        if target.spec.protocol == "http":
            when = now + chance.lasts("delay", faults.delay)
        else:
            when = self._gets_back(exchange, now, chance, faults)
        octets = response_octets(target.spec.protocol, exchange.number, reply.response)
        self._put(now, target.node, asker.node, target.spec.protocol, octets, "lost" if when == inf else "")
        if when == inf:
            self._give_up(exchange)
        else:
            answered = Answered(exchange.ask.exchange, reply.response)
            self._clock.call_at(when, partial(self._finish, exchange, answered))

    # How long it takes.

    def _arrives(self, now: float, chance: Chance, faults: Faults, tries: tuple[float, ...]) -> float:
        """The first of the retransmissions that is not lost."""
        chance.turn()
        for after in tries:
            if not chance.happens("loss", faults.loss):
                return now + after + chance.lasts("delay", faults.delay)
        return inf

    def _gets_back(self, exchange: _Exchange, now: float, chance: Chance, faults: Faults) -> float:
        """With its acknowledgement, or with that of a later repetition of the request, which may be lost."""
        chance.turn()
        tries = _tries(exchange.asker.spec, exchange.ask)
        later = [exchange.since + after for after in tries if exchange.since + after > now]
        for when in (now, *later):
            there = when == now or not chance.happens("loss", faults.loss)
            if there and not chance.happens("loss", faults.loss):
                return when + chance.lasts("delay", faults.delay)
        return inf

    def _weather(self, one: str, other: str) -> tuple[Chance, Faults]:
        return self._chance_of(f"exchange {one} {other}"), self._between(one, other).at(self._clock.now())

    # How it ends.

    def _give_up(self, exchange: _Exchange) -> None:
        silence = NoAnswer(exchange.ask.exchange, "no answer")
        when = max(exchange.since + _given_up(exchange.asker.spec), self._clock.now())
        if exchange.target.spec.protocol == "http":
            when = self._clock.now()
        self._clock.call_at(when, partial(self._finish, exchange, silence))

    def _finish(self, exchange: _Exchange, told: Incoming) -> None:
        if not exchange.over:
            exchange.over = True
            self._open.pop(exchange.number, None)
            self._tell(exchange.asker, told, self._clock.now())

    def _end(self, exchange: _Exchange, why: str) -> None:
        """Of a connection: both ends hear of it."""
        if exchange.over:
            return
        self._finish(exchange, NoAnswer(exchange.ask.exchange, why))
        self._tell(exchange.target, Gone(exchange.number), self._clock.now())

    def _tell(self, place: _Place, incoming: Incoming, when: float) -> None:
        """By an event of its own; who is gone by then hears nothing."""

        def tell() -> None:
            if self._places.get(place.spec.origin) is place:
                place.receive(incoming)

        self._clock.call_at(when, tell)

    def _between_nodes(self, these: Callable[[set[str]], bool]) -> list[_Exchange]:
        return [each for each in self._open.values() if these({each.asker.node, each.target.node})]

    def _put(self, now: float, *what: *tuple[str, str, Protocol, bytes, Fate]) -> None:
        if self._tap is not None:
            self._tap(now, *what)


def _tries(spec: ExchangeSpec, ask: Ask) -> tuple[float, ...]:
    """When a request is sent; what is not confirmable, once (RFC 7252 §4.3)."""
    repetitions = spec.max_retransmit if ask.request.confirmable else 0
    return tuple(_ACK_TIMEOUT * ((1 << number) - 1) for number in range(1 + repetitions))


def _given_up(spec: ExchangeSpec) -> float:
    """How long an acknowledgement is waited for."""
    return _ACK_TIMEOUT * ((2 << spec.max_retransmit) - 1)
