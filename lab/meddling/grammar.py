"""Rules as one line of text: WHERE [[answer-to] WHAT] FAULTS; what is wrong is said in one sentence."""

import re
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from lab.meddling.catalogue import Kind, catalogue, read_deed
from lab.meddling.effects import Place
from lab.meddling.pdu import ANYTHING, NAMES
from lab.meddling.rule import Chance, Course, Rates, Turn, Turns
from lab.meddling.words import fold, known

__all__ = ["Grammar", "Read", "rules_of_file"]

_ARROW = re.compile(r"(->|<-)")
_ARROWS = ("->", "<-")
_TIMES = re.compile(r"([0-9]+)x", re.IGNORECASE)
_SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?)%")
_GATEWAY = "ipsmgw"  # never meddled with at its own ports: it is what is tried
_ANSWER_TO = "answer-to"
_FORM = "WHERE [[answer-to] WHAT] FAULT, such as: hlr sendRoutingInfoForSM 3 x error absentSubscriberSM"
_LONGEST = 2000


class Read(NamedTuple):
    """A rule that has been read."""

    place: Place
    what: str
    to_answers: bool
    course: Course


class Grammar:
    """Reads rules about these nodes."""

    def __init__(self, nodes: Mapping[str, bool], phones: Sequence[str], codes: dict[str, int]) -> None:
        """All nodes, and whether the lab plays them; of the phones those that it plays."""
        self._nodes = nodes
        self._phones = phones
        self.kinds: dict[str, Kind] = catalogue(codes)

    def read(self, text: str) -> Read:
        """ValueError: one sentence with the place of the fault."""
        words = _words(text)
        if not words:
            raise ValueError(f"a rule reads {_FORM}")
        try:
            return self._read(words)
        except ValueError as fault:
            raise ValueError(f"rule {text.strip()!r}: {fault}") from None

    def _read(self, words: list[str]) -> Read:
        place, words = self._place(words)
        what, to_answers, words = self._what(words)
        if not words:
            raise ValueError(f"what shall go wrong? A rule reads {_FORM}")
        course = self._course(words)
        self._check_elements(place, course)
        if not what:
            _check_at_once(place, course)
        return Read(place, what, to_answers, course)

    def _check_elements(self, place: Place, course: Course) -> None:
        """What happens to an element happens to one of the lab's, and one end of a way is there."""
        parts = course.turns if isinstance(course, Turns) else course.chances
        kinds = [self.kinds[part.deed.text.split()[0]] for part in parts]
        for kind in kinds:
            if kind.layer == "phone" and place.target not in self._phones:
                raise ValueError(f"{kind.name} is of a phone: {', '.join(self._phones)}")
            if kind.layer == "element" and not self._nodes.get(place.target, True):
                raise ValueError(
                    f"{kind.name} is of an element that the lab plays, and {place.target} is not"
                )
        ends = [node for node in place if node and node != _GATEWAY]
        if all(place) and not any(self._nodes[node] for node in ends):
            raise ValueError(f"the lab plays neither end of {place} that it could meddle with")

    def _place(self, words: list[str]) -> tuple[Place, list[str]]:
        """`hlr` is what comes to it."""
        first, *rest = words
        if first in _ARROWS or (rest and rest[0] in _ARROWS):
            raise ValueError("an arrow stands without spaces, such as hlr->smsc")
        ends = _ARROW.split(first)
        if len(ends) == 1:
            return Place("", self._node(first)), rest
        if len(ends) > 3:
            raise ValueError(f"{first!r} has more than two ends")
        left, right = self._node(ends[0]), self._node(ends[2])
        return (Place(left, right) if ends[1] == "->" else Place(right, left)), rest

    def _node(self, name: str) -> str:
        return "" if name in ("", ANYTHING) else known(name, self._nodes, "element")

    def _what(self, words: list[str]) -> tuple[str, bool, list[str]]:
        to_answers = bool(words) and words[0] == _ANSWER_TO
        words = words[1:] if to_answers else words
        if words and words[0].lower() in NAMES and (to_answers or not self._is_deed(words)):
            return NAMES[words[0].lower()], to_answers, words[1:]
        if to_answers or (words and not self._begins(words[0])):
            word = words[0] if words else ""
            known(word, [*NAMES.values(), *self.kinds], "message or fault")
        return "", False, words

    def _is_deed(self, words: list[str]) -> bool:
        """`duna smsc` is a fault, `DUNA silence` a message and its fault."""
        if fold(words[0]) not in map(fold, self.kinds):
            return False
        try:
            read_deed(_parts(words)[0], self.kinds)
        except ValueError:
            return False
        return True

    def _begins(self, word: str) -> bool:
        """Whether a fault begins here."""
        return bool(word[:1].isdigit()) or word == "then" or fold(word) in map(fold, self.kinds)

    def _course(self, words: list[str]) -> Course:
        parts = _parts(words)
        if not all(parts):
            raise ValueError("there is a comma with nothing before or behind it")
        if any(_SHARE.fullmatch(part[0]) for part in parts):
            return self._rates(parts)
        return self._turns(parts)

    def _rates(self, parts: list[list[str]]) -> Rates:
        chances = []
        for share, *words in parts:
            found = _SHARE.fullmatch(share)
            if found is None or not words:
                raise ValueError(
                    f"each part wants a percentage and a fault, unlike {' '.join((share, *words))!r}"
                )
            chances.append(Chance(float(found[1]) / 100, read_deed(words, self.kinds)))
        total = sum(chance.share for chance in chances)
        if total > 1 + 1e-9:
            raise ValueError(f"{100 * total:g}% are more than all")
        return Rates(tuple(chances))

    def _turns(self, parts: list[list[str]]) -> Turns:
        turns = [self._turn(part) for part in parts]
        for turn in turns[:-1]:
            if turn.times is None:
                raise ValueError(f"nothing comes after {turn.deed.text!r}, which has no number of times")
        return Turns(tuple(turns))

    def _turn(self, words: list[str]) -> Turn:
        if words[0] == "then" and words[1:]:
            words = words[1:]
        joined = "".join(words[:2])
        times = _TIMES.fullmatch(words[0]) or _TIMES.fullmatch(joined)
        if times is None:
            return Turn(None, read_deed(words, self.kinds))
        rest = words[1:] if _TIMES.fullmatch(words[0]) else words[2:]
        if not rest or not int(times[1]):
            raise ValueError(f"{' '.join(words)!r}: how often, and what? Such as 3 x silence")
        return Turn(int(times[1]), read_deed(rest, self.kinds))


