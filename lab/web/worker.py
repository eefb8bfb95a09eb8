"""A process that works for the page, so that the lab's own loop goes on: lines of JSON both ways."""

import asyncio
import sys
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Generic, TypeVar

import msgspec

__all__ = ["Worker", "WorkerLost"]

SaidT = TypeVar("SaidT")

_MOST = 64 * 1024 * 1024
"""Octets of one line: the ladder of a long run."""
_GRACE = 3.0


class WorkerLost(Exception):
    """One sentence: why there is no result."""


class Worker(Generic[SaidT]):
    """Runs `python -m MODULE`, which reads orders and says things until its input is closed."""

    def __init__(self, module: str, said: "msgspec.json.Decoder[SaidT]") -> None:
        self._module = module
        self._decoder = said
        self._process: asyncio.subprocess.Process | None = None
        self._log: IO[bytes] = BytesIO()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def order(self, what: object) -> None:
        """Started where there is none."""
        if not self.running:
            # A pipe that nobody empties would stop it.
            self._log = TemporaryFile()  # noqa: SIM115 - it lives as long as the process does
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=self._log,
                limit=_MOST,
                start_new_session=True,  # Ctrl-C is for the lab; what becomes of this one is its affair
            )
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(what) + b"\n")
        await self._process.stdin.drain()

    async def hear(self, within: float) -> SaidT:
        """The next thing that it says; WorkerLost where that is none, or it takes too long."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        try:
            line = await asyncio.wait_for(process.stdout.readline(), within)
        except TimeoutError:
            await self.stop()
            raise WorkerLost(f"it has said nothing for {within:g} s, and was ended") from None
        if not line:
            raise WorkerLost(await self._last_words(process))
        return self._decoder.decode(line)

    async def stop(self) -> None:
        """At once."""
        process, self._process = self._process, None
        self._log.close()
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _GRACE)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _last_words(self, process: asyncio.subprocess.Process) -> str:
        await process.wait()
        if self._log.closed:
            return "it was stopped"
        self._log.seek(0)
        words = self._log.read().decode(errors="replace").strip().splitlines()
        await self.stop()
        return f"it has ended: {words[-1] if words else 'it says nothing'}"
