"""Choices of a run, written down and made again: all of them, or only some (DESIGN §10)."""

from collections.abc import Iterable
from math import inf
from random import Random

from msgspec import Struct

from ipsmgw.drive import Clock
from lab.chance import Chance
from lab.clock import EPOCH
from lab.faults import Range

__all__ = ["TIMES", "Choice", "Listed", "Recording", "happens_at", "in_words"]

TIMES = ("delay", "sync", "reconnect")
"""Kinds of choices that are no faults: how long things take."""


class Choice(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Something that went wrong, or took a certain time, in one turn of one source."""

    source: str
    turn: int
    kind: str
    time: float
    """When it was chosen: seconds since the carrier was started."""
    values: tuple[float, ...] = ()
    """How long it lasted, after which octets a message was cut …"""


Key = tuple[int, str]
"""Turn and kind."""


class Recording:
    """Chances that choose as the seed has it, and what they have chosen."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, int, str], Choice] = {}

    def __call__(self, name: str, rng: Random, clock: Clock) -> Chance:
        return _Recorded(self, name, rng, clock)

    @property
    def choices(self) -> list[Choice]:
        """In the order in which they were made."""
        return list(self._made.values())

    def add(self, source: str, key: Key, now: float, *values: float) -> None:
        """What is chosen in several steps is one choice."""
        turn, kind = key
        made = self._made.get((source, turn, kind))
        time = round(now - EPOCH, 6) if made is None else made.time
        before = () if made is None else made.values
        self._made[source, turn, kind] = Choice(
            source=source, turn=turn, kind=kind, time=time, values=(*before, *values)
        )


class _Recorded(Chance):
    __slots__ = ("_clock", "_name", "_recording", "_turn")

    def __init__(self, recording: Recording, name: str, rng: Random, clock: Clock) -> None:
        super().__init__(rng)
        self._recording = recording
        self._name = name
        self._clock = clock
        self._turn = 0

    def turn(self) -> None:
        self._turn += 1

    def happens(self, kind: str, share: float) -> bool:
        happens = super().happens(kind, share)
        if happens:
            self._add(kind)
        return happens

    def lasts(self, kind: str, span: Range) -> float:
        value = super().lasts(kind, span)
        self._add(kind, value)
        return value

    def comes(self, kind: str, rate: float) -> float:
        value = super().comes(kind, rate)
        if value < inf:
            self._add(kind, value)
        return value

    def ends(self, kind: str, size: int) -> list[int]:
        values = super().ends(kind, size)
        self._add(kind, *values)
        return values

    def between(self, kind: str, least: int, most: int) -> int:
        value = super().between(kind, least, most)
        self._add(kind, value)
        return value

    def _add(self, kind: str, *values: float) -> None:
        self._recording.add(self._name, (self._turn, kind), self._clock.now(), *values)


class Listed:
    """Chances that choose what is listed; nothing else goes wrong, and all else takes the least time."""

    def __init__(self, choices: Iterable[Choice]) -> None:
        self._of: dict[str, dict[Key, Choice]] = {}
        for choice in choices:
            self._of.setdefault(choice.source, {})[choice.turn, choice.kind] = choice

    def __call__(self, name: str, rng: Random, clock: Clock) -> Chance:
        return _Listed(rng, self._of.get(name, {}))


class _Listed(Chance):
    __slots__ = ("_choices", "_left", "_turn")

    def __init__(self, rng: Random, choices: dict[Key, Choice]) -> None:
        super().__init__(rng)
        self._choices = choices
        self._turn = 0
        self._left: dict[str, list[float]] = {}

    def turn(self) -> None:
        self._turn += 1
        self._left = {}

    def happens(self, kind: str, share: float) -> bool:
        return share > 0 and (self._turn, kind) in self._choices

    def lasts(self, kind: str, span: Range) -> float:
        return self._next(kind, span.least)

    def comes(self, kind: str, rate: float) -> float:
        return self._next(kind, inf) if rate else inf

    def ends(self, kind: str, size: int) -> list[int]:
        return [int(end) for end in self._values(kind) if end < size]

    def between(self, kind: str, least: int, most: int) -> int:
        return min(max(int(self._next(kind, least)), least), most)

    def _next(self, kind: str, otherwise: float) -> float:
        left = self._values(kind)
        return left.pop(0) if left else otherwise

    def _values(self, kind: str) -> list[float]:
        """Those of this turn that were not asked for yet."""
        left = self._left.get(kind)
        if left is None:
            choice = self._choices.get((self._turn, kind))
            left = self._left[kind] = list(choice.values) if choice else []
        return left


_WORDS = {
    "loss": "lost",
    "duplicate": "came twice, {0:.3f} s apart",
    "reorder": "held up for {0:.3f} s",
    "delay": "took {0:.3f} s",
    "refuse": "refused",
    "reconnect": "comes back after {0:.3f} s",
    "cut": "cut",
    "sync": "took {0:.3f} s",
    "torn": "left {0:.0f} octets",
    "restart": "went down",
}


def happens_at(choice: Choice) -> float:
    """When it goes wrong: a cut is chosen when the association comes up."""
    return choice.time + (choice.values[0] if choice.kind == "cut" else 0.0)


def in_words(choice: Choice) -> str:
    """What went wrong, when, and where."""
    if choice.kind == "split":
        became = f"came in {len(choice.values) + 1} pieces"
    else:
        became = _WORDS[choice.kind].format(*choice.values)
    return f"{happens_at(choice):.3f} s: {_what(choice)} {became}"


def _what(choice: Choice) -> str:
    """As `lab.network` names its sources: sip ONE OTHER, m3ua ONE/OTHER outward, smpp ONE fortune."""
    match choice.source.split():
        case ["sip", one, other]:
            return f"datagram {choice.turn} from {one} to {other}"
        case [protocol, ends, "outward"] if choice.kind != "cut":
            one, _, other = ends.partition("/")
            to = f" to {other}" if other else ""
            return f"message {choice.turn} from {one}{to} ({protocol.upper()})"
        case [_, ends, _]:
            one, _, other = ends.partition("/")
            to = f" with {other}" if other else ""
            what = f"attempt {choice.turn} of the" if choice.kind == "refuse" else "the"
            return f"{what} association of {one}{to}"
        case ["disk"]:
            return f"{'crash' if choice.kind == 'torn' else 'sync'} {choice.turn} of the gateway's disk"
        case ["node", name]:
            return name
        case _:
            return choice.source
