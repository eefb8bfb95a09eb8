"""Words of a rule: names as the specifications write them, times; what is wrong is said in one sentence."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import Enum
from typing import TypeVar

__all__ = ["choose", "enumerated", "fold", "known", "octet", "seconds", "spelled"]

T = TypeVar("T")

_TIME = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|min|h)")
_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
_LONGEST = 7 * 86_400.0
_MANY = 12  # names that a sentence still lists


def fold(name: str) -> str:
    """absentSubscriberSM, absent-subscriber-sm and ABSENT_SUBSCRIBER_SM are the same."""
    return re.sub(r"[-_ ]", "", name).lower()


def known(word: str, names: Iterable[str], what: str) -> str:
    """The name that is meant; ValueError says what is allowed, or what is near."""
    by_fold = {fold(name): name for name in names}
    found = by_fold.get(fold(word))
    if found is not None:
        return found
    near = [by_fold[each] for each in get_close_matches(fold(word), by_fold, n=3)]
    if near:
        raise ValueError(f"there is no {what} {word!r}; did you mean {' or '.join(near)}?")
    some = list(by_fold.values())
    listed = ", ".join(some) if len(some) <= _MANY else ", ".join(some[:_MANY]) + ", …"
    raise ValueError(f"there is no {what} {word!r}; there are {listed}")


def choose(word: str, values: Mapping[str, T], what: str) -> T:
    """The value of a name; a number where the values are numbers and it is one of them."""
    if word.isdigit() and int(word) in values.values():
        return next(value for value in values.values() if value == int(word))
    return values[known(word, values, what)]


def enumerated(words: Iterable[Enum]) -> dict[str, int]:
    """The numbers of an enumeration by their names, in the specification's way of writing."""
    return {spelled(word.name): int(word.value) for word in words}


def spelled(name: str) -> str:
    """MEMORY_CAPACITY_EXCEEDED is memoryCapacityExceeded."""
    first, *rest = name.lower().split("_")
    return first + "".join(each.capitalize() for each in rest)


def octet(word: str, what: str) -> int:
    """A number of one octet."""
    if not word.isdigit() or int(word) > 255:
        raise ValueError(f"{what} is a number from 0 to 255, not {word!r}")
    return int(word)


def seconds(words: list[str], what: str) -> float:
    """`3 s`, `3s`, `500 ms`, `2 min`: all words that are left."""
    found = _TIME.fullmatch("".join(words))
    if found is None:
        wrong = f", not {' '.join(words)!r}" if words else ""
        raise ValueError(f"{what} wants a time, such as 3 s, 500 ms or 2 min{wrong}")
    time = float(found[1]) * _UNITS[found[2]]
    if time > _LONGEST:
        raise ValueError(f"{what}: {time:g} s is longer than a week")
    return time
