"""A gateway process under load, MO and MT, that is killed again and again: what everybody was told."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Self

from lab.bench.exchange import Exchange, Target
from lab.bench.frames import field, number_in
from lab.bench.ledger import Ledger, Run, Step
from lab.bench.place import PLAN, configuration, subscribers
from lab.bench.prelude import Connecting, Registering
from lab.bench.process import children
from lab.bench.rehearsal import CALL, Frames, rehearse
from lab.bench.stories import Originating, Story, Terminating

__all__ = ["Cradle", "Load", "Siege"]

_MOST, _WINDOW, _PEOPLE = 20_000, 8, 20
_CALL = len(CALL)
_RESULT = re.compile(rb"\x6c.\xa2", re.DOTALL)  # a component portion that begins with returnResultLast
_CRADLE = """
import os, sys
from ipsmgw.cli import main
while sys.stdin.readline():
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        main()
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
_CLOSED_AT = 50_000
_TURN = 0.005
_LIMIT = 20.0
_SILENCE = 0.02
_UNSYNCED = 0.03
"""How long a gateway goes on, in seconds, whose disk does not answer any more."""


class Load:
    """MO and MT at the same time, as one story; nothing new begins after `cease`."""

    def __init__(self, frames: Frames, first: int) -> None:
        people = subscribers(_PEOPLE)
        self._first_mt = first + _MOST
        self._mo = Originating(frames, people, Run(_MOST, _WINDOW, first))
        self._mt = Terminating(frames, people, Run(_MOST, _WINDOW, self._first_mt))
        self._ceased = False
        self.datagrams: list[bytes] = []
        self.frames: list[bytes] = []
        self.refused: list[bytes] = []
        """What came to the SM-SC in place of a result."""

    @property
    def ledgers(self) -> dict[str, Ledger]:
        """By the kind of their records."""
        return {"ISMSMO": self._mo.ledger, "ISMSMT": self._mt.ledger}

    @property
    def open(self) -> int:
        """How many messages have begun and not ended."""
        return sum(ledger.started - ledger.counts[Step.FINISHED] for ledger in self.ledgers.values())

    @property
    def done(self) -> bool:
        return self._ceased and not self.open

    def cease(self) -> None:
        """What is under way may end."""
        self._ceased = True

    def launch(self) -> None:
        for story in (self._mo, self._mt):
            if not self._ceased:
                story.launch()
            self.datagrams += story.datagrams
            self.frames += story.frames
            story.datagrams.clear()
            story.frames.clear()

    def on_datagrams(self, batch: Sequence[bytes]) -> None:
        for data in batch:
            (self._mo if self._of_mo(data) else self._mt).on_datagrams([data])

    def on_frames(self, batch: Sequence[bytes]) -> None:
        for frame in batch:
            if number_in(frame) >= 0:
                self._mo.on_frames([frame])
            elif _RESULT.search(frame):
                self._mt.on_frames([frame])
            else:
                self.refused.append(frame)

    def _of_mo(self, data: bytes) -> bool:
        """Only the report of an MO answers something; a response has our own Call-ID."""
        if data.startswith(b"MESSAGE "):
            return field(data, b"In-Reply-To") != b""
        return int(field(data, b"Call-ID")[_CALL:], 16) < self._first_mt


