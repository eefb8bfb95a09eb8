"""A non-3GPP UE as an element: it connects to the gateway and speaks JSON lines (TS 23.554 §5.2)."""

from dataclasses import dataclass, field

from msgspec.structs import replace

from ipsmgw.smpp import Flow, SessionSpec
from lab.elements.element import Element
from lab.elements.site import Site
from msgin5g_bridge.errors import DecodeError
from msgin5g_bridge.l3gdelivery import Address
from msgin5g_bridge.lines import (
    Ack,
    Bye,
    FromGateway,
    FromUe,
    Hello,
    LineFramer,
    Party,
    Report,
    Result,
    Say,
    Told,
    read_told,
    write,
)
from msgin5g_bridge.model import ABSENT

__all__ = ["LineLedger", "LineUe", "Sent"]


@dataclass(slots=True)
class Sent:
    """A message of its own."""

    line: Say
    result: Result | None = None

    @property
    def id(self) -> str:
        """As reports name it."""
        return self.line.id or ""


@dataclass(slots=True)
class LineLedger:
    """What has happened to it, over all its lives."""

    inbox: list[Told] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    count: int = 0

    @property
    def texts(self) -> list[str]:
        return [each.text for each in self.inbox]

    def report_of(self, id_: str) -> list[bool]:
        """Whether a message of its own has been delivered, as it was told."""
        return [each.delivered for each in self.reports if each.id == id_]


class _Lines:
    """The stack of a client: it keeps nothing but what is to be sent."""

    def __init__(self) -> None:
        self._output: list[tuple[bytes, Flow]] = []

    def link_up(self, flow: Flow, identity: str, now: float) -> list[Flow | FromGateway | None]:
        return [flow]

    def link_down(self, flow: Flow, now: float) -> list[Flow | FromGateway | None]:
        return [None]

    def receive(self, data: bytes, flow: Flow, now: float) -> list[Flow | FromGateway | None]:
        try:
            return [read_told(data)]
        except DecodeError:
            return []

    def expire(self, now: float) -> list[Flow | FromGateway | None]:
        return []

    def deadline(self) -> float | None:
        return None

    def take_output(self) -> list[tuple[bytes, Flow]]:
        output, self._output = self._output, []
        return output

    def put(self, said: FromUe, flow: Flow) -> None:
        self._output.append((write(said), flow))


class LineUe(Element):
    """One life of it: it says hello whenever it is connected, and what was not answered again."""

    def __init__(
        self, site: Site, host: str, gateway: tuple[str, int], secret: str, ledger: LineLedger
    ) -> None:
        super().__init__(site)
        self.ledger = ledger
        self.welcome = False
        """Whether the gateway has taken its hello."""
        self.refuses = ""
        """With what cause it refuses messages."""
        self.farewell: Bye | None = None
        self._secret = secret
        self._name = site.node
        self._seq = self._hello = 0
        self._waiting: dict[int, Sent] = {}
        self._flow: Flow | None = None
        self._stack = _Lines()
        port = self.driver.open(self._stack, self._on_event)
        spec = SessionSpec((host, 0), gateway, framer=LineFramer, protocol="json")
        site.network.sessions(site.node, spec, port)

    @property
    def open_work(self) -> int:
        """What waits for an answer."""
        return len(self._waiting)

    def send(self, to: Address, text: str, *, report: bool = False) -> Sent:
        """A message; its `id` names it in reports."""
        self.ledger.count += 1
        party, name = Party(type=to.addr_type, address=to.addr), f"{self._name}-{self.ledger.count}"
        sent = Sent(Say(seq=self._next(), to=party, text=text, id=name, report=report))
        self.ledger.sent.append(sent)
        self.driver.turn(lambda now: self._say(sent))
        return sent

    def _say(self, sent: Sent) -> None:
        """Now, or as soon as it is welcome; the same `id` again is the same message."""
        if self.welcome:
            line = replace(sent.line, seq=self._next())
            self._waiting[line.seq] = sent
            self._put(line)

    def _on_event(self, event: Flow | FromGateway | None, now: float) -> None:
        match event:
            case None:
                self._flow, self.welcome = None, False
                self._waiting.clear()
            case Flow():
                self._flow = event
                self._hello = self._next()
                self._put(Hello(seq=self._hello, ue=self._name, credential=self._secret))
            case Result():
                self._result(event)
            case Told() | Report():
                self._told(event)
            case Bye():
                self.farewell = event

    def _result(self, result: Result) -> None:
        if result.ok and result.seq == self._hello:
            self.welcome = True
            for unanswered in [each for each in self.ledger.sent if each.result is None]:
                self._say(unanswered)
        sent = self._waiting.pop(result.seq, None) if isinstance(result.seq, int) else None
        if sent is not None:
            sent.result = result

    def _told(self, line: Told | Report) -> None:
        """Once: what it has already it acknowledges again, for the acknowledgement may be what was lost."""
        if self.refuses and isinstance(line, Told):
            self._put(Ack(seq=line.seq, cause=self.refuses))
            return
        if isinstance(line, Report):
            if all((each.id, each.sender) != (line.id, line.sender) for each in self.ledger.reports):
                self.ledger.reports.append(line)
        elif all((each.id, each.sender) != (line.id, line.sender) for each in self.ledger.inbox):
            self.ledger.inbox.append(line)
        self._put(Ack(seq=line.seq, cause=ABSENT))

    def _next(self) -> int:
        self._seq += 1
        return self._seq

    def _put(self, said: FromUe) -> None:
        if self._flow is not None:
            self._stack.put(said, self._flow)
