"""A run of everything that a report can tell of: passed, failed, not played."""

import pytest

from lab.carrier import Carrier
from lab.expectation import NotPlayed, expect
from lab.orders import Order, Played, Run, play_one
from lab.report import Report, count
from lab.scenario import SCENARIOS, Scenario
from lab.steps import delivered, registered

__all__ = ["played_stories", "report_of", "stories"]


async def wrong_text(carrier: Carrier) -> None:
    """Expects what nobody sends, with characters that a page must not take for its own."""
    (bob,) = await registered(carrier, "bob")
    message = carrier.smsc.submit('a <b> & "c" \x1b', bob.msisdn)
    await delivered(carrier, message)
    expect(bob.received[0].text == "", "bob <reads> nothing & \x1b")


async def elsewhere(carrier: Carrier) -> None:
    """Cannot be played."""
    raise NotPlayed("there is no MSC")


STORIES = {
    story.__name__: Scenario(
        story.__name__, "TS 23.204 §6.4, TS 24.341 §5.3.2", "what", story, lambda plan: plan
    )
    for story in (wrong_text, elsewhere)
}


def stories(patch: pytest.MonkeyPatch) -> None:
    """The two stories are scenarios as well."""
    for name, scenario in STORIES.items():
        patch.setitem(SCENARIOS, name, scenario)


def played_stories(order: Order) -> list[Played]:
    """One that passes, one that fails, one that is not played."""
    return [play_one(order, Run(name, 1, True)) for name in ("mt", *STORIES)]


def report_of(played: list[Played]) -> Report:
    """A report of them, with its times as they are in no clock."""
    results = [each.result for each in played]
    return Report(
        version="0.1.0",
        command="ipsmgw-lab run mt",
        started="2026-01-01T00:00:00+00:00",
        took=1.5,
        count=count(results),
        results=results,
    )
