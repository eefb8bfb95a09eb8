"""Which scenarios somebody means: by name or glob, by words, by clause (DESIGN §10)."""

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase

from lab.scenario import Scenario, near

__all__ = ["NoScenario", "chosen"]

_GLOB = re.compile(r"[*?\[]")
_TOKEN = re.compile(r"\s*([()]|[^\s()]+)")

Condition = Callable[[str], bool]
"""Whether it holds of a text in small letters."""


class NoScenario(ValueError):
    """Nothing is meant, or nothing that there is; in a sentence."""


def chosen(
    scenarios: Mapping[str, Scenario],
    names: Sequence[str],
    *,
    words: str = "",
    clause: str = "",
) -> list[Scenario]:
    """Those with one of the names, all if there is none, that `words` and `clause` let through."""
    found = _named(scenarios, names) if names else list(scenarios.values())
    if words:
        holds = condition(words)
        found = [each for each in found if holds(f"{each.name} {each.what} {each.clause}".lower())]
    if clause:
        found = [each for each in found if is_in(clause, each.clause)]
    if not found:
        asked = [*names, *([f"-k {words!r}"] if words else []), *([f"--clause {clause!r}"] if clause else [])]
        raise NoScenario(
            f"no scenario fits {' '.join(asked)}; `ipsmgw-lab list` shows them with their clauses"
        )
    return found


def is_in(clause: str, clauses: str) -> bool:
    """Whether a clause, or one below it, is among these: 23.204 6 is in TS 23.204 §6.4, and not in §65."""
    parts = (re.escape(part) for part in re.split(r"[\s§]+", clause.strip()) if part)
    return re.search(r"(?<!\w)" + r"[\s§]+".join(parts) + r"(?!\d)", clauses, re.IGNORECASE) is not None


def _named(scenarios: Mapping[str, Scenario], names: Sequence[str]) -> list[Scenario]:
    found: dict[str, Scenario] = {}
    for name in names:
        fitting = [each for each in scenarios if fnmatchcase(each, name)] if _GLOB.search(name) else [name]
        if not fitting or fitting[0] not in scenarios:
            raise NoScenario(_unknown(name))
        found |= {each: scenarios[each] for each in fitting}
    return list(found.values())


def _unknown(name: str) -> str:
    close = near(name)
    hint = f"did you mean {' or '.join(close)}?" if close else "`ipsmgw-lab list` shows them"
    return f"there is no scenario {name!r}; {hint}"


def condition(text: str) -> Condition:
    """Words with `and`, `or`, `not` and parentheses, as pytest's -k has them."""
    tokens = _TOKEN.findall(text.lower())
    read = _Reader(tokens, text)
    holds = read.any()
    read.end()
    return holds


class _Reader:
    """Reads such an expression from left to right."""

    def __init__(self, tokens: list[str], text: str) -> None:
        self._tokens = tokens
        self._text = text

    def any(self) -> Condition:
        """One of several."""
        parts = [self._all()]
        while self._next("or"):
            parts.append(self._all())
        return lambda where: any(part(where) for part in parts)

    def _all(self) -> Condition:
        parts = [self._one()]
        while self._next("and"):
            parts.append(self._one())
        return lambda where: all(part(where) for part in parts)

    def _one(self) -> Condition:
        if self._next("not"):
            part = self._one()
            return lambda where: not part(where)
        if self._next("("):
            part = self.any()
            self._require(self._next(")"), ")")
            return part
        self._require(bool(self._tokens) and self._tokens[0] not in ("and", "or", ")"), "a word")
        word = self._tokens.pop(0)
        return lambda where: word in where

    def end(self) -> None:
        """There is nothing left."""
        self._require(not self._tokens, "and, or, or its end")

    def _next(self, token: str) -> bool:
        found = self._tokens[:1] == [token]
        del self._tokens[: int(found)]
        return found

    def _require(self, there: bool, what: str) -> None:
        if not there:
            before = f"before {self._tokens[0]!r}" if self._tokens else "at the end"
            raise NoScenario(f"-k {self._text!r}: {what} is missing {before}")
