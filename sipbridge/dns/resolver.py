"""A stub resolver: octets and time in, records out, kept as long as they say (RFC 1035 §7, RFC 2308)."""

from collections import OrderedDict
from random import Random
from typing import NamedTuple

from msgspec import Struct

from sipbridge.dns.message import Address, Alias, Answer, Kind, Naptr, Question, Record, Srv, decode, encode
from sipbridge.dns.settings import DnsSettings
from sipbridge.errors import DecodeError
from sipbridge.events import PeerMisbehaved
from sipbridge.flow import Flow

__all__ = ["Data", "Resolved", "Resolver"]

Data = Address | Alias | Srv | Naptr
_OK, _NO_NAME = 0, 3
_MOST_ALIASES = 8


class Resolved(NamedTuple):
    """A question has its answer in the cache, if there is one."""

    question: Question


class _Known(Struct, gc=False):
    """What is remembered of a question; `stale_until` tells how long it serves if nobody knows better."""

    data: tuple[Data, ...]
    until: float
    stale_until: float


class _Asking(Struct):
    """A question under way; `number` and the spelling of the name are what a forger has to guess."""

    question: Question
    number: int
    spelled: str
    server: int
    left: int
    due: float
    by_tcp: bool = False


class Resolver:
    """A stack as any other: its octets are queries, its flows name a server and a query."""

    def __init__(self, settings: DnsSettings, rng: Random) -> None:
        self._settings = settings
        self._rng = rng
        self._known: OrderedDict[Question, _Known] = OrderedDict()
        self._asking: dict[Question, _Asking] = {}
        self._output: list[tuple[bytes, Flow]] = []

    def __len__(self) -> int:
        return len(self._asking)

    @property
    def remembered(self) -> int:
        """How many answers are in the cache."""
        return len(self._known)

    def look(self, question: Question, now: float) -> tuple[Data, ...] | None:
        """The records of a question; none where there are none, None where they have to be asked for."""
        listed = self._settings.hosts.get(_host(question))
        if listed is not None:  # then that is all: nobody is asked for its services either
            family = {Kind.A: False, Kind.AAAA: True}.get(question.kind)
            return tuple(Address(text) for text in listed if (":" in text) is family)
        known = self._known.get(question)
        return known.data if known is not None and now < known.until else None

    def until(self, question: Question) -> float | None:
        """Until when that is true; None where it is not known, or for ever."""
        known = self._known.get(question)
        return None if known is None else known.until

    def ask(self, question: Question, now: float) -> bool:
        """Begin to ask, if nobody has; False where it cannot be: it counts as unanswered then."""
        if question in self._asking:
            return True
        servers = self._settings.servers
        if not servers or len(self._asking) >= self._settings.asked:
            self._remember(question, (), now, self._settings.negative)
            return False
        asking = _Asking(
            question,
            self._rng.getrandbits(16),
            _spelled(question.name, self._rng),
            0,
            self._settings.attempts * len(servers),
            now,
        )
        try:
            encode(0, question)
        except ValueError:
            self._remember(question, (), now, self._settings.longest)
            return False
        self._asking[question] = asking
        self._send(asking, now)
        return True

    # The contract of a stack.

    def receive(self, data: bytes, flow: Flow, now: float) -> list[Resolved | PeerMisbehaved]:
        """A response; whatever was not asked for, or is another server's, is not believed."""
        try:
            answer = decode(data)
        except DecodeError as fault:
            return [PeerMisbehaved(flow, "DNS", fault.reason)]
        asking = self._asking.get(answer.question) if answer.question else None
        if asking is None or answer.id != asking.number or not self._is_from(asking, flow):
            return [PeerMisbehaved(flow, "DNS", "answer to no question of ours")]
        if not asking.by_tcp and (answer.truncated or not _spells(data, asking.spelled)):
            return self._ask_by_tcp(asking, now)
        if answer.code not in (_OK, _NO_NAME) or answer.truncated:
            return self._ask_next(asking, now)
        return self._take(asking, answer, now)

    def link_up(self, flow: Flow, identity: str, now: float) -> list[Resolved | PeerMisbehaved]:
        """A query's connection stands."""
        return []

    def link_down(self, flow: Flow, now: float) -> list[Resolved | PeerMisbehaved]:
        """A server cannot be reached: the next is asked at once."""
        for asking in list(self._asking.values()):
            if self._is_from(asking, flow) and flow.connection == str(asking.number):
                return self._ask_next(asking, now)
        return []

    def expire(self, now: float) -> list[Resolved | PeerMisbehaved]:
        """Ask the next server where one is silent."""
        due = [asking for asking in self._asking.values() if asking.due <= now]
        return [event for asking in due for event in self._ask_next(asking, now)]

    def deadline(self) -> float | None:
        """When somebody has been silent for too long."""
        return min((asking.due for asking in self._asking.values()), default=None)

    def take_output(self) -> list[tuple[bytes, Flow]]:
        """Queries, once."""
        taken, self._output = self._output, []
        return taken

    # Inside.

    def _is_from(self, asking: _Asking, flow: Flow) -> bool:
        wanted = "tcp" if asking.by_tcp else "udp"
        return flow.transport == wanted and flow.remote == self._settings.servers[asking.server]

    def _send(self, asking: _Asking, now: float) -> None:
        asking.left -= 1
        asking.due = now + self._settings.timeout
        octets = encode(asking.number, Question(asking.spelled, asking.question.kind))
        transport = "tcp" if asking.by_tcp else "udp"
        server = self._settings.servers[asking.server]
        self._output.append((octets, Flow(transport, ("", 0), server, str(asking.number))))

    def _ask_next(self, asking: _Asking, now: float) -> list[Resolved | PeerMisbehaved]:
        """The next server, under a new number; when all have been asked enough, an old answer serves."""
        if asking.left > 0:
            asking.server = (asking.server + 1) % len(self._settings.servers)
            asking.number, asking.by_tcp = self._rng.getrandbits(16), False
            self._send(asking, now)
            return []
        del self._asking[asking.question]
        known = self._known.get(asking.question)
        if known is not None and known.data and now < known.stale_until:
            known.until = now + self._settings.negative
        else:
            self._remember(asking.question, (), now, self._settings.negative)
        return [Resolved(asking.question)]

    def _ask_by_tcp(self, asking: _Asking, now: float) -> list[Resolved | PeerMisbehaved]:
        """Too long for a datagram, or perhaps forged: most servers repeat a question letter for letter."""
        asking.by_tcp = True
        asking.left += 1
        self._send(asking, now)
        return []

    def _take(self, asking: _Asking, answer: Answer, now: float) -> list[Resolved | PeerMisbehaved]:
        question, limits = asking.question, self._settings
        del self._asking[question]
        records = _chain(question, answer.records)
        if records:
            ttl: float = min(record.ttl for record in records)
            last = records[-1]
            wanted = tuple(record.data for record in records if record.kind is question.kind)
            if not wanted and isinstance(last.data, Alias):  # the rest of the chain is to be asked for
                wanted = (last.data,)
            self._remember(question, wanted, now, min(ttl, limits.longest))
        else:
            negative = limits.negative if answer.negative_ttl is None else answer.negative_ttl
            self._remember(question, (), now, min(limits.negative, negative))
        return [Resolved(question)]

    def _remember(self, question: Question, data: tuple[Data, ...], now: float, ttl: float) -> None:
        """At least a moment, so that who waits for it sees it; the oldest makes room."""
        until = now + max(ttl, 1.0)
        self._known.pop(question, None)
        if len(self._known) >= self._settings.cached:
            self._known.popitem(last=False)
        self._known[question] = _Known(data, until, until + self._settings.stale)


def _chain(question: Question, records: tuple[Record, ...]) -> list[Record]:
    """The records of the name, following its aliases; what else a server says is not believed."""
    name = question.name
    found: list[Record] = []
    for _ in range(_MOST_ALIASES):
        mine = [each for each in records if each.name == name and each.kind is question.kind]
        if mine:
            return [*found, *mine]
        alias = next((each for each in records if each.name == name and isinstance(each.data, Alias)), None)
        if alias is None or not isinstance(alias.data, Alias):
            break
        found.append(alias)
        name = alias.data.name
    return found


def _host(question: Question) -> str:
    """Whose records they are: of SRV, without service and protocol (RFC 2782)."""
    return question.name.split(".", 2)[-1] if question.kind is Kind.SRV else question.name


def _spelled(name: str, rng: Random) -> str:
    """Letters in random case, which a forger has to guess as well."""
    return "".join(each.upper() if rng.getrandbits(1) else each for each in name)


def _spells(data: bytes, spelled: str) -> bool:
    """Whether the question comes back as it was spelled."""
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in spelled.split("."))
    return data[12 : 12 + len(labels)] == labels
