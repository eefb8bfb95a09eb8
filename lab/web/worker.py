"""A process that works for the page, so that the lab's own loop goes on: lines of JSON both ways."""

import asyncio
import sys
from tempfile import TemporaryFile
from typing import IO, Generic, NamedTuple, TypeVar

import msgspec

__all__ = ["Worker", "WorkerLost"]

SaidT = TypeVar("SaidT")

_MOST = 64 * 1024 * 1024
"""Octets of one line: the figures of a long run."""
_GRACE = 3.0


class WorkerLost(Exception):
    """One sentence: why there is no result."""


class _Child(NamedTuple):
    process: asyncio.subprocess.Process
    stdin: asyncio.StreamWriter
    stdout: asyncio.StreamReader
    log: IO[bytes]
    """What it says to nobody: a pipe that nobody empties would stop it."""


class Worker(Generic[SaidT]):
    """Runs `python -m MODULE`, which reads orders and says things until its input is closed."""

    def __init__(self, module: str, said: "msgspec.json.Decoder[SaidT]") -> None:
        self._module = module
        self._decoder = said
        self._child: _Child | None = None

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.process.returncode is None

    async def order(self, what: object) -> None:
        """Started where there is none."""
        child = self._child
        if child is None or not self.running:
            await self.stop()
            child = self._child = await _started(self._module)
        child.stdin.write(msgspec.json.encode(what) + b"\n")
        await child.stdin.drain()

    async def hear(self, within: float) -> SaidT:
        """The next thing that it says; WorkerLost where that is none, or it takes too long."""
        child = self._child
        if child is None:
            raise WorkerLost("it was stopped")
        try:
            line = await asyncio.wait_for(child.stdout.readline(), within)
        except TimeoutError:
            await self.stop()
            raise WorkerLost(f"it has said nothing for {within:g} s, and was ended") from None
        if not line:
            await child.process.wait()
            said = _last_words(child)
            await self.stop()
            raise WorkerLost(said)
        return self._decoder.decode(line)

    async def stop(self) -> None:
        """At once; whoever is interrupted here leaves the rest to the next."""
        child = self._child
        if child is None:
            return
        if child.process.returncode is None:
            child.process.terminate()
            try:
                await asyncio.wait_for(child.process.wait(), _GRACE)
            except TimeoutError:
                child.process.kill()
                await child.process.wait()
        child.log.close()
        if self._child is child:
            self._child = None


async def _started(module: str) -> _Child:
    log = TemporaryFile()  # noqa: SIM115 - it lives as long as the process does
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module),
        stdin=pipe,
        stdout=pipe,
        stderr=log,
        limit=_MOST,
        start_new_session=True,  # Ctrl-C is for the lab; what becomes of this one is its affair
    )
    assert process.stdin is not None
    assert process.stdout is not None
    return _Child(process, process.stdin, process.stdout, log)


def _last_words(child: _Child) -> str:
    if child.log.closed:
        return "it was stopped"
    child.log.seek(0)
    words = child.log.read().decode(errors="replace").strip().splitlines()
    return f"it has ended: {words[-1] if words else 'it says nothing'}"
