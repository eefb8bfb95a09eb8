"""All rules of a carrier, and what they do with each PDU that an element of the lab sends or hears."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from lab.meddling.effects import Act, Deed, Effect, Onward, Refuse, Withhold
from lab.meddling.grammar import Grammar
from lab.meddling.pdu import read
from lab.meddling.rule import Rule, Turns
from lab.meddling.ss7 import Dialogues
from mapstack.m3ua.message import MessageType

__all__ = ["Meddler", "Perform"]

Perform = Callable[[Act], None]
"""Does an act at once, or soon where it takes time."""


class _Spell(NamedTuple):
    until: float
    act: Withhold | Refuse


class Meddler:
    """Rules apply in the order in which they were set; the first that does something has the PDU."""

    def __init__(self, grammar: Grammar, rng: Callable[[str], Random], perform: Perform) -> None:
        self.grammar = grammar
        self.rules: list[Rule] = []
        self.perform = perform
        self._rng = rng
        self._numbers = 0
        self._dialogues = Dialogues()
        self._spells: list[_Spell] = []

    def set(self, text: str) -> Rule:
        """Add a rule; ValueError with a sentence."""
        place, what, to_answers, course = self.grammar.read(text)
        self._numbers += 1
        rng = self._rng(f"fault {self._numbers}")
        rule = Rule(self._numbers, place, what, to_answers, course, rng)
        self.rules.append(rule)
        if not what and isinstance(course, Turns):
            self._do(rule, course.turns[0].deed)
        return rule

    def clear(self, rule: Rule) -> None:
        """It strikes no more; what it has set going ends by itself."""
        self.rules = [each for each in self.rules if each is not rule]

    def find(self, number: int) -> Rule | None:
        """By its number."""
        return next((rule for rule in self.rules if rule.number == number), None)

    @property
    def watching(self) -> bool:
        """Whether any rule waits for PDUs, or anything is withheld."""
        return bool(self._spells) or any(rule.what for rule in self.rules)

    def begin(self, act: Withhold | Refuse, now: float) -> None:
        """For so long."""
        self._spells = [spell for spell in self._spells if spell.until > now]
        self._spells.append(_Spell(now + act.seconds, act))

    def refuses(self, one: str, other: str, now: float) -> bool:
        """Whether an association between the two may not be."""
        return any(
            now < spell.until and isinstance(spell.act, Refuse) and {*spell.act[:2]} == {one, other}
            for spell in self._spells
        )

    def effect(self, way: tuple[str, str], protocol: str, data: bytes, now: float) -> Effect | None:
        """What becomes of a PDU from one to the other; None: nothing, it arrives as it is."""
        pdu = read(*way, protocol, data, self._dialogues)
        if self._spells and pdu.ss7 is not None:
            until = self._withheld_until(way, pdu.ss7.message.kind, now)
            if until is not None:
                return Effect((), (Onward(data, "late", until - now),))
        for rule in self.rules:
            if rule.what and rule.concerns(pdu):
                effect = rule.apply(pdu)
                if effect is not None:
                    return effect
        return None

    def _withheld_until(self, way: tuple[str, str], kind: MessageType, now: float) -> float | None:
        return next(
            (
                spell.until
                for spell in self._spells
                if now < spell.until and isinstance(spell.act, Withhold) and spell.act[:3] == (*way, kind)
            ),
            None,
        )

    def _do(self, rule: Rule, deed: Deed) -> None:
        if deed.at_once is not None:
            rule.count(deed)
            for act in deed.at_once(rule.place):
                self.perform(act)
