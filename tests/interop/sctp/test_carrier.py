"""The whole carrier plays its scenarios with osmo-stp in its middle, over kernel SCTP."""

import pytest

from lab.plan import Plan
from lab.runner import ClockKind, run
from lab.scenarios import SCENARIOS
from tests.interop.sctp.carrier import around_stp
from tests.interop.sctp.place import Place

pytestmark = pytest.mark.interop


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_scenario_passes_through_osmo_stp(name: str, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    legs = SCENARIOS[name].plan(Plan()).legs
    with around_stp(place, monkeypatch, legs):
        verdict = run(SCENARIOS[name], ClockKind.WIRE, 1, network=place.network)
    assert verdict.broken is None, verdict.ladder()
