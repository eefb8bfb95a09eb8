"""Every scenario passes in virtual time, and the same seed gives the same trace."""

import pytest

from lab.faults import ALL
from lab.runner import ClockKind, run
from lab.scenario import near
from lab.scenarios import SCENARIOS

NAMES = sorted(SCENARIOS)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_scenario_passes_in_virtual_time(name: str, seed: int) -> None:
    verdict = run(SCENARIOS[name], ClockKind.VIRTUAL, seed)
    assert verdict.broken is None, verdict.ladder()
    assert verdict.passed
    assert verdict.pdus


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_names_its_clause_and_what_it_shows(name: str) -> None:
    scenario = SCENARIOS[name]
    assert scenario.name == name
    assert scenario.clause
    assert scenario.what
    assert scenario.story.__doc__


def test_what_issue_2_names_is_there() -> None:
    wanted = {"register", "deregister", "mo", "mt", "silent_phone", "sc_refuses", "unknown_subscriber"}
    assert wanted <= set(SCENARIOS)


@pytest.mark.parametrize("name", ["phone_to_phone", "gateway_restart", "silent_phone"])
def test_the_same_seed_gives_the_same_trace_octet_for_octet(name: str) -> None:
    first = run(SCENARIOS[name], seed=11, faults=ALL)
    second = run(SCENARIOS[name], seed=11, faults=ALL)
    other = run(SCENARIOS[name], seed=12, faults=ALL)
    assert first.pdus == second.pdus
    assert first.pdus != other.pdus


def test_with_faults_only_the_judges_count() -> None:
    def judge(carrier: object) -> list[str]:
        return ["the moon is not full"]

    assert run(SCENARIOS["mo"], seed=3, faults=ALL).passed
    assert run(SCENARIOS["mo"], seed=3, judges=[judge]).broken == "the moon is not full"


def test_a_verdict_draws_its_ladder() -> None:
    picture = run(SCENARIOS["register"]).ladder()
    assert "alice" in picture
    assert "REGISTER" in picture
    assert "anyTimeModification" in picture


def test_a_name_that_is_nearly_right_is_recognised() -> None:
    assert "silent_phone" in near("silentphone")
    assert near("xyzzy") == []
