"""Elements broken on purpose, by the names that the conformance table has for it."""

from collections.abc import Callable
from typing import NoReturn

import pytest

__all__ = ["MUTATIONS", "Patch", "mutation", "nothing"]

Patch = pytest.MonkeyPatch
MUTATIONS: dict[str, Callable[[Patch], None]] = {}


def mutation(apply: Callable[[Patch], None]) -> Callable[[Patch], None]:
    """One more, under the name of its function."""
    name = getattr(apply, "__name__", "")
    if name in MUTATIONS:
        _twice(name)
    MUTATIONS[name] = apply
    return apply


def nothing(*_: object, **__: object) -> None:
    """What a part does that was taken out."""


def _twice(name: str) -> NoReturn:
    raise ValueError(f"there is a mutation {name!r} already")
