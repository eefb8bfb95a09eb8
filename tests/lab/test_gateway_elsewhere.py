"""A gateway that is not the lab's is judged by what the lab's elements see, and by nothing else."""

import pytest

import lab.runner
from ipsmgw.drive import Driver
from ipsmgw.gateway import Gateway
from lab import fit
from lab.carrier import gateway_world
from lab.chance import Chances
from lab.clock import VirtualClock
from lab.elements.signalling import associations, map_settings
from lab.faults import Faults
from lab.gateway_file import gateway_settings
from lab.ground import VirtualGround
from lab.plan import Plan
from lab.runner import Verdict, run
from lab.scenario import Scenario
from lab.scenarios import SCENARIOS
from lab.seats import Place, Seat
from mapstack import Invoked, MapEvent, MapStack
from mapstack.map import ErrorCode, MapError
from sipbridge import Request, SipEvent, SipSettings, SipStack

ELSEWHERE = Plan(seats=(Seat(node="ipsmgw", place=Place.EXTERNAL),))
PLAYED = sorted(name for name, scenario in SCENARIOS.items() if "ipsmgw" not in scenario.needs)


WITHOUT_IT = {"esme_expired", "esme_mixed", "esme_undeliverable", "pre_configured_mixed", "withdrawn"}
"""Where no gateway has a part that nobody else could take, or no message has to arrive."""
WITHOUT_IT |= {name for name, scenario in SCENARIOS.items() if scenario.plan(ELSEWHERE).msgin5g is not None}
"""Nor has it one between the MSGin5G Server and its clients."""


class Beside(VirtualGround):
    """A ground on which somebody else has put our gateway; nobody in the carrier can look into it."""

    plan: Plan

    def __init__(self, clock: VirtualClock, seed: int, faults: Faults, chances: Chances) -> None:
        super().__init__(clock, seed, faults, chances)
        world = gateway_world(self, self.site("ipsmgw"), self.plan)
        self._guest = Gateway(gateway_settings(self.plan), world)

    def journal(self) -> bytes:
        return b""

    async def end(self) -> None:
        self._guest.close()


class Refusing(VirtualGround):
    """One with a gateway that refuses everything."""

    plan: Plan

    def __init__(self, clock: VirtualClock, seed: int, faults: Faults, chances: Chances) -> None:
        super().__init__(clock, seed, faults, chances)
        site, (host, port) = self.site("ipsmgw"), self.plan.sip("ipsmgw")
        self._sip = SipStack(SipSettings(host=host, port=port), site.rng)
        self._map = MapStack(map_settings(site, self.plan), site.rng)
        driver = Driver(clock)
        site.network.datagrams(site.node, (host, port), driver.open(self._sip, self._refuse))
        specs = associations(self.plan, site.node)
        site.network.associations(site.node, specs, driver.open(self._map, self._fail))

    def _refuse(self, event: SipEvent, now: float) -> None:
        if isinstance(event, Request):
            self._sip.respond(event.tx, 403, now)

    def _fail(self, event: MapEvent, now: float) -> None:
        if isinstance(event, Invoked) and event.operation.operation_class != 4:
            self._map.error(event.dialogue, MapError(ErrorCode.SYSTEM_FAILURE), now)


def played(scenario: Scenario, kind: type[Beside | Refusing], patch: pytest.MonkeyPatch) -> Verdict:
    kind.plan = fit.played(scenario, ELSEWHERE)
    patch.setattr(lab.runner, "VirtualGround", kind)
    return run(scenario, carrier=ELSEWHERE)


@pytest.mark.parametrize("name", PLAYED)
def test_a_scenario_passes_with_a_gateway_that_it_cannot_look_into(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdict = played(SCENARIOS[name], Beside, monkeypatch)
    assert verdict.broken is None, verdict.ladder()


@pytest.mark.parametrize("name", sorted({*PLAYED} - WITHOUT_IT))
def test_a_gateway_that_refuses_everything_passes_in_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not played(SCENARIOS[name], Refusing, monkeypatch).passed
