"""JSON lines, the gateway's end, sans-IO: who is there, what they say, what they have to acknowledge."""

from collections.abc import Hashable
from typing import Generic, TypeVar

from msgspec import Struct

from msgin5g_bridge.errors import DecodeError, LocalError
from msgin5g_bridge.lines import (
    Ack,
    Bye,
    FromGateway,
    Hello,
    Ping,
    Report,
    Result,
    Say,
    Told,
    read_line,
    write,
)
from msgin5g_bridge.model import ABSENT, Absent
from msgin5g_bridge.rate import Rate

__all__ = ["Acked", "Gone", "Greeted", "LineEvent", "LineSettings", "LineStack", "Over", "Said"]

FlowT = TypeVar("FlowT", bound=Hashable)


class LineSettings(Struct, frozen=True, kw_only=True):
    """Seconds, octets, and how much at once."""

    longest: int = 65_536
    """Octets of a line."""
    hello: float = 10.0
    """How long a connection may be without one."""
    idle: float = 300.0
    """How long a UE may say nothing."""
    ack: float = 30.0
    """How long an acknowledgement may take."""
    connections: int = 1_000
    rate: float = 0.0
    """Lines a second of one connection, in the long run; 0: any number."""
    burst: int = 100
    faults: int = 10
    """Lines of one connection that cannot be read, until it is ended."""


class Greeted(Struct, Generic[FlowT], frozen=True):
    """Who is there says who it is; it waits for `welcome` or `reject`."""

    flow: FlowT
    hello: Hello


class Said(Struct, Generic[FlowT], frozen=True):
    """A UE has a message; it waits for `result`."""

    ue: str
    flow: FlowT
    message: Say


class Acked(Struct, frozen=True):
    """A UE has what it was told by this number; or has it not, and why."""

    number: int
    cause: str = ""
    later: bool = False


class Gone(Struct, frozen=True):
    """A UE is not connected any more; what it has not acknowledged was told before."""

    ue: str


class Over(Struct, Generic[FlowT], frozen=True):
    """The connection is to be cut, once all has left."""

    flow: FlowT


LineEvent = Greeted[FlowT] | Said[FlowT] | Acked | Gone | Over[FlowT]


class _Link(Struct, eq=False):
    due: float
    ue: str = ""
    faults: int = 0
    over: bool = False


