"""The whole carrier plays its scenarios with osmo-stp in its middle, over kernel SCTP."""

import pytest

from lab.runner import ClockKind, run
from lab.scenario import LINKS
from lab.scenarios import SCENARIOS
from tests.interop.sctp.carrier import around_stp, with_stp
from tests.interop.sctp.place import Place
from tests.lab.short_messages import SHORT_MESSAGES

pytestmark = pytest.mark.interop


PLAYED = sorted(name for name in SHORT_MESSAGES if LINKS not in SCENARIOS[name].needs)


@pytest.mark.parametrize("name", PLAYED)
def test_a_scenario_passes_through_osmo_stp(name: str, place: Place) -> None:
    plan = with_stp(place)
    with around_stp(place, SCENARIOS[name].plan(plan)):
        verdict = run(SCENARIOS[name], ClockKind.WIRE, 1, carrier=plan)
    assert verdict.broken is None, verdict.ladder()
