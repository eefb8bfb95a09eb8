"""From the name of a next hop to the ways there, best first (RFC 3263 §4; RFC 2782; RFC 3403)."""

from collections.abc import Callable
from random import Random

from msgspec import Struct

from sipbridge.dns.message import Address, Alias, Kind, Naptr, Question, Srv
from sipbridge.dns.resolver import Data, Resolver
from sipbridge.flow import Flow
from sipbridge.hop import PORTS, Hop

__all__ = ["Local", "Locator"]

Local = Callable[[str, str], tuple[str, int] | None]
"""Our address for a transport towards an address; None where we have none."""

_SERVICES = {"SIP+D2U": "udp", "SIP+D2T": "tcp", "SIPS+D2T": "tls"}
_LABELS = {"udp": "_sip._udp.", "tcp": "_sip._tcp.", "tls": "_sips._tcp."}
_MOST_ALIASES = 8
_MOST_WAYS = 16
_MEMO = 4_096
_MOMENT = 1.0
_LONGEST_SEARCH = 32.0  # seconds: timer F, longer than that nobody waits for the request itself
_AVOIDED = 4_096


class _Target(Struct, frozen=True, gc=False):
    """A host that offers a transport, and how it is to be chosen among others."""

    transport: str
    name: str
    port: int
    rank: int = 0
    priority: int = 0
    weight: int = 0


class _Found(Struct, frozen=True):
    """What the names say, until one of the answers grows old: targets with their ways."""

    until: float
    ways: tuple[tuple[_Target, tuple[Flow, ...]], ...]


class _Missing(Exception):
    """A question has to be asked first."""