def _words(text: str) -> list[str]:
    if len(text) > _LONGEST:
        raise ValueError(f"a rule of {len(text)} characters is too long")
    try:
        lexer = shlex.shlex(text, posix=True, punctuation_chars=",")
        lexer.whitespace_split = True
        return list(lexer)
    except ValueError as fault:
        raise ValueError(f"rule {text.strip()!r}: {fault}") from None


def _parts(words: list[str]) -> list[list[str]]:
    """What stands between the commas."""
    parts: list[list[str]] = [[]]
    for word in words:
        if word == ",":
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _check_at_once(place: Place, course: Course) -> None:
    """Without a message to wait for there is one deed, done once."""
    turns = course.turns if isinstance(course, Turns) else ()
    if len(turns) != 1 or turns[0].times is not None:
        raise ValueError("without a message to wait for a fault happens once, and at once")
    deed = turns[0].deed
    if deed.at_once is None:
        raise ValueError(f"{deed.text!r} waits for a message: which one? * is any")
    deed.at_once(place)


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    """where = "hlr", what = "sendRoutingInfoForSM", fault = "3 x error absentSubscriberSM"."""

    where: str
    fault: str
    what: str = ""


class _Tables(msgspec.Struct, forbid_unknown_fields=True):
    fault: list[_Table]


def rules_of_file(path: Path) -> list[str]:
    """A rule in each line, # begins a comment; or, of a file named .toml, a table [[fault]] for each."""
    try:
        text = path.read_text("utf-8")
    except OSError as fault:
        raise ValueError(f"{path}: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path}: this is no text in UTF-8") from None
    if path.suffix != ".toml":
        return [line.strip() for line in text.splitlines() if line.partition("#")[0].strip()]
    try:
        tables = msgspec.convert(tomllib.loads(text), _Tables).fault
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as fault:
        raise ValueError(f"{path}: {fault}") from None
    return [" ".join(filter(None, (table.where, table.what, table.fault))) for table in tables]
