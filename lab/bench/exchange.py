"""Everybody around the system under test, for stories that answer batch by batch."""

from random import Random
from typing import NamedTuple, Self

from lab.bench.place import HLR, PLAN, SMSC
from lab.bench.signalling import Peer
from lab.bench.stories import Story
from lab.bench.wire import Line, Wire

__all__ = ["Exchange", "Lost", "Target"]

_PATIENCE = 20.0


class Lost(Exception):
    """A packet has not come, and with it the run is worth nothing."""


class Target(NamedTuple):
    """Who is measured: where its UDP is, and the host that its TCP comes from."""

    sip: tuple[str, int]
    host: str


class Exchange:
    """S-CSCF, HLR and SM-SC; the HLR is a real stack."""

    def __init__(self, rng: Random) -> None:
        self._wire = Wire(PLAN, (HLR, SMSC), rng)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.__exit__()

    @property
    def peers(self) -> dict[str, Peer]:
        """By their nodes."""
        return self._wire.peers

    def connected(self, host: str) -> bool:
        """Whether the SM-SC has a connection from there."""
        return (SMSC, host) in self._wire.lines

    def run(self, story: Story, target: Target) -> None:
        """Play until the story is done; `Lost` when nothing moves any more."""
        while True:
            self.say(story, target)
            if story.done:
                return
            if not self.hear(story, target, _PATIENCE):
                raise Lost(f"nothing has come for {_PATIENCE:g} s: a packet was lost, or nobody answers")

    def hear(self, story: Story, target: Target, patience: float) -> bool:
        """Give the story what has come; false if nothing came for so many seconds."""
        closed = self._take(story, patience)
        for line in closed or ():
            raise Lost(f"the connection to {line.node} was closed")
        return closed is not None

    def bury(self, story: Story, target: Target) -> None:
        """The system under test has died: hear what it had sent before, and close what led to it."""
        while self._take(story, 0) is not None:
            pass
        for line in [each for each in self._wire.lines.values() if each.host == target.host]:
            self._wire.drop(line)

    def say(self, story: Story, target: Target) -> None:
        """Send what the story has to say."""
        story.launch()
        self._wire.send(story.datagrams, target.sip)
        story.datagrams.clear()
        if story.frames:
            self._wire.send_frames(SMSC, target.host, story.frames)
            story.frames.clear()

    def _take(self, story: Story, patience: float) -> list[Line] | None:
        """The lines that were closed; None if nothing came."""
        heard = self._wire.hear(patience)
        if heard is None:
            return None
        if heard.datagrams:
            story.on_datagrams(heard.datagrams)
        for line, frames in heard.frames:
            if line.node == HLR:
                self._wire.manage(line, frames)
            else:
                story.on_frames(frames)
        return heard.closed
