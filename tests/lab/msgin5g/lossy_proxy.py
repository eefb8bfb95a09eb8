"""A TCP proxy on loopback that delays, splits, and cuts connections in the middle of what they carry."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from itertools import pairwise
from random import Random
from typing import Self

__all__ = ["LossyProxy"]

_READ, _MOST_PIECES = 65_536, 4
_DELAY = 0.003


class LossyProxy:
    """In front of an address; `cuts` counts the connections that did not end by themselves."""

    def __init__(self, to: tuple[str, int], rng: Random) -> None:
        self._to = to
        self._rng = rng
        self.cut = 0.0
        """The likelihood that a piece is the last one, and comes in part only."""
        self._tasks: set[asyncio.Task[None]] = set()
        self.cuts = 0
        self.address = ("", 0)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._came, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.address = (host, port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def sever(self) -> None:
        """Cut all that are open."""
        for task in self._tasks:
            task.cancel()

    def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._begin(self._carry(reader, writer))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Both ways, until one of them ends or is cut; then both end."""
        try:
            there, onward = await asyncio.open_connection(*self._to)
        except OSError:
            writer.transport.abort()
            return
        ways = [
            asyncio.ensure_future(self._pump(reader, onward)),
            asyncio.ensure_future(self._pump(there, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for each in (writer, onward):
                each.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_READ):
                for piece in self._pieces(data):
                    await asyncio.sleep(self._rng.uniform(0, _DELAY))
                    cut = self._rng.random() < self.cut
                    writer.write(piece[: self._rng.randint(0, len(piece))] if cut else piece)
                    await writer.drain()
                    if cut:
                        self.cuts += 1
                        return

    def _pieces(self, data: bytes) -> list[bytes]:
        marks = sorted(self._rng.randint(0, len(data)) for _ in range(self._rng.randrange(_MOST_PIECES)))
        ends = [0, *marks, len(data)]
        return [data[start:end] for start, end in pairwise(ends)]