class Locator:
    """Asks the resolver what it does not remember, one question after the other."""

    def __init__(self, resolver: Resolver, local: Local, rng: Random, *, avoid: float) -> None:
        self._resolver = resolver
        self._local = local
        self._rng = rng
        self._avoid = avoid
        self._memo: dict[Hop, _Found] = {}
        self._begun: dict[Hop, float] = {}
        self._avoided: dict[tuple[str, tuple[str, int]], float] = {}

    def locate(self, hop: Hop, now: float) -> list[Flow] | None:
        """The ways in the order in which to try them; none where there are none, None as long as questions
        are open.
        """
        found = self._memo.get(hop)
        if found is None or now >= found.until:
            try:
                found = self._find(hop, now)
            except _Missing:
                return None
        ways = self._chosen(found)
        if self._avoided:
            ways.sort(key=lambda way: now < self._avoided.get((way.transport, way.remote), 0.0))
        return ways[:_MOST_WAYS]

    def until(self, hop: Hop) -> float:
        """Until when what `locate` said holds."""
        found = self._memo.get(hop)
        return 0.0 if found is None else found.until

    def failed(self, flow: Flow, now: float) -> None:
        """For a while the others are tried before this one."""
        if len(self._avoided) >= _AVOIDED:
            self._avoided.clear()
        self._avoided[flow.transport, flow.remote] = now + self._avoid

    # Inside.

    def _find(self, hop: Hop, now: float) -> _Found:
        """Who waits uses each answer that has come meanwhile, however short it lives (RFC 1035 §3.2.1)."""
        asked = _Asked(self._resolver, self._began(hop, now), now)
        ways = tuple((target, self._flows(hop, target, asked)) for target in self._targets(hop, asked))
        found = _Found(max(asked.until, now + _MOMENT), ways)  # all who wait see it, and ask nothing again
        del self._begun[hop]
        if len(self._memo) >= _MEMO:
            self._memo.clear()
        self._memo[hop] = found
        return found

    def _began(self, hop: Hop, now: float) -> float:
        """When this search did; one that nobody waited for any more begins anew."""
        began = self._begun.get(hop)
        if began is not None and now - began < _LONGEST_SEARCH:
            return began
        if len(self._begun) >= _MEMO:
            self._begun.clear()
        self._begun[hop] = now
        return now

    def _targets(self, hop: Hop, asked: "_Asked") -> list[_Target]:
        """§4.1 and §4.2: a port says that there is no SRV, a transport that there is no NAPTR."""
        name, port = hop.address
        name = name.lower().rstrip(".")
        if port:
            return [_Target(hop.transport or "udp", name, port)]
        offers = (
            [(hop.transport, _LABELS[hop.transport] + name)] if hop.transport else self._offers(name, asked)
        )
        services = [
            (rank, transport, srv)
            for rank, (transport, service) in enumerate(offers)
            for srv in asked.records(service, Kind.SRV)
            if isinstance(srv, Srv)
        ]
        targets = [
            _Target(transport, srv.target, srv.port, rank, srv.priority, srv.weight)
            for rank, transport, srv in services
            if srv.target and srv.port
        ]
        if targets or any(not srv.target for _, _, srv in services):  # ".": decidedly not there (RFC 2782)
            return targets
        transport = hop.transport or "udp"
        return [_Target(transport, name, PORTS[transport])]

    def _offers(self, name: str, asked: "_Asked") -> list[tuple[str, str]]:
        """Transports and the names of their SRV records, as NAPTR has them, else in our own order."""
        naptr = [each for each in asked.records(name, Kind.NAPTR) if isinstance(each, Naptr)]
        naptr.sort(key=lambda each: (each.order, each.preference))
        offers = [
            (_SERVICES[each.service], each.replacement)
            for each in naptr
            if each.flags == "s" and each.service in _SERVICES and each.replacement
        ]
        return [offer for offer in offers if self._have(offer[0])] or [
            (transport, _LABELS[transport] + name) for transport in ("udp", "tcp") if self._have(transport)
        ]

    def _have(self, transport: str) -> bool:
        return any(self._local(transport, host) is not None for host in ("", ":"))

    def _flows(self, hop: Hop, target: _Target, asked: "_Asked") -> tuple[Flow, ...]:
        transport, name, port = target.transport, target.name, target.port
        domain = hop.address[0].lower().rstrip(".") if transport == "tls" else ""  # RFC 5922 §7.3
        flows: list[Flow] = []
        for kind, family in ((Kind.AAAA, ":"), (Kind.A, "")):
            local = self._local(transport, family)
            if local is None:
                continue
            records = asked.records(name, kind)
            hosts = [each.text for each in records if isinstance(each, Address)]
            flows += [Flow(transport, local, (host, port), domain) for host in hosts]
        return tuple(flows)

    def _chosen(self, found: _Found) -> list[Flow]:
        """By rank and priority, and by weight within them (RFC 2782)."""
        if len(found.ways) == 1:
            return list(found.ways[0][1])
        groups: dict[tuple[int, int], list[tuple[_Target, tuple[Flow, ...]]]] = {}
        for way in found.ways:
            groups.setdefault((way[0].rank, way[0].priority), []).append(way)
        return [flow for key in sorted(groups) for flow in self._drawn(groups[key])]

    def _drawn(self, group: list[tuple[_Target, tuple[Flow, ...]]]) -> list[Flow]:
        """One after the other, each as likely as its weight; without weight only by chance."""
        flows: list[Flow] = []
        left = sorted(group, key=lambda way: way[0].weight)
        while left:
            at = self._rng.randint(0, sum(target.weight for target, _ in left))
            for way in left:
                at -= way[0].weight
                if at <= 0:
                    break
            left.remove(way)
            flows += way[1]
        return flows


class _Asked:
    """The questions of one search, and until when all of their answers hold."""

    def __init__(self, resolver: Resolver, began: float, now: float) -> None:
        self._resolver = resolver
        self._began = began
        self._now = now
        self.until = now + 3600.0

    def records(self, name: str, kind: Kind) -> tuple[Data, ...]:
        """The records, following aliases; `_Missing` where a question had to be asked."""
        for _ in range(_MOST_ALIASES):
            question = Question(name, kind)
            data = self._look(question)
            until = self._resolver.until(question)
            self.until = min(self.until, until) if until is not None else self.until
            alias = data[0] if len(data) == 1 else None
            if not isinstance(alias, Alias):
                return data
            name = alias.name
        return ()

    def _look(self, question: Question) -> tuple[Data, ...]:
        data = self._resolver.look(question, self._began)
        if data is not None:
            return data
        if self._resolver.ask(question, self._now):
            raise _Missing
        return ()
