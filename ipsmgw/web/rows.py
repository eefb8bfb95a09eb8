"""The rows of a ladder: what each PDU is, made when somebody looks, once for all who look (DESIGN §8)."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from ipsmgw.trace import Summaries, failed, heartbeat, leg_of
from ipsmgw.web.source import Message, Seen, Source
from ipsmgw.web.threads import Threads

__all__ = ["Row", "Rows"]

_SLICE = 50  # PDUs that are looked at before others get their turn
_AT_ONCE, _PER_SECOND = 400, 1_600  # a few hundredths of a second of work, and a sixth of a core
_MESSAGES = 500  # that are looked for at a time
_KNOWN = 20_000


class Row(Struct, rename={"source": "from", "target": "to"}, omit_defaults=True):
    """One arrow."""

    number: int
    time: float
    source: str
    target: str
    leg: str
    summary: str
    thread: int
    message: str | None = None
    failed: bool = False
    fate: str = ""
    beat: bool = False
    """Whether it is a heartbeat: BEAT, BEAT ACK, enquire_link and its answer."""


class Rows:
    """Follows the wire as far as somebody wants; what comes faster than can be looked at is left out."""

    def __init__(self, source: Source, clock: Callable[[], float]) -> None:
        self._source = source
        self._wire = source.wire
        self._clock = clock
        self._rows: deque[Row] = deque()
        self._next = 0
        self._looked: float | None = None
        self._lock = asyncio.Lock()
        self._summaries = Summaries()
        self._threads = Threads()
        self.messages: dict[str, Message] = {}
        """The last ones, as they were when somebody looked last."""
        self._names: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        """The oldest first."""
        return iter(self._rows)

    @property
    def end(self) -> int:
        """Number of the PDU that is looked at next."""
        return self._next

    async def follow(self) -> list[Message]:
        """Look at what has come; the messages that are new, or other than they were."""
        async with self._lock:
            await self._follow_wire()
            return self._follow_messages()

    def after(self, number: int, most: int) -> list[Row]:
        """The latest, so many at most, of those behind this number; the oldest of them first."""
        found: list[Row] = []
        for row in reversed(self._rows):
            if row.number <= number or len(found) >= most:
                break
            found.append(row)
        return found[::-1]

    def row(self, number: int) -> Row | None:
        return next((row for row in reversed(self._rows) if row.number == number), None)

    def seen(self, number: int) -> Seen | None:
        """The PDU of a number, while it is remembered."""
        found = self._wire.since(number, 1)
        return found[0] if found and found[0].number == number else None

    def pdus(self, rows: Iterable[Row]) -> Iterator[tuple[Row, Seen]]:
        """Rows with their PDUs, while they are remembered; in their order."""
        wanted = list(rows)
        if not wanted:
            return
        first, last = wanted[0].number, wanted[-1].number
        kept = {seen.number: seen for seen in self._wire.since(first, last - first + 1)}
        for row in wanted:
            if row.number in kept:
                yield row, kept[row.number]

    def thread_of(self, message: str) -> int | None:
        found = self.messages.get(message)
        return None if found is None else found.thread

    # What has come over the wire.

    async def _follow_wire(self) -> None:
        wire, rows = self._wire, self._rows
        start, end = max(self._next, wire.first, wire.end - self._allowance()), wire.end
        self._next = start
        while self._next < end:
            for seen in wire.since(self._next, min(_SLICE, end - self._next)):
                rows.append(self._row(seen))
                self._next = seen.number + 1
            await asyncio.sleep(0)
            self._next = max(self._next, min(wire.first, end))
        while rows and rows[0].number < wire.first:
            rows.popleft()

    def _allowance(self) -> int:
        """How many may be looked at now: nobody has to wait for long because somebody looks."""
        now, before = self._clock(), self._looked
        self._looked = now
        return self._wire.end if before is None else _AT_ONCE + int(_PER_SECOND * (now - before))

    def _row(self, seen: Seen) -> Row:
        pdu = seen.pdu
        label = self._summaries.label(pdu)
        thread = self._threads.of(seen)
        return Row(
            number=seen.number,
            time=pdu.when,
            source=pdu.source,
            target=pdu.target,
            leg=leg_of(pdu),
            summary=label,
            thread=thread,
            message=self._names.get(thread),
            failed=failed(pdu, label),
            fate=pdu.fate,
            beat=heartbeat(pdu),
        )

    # Which messages they belong to.

    def _follow_messages(self) -> list[Message]:
        changed = list(self._changed())[::-1]
        self.messages |= {message.id: message for message in changed}
        named = {message.thread: message.id for message in changed if message.thread is not None}
        new = {thread: name for thread, name in named.items() if thread not in self._names}
        self._names |= new
        for row in self._rows if new else ():
            if row.thread in new:
                row.message = new[row.thread]
        _forget(self.messages)
        _forget(self._names)
        return changed

    def _changed(self) -> Iterator[Message]:
        """Those that are new, or other than they were; the latest first."""
        for told in self._source.told(_MESSAGES):
            known = self.messages.get(told.message.id)
            thread = self._threads.find(told) if known is None or known.thread is None else known.thread
            message = replace(told.message, thread=thread)
            if message != known:
                yield message
            elif message.state != _UNDER_WAY and thread is not None:
                return  # what has ended before it is known as well


_UNDER_WAY = "under way"


def _forget(table: dict[str, Message] | dict[int, str]) -> None:
    """The oldest."""
    while len(table) > _KNOWN:
        table.pop(next(iter(table)))  # type: ignore[call-overload]  # one of its own keys
