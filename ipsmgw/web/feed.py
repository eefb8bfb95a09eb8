"""What happens, as it happens: server-sent events for every page that is open (HTML Living Standard §9.2)."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator

import msgspec

from ipsmgw.web.rows import Rows
from ipsmgw.web.source import Message, Source
from ipsmgw.web.views import Views

__all__ = ["Feed", "TooManyClients"]

_EVERY = 0.25
_SILENCE = 15.0  # then a comment shows that the connection lives
_CHANGED = 1_000  # messages that are told to a page that comes or is behind
_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder(enc_hook=str).encode


class TooManyClients(Exception):
    """One sentence."""


class _Status:
    """What a page is told of the state, again where something but the time is other than before."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._before: object = None
        self.number = 0
        self.data = b""

    def look(self) -> bool:
        status, standings = self._source.status(), self._source.standings()
        timeless = (_timeless(status), [{**one, "seconds": 0, "sentence": ""} for one in standings])
        if timeless == self._before:
            return False
        self._before, self.number = timeless, self.number + 1
        self.data = _encode({**status, "standings": standings})
        return True


def _timeless(status: object) -> object:
    """Without what time alone changes; associations are among the standings, in other words."""
    if not isinstance(status, dict):
        return status
    return {name: _timeless(value) for name, value in status.items() if name not in ("now", "m3ua")}


class Feed:
    """Looks at what has come while somebody listens, for all of them together; nothing is queued for anybody.

    A page has a place in the rows that are kept anyway: who reads slowly falls behind, and leaves out what
    is more than `queue`.
    """

    def __init__(self, source: Source, rows: Rows, *, clients: int, queue: int) -> None:
        self._rows = rows
        self._most, self._queue = clients, queue
        self.clients = 0
        """Pages that listen."""
        self._task: asyncio.Task[None] | None = None
        self._turned = asyncio.Condition()
        self._turn = 0
        self._end = 0
        self._status = _Status(source)
        self._views = Views(source.views, time.monotonic)
        self._bug = ""
        self._changed: dict[str, int] = {}
        """Messages, by the turn in which they were last other than before."""

    def open(self) -> None:
        """One more page wants to be told; raises `TooManyClients`."""
        if self.clients >= self._most:
            raise TooManyClients(f"{self._most} pages follow already, and web.clients allows no more")
        self.clients += 1
        if self._task is None or self._task.done():
            self._begin()

    def _leave(self) -> None:
        self.clients -= 1
        if not self.clients and self._task is not None:
            self._task.cancel()
            self._task = None

    async def events(self, last: int | None) -> AsyncGenerator[bytes, None]:
        """Of a page that `open` has let in, from behind this number on; without one from now on."""
        try:
            await self._rows.follow()
            cursor = self._rows.end - 1 if last is None else min(last, self._rows.end - 1)
            turn, status, views = -1, 0, dict[str, int]()
            yield b"retry: 1000\n\n"
            while True:
                rows, end = self._rows.after(cursor, self._queue), self._rows.end - 1
                if rows:
                    lost = max(0, end - cursor - len(rows))
                    yield _framed("pdus", _encode({"rows": rows, "lost": lost}), number=end)
                    cursor = end
                if messages := self._messages(turn):
                    yield _framed("messages", _encode(messages))
                turn = self._turn
                if status != self._status.number:
                    status = self._status.number
                    yield _framed("status", self._status.data)
                for name, data in self._views.news(views):
                    yield _framed(name, data)
                if not await self._next_turn(turn):
                    yield b": nothing new\n\n"
        finally:
            self._leave()

    async def _next_turn(self, turn: int) -> bool:
        """False: nothing has happened for so long that a sign of life is due."""
        async with self._turned:
            try:
                await asyncio.wait_for(self._turned.wait_for(lambda: self._turn > turn), _SILENCE)
            except TimeoutError:
                return False
        return True

    def _messages(self, turn: int) -> list[Message]:
        known = self._rows.messages
        return [known[name] for name, at in self._changed.items() if at > turn and name in known]

    # For all of them.

    def _begin(self) -> None:
        if self.clients:
            self._task = asyncio.get_running_loop().create_task(self._run())
            self._task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Nobody listens any more; or our bug has ended it, which is said once, and it begins anew."""
        bug = None if task.cancelled() else task.exception()
        if bug is None:
            return
        if repr(bug) != self._bug:
            _log.error("bug while looking at what happens", exc_info=bug)
        self._bug = repr(bug)
        asyncio.get_running_loop().call_later(_EVERY, self._begin)

    async def _run(self) -> None:
        while True:
            messages = await self._rows.follow()
            for message in messages:
                self._changed.pop(message.id, None)
                self._changed[message.id] = self._turn + 1
            while len(self._changed) > _CHANGED:
                del self._changed[next(iter(self._changed))]
            changed = [self._status.look(), self._views.look(), bool(messages), self._rows.end != self._end]
            if any(changed):
                await self._wake()
            await asyncio.sleep(_EVERY)

    async def _wake(self) -> None:
        self._end = self._rows.end
        self._turn += 1
        async with self._turned:
            self._turned.notify_all()


def _framed(name: str, data: bytes, number: int | None = None) -> bytes:
    known = b"" if number is None else b"id: %d\n" % number
    return b"%bevent: %b\ndata: %b\n\n" % (known, name.encode(), data)
