"""A rule: where, on what, how often, and what happens instead; it counts how often it has struck."""

from dataclasses import dataclass, field
from random import Random

from lab.meddling.effects import Deed, Effect, Place
from lab.meddling.pdu import Pdu

__all__ = ["Chance", "Course", "Rates", "Rule", "Turn", "Turns"]


@dataclass(frozen=True, slots=True)
class Turn:
    """So many times; None: from then on."""

    times: int | None
    deed: Deed


@dataclass(frozen=True, slots=True)
class Turns:
    """By turn: after the last of them nothing goes wrong."""

    turns: tuple[Turn, ...]

    def deed(self, number: int, rng: Random) -> Deed | None:
        """Of the PDU with this number, from 0 on."""
        for turn in self.turns:
            if turn.times is None or number < turn.times:
                return turn.deed
            number -= turn.times
        return None

    def __str__(self) -> str:
        parts = []
        for turn in self.turns:
            if turn.times is not None:
                parts.append(f"{turn.times} x {turn.deed.text}")
            else:
                parts.append(f"then {turn.deed.text}" if parts else turn.deed.text)
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Chance:
    """With this share of 1."""

    share: float
    deed: Deed


@dataclass(frozen=True, slots=True)
class Rates:
    """By percentage; the rest arrives."""

    chances: tuple[Chance, ...]

    def deed(self, number: int, rng: Random) -> Deed | None:
        """Whatever the number."""
        drawn = rng.random()
        for chance in self.chances:
            if drawn < chance.share:
                return chance.deed
            drawn -= chance.share
        return None

    def __str__(self) -> str:
        return ", ".join(f"{100 * chance.share:g}% {chance.deed.text}" for chance in self.chances)


Course = Turns | Rates


@dataclass(slots=True, eq=False)
class Rule:
    """`what` is empty where it does not wait for a PDU: then it has been done at once."""

    number: int
    place: Place
    what: str
    to_answers: bool
    course: Course
    rng: Random
    seen: int = 0
    """PDUs that it has looked at."""
    strikes: int = 0
    """Those of them that something has happened to."""
    kinds: dict[str, int] = field(default_factory=dict)
    """How often each deed has struck."""

    def concerns(self, pdu: Pdu) -> bool:
        """Whether it is about this PDU."""
        return (
            self.what in (pdu.answers if self.to_answers else pdu.asks)
            and self.place.source in ("", pdu.source)
            and self.place.target in ("", pdu.target)
        )

    def apply(self, pdu: Pdu) -> Effect | None:
        """What becomes of a PDU that it concerns; None: nothing."""
        deed = self.course.deed(self.seen, self.rng)
        effect = None if deed is None else deed.to(pdu, self.rng)
        if deed is not None and effect is None:
            return None  # it cannot be done to this one: the turn is still to come
        self.seen += 1
        if deed is None or deed.text == "ok":
            return None
        self.count(deed)
        return effect

    def count(self, deed: Deed) -> None:
        """It has struck."""
        self.strikes += 1
        self.kinds[deed.text] = self.kinds.get(deed.text, 0) + 1

    @property
    def text(self) -> str:
        """As one would write it."""
        what = f"answer-to {self.what} " if self.to_answers else f"{self.what} " if self.what else ""
        return f"{self.place} {what}{self.course}"