class LineStack(Generic[FlowT]):
    """All connections; of one UE there is one, the last that has come."""

    def __init__(self, settings: LineSettings | None = None) -> None:
        self._settings = settings or LineSettings()
        self._rate = Rate(self._settings.rate, self._settings.burst)
        self._links: dict[FlowT, _Link] = {}
        self._flows: dict[str, FlowT] = {}
        self._awaited: dict[int, tuple[str, float]] = {}
        """What has to be acknowledged, and until when; numbers are never used twice."""
        self._number = 0
        self._output: list[tuple[bytes, FlowT]] = []

    def __len__(self) -> int:
        return len(self._links)

    def here(self, ue: str) -> bool:
        """Whether it is connected, and welcome."""
        return ue in self._flows

    # The contract of a stack.

    def link_up(self, flow: FlowT, identity: str, now: float) -> list[LineEvent[FlowT]]:
        self._links[flow] = _Link(now + self._settings.hello)
        if len(self._links) > self._settings.connections:
            return self._end(flow, "OVERLOAD", "too many connections")
        return []

    def link_down(self, flow: FlowT, now: float) -> list[LineEvent[FlowT]]:
        link = self._links.pop(flow, None)
        return [] if link is None else self._left(flow, link)

    def receive(self, data: bytes, flow: FlowT, now: float) -> list[LineEvent[FlowT]]:
        """One line, or the beginning of one that is too long."""
        link = self._links.get(flow)
        if link is None or link.over:
            return []
        if len(data) > self._settings.longest:
            return self._end(flow, "LINE_TOO_LONG", f"{self._settings.longest} octets at most")
        if not data.strip():
            return []
        if self._rate.wait(str(flow), now):
            self._put(Result(ok=False, cause="OVERLOAD", detail="too many lines"), flow)
            return []
        try:
            said = read_line(data)
        except DecodeError as fault:
            return self._unread(flow, link, str(fault))
        if link.ue:
            link.due = now + self._settings.idle
        return self._said(flow, link, said)

    def expire(self, now: float) -> list[LineEvent[FlowT]]:
        events: list[LineEvent[FlowT]] = []
        late = [number for number, (_, due) in self._awaited.items() if due <= now]
        for number in late:
            del self._awaited[number]
            events.append(Acked(number, "TIMEOUT", later=True))
        for flow in [flow for flow, link in self._links.items() if link.due <= now and not link.over]:
            why = "nothing was said" if self._links[flow].ue else "no hello"
            events += self._end(flow, "TIMEOUT", why)
        return events

    def deadline(self) -> float | None:
        links = (link.due for link in self._links.values() if not link.over)
        return min((*links, *(due for _, due in self._awaited.values())), default=None)

    def take_output(self) -> list[tuple[bytes, FlowT]]:
        output, self._output = self._output, []
        return output

    # From above.

    def welcome(self, greeted: Greeted[FlowT], svc_id: str, now: float) -> list[LineEvent[FlowT]]:
        """It is who it says; an older connection of the same UE is ended."""
        link, ue = self._links.get(greeted.flow), greeted.hello.ue
        if link is None or link.over:
            return []
        older = self._flows.pop(ue, None)
        events = [] if older is None else self._end(older, "REPLACED", "connected once more")
        link.ue, link.due = ue, now + self._settings.idle
        self._flows[ue] = greeted.flow
        self._put(Result(seq=greeted.hello.seq, ok=True, ue=svc_id or ABSENT), greeted.flow)
        return events

    def reject(self, greeted: Greeted[FlowT], cause: str, detail: str) -> list[LineEvent[FlowT]]:
        """It is not, or may not."""
        if greeted.flow not in self._links:
            return []
        self._put(Result(seq=greeted.hello.seq, ok=False, cause=cause, detail=detail), greeted.flow)
        return self._end(greeted.flow, cause, detail)

    def result(self, said: Said[FlowT], result: Result) -> None:
        """What has become of its message; who is gone hears nothing."""
        if said.flow in self._links:
            self._put(result, said.flow)

    def tell(self, ue: str, line: Told | Report, now: float) -> int:
        """To one who is `here`; the event `Acked` tells by this number, whatever happens."""
        flow = self._flows.get(ue)
        if flow is None:
            raise LocalError(f"{ue} is not here")
        self._awaited[line.seq] = ue, now + self._settings.ack
        self._put(line, flow)
        return line.seq

    def next_number(self) -> int:
        """For what is told next."""
        self._number = self._number % 2_147_483_647 + 1
        return self._number

    # One line.

    def _said(self, flow: FlowT, link: _Link, said: Hello | Say | Ack | Ping | Bye) -> list[LineEvent[FlowT]]:
        match said:
            case Bye():
                return self._end(flow, "", "")
            case Ping():
                self._put(Result(seq=said.seq, ok=True), flow)
            case Hello() if not link.ue:
                return [Greeted(flow, said)]
            case Hello():
                self._refuse(flow, said.seq, "it is known who this is")
            case Say() if not link.ue:
                self._refuse(flow, said.seq, "a hello comes first")
            case Say():
                return [Said(link.ue, flow, said)]
            case Ack():
                return self._acknowledged(flow, link, said)
        return []

    def _acknowledged(self, flow: FlowT, link: _Link, ack: Ack) -> list[LineEvent[FlowT]]:
        if self._awaited.get(ack.seq, ("", 0.0))[0] != link.ue or not link.ue:
            return self._unread(flow, link, f"/seq: nothing of the number {ack.seq} is awaited")
        del self._awaited[ack.seq]
        cause = "" if isinstance(ack.cause, Absent) else ack.cause
        return [Acked(ack.seq, cause, later=ack.later)]

    def _unread(self, flow: FlowT, link: _Link, why: str) -> list[LineEvent[FlowT]]:
        self._put(Result(ok=False, cause="BAD_LINE", detail=why), flow)
        link.faults += 1
        if link.faults < self._settings.faults:
            return []
        return self._end(flow, "BAD_LINE", f"{link.faults} lines that cannot be read")

    def _refuse(self, flow: FlowT, seq: int, why: str) -> None:
        self._put(Result(seq=seq, ok=False, cause="NOT_AUTHENTICATED", detail=why), flow)

    def _end(self, flow: FlowT, cause: str, detail: str) -> list[LineEvent[FlowT]]:
        link = self._links[flow]
        if link.over:
            return []
        link.over = True
        self._put(Bye(cause=cause or ABSENT, detail=detail or ABSENT), flow)
        return [*self._left(flow, link), Over(flow)]

    def _left(self, flow: FlowT, link: _Link) -> list[LineEvent[FlowT]]:
        """What it has not acknowledged, it will be told again."""
        ue, link.ue = link.ue, ""
        if not ue or self._flows.get(ue, flow) != flow:
            return []
        self._flows.pop(ue, None)
        lost = [number for number, (who, _) in self._awaited.items() if who == ue]
        for number in lost:
            del self._awaited[number]
        return [*(Acked(number, "TIMEOUT", later=True) for number in lost), Gone(ue)]

    def _put(self, said: FromGateway, flow: FlowT) -> None:
        self._output.append((write(said), flow))
