"""The whole carrier plays scenarios with osmo-stp in its middle, over kernel SCTP."""

import os

import pytest

from lab.runner import ClockKind, run
from lab.scenarios import SCENARIOS
from tests.interop.sctp.carrier import around_stp, with_stp
from tests.interop.sctp.place import Place
from tests.lab.signalling_stories import PLAYABLE, SIGNALLING_STORIES

pytestmark = pytest.mark.interop

# EVERY_STORY=1 make interop: also those that say over SS7 what others have said.
PLAYED = PLAYABLE if os.environ.get("EVERY_STORY") else SIGNALLING_STORIES


@pytest.mark.parametrize("name", PLAYED)
def test_a_scenario_passes_through_osmo_stp(name: str, place: Place) -> None:
    plan = with_stp(place)
    with around_stp(place, SCENARIOS[name].plan(plan)):
        verdict = run(SCENARIOS[name], ClockKind.WIRE, 1, carrier=plan)
    assert verdict.broken is None, verdict.ladder()