class Cradle:
    """Forks gateways, `ipsmgw run`, one at a time: who has read the code already begins at once."""

    def __init__(self, settings: Path, complaints: Path) -> None:
        arguments = [sys.executable, "-c", _CRADLE, "run", "-c", str(settings)]
        pipe = subprocess.PIPE
        with complaints.open("ab") as said:
            self._process = subprocess.Popen(arguments, stdin=pipe, stdout=pipe, stderr=said, bufsize=0)
        self.gateway = 0
        """The process that lives, if any does."""

    def begin(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        self.gateway = self._told()

    def end(self, number: signal.Signals) -> int:
        """Its exit status."""
        os.kill(self.gateway, number)
        self.gateway = 0
        return self._told()

    def close(self) -> None:
        if self.gateway:
            self.end(signal.SIGKILL)
        self._process.communicate()

    def _told(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


class Siege:
    """One life of the gateway after the other, all on one disk."""

    def __init__(self, folder: Path, exchange: Exchange, rng: Random) -> None:
        self._folder = folder
        self._exchange = exchange
        self._rng = rng
        self._frames = rehearse(rng)
        self._target = Target(PLAN.sip("ipsmgw"), PLAN.host("ipsmgw"))
        self._settings = folder / "gateway.toml"
        settings = configuration(folder).replace("[journal]\n", f"[journal]\nsize = {_CLOSED_AT}\n")
        self._settings.write_text(settings)
        self._cradle = Cradle(self._settings, folder / "stderr")
        self.loads: list[Load] = []
        self.unsynced: list[int] = []
        """Octets of records that were written and not synced, each time the power went."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._cradle.close()

    @property
    def journal(self) -> Path:
        return self._folder / "cdr.jsonl"

    @property
    def complaints(self) -> str:
        """All that any of them has said on standard error."""
        return (self._folder / "stderr").read_text()

    def die_before_load(self, seconds: float) -> None:
        """A life that is over while it begins."""
        self._cradle.begin()
        connecting = Connecting(self._exchange, self._target.host, active=True)
        self._play(connecting, seconds)
        self._die(connecting)

    def die_under_load(self, seconds: float, *, power: bool) -> None:
        """The process is no more; without power, neither is anything that was not synced."""
        load = self._live(seconds)
        if power:
            self._lose_power(load)
        else:
            self._die(load)

    def end_well(self, seconds: float) -> int:
        """A life in which all that begins ends; the exit status."""
        load = self._live(seconds)
        load.cease()
        self._exchange.run(load, self._target)
        return self._cradle.end(signal.SIGTERM)

    def _live(self, seconds: float) -> Load:
        self._cradle.begin()
        self._exchange.run(Connecting(self._exchange, self._target.host, active=True), self._target)
        if not self.loads:
            self._exchange.run(Registering(self._exchange, _PEOPLE, self._rng), self._target)
        load = Load(self._frames, 1 + 2 * _MOST * len(self.loads))
        self.loads.append(load)
        self._play(load, seconds)
        return load

    def _play(self, story: Story, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not story.done and time.monotonic() < until:
            self._exchange.say(story, self._target)
            self._exchange.hear(story, self._target, _TURN)

    def _die(self, story: Story) -> None:
        self._cradle.end(signal.SIGKILL)
        self._exchange.bury(story, self._target)

    def _lose_power(self, load: Load) -> None:
        """Once the disk has stopped nothing need be on it, whatever is still written and told."""
        syncer = self._syncer()
        while self._exchange.hear(load, self._target, _SILENCE):
            pass  # and then all that was written has been synced
        os.kill(syncer, signal.SIGSTOP)
        with self.journal.open("rb+") as journal:
            synced = os.fstat(journal.fileno()).st_size
            self._play(load, _UNSYNCED)
            self._die(load)
            _end(syncer, *self._closers())
            if os.path.samestat(os.fstat(journal.fileno()), self.journal.stat()):
                self._tear(synced)
            else:  # it was begun anew meanwhile
                self._tear(0)

    def _tear(self, synced: int) -> None:
        written = self.journal.stat().st_size
        self.unsynced.append(written - synced)
        os.truncate(self.journal, self._rng.randint(synced, written))

    def _syncer(self) -> int:
        (syncer,) = [pid for pid in children(self._cradle.gateway) if b"syncer.py" in _command(pid)]
        return syncer

    def _closers(self) -> list[int]:
        """They outlive the gateway that has begun them, if it is only killed."""
        processes = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
        return [pid for pid in processes if b"\0ipsmgw.journal\0%b\0" % bytes(self.journal) in _command(pid)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


def _end(*pids: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
