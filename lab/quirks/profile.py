"""Profiles: quirks that are met together, whose they are, and what they change in which story."""

from collections.abc import Callable
from dataclasses import fields, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace as with_fields

from lab.plan import Plan, PlanTimers
from lab.quirks.quirks import NONE, Quirks

__all__ = ["PLAIN", "Profile", "profiles"]

_USUAL = PlanTimers()
_TIMERS = {field.name for field in fields(PlanTimers)}
_changed: Callable[..., PlanTimers] = replace


class Profile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A data file of this folder; its name is that of the file."""

    name: str
    imitates: str
    """What is like that, in one line."""
    source: tuple[str, ...]
    """Where somebody has met it, a thread as a rule."""
    quirks: Quirks = NONE
    timers: dict[str, float | tuple[float, ...]] = {}
    """Of the plan, in seconds of a real network."""
    outcome: dict[str, str] = {}
    """Stories whose expectations do not hold, by name or pattern, and why; the laws hold always."""

    def __post_init__(self) -> None:
        for name in self.timers:
            if name not in _TIMERS:
                raise ValueError(f"timers: there is no {name!r}")

    def change(self, plan: Plan) -> Plan:
        """A carrier like that. Where its timers are shorter than real ones, these are so as well."""
        shorter = {name: _in_proportion(name, value, plan.timers) for name, value in self.timers.items()}
        delay = _in_proportion("hlr_answer", self.quirks.hlr_delay, plan.timers)
        quirks = with_fields(self.quirks, hlr_delay=delay)
        return replace(plan, quirks=quirks, timers=_changed(plan.timers, **shorter))

    def excuse(self, scenario: str) -> str:
        """Why this story does not come true with it; nothing where it has to."""
        return next((why for name, why in self.outcome.items() if fnmatchcase(scenario, name)), "")


PLAIN = Profile(name="none", imitates="the specifications", source=())


@cache
def profiles() -> dict[str, Profile]:
    """All, by name."""
    files = sorted(Path(__file__).parent.glob("*.toml"))
    found = (msgspec.toml.decode(file.read_bytes(), type=Profile) for file in files)
    return {profile.name: profile for profile in found}


def _in_proportion(name: str, value: float | tuple[float, ...], timers: PlanTimers) -> object:
    usual, here = getattr(_USUAL, name), getattr(timers, name)
    if isinstance(value, tuple):
        return tuple(each * here[0] / usual[0] for each in value)
    scaled = value * here / usual
    return max(1, round(scaled)) if isinstance(usual, int) else scaled
