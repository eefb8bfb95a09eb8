"""Scenarios: stories of the specifications, each told once and played on either clock (DESIGN §10)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from difflib import get_close_matches

from lab.carrier import Carrier
from lab.plan import Plan

__all__ = ["LINKS", "SCENARIOS", "Scenario", "Story", "near", "scenario"]

Story = Callable[[Carrier], Awaitable[None]]

LINKS = "links"
"""Associations that end at the other element itself."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story with its clause, and what it shows in one line."""

    name: str
    clause: str
    what: str
    story: Story
    plan: Callable[[Plan], Plan]
    """What the story needs changed in the carrier's description."""
    robust: bool = False
    """Whether what it expects must come true whatever goes wrong."""
    needs: tuple[str, ...] = ()
    """Elements that it takes in hand, so that they must be the lab's: it restarts them, or looks into them.
    HLR, SM-SC, MSC, SGSN and phones always must be. LINKS: no STP between them.
    """


SCENARIOS: dict[str, Scenario] = {}
"""By name, in the order of registration."""


def _as_it_is(plan: Plan) -> Plan:
    return plan


def scenario(
    *,
    clause: str,
    what: str,
    plan: Callable[[Plan], Plan] = _as_it_is,
    robust: bool = False,
    needs: tuple[str, ...] = (),
) -> Callable[[Story], Story]:
    """Register a story under its function's name."""

    def register(story: Story) -> Story:
        name = getattr(story, "__name__", "")
        if not name or name in SCENARIOS:
            raise ValueError(f"there is a scenario {name!r} already")
        SCENARIOS[name] = Scenario(name, clause, what, story, plan, robust, needs)
        return story

    return register


def near(name: str) -> list[str]:
    """Names that somebody who wrote this one may have meant."""
    return get_close_matches(name, SCENARIOS, n=3)
